"""Actors, topics and sources in memory while documents are made: summaries, offices, closures.

The closure of a topic has its broader topics; that of an actor has the actors of which it held an
office or was part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from app.entries.dates import DateSpan, parse_date
from app.entries.documents import SourceSummary, Summary, document_fields
from app.entries.fields import RefersTo
from app.entries.stems import OWN_LANGUAGE
from app.reference.actors import ActorRecord
from app.reference.sources import SourceRecord
from app.reference.topics import TopicRecord


def within(dated: str | None, start: date, end: date) -> bool:
    """Whether a date overlaps the days; without a date, it does."""
    if dated is None:
        return True
    span = parse_date(dated)
    return span.start <= end and span.end >= start


class Reference:
    """Actors, topics and sources by id. References between them must have been validated.

    `language` is that of the record, in which documents write dates.
    """

    def __init__(
        self, records: Iterable[tuple[str, Any]] = (), language: str = OWN_LANGUAGE
    ) -> None:
        self.language = language
        self.actors: dict[str, ActorRecord] = {}
        self.topics: dict[str, TopicRecord] = {}
        self.sources: dict[str, SourceRecord] = {}
        self.by_type: dict[str, dict[str, Any]] = {
            "actor": self.actors,
            "topic": self.topics,
            "source": self.sources,
        }
        for name_type, record in records:
            self.add(name_type, record)
        # Entries come in the order of their dates, so that few results by date are enough.
        self.affiliates = lru_cache(maxsize=4096)(self._affiliates)
        self.office = lru_cache(maxsize=4096)(self._office)
        self.summary = lru_cache(maxsize=65536)(self._summary)
        self.broader = lru_cache(maxsize=65536)(self._broader)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as its records, without the results that are cached."""
        return Reference, (list(self.records()), self.language)

    def add(self, name_type: str, record: Any) -> None:
        """Adds a record; if two have the same id, the first is kept."""
        self.by_type[name_type].setdefault(record.id, record)

    def records(self) -> Iterator[tuple[str, Any]]:
        """Every record with its type."""
        for name_type, records in self.by_type.items():
            for record in records.values():
                yield name_type, record

    def refer(self, mark: RefersTo, record_id: str) -> dict[str, Any]:
        """What a document shows for an id: a `Summary`, or an `EntryLink`."""
        if mark.kind in self.by_type:
            return self.summary(mark.kind, record_id)
        return {"id": record_id, "url": f"/v1/{mark.plural}/{record_id}"}

    def _summary(self, kind: str, record_id: str) -> dict[str, Any]:
        record, url = self.by_type[kind][record_id], f"/v1/{kind}s/{record_id}"
        if kind == "source":
            named = {"name": record.publisher, "url": url, "passage_href": None}
            addresses = {"href": record.url, "archive_href": record.archive_url}
            return document_fields(SourceSummary, record, self.refer, {**named, **addresses})
        return Summary(id=record_id, name=record.label, url=url).model_dump()

    def _broader(self, topic_id: str) -> tuple[str, ...]:
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
