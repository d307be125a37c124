"""Quotes: one utterance each, with every outlet's wording of it.

To add a filter: one field in `QuoteQuestion`, one line in `QuoteRecord.postings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator
from pydantic.json_schema import SkipJsonSchema

from app.entries.documents import (
    Document,
    EntryDocument,
    EntryEnd,
    EntryLink,
    SourceSummary,
    Summary,
)
from app.entries.questions import NONE_GIVEN, EntryQuestion, Filter, FlagParameter, Values
from app.entries.record import (
    ActorId,
    ActorLink,
    EntryRecord,
    EventId,
    Flag,
    Language,
    Line,
    Prose,
    Record,
    Role,
    SourceId,
    Verbatim,
    linked,
    once,
)
from app.kinds.evidence import (
    Evidence,
    EvidenceStatus,
    VerificationDocument,
    verification,
    words_hash,
)
from app.reference.registry import Reference


class Attribution(StrEnum):
    """On whose word the quotation rests."""

    on_record = "on_record"
    spokesperson = "spokesperson"
    official_source = "official_source"
    document = "document"
    reported = "reported"


class Speaker(Record):
    """Who said it; `office` only where it is not what the actor's positions give."""

    actor: ActorId
    office: Line | None = None


class Rendering(Record):
    """Another wording of the same utterance, as one source prints it."""

    text: Verbatim
    source: SourceId
    language: Language | None = None
    translated: Flag | None = None
    via: Line | None = None
    note: Prose | None = None


class QuoteRecord(EntryRecord):
    """A quote as curated; `text` stands word for word in the first citation's source."""

    text: Verbatim
    speakers: Annotated[
        tuple[Speaker, ...], Field(min_length=1), once(lambda speaker: speaker.actor)
    ]
    event: EventId | None = None
    context: Prose | None = None
    language: Language = "en"
    translated: Flag | None = None
    fragment: Flag = False
    attribution: Attribution
    renderings: tuple[Rendering, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @cached_property
    def links(self) -> tuple[ActorLink, ...]:
        """The speakers and the curated actors."""
        speakers = tuple(speaker.actor for speaker in self.speakers)
        return linked((Role.speaker, speakers), actors=self.actors)

    def mentions(self) -> dict[str, tuple[str, ...]]:
        """The event at which it was said."""
        return {"event": (self.event,)} if self.event is not None else {}

    def sources(self) -> tuple[str, ...]:
        """The cited sources and those of the other wordings."""
        others = (rendering.source for rendering in self.renderings)
        return tuple(dict.fromkeys((*super().sources(), *others)))

    @cached_property
    def wordings(self) -> tuple[Rendering, ...]:
        """Every wording, the principal one first, each with the source that prints it."""
        # All of it was checked as the quote's own fields.
        first = Rendering.model_construct(
            text=self.text,
            source=self.citations[0].source,
            language=self.language,
            translated=self.translated,
            via=self.citations[0].via,
        )
        return (first, *self.renderings)

    def evidence_of(self, wording: Rendering) -> Evidence | None:
        """What is known of a wording's place in its source."""
        words = words_hash(wording.text) if self.evidence else None
        found = (e for e in self.evidence if (e.source, e.words) == (wording.source, words))
        return next(found, None)

    def evidence_status(self) -> EvidenceStatus:
        """The best of all wordings: one that stands in its source proves the quotation."""
        if not self.evidence:
            return EvidenceStatus.unverified
        proved = any(each.status is EvidenceStatus.verified for each in self.evidence)
        return EvidenceStatus.verified if proved else EvidenceStatus.failed

    def postings(self) -> Iterator[tuple[str, str]]:
        """Where a quote is found, beside what all kinds have."""
        for speaker in self.speakers:
            yield "speaker", speaker.actor
        if self.event is not None:
            yield "event", self.event
        yield "attribution", self.attribution
        yield "evidence", self.evidence_status()
        yield "fragment", "true" if self.fragment else "false"
        for language in {wording.language or self.language for wording in self.wordings}:
            yield "language", language

    def texts(self) -> Iterator[str]:
        """What a search for words reads: every wording, and the context."""
        yield from dict.fromkeys(wording.text for wording in self.wordings)
        if self.context is not None:
            yield self.context


class WrittenQuote(QuoteRecord):
    """A quote as written in a seed file; its evidence stands in a file of its own."""

    evidence: SkipJsonSchema[tuple[Evidence, ...]] = ()

    @field_validator("evidence", mode="before")
    @classmethod
    def given_elsewhere(cls, _: object) -> tuple[Evidence, ...]:
        """Evidence is recorded by `parley verify`."""
        raise ValueError("is not written in a quote; `parley verify --write` writes evidence.yaml")


class SpeakerDocument(Document):
    """Who said it, with the office held on that date."""

    actor: Summary
    """The speaker."""
    office: Annotated[str | None, Field(examples=["Prime Minister, Israel"])]
    """The office held on that date."""


class RenderingDocument(Document):
    """One wording of the utterance, as one source prints it."""

    text: Annotated[str, Field(examples=["total victory"])]
    """The words, exactly as printed."""
    source: SourceSummary
    """The source that prints them."""
    language: Annotated[str, Field(examples=["en"])]
    """The language of the words (BCP 47)."""
    translated: bool | None
    """Whether the words are a translation; null where that is not known."""
    via: str | None
    """The outlet or wire that the source itself credits."""
    note: str | None
    """A remark on this wording."""
    evidence: EvidenceStatus
    """Whether the words were found in the text of the source."""
    verification: VerificationDocument | None
    """Where and when; null where nobody has looked."""


class QuoteFields(Document):
    """What only quotes have."""

    text: Annotated[str, Field(examples=["We are on the way to an absolute victory"])]
    """The words of the principal wording, exactly as its source prints them."""
    speakers: list[SpeakerDocument]
    """Who said it; a joint statement has several."""
    event: EntryLink | None
    """The event at which it was said."""
    context: str | None
    """Where, when and about what, in our words."""
    language: Annotated[str, Field(examples=["en"])]
    """The language of `text` (BCP 47)."""
    translated: bool | None
    """Whether `text` is a translation; null where that is not known."""
    fragment: bool
    """Whether `text` is part of a sentence."""
    attribution: Attribution
    """On whose word the quotation rests."""
    evidence: EvidenceStatus
    """The best of its wordings: verified if one of them is, else failed if one of them is."""
    renderings: list[RenderingDocument]
    """Every wording of the utterance with its source, the principal one first."""


class QuoteDocument(EntryEnd, QuoteFields, EntryDocument):
    """A quote."""

    kind: Literal["quote"]
    """Always `quote`."""


def render(record: QuoteRecord, reference: Reference) -> dict[str, Any]:
    """A quote's own fields."""
    event = record.event
    return {
        "text": record.text,
        "speakers": [
            {
                "actor": reference.actor(speaker.actor),
                "office": speaker.office or reference.office_on(speaker.actor, record.span),
            }
            for speaker in record.speakers
        ],
        "event": {"id": event, "url": f"/v1/events/{event}"} if event is not None else None,
        "context": record.context,
        "language": record.language,
        "translated": record.translated,
        "fragment": record.fragment,
        "attribution": record.attribution,
        "evidence": record.evidence_status(),
        "renderings": [
            {
                "text": wording.text,
                "source": reference.source(wording.source),
                "language": wording.language or record.language,
                "translated": wording.translated,
                "via": wording.via,
                "note": wording.note,
                "evidence": found.status if found else EvidenceStatus.unverified,
                "verification": verification(found),
            }
            for wording in record.wordings
            for found in (record.evidence_of(wording),)
        ],
        "links": {},
    }


class QuoteQuestion(EntryQuestion):
    """What can be asked of quotes."""

    speaker: Annotated[
        list[str],
        Values,
        Filter("speaker", name_type="actor"),
        Field(
            description="Who said it: by id, name or alias; repeatable.", examples=[["netanyahu"]]
        ),
    ] = NONE_GIVEN
    event: Annotated[
        list[str],
        Values,
        Filter("event", name_type="event"),
        Field(description="Said at this event; repeatable.", examples=[["ev-2023-10-07-attack"]]),
    ] = NONE_GIVEN
    attribution: Annotated[
        list[Attribution],
        Values,
        Filter("attribution"),
        Field(description="On whose word it rests; repeatable.", examples=[["on_record"]]),
    ] = NONE_GIVEN
    language: Annotated[
        list[str],
        Values,
        Filter("language", name_type="language"),
        Field(description="A wording in this language exists; repeatable.", examples=[["en"]]),
    ] = NONE_GIVEN
    fragment: Annotated[
        FlagParameter | None,
        Filter("fragment"),
        Field(description="Whether it is part of a sentence.", examples=[True]),
    ] = None
    evidence: Annotated[
        list[EvidenceStatus],
        Values,
        Filter("evidence"),
        Field(
            description="Whether one of its wordings was found in the text of its source; "
            "repeatable.",
            examples=[["verified"]],
        ),
    ] = NONE_GIVEN
