"""The history of records, and the curated corrections."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.asking import Asker
from tests.history.conftest import Bench

REASON = {"date": "2026-11-20", "reason": "It was the eve of Good Friday."}


def corrected(bench: Bench) -> None:
    """Corrects the date of an event, with the reason."""
    event = bench.curated["event"]["agreement-reached"]
    event["date"] = "1998-04-09"
    event["corrections"] = [*event["corrections"], REASON]
    bench.seed()


def versions(bench: Bench, path: str) -> list[dict[str, Any]]:
    """The versions of a record, the newest first."""
    data: list[dict[str, Any]] = bench.ask.page(path)["data"]
    return data


def test_a_correction_makes_a_version(bench: Bench) -> None:
    """A version has the record as it stood, what changed, and the correction that says why."""
    corrected(bench)
    new, old = versions(bench, "/v1/events/agreement-reached/history")
    assert (new["action"], old["action"]) == ("changed", "added")
    assert (new["revision"]["number"], old["revision"]["number"]) == (2, 1)
    assert new["revision"]["digest"] == bench.ask.page("/v1/dataset")["meta"]["revision"]["digest"]
    assert (old["record"]["date"], new["record"]["date"]) == ("1998-04-10", "1998-04-09")
    assert new["patch"] == [
        {"op": "add", "path": "/corrections/1", "value": REASON},
        {"op": "replace", "path": "/date", "value": "1998-04-09"},
    ]
    assert new["corrections"] == [REASON]
    assert old["patch"] is None
    assert old["corrections"] == [{"date": "2026-11-02", "reason": "The place was added."}]


def test_an_entry_has_one_history_at_each_of_its_paths(bench: Bench) -> None:
    """The path of any entry and that of its kind answer the same; the wrong kind's does not."""
    corrected(bench)
    own = versions(bench, "/v1/events/agreement-reached/history")
    assert versions(bench, "/v1/entries/agreement-reached/history") == own
    bench.ask.problem("/v1/quotes/agreement-reached/history", 404)


def test_every_document_leads_to_its_history(bench: Bench) -> None:
    """`links.history` and `links.cite` of documents of every sort answer."""
    paths = (
        "/v1/events/draft",
        "/v1/quotes/q-new-beginning",
        "/v1/proposals/agreement",
        "/v1/terms/agreement-assembly",
        "/v1/figures/fig-yes-north",
        "/v1/actors/mowlam",
        "/v1/topics/assembly",
        "/v1/sources/bunreacht",
    )
    for path in paths:
        links = bench.ask.page(path)["data"]["links"]
        (version,) = versions(bench, links["history"])
        assert version["action"] == "added"
        assert version["id"] == path.rpartition("/")[2]
        assert bench.ask(links["cite"]).headers["content-type"].startswith("application/x-bibtex")


def test_an_actors_name_makes_no_version_of_an_entry(bench: Bench) -> None:
    """History compares curated records, never rendered documents."""
    bench.curated["actor"]["mowlam"]["name"] = "Dr Mowlam"
    bench.seed()
    assert len(versions(bench, "/v1/events/agreement-reached/history")) == 1
    new, _ = versions(bench, "/v1/actors/mowlam/history")
    assert new["patch"] == [{"op": "replace", "path": "/name", "value": "Dr Mowlam"}]


def test_what_was_removed_keeps_its_history(bench: Bench) -> None:
    """The last version says that it was removed, and the path of the past still answers."""
    del bench.curated["figure"]["fig-yes-south"]
    bench.seed()
    new, old = versions(bench, "/v1/figures/fig-yes-south/history")
    assert (new["action"], new["record"], new["patch"]) == ("removed", None, None)
    assert old["record"]["metric"] == "yes-votes"


def test_a_new_id_keeps_the_history(bench: Bench) -> None:
    """Versions under a former id are part of the history, to which the former path redirects."""
    quote = bench.curated["quote"].pop("q-peaceful-means")
    quote |= {"id": "q-means", "former_ids": ["q-peaceful-means"]}
    bench.curated["quote"]["q-means"] = quote
    bench.seed()
    quote["notes"] = "Renamed before."
    bench.seed()
    found = versions(bench, "/v1/quotes/q-means/history")
    assert [(each["id"], each["action"]) for each in found] == [
        ("q-means", "changed"),
        ("q-means", "renamed"),
        ("q-peaceful-means", "added"),
    ]
    assert found[1]["patch"] == [
        {"op": "add", "path": "/former_ids", "value": ["q-peaceful-means"]},
        {"op": "replace", "path": "/id", "value": "q-means"},
    ]
    moved = bench.ask("/v1/quotes/q-peaceful-means/history")
    assert moved.status_code == 308
    assert moved.headers["location"] == "/v1/quotes/q-means/history"


def test_a_record_that_came_back_has_a_new_history_line(bench: Bench) -> None:
    """Seeding the same record again is a revision of its own, though its digest is an old one."""
    assert len(versions(bench, "/v1/figures/fig-yes-south/history")) == 1
    figure = bench.curated["figure"].pop("fig-yes-south")
    bench.seed()
    bench.curated["figure"]["fig-yes-south"] = figure
    bench.seed()
    found = versions(bench, "/v1/figures/fig-yes-south/history")
    assert [each["action"] for each in found] == ["added", "removed", "added"]
    assert found[0]["revision"]["digest"] == found[2]["revision"]["digest"]


def test_the_history_of_nothing(bench: Bench) -> None:
    """An id that never was is 404 with the nearest, and no parameter is known."""
    problem = bench.ask.problem("/v1/actors/mowlem/history", 404)
    assert problem["nearest"] == ["mowlam"]
    bench.ask.problem("/v1/entries/nothing-at-all/history", 404)
    bench.ask.problem("/v1/actors/mowlam/history?limit=1", 422)


def test_the_history_of_another_type_is_not_mixed_in(bench: Bench) -> None:
    """An actor and an entry of one id have a past of their own."""
    draft = {"id": "draft", "name": "The Drafters", "kind": "group"}
    bench.curated["actor"]["draft"] = draft
    bench.seed()
    del bench.curated["actor"]["draft"]
    bench.seed()
    assert [each["kind"] for each in versions(bench, "/v1/entries/draft/history")] == ["event"]
    assert len(versions(bench, "/v1/actors/draft/history")) == 2
    bench.ask.problem("/v1/actors/draft", 410)
    bench.ask.problem("/v1/quotes/draft", 404)


ALL = [
    {
        "kind": "event",
        "id": "agreement-reached",
        "url": "/v1/events/agreement-reached",
        "date": "2026-11-02",
        "reason": "The place was added.",
    },
    {
        "kind": "actor",
        "id": "mowlam",
        "url": "/v1/actors/mowlam",
        "date": "2026-11-01",
        "reason": "The day on which she took office was corrected to 3 May 1997.",
    },
]


def test_the_corrections(bench: Bench) -> None:
    """All curated corrections, the newest first."""
    assert bench.ask.page("/v1/corrections")["data"] == ALL


def test_corrections_follow_the_record(bench: Bench) -> None:
    """A new correction is listed, one that was taken out is not, nor those of a removed record."""
    corrected(bench)
    listed = bench.ask.page("/v1/corrections")["data"]
    assert [(each["id"], each["date"]) for each in listed] == [
        ("agreement-reached", "2026-11-20"),
        ("agreement-reached", "2026-11-02"),
        ("mowlam", "2026-11-01"),
    ]
    bench.curated["event"]["agreement-reached"]["corrections"] = []
    bench.curated["dataset"]["good-friday"]["corrections"] = [
        {"date": "2026-12", "reason": "The title was changed."}
    ]
    bench.seed()
    listed = bench.ask.page("/v1/corrections")["data"]
    assert [(each["kind"], each["url"]) for each in listed] == [
        ("dataset", "/v1/dataset"),
        ("actor", "/v1/actors/mowlam"),
    ]


def test_corrections_in_pages(bench: Bench) -> None:
    """Pages of one give the list that one page gives, with several corrections of one record."""
    for number, actor in enumerate(bench.curated["actor"].values()):
        actor["corrections"] = [
            {"date": f"2026-11-0{number % 3 + 1}", "reason": f"Reason {each}"} for each in range(3)
        ]
    bench.seed()
    whole = bench.ask.page("/v1/corrections?limit=500")["data"]
    assert len(whole) == 3 * len(bench.curated["actor"]) + 1
    dates = [each["date"] for each in whole]
    assert dates == sorted(dates, reverse=True)
    paged, following = [], "/v1/corrections?limit=1"
    while following is not None:
        page = bench.ask.page(following)
        paged.extend(page["data"])
        following = page["links"]["next"]
    assert paged == whole


def test_corrections_in_every_format(bench: Bench) -> None:
    """JSON, NDJSON and CSV hold the same."""
    lines = bench.ask("/v1/corrections?format=ndjson").text.splitlines()
    assert len(lines) == 2
    table = bench.ask("/v1/corrections?format=csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.text.splitlines() == [
        "kind,id,url,date,reason",
        "event,agreement-reached,/v1/events/agreement-reached,2026-11-02,The place was added.",
        "actor,mowlam,/v1/actors/mowlam,2026-11-01,"
        "The day on which she took office was corrected to 3 May 1997.",
    ]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "YQBiAGMAZA", "_" * 300, "%F0%9F%98%80"])
def test_cursors_that_are_none(still: Asker, cursor: str) -> None:
    """A cursor that was not given here is refused."""
    still.problem(f"/v1/corrections?cursor={cursor}", 422)
