"""iCalendar: exact bytes, and what a calendar reads from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY, settings_of
from tests.formats.conftest import HOSTILE, PUBLIC

ALL_KINDS = "kind=event&kind=quote&kind=proposal&kind=term&kind=figure"
DRAFT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Parley//The record of a negotiation//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
NAME:The talks in Northern Ireland: events
X-WR-CALNAME:The talks in Northern Ireland: events
SOURCE;VALUE=URI:https://record.example/v1/events?id=draft&format=ics
BEGIN:VEVENT
SUMMARY:A draft is given to the parties (about this date)
DTSTART;VALUE=DATE:19980406
DTEND;VALUE=DATE:19980407
DTSTAMP:19980410T000000Z
UID:04142605-e9ed-57f9-8412-d37c6228c485
SEQUENCE:0
CATEGORIES:Institutions,Prisoners
DESCRIPTION:The chairmen of the talks gave the parties a first draft of a\x20
 settlement.\\n\\nNote: Accounts differ on whether it was before or after mid
 night.\\n\\nThe date is approximate.\\n\\nSource: Northern Ireland Office\\, Th
 e Belfast Agreement\\, 1998-04-10 (via Press Association) https://www.gov.u
 k/government/publications/the-belfast-agreement
LAST-MODIFIED:19980410T000000Z
TRANSP:TRANSPARENT
URL:https://record.example/v1/events/draft
END:VEVENT
END:VCALENDAR
"""


def read(content: bytes) -> Any:
    """A calendar as the library reads it; its types do not say which property holds what."""
    return Calendar.from_ical(content)


def test_a_calendar_is_these_bytes(tiny_ask: Asker) -> None:
    """Lines end and are folded as RFC 5545 has it; the stamp is a curated day, not the clock."""
    answer = tiny_ask("/v1/events?id=draft&format=ics")
    assert answer.content == DRAFT.replace("\n", "\r\n").encode()


def test_days_spans_and_open_ends(tiny_ask: Asker) -> None:
    """A span ends on the day after its last one; one without an end is its first day."""
    calendar = read(tiny_ask(f"/v1/timeline?{ALL_KINDS}&format=ics").content)
    days = {
        str(each["url"]).rpartition("/")[2]: (
            each["dtstart"].dt,
            each["dtend"].dt if "dtend" in each else None,
        )
        for each in calendar.walk("VEVENT")
    }
    assert days["talks"] == (date(1996, 6, 10), date(1998, 4, 11))
    assert days["referendums"] == (date(1998, 5, 22), date(1998, 5, 23))
    assert days["fig-yes-south"] == (date(1998, 5, 1), date(1998, 6, 1))
    assert days["institutions-begin"] == (date(1999, 12, 2), None)
    assert len(days) == 15


def test_what_days_do_not_say_is_said_in_words(tiny_ask: Asker) -> None:
    """An open end and a month are in the description."""
    asked = "/v1/timeline?id=institutions-begin&id=fig-yes-south&kind=event&kind=figure&format=ics"
    calendar = read(tiny_ask(asked).content)
    (begin, votes) = [str(each["description"]) for each in calendar.walk("VEVENT")]
    assert "From 1999-12-02; no end is on record." in begin
    assert "The date is known as 1998-05 only." in votes
    assert "more than 1,400,000 votes" in votes


def test_uids_are_the_same_wherever_the_record_is_served(tmp_path: Path, tiny_ask: Asker) -> None:
    """Another database and another address make no other event of it."""
    seed(TINY, settings_of(tmp_path / "other.db"))
    with Asker(tmp_path / "other.db", public_url="http://other.example") as other:
        asked = "/v1/timeline?format=ics"
        assert uids(other(asked).content) == uids(tiny_ask(asked).content)


def uids(content: bytes) -> list[tuple[str, datetime]]:
    """The ids and stamps of a calendar's events."""
    return [(str(each["uid"]), each["dtstamp"].dt) for each in read(content).walk("VEVENT")]


def test_the_shipped_record_can_be_imported(ask: Asker) -> None:
    """Every entry is an all-day event with an id and a stamp of its own."""
    following: str | None = f"/v1/timeline?{ALL_KINDS}&limit=500"
    seen = set()
    while following is not None:
        page = ask.page(following)
        calendar = read(ask(following + "&format=ics").content)
        assert calendar.errors == []
        for entry, event in zip(page["data"], calendar.walk("VEVENT"), strict=True):
            assert event.errors == []
            assert event["dtstart"].dt.isoformat() == entry["start_date"]
            if entry["end_date"] is not None:
                last = date.fromisoformat(entry["end_date"])
                assert event["dtend"].dt == last + timedelta(days=1)
            assert event["dtstamp"].dt <= datetime(2027, 1, 1, tzinfo=UTC)
            assert event["url"] == PUBLIC + entry["url"]
            seen.add(event["uid"])
        following = page["links"]["next"]
    assert len(seen) == sum(ask.page("/v1/dataset")["data"]["counts"].values())


@pytest.mark.parametrize("name", ["events", "quotes", "proposals", "terms", "figures"])
def test_hostile_words_come_through(hostile_ask: Asker, name: str) -> None:
    """No text ends a line, an event or the calendar; all of it is read back."""
    calendar = read(hostile_ask(f"/v1/{name}?format=ics").content)
    events = calendar.walk("VEVENT")
    assert len(events) == len(hostile_ask.ids(f"/v1/{name}"))
    for event in events:
        assert HOSTILE in str(event["description"])
