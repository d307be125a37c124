"""Offices, and the lives of those who hold them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import Any

from app.entries.dates import OPEN_END, DateSpan, parse_date
from app.entries.words import fold
from app.kinds.quotes import QuoteRecord
from app.reference.actors import ActorRecord, Position
from app.reference.registry import Reference, within
from app.review.rules import ENTRIES, VOCABULARY, Query, Surroundings, doubt, rule

SHARED = frozenset(VOCABULARY["shared_offices"].split())
ACTIVE = frozenset(VOCABULARY["active_roles"].split())


def has_doubtful_speaker(quote: QuoteRecord, around: Surroundings) -> bool:
    """Whether the office of a speaker is given, or the first one began after the words."""
    for speaker in quote.speakers:
        if speaker.office is not None:
            return True
        first = around.first_offices.get(speaker.actor)
        if first is not None and quote.span.end < first:
            return True
    return False


def given_offices(
    quote: QuoteRecord, around: Surroundings
) -> Iterator[tuple[int, str, list[Position]]]:
    """The offices given to speakers of a quote, with the positions that they may be."""
    for number, speaker in enumerate(quote.speakers):
        if speaker.office is not None:
            positions = known(speaker.actor, around)
            held = [each for each in positions if office_titles(each, speaker.office)]
            yield number, speaker.office, held


@rule("office-not-held", "quote", when=has_doubtful_speaker)
def office_not_held(quote: QuoteRecord, around: Surroundings) -> Iterator[Query]:
    """A speaker is given an office that was held at another time."""
    for number, office, held in given_offices(quote, around):
        if held and not any(held_on(each, quote.span) for each in held):
            dates = " and ".join(each.date for each in held if each.date is not None)
            at = ("speakers", number, "office")
            yield doubt("office-not-held", at, office=office, dates=dates, quote=quote)


@rule("office-repeated", "quote", when=has_doubtful_speaker)
def office_repeated(quote: QuoteRecord, around: Surroundings) -> Iterator[Query]:
    """A speaker is given the office that the actor's positions give for that date anyway."""
    for number, _, held in given_offices(quote, around):
        if any(held_on(each, quote.span) for each in held):
            yield doubt("office-repeated", ("speakers", number, "office"))


@rule("before-office", "quote", when=has_doubtful_speaker)
def before_office(quote: QuoteRecord, around: Surroundings) -> Iterator[Query]:
    """Words are older than the first office of their speaker."""
    for number, speaker in enumerate(quote.speakers):
        first = around.first_offices.get(speaker.actor, date.min)
        if speaker.office is None and quote.span.end < first:
            at = ("speakers", number, "actor")
            yield doubt("before-office", at, speaker=speaker, first=first)


def known(actor_id: str, around: Surroundings) -> tuple[Position, ...]:
    """The offices of an actor; none where the actor is not known."""
    actor = around.reference.actors.get(actor_id)
    return actor.positions if actor is not None else ()


def office_titles(position: Position, office: str) -> bool:
    """Whether an office begins with the title of a position."""
    return f"{fold(office)},".startswith((f"{fold(position.title)},", f"{fold(position.title)} of"))


def held_on(position: Position, span: DateSpan) -> bool:
    """Whether an office was held on the days of a date."""
    return within(position.date, span.start, span.end)


@rule("outside-life", *ENTRIES, when=lambda _, around: around.bounded)
def outside_life(entry: Any, around: Surroundings) -> Iterator[Query]:
    """Somebody acts or speaks before they were born or founded, or after their end."""
    for link in entry.actor_links:
        actor = around.bounded.get(link.actor)
        wrong = outside(actor, entry.span) if actor is not None else None
        if wrong is not None and link.role in ACTIVE:
            yield doubt("outside-life", ("date",), link=link, wrong=wrong)


def outside(actor: ActorRecord, span: DateSpan) -> str | None:
    """Why an actor was not there on the days of a date; None if it was."""
    if actor.began is not None and span.end < parse_date(actor.began).start:
        return f"began on {actor.began}"
    if actor.ended is not None and span.start > parse_date(actor.ended).end:
        return f"ended on {actor.ended}"
    return None


@rule("two-holders", "references")
def two_holders(reference: Reference) -> Iterator[Query]:
    """Two actors hold one office at one time."""
    holders: dict[tuple[str, str], list[tuple[ActorRecord, int]]] = defaultdict(list)
    for actor in reference.actors.values():
        for number, position in enumerate(actor.positions):
            words = fold(position.title).split()
            if position.of is not None and not SHARED & set(words):
                title = " ".join(VOCABULARY["titles"].get(word, word) for word in words)
                holders[title, position.of].append((actor, number))
    for (_, of), held in holders.items():
        yield from overlapping(of, held)


def overlapping(of: str, held: Iterable[tuple[ActorRecord, int]]) -> Iterator[Query]:
    """Each two of the holders of an office whose days overlap by more than that of the change."""
    for (one, first), (other, second) in combinations(held, 2):
        dates = one.positions[first].date, other.positions[second].date
        if one.id != other.id and share_days(*dates):
            title = other.positions[second].title
            at = ("positions", second, "date" if dates[1] is not None else "title")
            facts = {"one": one, "title": title, "of": of, "dates": dates}
            yield doubt("two-holders", at, other.id, "actor", **facts)


def share_days(one: str | None, other: str | None) -> bool:
    """Whether two dates have more in common than the day or month at which they meet."""
    (first_start, first_end), (second_start, second_end) = sorted((days(one), days(other)))
    return second_start < first_end and first_start < second_end


def days(dated: str | None) -> tuple[date, date]:
    """When an office began and ended, at the earliest; without a date, it holds throughout."""
    if dated is None:
        return date.min, date.max
    span = parse_date(dated)
    last = dated.rpartition("/")[2]
    return span.start, span.end if last == OPEN_END or "/" not in dated else parse_date(last).start
