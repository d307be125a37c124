"""What `/v1/compare` answers and refuses."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.api.asking import Asker

TWO = "/v1/compare?proposal=draft-one&proposal=draft-two"
Line = tuple[str, str, bool, list[str], list[str | None]]


def lines(comparison: Any) -> list[Line]:
    """Topic, change, certainty, differences and term ids of each line."""
    return [
        (
            topic["topic"]["id"],
            line["change"],
            line["certain"],
            line["differs_in"],
            [cell["term"] and cell["term"]["id"] for cell in line["cells"]],
        )
        for topic in comparison["data"]["topics"]
        for line in topic["lines"]
    ]


def numbers(comparison: Any) -> list[tuple[str, str, list[Any]]]:
    """Unit, change, and qualifier with value (or the words) of each line of numbers."""
    return [
        (
            quantity["unit"],
            quantity["change"],
            [
                each and ((each["qualifier"], each["value"]) if each["value"] else each["printed"])
                for each in quantity["values"]
            ],
        )
        for topic in comparison["data"]["topics"]
        for line in topic["lines"]
        for quantity in line["quantities"]
    ]


def test_two_proposals_side_by_side(drafts: Asker) -> None:
    """Same, reworded, changed, added and dropped terms stand by topic, with links and counts."""
    compared = drafts.page(TWO)
    assert lines(compared) == [
        (
            "assembly",
            "changed",
            True,
            ["obliged", "quantities", "text"],
            ["draft-one-assembly", "draft-two-assembly"],
        ),
        ("assembly", "same", True, [], ["draft-one-meeting", "draft-two-meeting"]),
        ("prisoners", "reworded", True, ["text"], ["draft-one-prisoners", "draft-two-prisoners"]),
        ("institutions", "not_recorded", False, [], ["draft-one-council", None]),
        ("settlement", "added", True, [], [None, "draft-two-review"]),
    ]
    assert compared["data"]["counts"] == {
        "same": 1,
        "reworded": 1,
        "changed": 1,
        "added": 1,
        "dropped": 0,
        "passing": 0,
        "not_recorded": 1,
    }
    cell = compared["data"]["topics"][0]["lines"][0]["cells"][1]
    assert cell["term"]["url"] == "/v1/terms/draft-two-assembly"
    assert [actor["id"] for actor in cell["term"]["obliged"]] == ["united-kingdom", "ireland"]
    assert cell["term"]["phase"] == 1


def test_numbers_side_by_side(drafts: Asker) -> None:
    """Numbers of one unit stand beside each other; printed words count where there is no number."""
    assert numbers(drafts.page(TWO)) == [
        ("members", "changed", [("exactly", 90), ("exactly", 108)]),
        ("persons", "same", ["hundreds", "Hundreds"]),
    ]


def test_phases_side_by_side(drafts: Asker) -> None:
    """Phases of one number are compared by their days."""
    phases = drafts.page(TWO)["data"]["phases"]
    shown = [(p["number"], p["change"], [e and e["days"] for e in p["phases"]]) for p in phases]
    assert shown == [(1, "changed", [45, 42]), (2, "added", [None, None])]


def test_order_of_the_columns_is_as_asked(drafts: Asker) -> None:
    """What is dropped one way is not recorded the other way, where a partial record comes last."""
    turned = drafts.page("/v1/compare?proposal=draft-two&proposal=draft-one")
    assert [each["id"] for each in turned["data"]["proposals"]] == ["draft-two", "draft-one"]
    by_change = {line[1]: line[4] for line in lines(turned)}
    assert by_change["not_recorded"] == [None, "draft-one-council"]
    assert by_change["dropped"] == ["draft-two-review", None]


@pytest.mark.parametrize("member", ["draft-one", "draft-two", "draft-three"])
def test_a_whole_chain(drafts: Asker, member: str) -> None:
    """Any member names the chain; it stands in the order of dates, each step on its own."""
    compared = drafts.page(f"/v1/compare?chain={member}&topic=assembly")
    proposals = [each["id"] for each in compared["data"]["proposals"]]
    assert proposals == ["draft-one", "draft-two", "draft-three"]
    assert lines(compared) == [
        (
            "assembly",
            "changed",
            True,
            ["phase", "obliged", "quantities", "text"],
            ["draft-one-assembly", "draft-two-assembly", "draft-three-assembly"],
        ),
        (
            "assembly",
            "dropped",
            True,
            [],
            ["draft-one-meeting", "draft-two-meeting", None],
        ),
    ]
    first = compared["data"]["topics"][0]["lines"][0]
    assert [cell["change"] for cell in first["cells"]] == [None, "changed", "changed"]
    assert first["cells"][2]["differs_in"] == ["phase", "quantities", "text"]
    assert numbers(compared) == [
        ("members", "changed", [("exactly", 90), ("exactly", 108), ("up_to", 108)])
    ]


def test_a_topic_narrows_with_its_narrower_topics(drafts: Asker) -> None:
    """A broader topic finds the lines of its narrower ones; matching is as without it."""
    whole = lines(drafts.page(TWO))
    assert lines(drafts.page(f"{TWO}&topic=institutions")) == [whole[0], whole[1], whole[3]]
    assert lines(drafts.page(f"{TWO}&topic=Prisoners")) == [whole[2]]


def test_csv(drafts: Asker) -> None:
    """One row for each line, nine columns for each proposal, no cell a formula."""
    response = drafts(f"{TWO}&format=csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    header, *rows = csv.reader(io.StringIO(response.text, newline=""))
    assert header[:5] == ["topic", "change", "certain", "draft-one.term", "draft-one.url"]
    assert len(header) == 3 + 2 * 9
    assert [row[:4] for row in rows] == [
        ["assembly", "changed", "true", "draft-one-assembly"],
        ["assembly", "same", "true", "draft-one-meeting"],
        ["prisoners", "reworded", "true", "draft-one-prisoners"],
        ["institutions", "not_recorded", "false", "draft-one-council"],
        ["settlement", "added", "true", ""],
    ]
    assert rows[0][12:] == [
        "draft-two-assembly",
        "/v1/terms/draft-two-assembly",
        "changed",
        "true",
        "obliged | quantities | text",
        "1",
        "united-kingdom | ireland",
        "exactly 108 members (the Assembly)",
        "An assembly of 108 members is elected.",
    ]
    assert rows[4][-1] == '\'=HYPERLINK("x"), said a member.'


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("", "proposal", "proposal: give it 2 to 12 times; it was given 0."),
        ("?proposal=draft-one", "proposal", "proposal: give it 2 to 12 times; it was given 1."),
        (
            "?" + "&".join(f"proposal=p{n}" for n in range(20)),
            "proposal",
            "proposal: give it 2 to 12 times; it was given 20.",
        ),
        (
            "?proposal=draft-one&proposal=draft-one",
            "proposal",
            "proposal: 'draft-one' is given twice.",
        ),
        (
            "?proposal=draft-one&chain=draft-two",
            "chain",
            "chain: give either chain, or proposal twice or more.",
        ),
        (
            "?chain=agreement&topic=nothing",
            "topic",
            "topic: there is no topic 'nothing' in this record.",
        ),
    ],
)
def test_refused(drafts: Asker, query: str, parameter: str, detail: str) -> None:
    """What cannot be compared is refused by name."""
    (error,) = drafts.problem(f"/v1/compare{query}", 422)["errors"]
    assert (error["parameter"], error["detail"].split(" Did")[0]) == (parameter, detail)


def test_unknown_proposals_are_named_with_the_nearest(drafts: Asker) -> None:
    """Every unknown proposal is named, with those that may be meant."""
    path = "/v1/compare?proposal=draft-on&proposal=draft-tree"
    errors = drafts.problem(path, 422)["errors"]
    assert [(error["value"], error["nearest"][0]) for error in errors] == [
        ("draft-on", "draft-one"),
        ("draft-tree", "draft-three"),
    ]


def test_a_proposal_without_replies_is_no_chain(shipped_ask: Asker) -> None:
    """What answers nothing, and is not answered, is refused as a chain."""
    (error,) = shipped_ask.problem("/v1/compare?chain=prop-2023-11-pause", 422)["errors"]
    assert error["detail"] == "chain: answers no proposal, and none answers it."


def test_the_answer_is_the_same_each_time(shipped_ask: Asker) -> None:
    """Matching is deterministic: no run and no order of rows changes the bytes."""
    path = "/v1/compare?proposal=prop-2024-05-israel-biden&proposal=prop-2025-01-agreement"
    first, second = shipped_ask(path), shipped_ask(f"{path}&format=json")
    assert first.json()["data"] == second.json()["data"]
    etag = first.headers["etag"]
    assert shipped_ask(path, headers={"If-None-Match": etag}).status_code == 304
