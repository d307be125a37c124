"""Pairs of entries: two that may be one, and two of which one names the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from rapidfuzz import fuzz

from app.kinds.events import EventRecord
from app.kinds.quotes import QuoteRecord
from app.review.dates import gap, swap
from app.review.doubts import Location, Query, doubt
from app.review.wordings import letters_of, record_wordings

# How alike, of a hundred, two wordings of one utterance are at least, and how near in time.
ALIKE = 80
NEAR = timedelta(days=3)
# How far an entry lies from the event that it names, at most.
FAR = timedelta(days=31)
# Shorter words than these are said on many occasions.
DISTINCT = 20


def alike_quotes(one: Any, other: Any) -> Iterator[Query]:
    """Two quotes have the same words, a wording in common, or nearly the same words."""
    if not are_quotes(one, other):
        return
    first, second = letters_of(one.text), letters_of(other.text)
    if first == second:
        yield doubt("same-words", ("text",), other.id, one=one)
        return
    texts = {letters_of(each.text) for each in (one, *one.renderings)}
    for location, wording in record_wordings(other):
        if letters_of(wording.text) in texts:
            yield doubt("wording-elsewhere", (*location, "text"), other.id, one=one)
    is_long = min(len(first), len(second)) >= DISTINCT
    may_be_one = is_long and share_speaker(one, other) and gap(one.span, other.span) <= NEAR
    if may_be_one and fuzz.ratio(first, second) >= ALIKE:
        yield doubt("like-words", ("text",), other.id, one=one)


def same_title(one: Any, other: Any) -> Iterator[Query]:
    """Two events have one title and date."""
    are_events = isinstance(one, EventRecord) and isinstance(other, EventRecord)
    if are_events and pair_title(one) == pair_title(other):
        yield doubt("same-title", ("title",), other.id, one=one)


def pair_title(event: EventRecord) -> tuple[str, bytes]:
    """The date and the letters of the title of an event."""
    return event.date, letters_of(event.title)


def are_quotes(one: Any, other: Any) -> bool:
    """Whether both are quotes which are not short words of different occasions."""
    if not (isinstance(one, QuoteRecord) and isinstance(other, QuoteRecord)):
        return False
    return len(letters_of(other.text)) >= DISTINCT or gap(one.span, other.span) <= NEAR


def share_speaker(one: QuoteRecord, other: QuoteRecord) -> bool:
    """Whether somebody speaks in both."""
    return bool({each.actor for each in one.speakers} & {each.actor for each in other.speakers})


def far_from_event(one: Any, event: Any, at: Location) -> Iterator[Query]:
    """A quote or a figure lies more than a month from its event, or has day and month swapped."""
    apart = gap(one.span, event.span)
    swapped = swap(one.span)
    if apart <= FAR:
        return
    if swapped is not None and event.span.start <= swapped <= event.span.end:
        yield doubt("swapped-date.event", at, one.id, one=one, event=event)
    else:
        yield doubt("far-from-event", at, one.id, one=one, event=event, apart=apart)


def early_response(one: Any, proposal: Any, at: Location) -> Iterator[Query]:
    """A response or a reply is older than the proposal that it answers."""
    if one.span.end < proposal.span.start:
        yield doubt("early-response", at, one.id, one=one, proposal=proposal)
