"""Places of a record that are in doubt, and what the rules hold a record against."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, TypeVar, cast

from app.data_files import read_toml
from app.entries.dates import DateSpan, parse_date
from app.entries.stems import OWN_LANGUAGE
from app.entries.warning_codes import WarningCode
from app.reference.actors import ActorRecord
from app.reference.dataset import DatasetRecord
from app.reference.registry import Reference

Location = tuple[int | str, ...]
ItemT = TypeVar("ItemT")
VOCABULARY, MESSAGES = read_toml("review/vocabulary.toml"), read_toml("review/messages.toml")


class Query(NamedTuple):
    """A place of a record that is in doubt, and why; a message says what would be right.

    Rules that look at more than one record name it by its id, and by its kind if it is no entry.
    """

    name: str
    location: Location
    id: str
    kind: str
    facts: dict[str, Any]

    @property
    def code(self) -> WarningCode:
        """What it is silenced by: the code of `percent.part` is `percent`."""
        return cast(WarningCode, self.name.partition(".")[0])

    @property
    def message(self) -> str:
        """What `messages.toml` says of it."""
        words: str = MESSAGES[self.code][self.name.partition(".")[2] or "says"]
        return words.format(**self.facts)


@dataclass(frozen=True)
class Surroundings:
    """What records are held against: the present day, the dataset, and actors, topics, sources."""

    today: date
    dataset: DatasetRecord | None
    reference: Reference

    @cached_property
    def coverage(self) -> DateSpan | None:
        """The days that the record covers, where that is known."""
        return parse_date(self.dataset.coverage.date) if self.dataset is not None else None

    @cached_property
    def first_offices(self) -> dict[str, date]:
        """When the first office of each actor began whose offices all have a beginning."""
        begun = {}
        for actor in self.reference.actors.values():
            dates = [each.date for each in actor.positions if each.date is not None]
            if dates and len(dates) == len(actor.positions):
                begun[actor.id] = min(parse_date(each).start for each in dates)
        return begun

    @cached_property
    def bounded(self) -> dict[str, ActorRecord]:
        """The actors of which a beginning or an end is known."""
        actors = self.reference.actors
        return {id: each for id, each in actors.items() if each.began or each.ended}

    @cached_property
    def published(self) -> dict[str, DateSpan]:
        """When each source with a date was published."""
        sources = self.reference.sources.values()
        return {each.id: parse_date(each.date) for each in sources if each.date is not None}

    @property
    def language(self) -> str:
        """The language of our own words."""
        return (self.dataset and self.dataset.language) or OWN_LANGUAGE


def doubt(name: str, location: Location, id: str = "", kind: str = "", /, **facts: Any) -> Query:
    """A place that is in doubt, by the name of its message, and the facts that it shows."""
    return Query(name, location, id, kind, facts)


def repeated(items: Iterable[tuple[Hashable, ItemT]]) -> Iterator[tuple[ItemT, ItemT]]:
    """Each item of which the key was seen before, with the first item that had it."""
    seen: dict[Hashable, ItemT] = {}
    for key, item in items:
        if key in seen:
            yield item, seen[key]
        seen.setdefault(key, item)
