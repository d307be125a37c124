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
from app.review.doubts import VOCABULARY, Location, Query, Surroundings, doubt

SHARED = frozenset(VOCABULARY["shared_offices"].split())
ACTIVE = frozenset(VOCABULARY["active_roles"].split())


def speakers_offices(quote: QuoteRecord, around: Surroundings) -> Iterator[Query]:
    """A speaker is given an office of another time, one that is known, or had none yet."""
    for number, speaker in enumerate(quote.speakers):
        if speaker.office is None:
            first = around.first_offices.get(speaker.actor, date.min)
            if quote.span.end < first:
                at = ("speakers", number, "actor")
                yield doubt("before-office", at, speaker=speaker, first=first)
        elif speaker.actor in around.reference.actors:
            positions = around.reference.actors[speaker.actor].positions
            yield from given_office(
                quote, ("speakers", number, "office"), speaker.office, positions
            )


def given_office(
    quote: QuoteRecord, at: Location, office: str, positions: Iterable[Position]
) -> Iterator[Query]:
    """An office that is given to a speaker, whose positions give it anyway, or at another time."""
    held = [each for each in positions if office_titles(each, office)]
    if any(within(each.date, quote.span.start, quote.span.end) for each in held):
        yield doubt("office-repeated", at)
    elif held:
        dates = " and ".join(each.date for each in held if each.date is not None)
        yield doubt("office-not-held", at, office=office, dates=dates, quote=quote)


def office_titles(position: Position, office: str) -> bool:
    """Whether an office begins with the title of a position."""
    return f"{fold(office)},".startswith((f"{fold(position.title)},", f"{fold(position.title)} of"))


def outside_life(entry: Any, around: Surroundings) -> Iterator[Query]:
    """Somebody acts or speaks before they were born or founded, or after their end."""
    for link in entry.actor_links if around.bounded else ():
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
