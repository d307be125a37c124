"""Two entries that may be one: each rule is called for pairs that begin or end alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from rapidfuzz import fuzz

from app.kinds.events import EventRecord
from app.kinds.quotes import QuoteRecord
from app.review.rules import Query, doubt, rule
from app.review.wordings import letters_of

# How alike, of a hundred, two wordings of one utterance are at least, and how near in time.
ALIKE = 80
NEAR = timedelta(days=3)
# Shorter words than these are said on many occasions.
DISTINCT = 20


@rule("same-words", "pair")
def same_words(one: Any, other: Any) -> Iterator[Query]:
    """Two quotes have the same words."""
    if are_quotes(one, other) and letters_of(one.text) == letters_of(other.text):
        yield doubt("same-words", ("text",), other.id, one=one)


@rule("wording-elsewhere", "pair")
def wording_elsewhere(one: Any, other: Any) -> Iterator[Query]:
    """A wording of a quote is one of another quote, too."""
    if not are_quotes(one, other) or letters_of(one.text) == letters_of(other.text):
        return
    texts = {letters_of(each.text): each.text for each in (one, *one.renderings)}
    for number, wording in enumerate((other, *other.renderings)):
        if letters_of(wording.text) in texts:
            at: tuple[Any, ...] = ("text",) if number == 0 else ("renderings", number - 1, "text")
            yield doubt("wording-elsewhere", at, other.id, one=one)


@rule("like-words", "pair")
def like_words(one: Any, other: Any) -> Iterator[Query]:
    """Two quotes of one speaker and day have nearly the same words."""
    if not are_quotes(one, other) or not share_speaker(one, other) or not are_near(one, other):
        return
    first, second = letters_of(one.text), letters_of(other.text)
    is_long = min(len(first), len(second)) >= DISTINCT
    if is_long and first != second and fuzz.ratio(first, second) >= ALIKE:
        yield doubt("like-words", ("text",), other.id, one=one)


@rule("same-title", "pair")
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
    return len(letters_of(other.text)) >= DISTINCT or are_near(one, other)


def share_speaker(one: QuoteRecord, other: QuoteRecord) -> bool:
    """Whether somebody speaks in both."""
    return bool({each.actor for each in one.speakers} & {each.actor for each in other.speakers})


def are_near(one: QuoteRecord, other: QuoteRecord) -> bool:
    """Whether both were said within a few days."""
    return one.span.start - NEAR <= other.span.end and other.span.start - NEAR <= one.span.end
