"""iCalendar (RFC 5545): every entry as an all-day event, for calendars to import and subscribe to.

A span ends on the day after its last one, as the format wants it. What the days alone would
misstate (no end on record, a month only, an uncertain date) stands in words in the description.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from app.formats.answer import Answer
from app.formats.headline import account, title
from app.formats.stable_ids import lasting_id, touched

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//Parley//The record of a negotiation//EN"
# Days about which the date is not sure are marked where one sees it first.
UNSURE = {
    None: "",
    "approximate": " (about this date)",
    "uncertain": " (date uncertain)",
    "both": " (about this date, uncertain)",
}


def as_ical(answer: Answer) -> bytes:
    """The documents of the page as a calendar."""
    # Imported here, as starting should not wait for it until somebody asks for a calendar.
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
    for document in answer.loaded():
        event = Event()
        describe(event, document, answer)
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def describe(event: Event, document: dict[str, Any], answer: Answer) -> None:
    """Makes an event tell of an entry."""
    start = date.fromisoformat(document["start_date"])
    stamp = datetime.combine(touched(document), time.min, UTC)
    event.add("uid", str(lasting_id(answer.about().id, document["id"])))
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("sequence", len(document["corrections"]))
    event.add("dtstart", start)
    end = day_after(document)
    if end is not None:
        event.add("dtend", end)
    event.add("summary", title(document) + UNSURE[document["date_qualifier"]])
    event.add("description", account(document))
    event.add("url", answer.public_url + document["url"])
    event.add("categories", [topic["name"] for topic in document["topics"]])
    event.add("transp", "TRANSPARENT")
    if document.get("place"):
        event.add("location", document["place"])


def day_after(document: dict[str, Any]) -> date | None:
    """The day after the last one; None where there is none, and the event is its first day."""
    if document["end_date"] is None:
        return None
    last = date.fromisoformat(document["end_date"])
    return last + timedelta(days=1) if last < date.max else None
