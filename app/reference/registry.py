"""The whole reference data in memory while seeding: summaries, offices, and the closures.

Closures: a topic with its broader ones; an actor with all it held office of or was part of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from app.entries.dates import DateSpan, parse_date
from app.entries.documents import SourceSummary, Summary
from app.reference.actors import ActorRecord
from app.reference.sources import SourceRecord
from app.reference.topics import TopicRecord

# What the records of each type of name are read as.
REFERENCE_RECORDS: dict[str, Any] = {
    "actor": ActorRecord,
    "topic": TopicRecord,
    "source": SourceRecord,
}


def within(dated: str | None, start: date, end: date) -> bool:
    """Whether a date of the date language meets the days; no date holds throughout."""
    if dated is None:
        return True
    span = parse_date(dated)
    return span.start <= end and span.end >= start


class Reference:
    """Actors, topics and sources by id. References between them must have been checked."""

    def __init__(self) -> None:
        self.actors: dict[str, ActorRecord] = {}
        self.topics: dict[str, TopicRecord] = {}
        self.sources: dict[str, SourceRecord] = {}
        # By date as well; entries come in the order of their dates.
        self.affiliates = lru_cache(maxsize=4096)(self._affiliates)
        self.office = lru_cache(maxsize=4096)(self._office)
        self.actor = lru_cache(maxsize=65536)(self._actor)
        self.topic = lru_cache(maxsize=65536)(self._topic)
        self.source = lru_cache(maxsize=65536)(self._source)
        self.broader = lru_cache(maxsize=65536)(self._broader)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as its records: what was looked up stays behind."""
        return reference_of, (list(self.records()),)

    def of(self, name_type: str) -> dict[str, Any]:
        """The records of a type of name by id."""
        name_types: dict[str, dict[str, Any]] = {
            "actor": self.actors,
            "topic": self.topics,
            "source": self.sources,
        }
        return name_types[name_type]

    def add(self, name_type: str, record: Any) -> None:
        """Takes a record in; of two with one id the first stays."""
        self.of(name_type).setdefault(record.id, record)

    def records(self) -> Iterator[tuple[str, Any]]:
        """Every record with its type of name."""
        for name_type in REFERENCE_RECORDS:
            for record in self.of(name_type).values():
                yield name_type, record

    def _actor(self, actor_id: str) -> Summary:
        return Summary(id=actor_id, name=self.actors[actor_id].name, url=f"/v1/actors/{actor_id}")

    def _topic(self, topic_id: str) -> Summary:
        return Summary(id=topic_id, name=self.topics[topic_id].label, url=f"/v1/topics/{topic_id}")

    def _source(self, source_id: str) -> SourceSummary:
        source = self.sources[source_id]
        return SourceSummary(
            id=source_id,
            name=source.publisher,
            title=source.title,
            date=source.date,
            url=f"/v1/sources/{source_id}",
        )

    def _broader(self, topic_id: str) -> tuple[str, ...]:
        """The topic and every broader one."""
        chain = []
        current: str | None = topic_id
        while current is not None:
            chain.append(current)
            current = self.topics[current].broader
        return tuple(chain)

    def _office(self, actor_id: str, start: date, end: date) -> str | None:
        """The offices that the actor held on those days, as one line, or None."""
        held = [
            f"{position.title}, {self.actors[position.of].name}" if position.of else position.title
            for position in self.actors[actor_id].positions
            if within(position.date, start, end)
        ]
        return "; ".join(held) or None

    def _affiliates(self, actor_id: str, start: date, end: date) -> frozenset[str]:
        """The actor and all that it belonged to on those days, by offices and membership."""
        reached = {actor_id}
        pending = [actor_id]
        while pending:
            for above in self._above(pending.pop(), start, end):
                if above not in reached:
                    reached.add(above)
                    pending.append(above)
        return frozenset(reached)

    def _above(self, actor_id: str, start: date, end: date) -> Iterator[str]:
        actor = self.actors[actor_id]
        for position in actor.positions:
            if position.of is not None and within(position.date, start, end):
                yield position.of
        for membership in actor.part_of:
            if within(membership.date, start, end):
                yield membership.actor

    def office_on(self, actor_id: str, span: DateSpan) -> str | None:
        """The offices held on the days of an entry."""
        return self.office(actor_id, span.start, span.end)


def reference_of(records: Iterable[tuple[str, Any]]) -> Reference:
    """The reference data of some records, each with its type of name."""
    made = Reference()
    for name_type, record in records:
        made.add(name_type, record)
    return made
