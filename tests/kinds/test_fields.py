"""Fields of sources, identifiers, outcomes and the life of proposals, from seed file to answer."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.seeding.checking import Flawed
from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY, settings_of, sqlite_settings
from tests.seeding.folders import check_folder

MORE = Path(__file__).parent / "more"
AGREEMENT = {
    "id": "agreement-1998",
    "name": "Northern Ireland Office",
    "url": "/v1/sources/agreement-1998",
    "title": "The Belfast Agreement",
    "title_printed": True,
    "date": "1998-04-10",
    "language": "en",
    "href": "https://www.gov.uk/government/publications/the-belfast-agreement",
    "archive_href": None,
    "passage_href": None,
}


def with_more(place: Path) -> Path:
    """The tiny record with some more entries."""
    folder = Path(shutil.copytree(TINY, place / "seed"))
    shutil.copytree(MORE, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """Asks that record."""
    place = tmp_path_factory.mktemp("fields")
    seed(with_more(place), settings_of(place / "record.db"))
    with Asker(place / "record.db") as asker:
        yield asker


def got(ask: Asker, path: str) -> dict[str, Any]:
    """The document at a path."""
    document: dict[str, Any] = ask(path).json()["data"]
    return document


def test_citations_say_where(ask: Asker) -> None:
    """A citation has its locator, and its source the address, language and sort of title."""
    citation = got(ask, "/v1/events/vote-dail")["citations"][0]
    assert citation["source"] == AGREEMENT
    assert citation["locator"] == {
        "page": "3",
        "article": "2",
        "paragraph": "(b)",
        "timestamp": "1:02:03",
    }


def test_votes_and_exchanges(ask: Asker) -> None:
    """A vote has its tally, an exchange its numbers by category; ids and the recorded day stand."""
    vote = got(ask, "/v1/events/vote-dail")
    assert vote["tally"] == {
        "body": {"id": "ireland", "name": "Ireland", "url": "/v1/actors/ireland"},
        "for": 150,
        "against": 0,
        "abstaining": 3,
        "threshold": "a majority",
    }
    assert vote["identifiers"] == {
        "wikidata": "Q43723",
        "un_document": "S/RES/2735(2024)",
        "pax": 556,
    }
    assert vote["recorded"] == "2026-11-20"
    first, second = got(ask, "/v1/events/releases")["exchanges"]
    assert (first["category"], first["released_by"]["id"], first["released_to"]["id"]) == (
        "prisoners",
        "united-kingdom",
        "sinn-fein",
    )
    assert (first["quantity"]["part"], first["quantity"]["whole"]) == (6, 7)
    assert (second["quantity"]["from"], second["quantity"]["to"]) == (5, 8)
    assert second["released_to"] is None


def test_the_life_of_a_proposal(ask: Asker) -> None:
    """Its stages have dates and sources; its status is the latest; it amends another proposal."""
    amendment = got(ask, "/v1/proposals/amendment")
    assert amendment["status"] == "superseded"
    assert [(each["stage"], each["date"]) for each in amendment["life"]] == [
        ("in_force", "1998-07-28"),
        ("leaked", "1998-06-20~"),
        ("superseded", "1999-01"),
    ]
    first, leaked, last = amendment["life"]
    assert first["citations"][0]["locator"]["page"] == "12"
    assert [each["id"] for each in leaked["by"]] == ["sinn-fein"]
    assert (last["event"]["id"], last["proposal"]["id"]) == ("releases", "agreement")
    assert (amendment["amends"]["proposal"]["id"], amendment["in_reply_to"]) == ("agreement", None)
    assert [(each["kind"], each["source"]["id"]) for each in amendment["texts"]] == [
        ("full_text", "bunreacht"),
        ("annex", "agreement-1998"),
    ]
    for question in ("amends=agreement", "status=superseded", "source=bunreacht"):
        found = ask(f"/v1/proposals?{question}").json()["data"]
        assert "amendment" in [each["id"] for each in found], question


def test_when_terms_are_due(ask: Asker) -> None:
    """A deadline counts from a stage, from an event or is a date; without a day there is none."""
    due = {
        term: got(ask, f"/v1/terms/amendment-{term}")["due_at"]
        for term in ("releases", "review", "end", "undated")
    }
    assert due == {
        "releases": "1998-09-11",
        "review": "1998-05-02",
        "end": "2000-07-31",
        "undated": None,
    }


def test_what_is_reported_of_a_term(ask: Asker) -> None:
    """Claims stand side by side, each with its claimant and its source or entry."""
    term = got(ask, "/v1/terms/amendment-releases")
    assert (term["clause"], term["condition"]["entry"]) == (
        "2 (b)",
        {"id": "vote-dail", "url": "/v1/entries/vote-dail"},
    )
    assert [(each["outcome"], each["basis"]) for each in term["reports"]] == [
        ("partly", "stated"),
        ("breached", "stated"),
        ("lapsed", "inferred"),
    ]
    partly, breached, _ = term["reports"]
    assert [each["actor"] and each["actor"]["id"] for each in partly["claimed_by"]] == [
        "united-kingdom",
        None,
    ]
    assert partly["claimed_by"][1]["name"] == "Prison Service"
    assert partly["citations"][0]["via"] == "PA"
    assert breached["entry"] == {"id": "releases", "url": "/v1/entries/releases"}
    assert [each["per"] for each in term["quantities"]] == [None, "person"]


def test_wordings_say_how_they_are_known(ask: Asker) -> None:
    """A stored copy verifies words; a wording names its own speaker; the spoken language stands."""
    quote = got(ask, "/v1/quotes/q-more")
    assert (quote["spoken_language"], quote["evidence"]) == ("ga", "verified")
    first, second = quote["renderings"]
    passage = f"{AGREEMENT['href']}#:~:text=said%20that-,the%20agreement%20is%20approved"
    assert (
        first["source"] == quote["citations"][0]["source"] == AGREEMENT | {"passage_href": passage}
    )
    assert second["source"]["passage_href"] is None
    assert first["verification"] == {
        "date": "2026-11-26",
        "method": "stored_copy",
        "text_sha256": None,
        "page": "https://example.org/copy",
        "selector": {
            "type": "TextQuoteSelector",
            "exact": "the agreement is approved",
            "prefix": "He said that ",
            "suffix": "",
        },
        "notes": None,
    }
    assert (second["named_speaker"], second["evidence"]) == (
        "A spokesman of Mr Ahern",
        "unverified",
    )


def test_the_past_is_rendered_with_all_it_refers_to(ask: Asker) -> None:
    """A document as of the first revision is the one that is served now."""
    for path in ("/v1/terms/amendment-releases", "/v1/proposals/amendment", "/v1/events/releases"):
        assert ask(f"{path}?revision=1").json()["data"] == got(ask, path)


def test_tables_have_rows_of_lists_in_lists(tmp_path: Path) -> None:
    """The citations, claimants and numbers of each report stand under its position."""
    database = tmp_path / "record.db"
    seed(with_more(tmp_path), sqlite_settings(database))
    with closing(sqlite3.connect(database)) as connection:

        def rows(statement: str) -> list[Any]:
            return connection.execute(statement).fetchall()

        assert rows("SELECT report, position, actor_id, name FROM term_report_claimant") == [
            (0, 0, "united-kingdom", None),
            (0, 1, None, "Prison Service"),
            (1, 0, "mowlam", None),
        ]
        assert rows("SELECT report, source_id FROM term_report_citation") == [
            (0, "referendums-1998"),
            (2, "bunreacht"),
        ]
        assert rows("SELECT life, actor_id FROM proposal_life_actor ORDER BY 1, 2") == [
            (0, "ireland"),
            (0, "united-kingdom"),
            (1, "sinn-fein"),
        ]
        assert rows("SELECT locator FROM entry_citation WHERE entry_id = 'vote-dail'") == [
            ("page 3, article 2, paragraph (b), timestamp 1:02:03",)
        ]
        assert rows("SELECT votes_for, voting_body_id FROM event WHERE id = 'vote-dail'") == [
            (150, "ireland")
        ]
        assert rows("PRAGMA foreign_key_check") == []


FLAWS = {
    "  tally: {body: ireland, for: 150,": (
        "  tally: {body: ireland, for: -1,",
        "events/more.yaml:6: vote-dail: tally.for: must be 0 or more, not -1",
    ),
    "timestamp: 1:02:03": (
        "timestamp: 62 minutes",
        "events/more.yaml:10: vote-dail: citations[1].locator.timestamp: '62 minutes' is not a time"
        " in a recording; write it as in 1:02:03",
    ),
    "  recorded: 2026-11-20": (
        "  recorded: 2026-11",
        "events/more.yaml:12: vote-dail: recorded: must be one day, as in 2024-02-07, not"
        " '2026-11'",
    ),
    "{part: 6, whole: 7, unit: persons}\n      released_by: united": (
        "{part: 6, unit: persons}\n      released_by: united",
        "events/more.yaml:20: releases: exchanges[1].quantity: part and whole go together; give"
        " both",
    ),
    "{from: 5, to: 8, qualifier": (
        "{from: 8, to: 5, qualifier",
        "events/more.yaml:24: releases: exchanges[2].quantity: from must be less than to; write 5"
        " to 8",
    ),
    "{printed: 45 days after entry into force, anchor: {stage: in_force}, offset: 45}": (
        "{anchor: {stage: in_force}}",
        "proposals/more.yaml:35: amendment-releases: deadline: anchor and offset go together; give"
        " both",
    ),
    "condition: {text: After the first vote., entry: vote-dail}": (
        "condition: {text: After the first vote., entry: vote-dal}",
        "proposals/more.yaml:34: amendment-releases: condition.entry: there is no entry"
        " 'vote-dal'; did you mean vote-dail?",
    ),
    "      deadline: {anchor: {event: vote-dail}, offset: 10}": (
        "      deadline: {anchor: {event: vote-dail}, offset: 10}\n      due_at: 1998-05-02",
        "proposals/more.yaml:57: amendment-review: due_at: is not written in a term; write its"
        " deadline, from which it is computed",
    ),
    "          claimed_by: [{actor: mowlam}]\n": (
        "",
        "proposals/more.yaml:45: amendment-releases: reports[2]: claimed_by is missing; say whose"
        " claim it is, or `basis: inferred`",
    ),
    "        - outcome: lapsed": (
        "        - outcome: breached",
        "proposals/more.yaml:49: amendment-releases: reports[3]: a breach is not inferred; say who"
        " claims it",
    ),
    "          entry: releases\n": (
        "",
        "proposals/more.yaml:45: amendment-releases: reports[2]: needs citations, or the entry that"
        " reports it",
    ),
    "  page: https://example.org/copy\n": (
        "",
        "evidence.yaml:1: page is missing; give the address of the page that was read",
    ),
}


@pytest.mark.parametrize("given", FLAWS)
def test_what_does_not_fit_is_a_flaw(given: str, tmp_path: Path) -> None:
    """Each is said with its file, line and remedy."""
    wrong, flaw = FLAWS[given]
    folder = with_more(tmp_path)
    (file,) = [each for each in folder.rglob("*.yaml") if given in each.read_text()]
    file.write_text(file.read_text().replace(given, wrong, 1))
    with pytest.raises(Flawed) as refused:
        check_folder(folder)
    assert str(refused.value) == flaw
