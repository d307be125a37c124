"""Dates that do not fit the record, the present day, an id, an address or a source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from app.entries.dates import DateSpan, Precision, parse_date
from app.reference.sources import SourceRecord
from app.review.doubts import Location, Query, Surroundings, doubt

DATED_ID = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})-?(0[1-9]|1[0-2])(?:-?([0-2][0-9]|3[01]))?(?![0-9])"
)
DATED_PATH = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})[-/]?(0[1-9]|1[0-2])[-/]?([0-2][0-9]|3[01])(?![0-9])"
)
# A page may be dated a day off by its own clock, and be moved or mended some days later.
DAY_OFF = timedelta(days=1)
FEW_DAYS = timedelta(days=3)
WEEK = timedelta(days=7)


def outside_coverage(entry: Any, around: Surroundings) -> Iterator[Query]:
    """An entry lies outside the days that the dataset covers."""
    covered = around.coverage
    last = entry.span.last_day or entry.span.start
    if covered is not None and not covered.start <= entry.span.start <= last <= covered.end:
        yield doubt("outside-coverage", ("date",), entry=entry, covered=covered)


def to_come(record: Any, around: Surroundings) -> Iterator[Query]:
    """A date has not come yet."""
    for location, written in dates_of(record):
        if written is not None and parse_date(written).start > around.today:
            yield doubt("to-come", location, written=written)


def dates_of(record: Any) -> Iterator[tuple[Location, str | None]]:
    """The dates of a record, of its corrections, its offices and memberships."""
    fields = vars(record)
    yield ("date",), fields.get("date")
    for name in ("corrections", "positions", "part_of"):
        for number, each in enumerate(fields.get(name, ())):
            yield (name, number, "date"), each.date


def date_id(record: Any, _: Surroundings) -> Iterator[Query]:
    """The date in an id is not that of its record."""
    if record.date is None or record.date in record.id:
        return
    span = parse_date(record.date)
    for match in DATED_ID.finditer(record.id):
        named = covered_days(match)
        if named is not None and gap(named, span) > timedelta(0):
            yield doubt("date-id", ("date",), record=record, named=named)


def covered_days(match: re.Match[str]) -> DateSpan | None:
    """The month or day that was found in an id or an address, if there is such a day."""
    try:
        return parse_date("-".join(part for part in match.groups() if part))
    except ValueError:
        return None


def date_url(source: SourceRecord, _: Surroundings) -> Iterator[Query]:
    """The day in the address of a page is not that on which it is said to be published."""
    match = DATED_PATH.search(source.url or "")
    named = covered_days(match) if match is not None else None
    if named is None or source.date is None:
        return
    if gap(named, parse_date(source.date)) > FEW_DAYS:
        yield doubt("date-url", ("date",), source=source, named=named)


def older_source(entry: Any, around: Surroundings) -> Iterator[Query]:
    """A source was published before what it is to report."""
    earliest = entry.span.start - DAY_OFF
    for name in ("citations", "renderings"):
        for number, each in enumerate(vars(entry).get(name, ())):
            span = around.published.get(each.source)
            if span is not None and span.end < earliest:
                at = (name, number, "source")
                yield doubt("older-source", at, source=each.source, span=span, record=entry)


def swapped_date(entry: Any, around: Surroundings) -> Iterator[Query]:
    """With day and month swapped, a date would fit its sources, as it does not."""
    swapped = swap(entry.span)
    if swapped is None:
        return
    spans = [around.published.get(citation.source) for citation in entry.citations]
    known = [span for span in spans if span is not None]
    fits = any(is_near(swapped, span, FEW_DAYS) for span in known)
    if fits and not any(is_near(entry.span.start, span, WEEK) for span in known):
        yield doubt("swapped-date", ("date",), swapped=swapped)


def swap(span: DateSpan) -> date | None:
    """A day with its month and day swapped, where that is another day."""
    day = span.start
    if span.precision is not Precision.day or day.day > 12 or day.day == day.month:
        return None
    return date(day.year, day.day, day.month)


def gap(one: DateSpan, other: DateSpan) -> timedelta:
    """How far two dates lie apart; nothing where they overlap."""
    return max(timedelta(0), one.start - other.end, other.start - one.end)


def is_near(day: date, span: DateSpan, tolerance: timedelta) -> bool:
    """Whether a day lies no further from a date than a tolerance."""
    return span.start - tolerance <= day <= span.end + tolerance
