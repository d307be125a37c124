"""What is in the record and not used, or used but once."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from zlib import crc32

from app.entries.record import EntryRecord
from app.kinds.events import EventRecord
from app.kinds.figures import FigureRecord
from app.kinds.quotes import QuoteRecord
from app.review.doubts import Location, Query, Surroundings, doubt
from app.review.names import near_doubles
from app.review.numbers import FigureFact, figure_fact, quantities
from app.review.wordings import fingerprints, letters_of, record_wordings

# What is to be the same wherever it is meant.
COUNTED_ONCE = ("unit", "metric")
# Reported numbers from which on a record is no longer young: before, most units are used once.
FEW = 20


class Place(NamedTuple):
    """Where a value stands first: the id of the entry and the place in it."""

    id: str
    location: Location


@dataclass
class Facts:
    """What of some entries is held against others.

    `fingerprints` are those of wordings and titles, `owners` the number of the entry of each.
    """

    figures: list[FigureFact] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    named: set[tuple[str, str]] = field(default_factory=set)
    fingerprints: array[int] = field(default_factory=lambda: array("I"))
    owners: array[int] = field(default_factory=lambda: array("I"))

    def add(self, entry: EntryRecord, number: int) -> None:
        """Takes in an entry, the `number`-th of its part."""
        if isinstance(entry, QuoteRecord):
            texts = [wording.text for _, wording in record_wordings(entry)]
            self.mark({each for text in texts for each in fingerprints(text)}, number)
        elif isinstance(entry, EventRecord):
            self.mark({crc32(letters_of(entry.date + entry.title))}, number)
            if entry.place is not None:
                self.count("place", entry.place, entry, ("place",))
        elif entry.reported_numbers:
            self.add_numbers(entry)

    def mark(self, fingerprints: Collection[int], number: int) -> None:
        """Notes the fingerprints of an entry."""
        self.fingerprints.extend(fingerprints)
        self.owners.extend([number] * len(fingerprints))

    def add_numbers(self, entry: EntryRecord) -> None:
        """Takes in a term or a figure."""
        for location, quantity in quantities(entry):
            self.count("unit", quantity.unit, entry, (*location, "unit"))
        if isinstance(entry, FigureRecord):
            self.count("metric", entry.metric, entry, ("metric",))
            fact = figure_fact(entry)
            self.figures += [fact] if fact is not None else []

    def count(self, name: str, value: str, entry: EntryRecord, location: Location) -> None:
        """Notes a value, and where it stands first."""
        self.counts[name, value] += 1
        self.places.setdefault((name, value), Place(entry.id, location))

    def merge(self, other: Facts, offset: int) -> None:
        """Adds the facts of further entries, whose numbers begin after `offset`."""
        self.figures += other.figures
        self.counts += other.counts
        self.places = {**other.places, **self.places}
        self.named |= other.named
        self.fingerprints.extend(other.fingerprints)
        self.owners.extend([owner + offset for owner in other.owners])


def used_once(facts: Facts) -> Iterator[Query]:
    """A unit or a metric is used once in a record of 20 reported numbers or more."""
    if sum(number for (name, _), number in facts.counts.items() if name == "unit") < FEW:
        return
    for (name, value), number in facts.counts.items():
        if name in COUNTED_ONCE and number == 1:
            place = facts.places[name, value]
            yield doubt("used-once", place.location, place.id, name=name, value=value)


def near_places(facts: Facts) -> Iterator[Query]:
    """Places that may be others; what is used less often is in doubt."""
    places = [value for name, value in facts.counts if name == "place"]
    alike = near_doubles([(each, each) for each in places])
    pairs = [(one, other) for (_, one), (_, other) in alike]
    for pair in [*pairs, *parts_of_places(places)]:
        # Of two that are used as often, the later one is in doubt.
        rare, common = sorted(
            pair, key=lambda value: (facts.counts["place", value], -places.index(value))
        )
        place = facts.places["place", rare]
        yield doubt("near-double.place", place.location, place.id, rare=rare, common=common)


def parts_of_places(values: Collection[str]) -> Iterator[tuple[str, str]]:
    """Places that others name with what lies around them: `Paris` and `Paris, France`."""
    for value in values:
        start, comma, _ = value.partition(",")
        if comma and start in values:
            yield value, start


def unused(facts: Facts, around: Surroundings) -> Iterator[Query]:
    """An actor, a topic or a source is named by nothing."""
    for name_type, record in around.reference.records():
        if (name_type, record.id) not in facts.named:
            yield doubt("unused", ("id",), record.id, name_type, name_type=name_type)
