"""iCalendar (RFC 5545): every entry as an all-day event, for calendars to import and subscribe to.

An event ends on the day after its last one, as the format requires. What its days do not show (no
end on record, only a month is known, an uncertain date) is in the description.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from app.db.work import check_work
from app.formats.answer import Answer
from app.formats.headline import account
from app.formats.stable_ids import last_updated, stable_id
from app.formats.words import WORDS

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//Parley//The record of a negotiation//EN"


def as_ical(answer: Answer) -> bytes:
    # Imported here, as it is slow to import and few requests need it.
    from icalendar import Calendar, Event, vUri  # noqa: PLC0415

    about = answer.about()
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, f"{about.title}: {answer.name}")
    calendar.add("source", vUri(answer.public_url + answer.self_link), parameters={"value": "URI"})
    if answer.rest is not None:
        for name in ("description", "x-wr-caldesc"):
            calendar.add(name, answer.rest)
    for document in answer.loaded():
        event = Event()
        describe_event(event, document, answer)
        calendar.add_component(event)
    body: bytes = calendar.to_ical()
    return body


def describe_event(event: Event, document: dict[str, Any], answer: Answer) -> None:
    check_work()
    start = date.fromisoformat(document["start_date"])
    stamp = datetime.combine(last_updated(document), time.min, UTC)
    event.add("uid", str(stable_id(answer.about().id, document["id"])))
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("sequence", len(document["corrections"]))
    event.add("dtstart", start)
    end = day_after(document)
    if end is not None:
        event.add("dtend", end)
    unsure = WORDS["unsure"].get(document["date_qualifier"], "")
    event.add("summary", document["label"] + unsure)
    event.add("description", account(document))
    event.add("url", answer.public_url + document["url"])
    event.add("categories", [topic["name"] for topic in document["topics"]])
    event.add("transp", "TRANSPARENT")
    if document.get("place"):
        event.add("location", document["place"])


def day_after(document: dict[str, Any]) -> date | None:
    """The day after the last one; None for an open end, where the event is its first day."""
    if document["end_date"] is None:
        return None
    last = date.fromisoformat(document["end_date"])
    return last + timedelta(days=1) if last < date.max else None
