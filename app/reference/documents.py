"""What clients get of actors, topics and sources, and what may be asked of them."""

from __future__ import annotations

from pydantic import Field

from app.entries.documents import (
    CitationDocument,
    CorrectionDocument,
    Document,
    Summary,
    document_of,
)
from app.entries.questions import Question, UndatedFormatName, WordsParameter, several
from app.entries.record import Identifiers
from app.reference.actors import ActorIdentifiers, ActorKind, Membership, Position
from app.reference.sources import SourceKind, TitleOrigin


class ReferenceDocument(Document):
    """The first fields of actors, topics and sources."""

    id: str
    """The id, never reused."""
    name: str
    """The name to show."""
    url: str
    """The path of this document."""
    label: str
    """One line to show: the name; of a source, publisher and title."""


class ReferenceEnd(Document):
    """The fields after those of the type."""

    notes: str | None
    """Remarks."""
    corrections: list[CorrectionDocument]
    """What was corrected after publication."""
    links: dict[str, str]
    """Related questions, as paths."""


@document_of(Position)
class PositionDocument(Document):
    """An office."""


@document_of(Membership)
class MembershipDocument(Document):
    """What an actor is part of."""


class ActorFields(Document):
    """The fields of actors only."""

    kind: ActorKind
    """What the actor is."""
    description: str | None
    """One sentence, in our words."""
    aliases: list[str]
    """Other names and spellings that find the actor."""
    external_ids: ActorIdentifiers | None
    """The same as `identifiers`, which is the name to use."""
    identifiers: ActorIdentifiers | None
    """Ids in outside registers: Wikidata, ISO 3166, Gleditsch and Ward, United Nations, PA-X."""
    positions: list[PositionDocument]
    """The offices held, with their dates."""
    part_of: list[MembershipDocument]
    """What the actor is part of."""
    citations: list[CitationDocument]
    """Which sources say so."""


class ActorDocument(ReferenceEnd, ActorFields, ReferenceDocument):
    """An actor: a person, a state, a group or an institution."""


class TopicFields(Document):
    """The fields of topics only."""

    definition: str | None
    """What the topic covers (skos:definition)."""
    broader: Summary | None
    """The topic above (skos:broader)."""
    narrower: list[Summary]
    """The topics below (skos:narrower)."""
    close_match: list[str]
    """Matches in other vocabularies (skos:closeMatch)."""
    identifiers: Identifiers | None
    """Ids in outside registers."""


class TopicDocument(ReferenceEnd, TopicFields, ReferenceDocument):
    """A topic of the record's own hierarchy; `name` is its label."""


class SourceFields(Document):
    """The fields of sources only."""

    publisher: str
    """Who published the text."""
    title: str
    """The title, or what stands for it."""
    title_printed: bool
    """Whether that is the printed title; if not, it is made from the address or describes it."""
    title_origin: TitleOrigin
    """Where the title comes from; one made from the address is not the printed headline."""
    href: str | None
    """The address of the text."""
    archive_href: str | None
    """The address of an archived copy."""
    date: str | None
    """The date of publication, in the date language."""
    language: str
    """The language of the text (BCP 47)."""
    kind: SourceKind
    """What sort of text it is."""
    identifiers: Identifiers | None
    """Ids in outside registers, such as the symbol of a document of the United Nations."""


class SourceDocument(ReferenceEnd, SourceFields, ReferenceDocument):
    """A published text that the record cites; `name` is its publisher."""


class ReferenceQuestion(Question):
    """What can be asked of actors, topics and sources."""

    # Only a part of the formats is for documents without dates.
    format: UndatedFormatName | None = Field(None, examples=["json"])  # type: ignore[assignment]
    """The representation; without it the `Accept` header chooses."""
    id: list[str] = several()
    """By id; repeatable."""
    q: WordsParameter = None
    """Beginnings of words of the name, for pickers."""
