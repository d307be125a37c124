"""What clients get of actors, topics and sources, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from app.entries.documents import (
    CitationDocument,
    CorrectionDocument,
    Document,
    Summary,
    citation_document,
    correction_document,
)
from app.entries.questions import NONE_GIVEN, Question, UndatedFormatName, Values, readable_words
from app.reference.actors import ActorKind, ActorRecord, ExternalIds
from app.reference.registry import Reference
from app.reference.sources import SourceKind, SourceRecord, TitleOrigin
from app.reference.topics import TopicRecord


class ReferenceDocument(Document):
    """What actors, topics and sources have in common."""

    id: Annotated[str, Field(examples=["netanyahu"])]
    """The id, never reused."""
    name: Annotated[str, Field(examples=["Benjamin Netanyahu"])]
    """The name to show."""
    url: Annotated[str, Field(examples=["/v1/actors/netanyahu"])]
    """The path of this document."""


class ReferenceEnd(Document):
    """What follows the own fields."""

    notes: str | None
    """Remarks."""
    corrections: list[CorrectionDocument]
    """What was corrected after publication."""
    links: Annotated[dict[str, str], Field(examples=[{"events": "/v1/events?actor=netanyahu"}])]
    """Related questions, as paths."""


class PositionDocument(Document):
    """An office."""

    title: Annotated[str, Field(examples=["Prime Minister"])]
    """The office."""
    of: Summary | None
    """Of whom or what."""
    date: Annotated[str | None, Field(examples=["2022-12-29/.."])]
    """When, in the date language; null where the record gives no dates."""


class MembershipDocument(Document):
    """What an actor is part of."""

    actor: Summary
    """The whole."""
    date: str | None
    """When, in the date language; null where the record gives no dates."""


class ActorFields(Document):
    """What only actors have."""

    kind: ActorKind
    """What the actor is."""
    description: str | None
    """One sentence, in our words."""
    aliases: list[str]
    """Other names and spellings that find the actor."""
    external_ids: ExternalIds | None
    """Ids in outside registers: Wikidata, ISO 3166, Gleditsch and Ward."""
    positions: list[PositionDocument]
    """The offices held, with their dates."""
    part_of: list[MembershipDocument]
    """What the actor is part of."""
    citations: list[CitationDocument]
    """Which sources say so."""


class ActorDocument(ReferenceEnd, ActorFields, ReferenceDocument):
    """An actor: a person, a state, a group or an institution."""


class TopicFields(Document):
    """What only topics have."""

    definition: str | None
    """What the topic covers (skos:definition)."""
    broader: Summary | None
    """The topic above (skos:broader)."""
    narrower: list[Summary]
    """The topics below (skos:narrower)."""
    close_match: list[str]
    """Matches in other vocabularies (skos:closeMatch)."""


class TopicDocument(ReferenceEnd, TopicFields, ReferenceDocument):
    """A topic of the record's own hierarchy; `name` is its label."""


class SourceFields(Document):
    """What only sources have."""

    publisher: str
    """Who published the text."""
    title: str
    """The title, or what stands for it."""
    title_origin: TitleOrigin
    """Where the title comes from; one made from the address is not the printed headline."""
    href: Annotated[str | None, Field(examples=["https://example.org/article"])]
    """The address of the text."""
    archive_href: str | None
    """The address of an archived copy."""
    date: str | None
    """The date of publication, in the date language."""
    language: str
    """The language of the text (BCP 47)."""
    kind: SourceKind
    """What sort of text it is."""


class SourceDocument(ReferenceEnd, SourceFields, ReferenceDocument):
    """A published text that the record cites; `name` is its publisher."""


def actor_document(record: ActorRecord, reference: Reference) -> ActorDocument:
    """The document of an actor."""
    asking = {
        "events": f"/v1/events?actor={record.id}",
        "quotes": f"/v1/quotes?speaker={record.id}",
        "timeline": f"/v1/timeline?actor={record.id}",
        "affiliates": f"/v1/timeline?actor={record.id}&include_affiliates=true",
        "positions": f"/v1/actors/{record.id}/positions",
        "history": f"/v1/actors/{record.id}/history",
        "cite": f"/v1/actors/{record.id}?format=bibtex",
    }
    return ActorDocument.model_validate(
        {
            "id": record.id,
            "name": record.name,
            "url": f"/v1/actors/{record.id}",
            "kind": record.kind,
            "description": record.description,
            "aliases": list(record.aliases),
            "external_ids": record.external_ids,
            "positions": [
                {
                    "title": held.title,
                    "of": reference.actor(held.of) if held.of is not None else None,
                    "date": held.date,
                }
                for held in record.positions
            ],
            "part_of": [
                {"actor": reference.actor(part.actor), "date": part.date} for part in record.part_of
            ],
            "citations": [
                citation_document(citation, reference.source(citation.source))
                for citation in record.citations
            ],
            **ending(record, asking),
        }
    )


def topic_document(record: TopicRecord, reference: Reference) -> TopicDocument:
    """The document of a topic."""
    narrower = sorted(topic.id for topic in reference.topics.values() if topic.broader == record.id)
    asking = {
        "timeline": f"/v1/timeline?topic={record.id}",
        "terms": f"/v1/terms?topic={record.id}",
        "history": f"/v1/topics/{record.id}/history",
        "cite": f"/v1/topics/{record.id}?format=bibtex",
    }
    return TopicDocument.model_validate(
        {
            "id": record.id,
            "name": record.label,
            "url": f"/v1/topics/{record.id}",
            "definition": record.definition,
            "broader": reference.topic(record.broader) if record.broader is not None else None,
            "narrower": [reference.topic(topic) for topic in narrower],
            "close_match": list(record.close_match),
            **ending(record, asking),
        }
    )


def source_document(record: SourceRecord, reference: Reference) -> SourceDocument:
    """The document of a source."""
    del reference
    asking = {
        "timeline": f"/v1/timeline?source={record.id}",
        "history": f"/v1/sources/{record.id}/history",
        "cite": f"/v1/sources/{record.id}?format=bibtex",
    }
    return SourceDocument.model_validate(
        {
            "id": record.id,
            "name": record.publisher,
            "url": f"/v1/sources/{record.id}",
            "publisher": record.publisher,
            "title": record.title,
            "title_origin": record.title_origin,
            "href": record.url,
            "archive_href": record.archive_url,
            "date": record.date,
            "language": record.language,
            "kind": record.kind,
            **ending(record, asking),
        }
    )


def ending(record: Any, links: dict[str, str]) -> dict[str, Any]:
    """The fields of `ReferenceEnd`."""
    return {
        "notes": record.notes,
        "corrections": [correction_document(each) for each in record.corrections],
        "links": links,
    }


class ReferenceQuestion(Question):
    """What can be asked of actors, topics and sources."""

    # Only a part of the formats is for documents without dates.
    format: Annotated[
        UndatedFormatName | None,
        Field(
            description="The representation; without it the `Accept` header chooses.",
            examples=["json"],
        ),
    ] = None  # type: ignore[assignment]
    id: Annotated[
        list[str], Values, Field(description="By id; repeatable.", examples=[["netanyahu"]])
    ] = NONE_GIVEN
    q: Annotated[
        str | None,
        Field(max_length=1000),
        AfterValidator(readable_words),
        Field(
            description="Beginnings of words of the name, for pickers: `neta` finds Netanyahu.",
            examples=["neta"],
        ),
    ] = None


REFERENCE_DOCUMENTS: dict[str, Callable[[Any, Reference], ReferenceDocument]] = {
    "actor": actor_document,
    "topic": topic_document,
    "source": source_document,
}
