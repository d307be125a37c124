"""Actors, topics and sources, which entries refer to: the one table of their types."""

from __future__ import annotations

from typing import Any

from app.reference.actors import ActorRecord
from app.reference.documents import ActorDocument, SourceDocument, TopicDocument
from app.reference.record_types import RecordType
from app.reference.registry import Reference
from app.reference.sources import SourceRecord
from app.reference.topics import TopicRecord


def narrower(record: TopicRecord, reference: Reference) -> list[dict[str, Any]]:
    """The topics one level below, by id."""
    below = sorted(each.id for each in reference.topics.values() if each.broader == record.id)
    return [reference.summary("topic", topic) for topic in below]


REFERENCE_TYPES: dict[str, RecordType] = {
    each.name: each
    for each in (
        RecordType(
            name="actor",
            plural="actors",
            description="Persons, states, groups and institutions.",
            record=ActorRecord,
            document=ActorDocument,
            computed=dict.fromkeys(
                ("external_ids", "identifiers"), lambda record, _: record.all_identifiers
            ),
            links={
                "events": "/v1/events?actor={id}",
                "quotes": "/v1/quotes?speaker={id}",
                "timeline": "/v1/timeline?actor={id}",
                "affiliates": "/v1/timeline?actor={id}&include_affiliates=true",
                "positions": "/v1/actors/{id}/positions",
            },
        ),
        RecordType(
            name="topic",
            plural="topics",
            description="The subjects of the record, as a hierarchy.",
            record=TopicRecord,
            document=TopicDocument,
            computed={"name": lambda record, _: record.label, "narrower": narrower},
            links={"timeline": "/v1/timeline?topic={id}", "terms": "/v1/terms?topic={id}"},
        ),
        RecordType(
            name="source",
            plural="sources",
            description="The published texts that the record cites.",
            record=SourceRecord,
            document=SourceDocument,
            computed={
                "name": lambda record, _: record.publisher,
                "href": lambda record, _: record.url,
                "archive_href": lambda record, _: record.archive_url,
            },
            links={"timeline": "/v1/timeline?source={id}"},
        ),
    )
}
