"""What is new to the record: lists and feeds by the day on which entries were recorded."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY, sqlite_settings
from tests.kinds.test_fields import MORE

TODAY = datetime.now(UTC).date().isoformat()
FEED = "/v1/timeline?actor=sinn-fein&format=atom"


class Growing:
    """A record that is seeded again and again, each time on a later day."""

    def __init__(self, place: Path):
        self.folder = Path(shutil.copytree(TINY, place / "seed"))
        self.database = place / "record.db"

    def seed(self, day: str) -> None:
        """Seeds the folder as if on a day."""
        seed(self.folder, sqlite_settings(self.database))
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(
                "UPDATE revision SET seeded_at = ? WHERE number ="
                " (SELECT max(number) FROM revision)",
                (f"{day}T10:00:00+00:00",),
            )

    def ids(self, question: str) -> list[str]:
        """The ids of an answer, page by page."""
        found: list[str] = []
        following: str | None = question
        with Asker(f"sqlite:///{self.database}") as ask:
            while following:
                answer = ask(following).json()
                found += [each["id"] for each in answer["data"]]
                following = answer["links"]["next"]
        return found


@pytest.fixture
def growing(tmp_path: Path) -> Growing:
    """The tiny record, seeded once; then with more entries, of which one has a curated day."""
    record = Growing(tmp_path)
    record.seed("2026-11-01")
    shutil.copytree(MORE, record.folder, dirs_exist_ok=True)
    record.seed("2026-11-20")
    return record


def test_new_entries_come_first_whatever_their_dates(growing: Growing) -> None:
    """By the curated day, else that of the first revision; of one day, the latest date first."""
    newest = growing.ids("/v1/events?sort=-recorded&limit=2")
    assert newest[:2] == ["releases", "vote-dail"]
    assert set(newest[2:]) == {each for each in growing.ids("/v1/events") if each not in newest[:2]}
    assert len(newest) == len(set(newest))


def test_only_what_is_new_is_asked_for(growing: Growing) -> None:
    """With other filters, in every order and with exact counts."""
    assert growing.ids("/v1/events?recorded_since=2026-11-20") == ["releases", "vote-dail"]
    assert growing.ids("/v1/events?recorded_since=2026-11-21") == []
    assert growing.ids("/v1/events?recorded_since=2026-11-20&topic=prisoners") == ["releases"]
    assert growing.ids("/v1/terms?recorded_since=2026-11&sort=date") == sorted(
        growing.ids("/v1/terms"), key=growing.ids("/v1/terms?sort=date").index
    )
    with Asker(f"sqlite:///{growing.database}") as ask:
        counted = ask("/v1/events?recorded_since=2026-11-20&count=exact&facets=event_type").json()
        assert counted["meta"]["total"] == 2
        assert [each["id"] for each in counted["meta"]["facets"]["event_type"]["values"]] == [
            "release",
            "vote",
        ]
        ask.problem("/v1/events?recorded_since=yesterday", 422)


def test_a_fresh_server_has_the_curated_days(tmp_path: Path) -> None:
    """Where all is seeded at once, only entries without a curated day are of that day."""
    fresh = Growing(tmp_path / "fresh")
    shutil.copytree(MORE, fresh.folder, dirs_exist_ok=True)
    fresh.seed(TODAY)
    assert "vote-dail" not in fresh.ids(f"/v1/events?recorded_since={TODAY}")
    assert fresh.ids("/v1/events?sort=-recorded")[-1] == "vote-dail"


def test_a_subscriber_sees_what_is_added_and_corrected(growing: Growing) -> None:
    """A feed has what was recorded or corrected last at its top, over three seedings."""
    with Asker(f"sqlite:///{growing.database}") as ask:
        before = feedparser.parse(ask(f"{FEED}&limit=3").content)
    assert before.entries[0].title == "First releases"
    talks = growing.folder / "events" / "1996-1997.yaml"
    text = talks.read_text()
    correction = "  corrections:\n    - {date: 2026-11-25, reason: The place was added.}\n"
    talks.write_text(text.replace("  event_type: talks\n", f"  event_type: talks\n{correction}", 1))
    growing.seed("2026-11-25")
    with Asker(f"sqlite:///{growing.database}") as ask:
        after = feedparser.parse(ask(f"{FEED}&limit=3").content)
    assert after.entries[0].title == "Multi-party talks at Stormont"
    assert after.entries[0].updated == "2026-11-25T00:00:00Z"
    assert after.feed.id == before.feed.id
    links = {(each.rel, each.type): each.href for each in after.feed.links if "type" in each}
    assert links["alternate", "text/html"].endswith("/timeline?actor=sinn-fein&limit=3")


def test_ids_of_outside_registers_find_their_records(growing: Growing) -> None:
    """An actor by its code, an entry by the symbol of a document; its own names come first."""
    assert growing.ids("/v1/quotes?actor=IRL") == growing.ids("/v1/quotes?actor=ireland")
    assert growing.ids("/v1/events?id=S/RES/2735(2024)") == ["vote-dail"]
    assert growing.ids("/v1/events?id=Q43723") == ["vote-dail"]
    with Asker(f"sqlite:///{growing.database}") as ask:
        ask.problem("/v1/events?id=Q1", 422)


def test_linked_data_identifies_actors(growing: Growing) -> None:
    """An actor with an id in Wikidata is a typed node that says so."""
    actors = growing.folder / "actors.yaml"
    text = actors.read_text().replace("iso3166: IRL", "iso3166: IRL\n    wikidata: Q27", 1)
    actors.write_text(text)
    growing.seed("2026-11-26")
    with Asker(f"sqlite:///{growing.database}") as ask:
        graph = ask("/v1/events?id=talks&id=vote-dail&format=jsonld").json()["@graph"]
    by_id = {each["@id"].rpartition("/v1/")[2]: each for each in graph}
    assert by_id["actors/ireland"]["@type"] == "Country"
    assert by_id["actors/ireland"]["sameAs"] == ["http://www.wikidata.org/entity/Q27"]
    assert by_id["events/vote-dail"]["sameAs"] == [
        "http://www.wikidata.org/entity/Q43723",
        "https://docs.un.org/S/RES/2735(2024)",
        "https://www.peaceagreements.org/agreements/556/",
    ]
    assert "actors/united-kingdom" not in by_id


def test_places_are_filters_and_facets(growing: Growing) -> None:
    """An event is found by its place, and places are counted."""
    stormont = growing.ids("/v1/events?place=Stormont, Belfast")
    assert stormont == ["agreement-reached", "talks"]
    with Asker(f"sqlite:///{growing.database}") as ask:
        facets = ask("/v1/events?facets=place").json()["meta"]["facets"]["place"]["values"]
        assert (facets[0]["id"], facets[0]["count"]) == ("Stormont, Belfast", 2)
        ask.problem("/v1/events?place=Stormont", 422)


def test_changes_and_corrections_are_feeds(growing: Growing) -> None:
    """Each change is an item of its time, each correction one of its day, with a page to read."""
    with Asker(f"sqlite:///{growing.database}") as ask:
        changes = feedparser.parse(ask("/v1/changes?since_revision=1&format=atom").content)
        corrections = feedparser.parse(ask("/v1/corrections?format=atom").content)
    assert len({each.id for each in changes.entries}) == len(changes.entries) == 8
    assert changes.entries[0].title == "Added: event releases"
    assert changes.entries[0].updated == "2026-11-20T10:00:00+00:00"
    assert changes.entries[0].link.endswith("/events/releases")
    assert corrections.entries[0].title == "Corrected on 2026-11-02: event agreement-reached"
    assert corrections.entries[0].updated == "2026-11-02T00:00:00Z"
    assert corrections.entries[0].link.endswith("/events/agreement-reached")
