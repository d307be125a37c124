"""Going from page to page: nothing is skipped, nothing comes twice, whatever the step."""

from __future__ import annotations

import base64
import os
import shutil
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import SHIPPED, TINY, Seeded, settings_of

# Over the shipped record; the spans that reach in from before are in some of them.
QUESTIONS = (
    "/v1/timeline?date=2024-02-07",
    "/v1/timeline?date=2024-02",
    "/v1/timeline?start_date=2025-01-15&end_date=2025-01-25",
    "/v1/timeline?date=2025-01-19/..&topic=ceasefire&actor=qatar",
    "/v1/timeline?end_date=2023-11-30",
    "/v1/timeline?start_date=2026",
    "/v1/timeline?kind=term&kind=figure&date=2024-02",
    "/v1/timeline?kind=event&date=2023-11-24/2023-11-30",
    "/v1/timeline?q=victory",
    "/v1/timeline?q=ceasefire+-permanent&date=2024-03",
    "/v1/timeline?actor=israel&actor=hamas&actor_match=all&date=2024",
    "/v1/timeline?actor=united-states&include_affiliates=true&date=2024-01",
    "/v1/events?event_type=talks&date=2024",
    "/v1/events?actor=egypt&actor_role=mediator",
    "/v1/events?stance=rejects",
    "/v1/events?date=2023-12",
    "/v1/quotes?speaker=netanyahu&date=2024-02",
    "/v1/quotes?speaker=biden",
    "/v1/quotes?q=%22total+victory%22",
    "/v1/quotes?attribution=official_source",
    "/v1/quotes?actor=hamas&include_affiliates=true&date=2024-05",
    "/v1/proposals",
    "/v1/proposals?mediator=egypt",
    "/v1/proposals?date=2024-05",
    "/v1/terms?proposal=prop-2024-02-hamas",
    "/v1/terms?obliged=israel&phase=1",
    "/v1/terms?date=2025-01",
    "/v1/figures?metric=killed",
    "/v1/figures?date=2023-11/2023-12",
    "/v1/figures?claimant=gaza-health-ministry",
)
REFERENCE = ("/v1/topics", "/v1/actors?q=is", "/v1/sources?q=bbc")


@pytest.mark.parametrize("order", ["date", "-date"])
@pytest.mark.parametrize("path", QUESTIONS)
def test_steps_of_one_make_the_whole_answer(path: str, order: str, ask: Asker) -> None:
    """A walk with limit=1 equals the answer in one page, and the other order is its reverse."""
    joined = f"{path}{'&' if '?' in path else '?'}sort="
    whole = list(ask.walk(f"{joined}{order}&limit=500"))
    assert whole
    assert len(set(whole)) == len(whole)
    assert list(ask.walk(f"{joined}{order}&limit=1&fields=id")) == whole
    other = "date" if order == "-date" else "-date"
    assert list(ask.walk(f"{joined}{other}&limit=500")) == whole[::-1]


@pytest.mark.parametrize("path", REFERENCE)
def test_reference_lists_are_walked_by_id(path: str, ask: Asker) -> None:
    """Actors, topics and sources come by id, each once."""
    joined = f"{path}{'&' if '?' in path else '?'}"
    whole = ask.ids(f"{joined}limit=500")
    assert whole == sorted(whole)
    assert list(ask.walk(f"{joined}limit=3")) == whole


def test_a_walk_crosses_from_what_began_within_to_what_reaches_in(tiny_ask: Asker) -> None:
    """Newest first, the entries that began before the first day come last; and the reverse."""
    first = tiny_ask.page("/v1/timeline?date=1998-04-10&limit=4")
    assert [each["id"] for each in first["data"]][-1] == "agreement"
    assert tiny_ask.ids(first["links"]["next"]) == ["talks"]
    first = tiny_ask.page("/v1/timeline?date=1998-04-10&limit=1&sort=date")
    assert [each["id"] for each in first["data"]] == ["talks"]
    assert tiny_ask.ids(first["links"]["next"])[0] == "agreement"


def test_the_last_page_has_no_next(tiny_ask: Asker) -> None:
    """Neither in `links` nor in the Link header, also where the page is exactly full."""
    response = tiny_ask("/v1/quotes?limit=3")
    assert response.json()["links"] == {
        "self": "/v1/quotes?limit=3",
        "next": None,
        "html": "/quotes?limit=3",
    }
    assert response.headers["link"] == '</v1/quotes?limit=3>; rel="self"'


def test_the_link_header_says_what_links_say(tiny_ask: Asker) -> None:
    """RFC 8288: self and next, path-absolute, percent-encoded."""
    path = "/v1/timeline?actor=Sinn+F%C3%A9in&q=%22a%22+%3Cb%3E&limit=1"
    response = tiny_ask("/v1/timeline?actor=Sinn+F%C3%A9in&limit=1")
    links = response.json()["links"]
    assert response.headers["link"] == (
        f'<{links["self"]}>; rel="self", <{links["next"]}>; rel="next"'
    )
    assert links["next"].startswith("/v1/timeline?actor=Sinn+F%C3%A9in&limit=1&cursor=")
    odd = tiny_ask(path)
    assert odd.headers["link"] == f'<{path}>; rel="self"'
    assert response.links["next"]["url"] == links["next"]


def test_a_cursor_serves_other_steps_forms_and_fields(tiny_ask: Asker) -> None:
    """What does not change which entries follow may change on the way."""
    following = tiny_ask.page("/v1/events?limit=2")["links"]["next"]
    cursor = dict(parse_qsl(urlsplit(following).query))["cursor"]
    assert tiny_ask.ids(f"/v1/events?cursor={cursor}") == ["agreement-reached", "draft", "talks"]
    assert tiny_ask.ids(f"/v1/events?cursor={cursor}&limit=1&fields=id&count=exact") == [
        "agreement-reached"
    ]
    lines = tiny_ask(f"/v1/events?cursor={cursor}&format=csv&fields=id").text
    assert lines == "id\r\nagreement-reached\r\ndraft\r\ntalks\r\n"


FOREIGN = (
    ("/v1/events?actor=ireland&limit=1", "/v1/events?actor=united-kingdom&limit=1"),
    ("/v1/events?limit=1", "/v1/timeline?limit=1"),
    ("/v1/events?limit=1", "/v1/quotes?limit=1"),
    ("/v1/events?limit=1", "/v1/events?limit=1&sort=date"),
    ("/v1/events?limit=1", "/v1/events?limit=1&date=1998"),
    ("/v1/actors?limit=1", "/v1/topics?limit=1"),
    ("/v1/actors?limit=1", "/v1/actors?limit=1&q=ir"),
    ("/v1/events?limit=1", "/v1/actors?limit=1"),
    ("/v1/actors?limit=1", "/v1/events?limit=1"),
)


@pytest.mark.parametrize(("path", "other"), FOREIGN)
def test_a_cursor_of_another_question_is_refused(path: str, other: str, tiny_ask: Asker) -> None:
    """A cursor is bound to its list, its filters and its order."""
    following = tiny_ask.page(path)["links"]["next"]
    cursor = dict(parse_qsl(urlsplit(following).query))["cursor"]
    problem = tiny_ask.problem(f"{other}&cursor={quote(cursor)}", 422)
    assert [each["parameter"] for each in problem["errors"]] == ["cursor"]


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "====", "AAAA", "A" * 16, "A" * 200, "A" * 201, "é", "..%2F", "%00", "AUx9Zm8A"],
)
@pytest.mark.parametrize("path", ["/v1/events", "/v1/actors"])
def test_garbage_is_no_cursor(path: str, cursor: str, tiny_ask: Asker) -> None:
    """Whatever is not a cursor is refused by name."""
    problem = tiny_ask.problem(f"{path}?cursor={cursor}", 422)
    assert [each["parameter"] for each in problem["errors"]] == ["cursor"]


def test_a_cursor_goes_on_after_a_new_revision(tmp_path: Path, seeded: Seeded) -> None:
    """What did not change is neither repeated nor skipped; what was added behind is found."""
    folder, database = tmp_path / "record", seeded(TINY)
    shutil.copytree(TINY, folder)
    with Asker(database) as ask:
        page = ask.page("/v1/timeline?limit=4")
        before = [each["id"] for each in page["data"]]
        rest = list(ask.walk(page["links"]["next"]))
    written = folder / "events" / "1998.yaml"
    draft = "- id: {}\n  date: {}\n  title: T\n  summary: S.\n  event_type: talks\n"
    ending = "  topics:\n    - settlement\n  citations:\n    - source: agreement-1998\n"
    new = [("newest", "2000-01-01"), ("between", "1998-02-01")]
    added = "".join(draft.format(*each) + ending for each in new)
    written.write_text(written.read_text() + added)
    seed(folder, settings_of(database))
    with Asker(database) as ask:
        after = list(ask.walk(page["links"]["next"]))
        assert ask.page("/v1/timeline?limit=4")["meta"]["revision"]["number"] == 2
    assert before == ["institutions-begin", "referendums", "q-peaceful-means", "q-new-beginning"]
    assert after == [*rest[:3], "between", *rest[3:]]


def test_a_cursor_goes_on_where_its_entry_was_removed(tmp_path: Path, seeded: Seeded) -> None:
    """The cursor is a place in the order, not an entry."""
    folder, database = tmp_path / "record", seeded(TINY)
    shutil.copytree(TINY, folder)
    with Asker(database) as ask:
        page = ask.page("/v1/figures?limit=1&sort=date")
    assert [each["id"] for each in page["data"]] == ["fig-yes-south"]
    figures = folder / "figures" / "1998.yaml"
    text = figures.read_text()
    figures.write_text(text[: text.index("- id: fig-yes-south")])
    os.utime(figures)
    seed(folder, settings_of(database), allow_removals=True)
    with Asker(database) as ask:
        assert ask.ids(page["links"]["next"]) == ["fig-yes-north"]
        ask.problem("/v1/figures/fig-yes-south", 410)


def test_no_page_is_of_an_older_revision_than_the_one_before(
    tmp_path: Path, seeded: Seeded
) -> None:
    """A process that has not seen a new revision yet looks for it before it goes on."""
    folder, database = tmp_path / "record", seeded(TINY)
    shutil.copytree(TINY, folder)
    paths = ("/v1/timeline?limit=2", "/v1/actors?limit=2", "/v1/changes?limit=2")
    with Asker(database) as slow:
        for number, path in enumerate(paths, 2):
            dataset = folder / "dataset.yaml"
            dataset.write_text(dataset.read_text().replace("description: ", "description: New "))
            # It looked a moment ago, and would not look again for a second.
            assert slow.page(path)["meta"]["revision"]["number"] == number - 1
            seed(folder, settings_of(database))
            with Asker(database) as quick:
                following = quick.page(path)["links"]["next"]
            assert slow.page(following)["meta"]["revision"]["number"] == number


@pytest.mark.parametrize("path", ["/v1/events", "/v1/actors", "/v1/changes"])
def test_a_cursor_of_a_record_that_is_not_here_is_refused(path: str, tiny_ask: Asker) -> None:
    """The database may have been made anew, or be another one: the walk begins again."""
    following = tiny_ask.page(f"{path}?limit=1")["links"]["next"]
    cursor = dict(parse_qsl(urlsplit(following).query))["cursor"]
    packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    later = base64.urlsafe_b64encode(packed.replace(b"[1,", b"[7,")).decode()
    problem = tiny_ask.problem(f"{path}?cursor={quote(later)}", 422)
    assert "start without a cursor" in problem["errors"][0]["detail"]


@pytest.mark.parametrize("path", ["/v1/timeline", "/v1/sources"])
def test_the_cursor_of_the_same_question_is_the_same_everywhere(
    path: str, ask: Asker, cached_databases: Seeded
) -> None:
    """Two processes over the same record give the same cursors: pages may come from either."""
    with Asker(cached_databases(SHIPPED)) as other:
        query = urlencode({"limit": 7})
        mine, theirs = (asker.page(f"{path}?{query}")["links"] for asker in (ask, other))
    assert mine == theirs
