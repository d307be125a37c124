"""Quotes: one utterance each, with every outlet's wording of it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from app.entries.documents import (
    Before,
    CitationDocument,
    Document,
    EntryDocument,
    EntryEnd,
    document_fields,
    document_of,
)
from app.entries.fields import (
    ActorId,
    EventId,
    Flag,
    Language,
    Line,
    Prose,
    SourceId,
    Verbatim,
    never_written,
    once,
)
from app.entries.names import VALUE
from app.entries.questions import EntryQuestion, Filter, FlagParameter, filtered
from app.entries.record import EntryRecord, Record, Role
from app.kinds.evidence import (
    Evidence,
    EvidenceStatus,
    TextQuoteSelector,
    VerificationDocument,
    passage_address,
    words_hash,
)
from app.kinds.kind import Kind
from app.kinds.linked_data import (
    WORK_ROLES,
    LinkedData,
    Node,
    actor_node,
    date_node,
    reference_node,
    source_node,
    without_nothing,
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
    """Who said it; `office` is written where it is not what the actor's positions give."""

    actor: ActorId
    """The speaker."""
    office: Line | None = None
    """The office held on that date."""


class Rendering(Record):
    """Another wording of the same utterance, as one source prints it."""

    text: Verbatim
    """The words, exactly as printed."""
    source: SourceId
    """The source that prints them."""
    language: Language | None = None
    """The language of the words (BCP 47); without it, that of the quote."""
    translated: Flag | None = None
    """Whether the words are a translation; null where that is not known."""
    named_speaker: Line | None = None
    """Whom the source names as the speaker, where it is not whom the entry names."""
    via: Line | None = None
    """The outlet or wire that the source itself credits."""
    note: Prose | None = None
    """A remark on this wording."""


class Wording(Rendering):
    """A rendering, or the principal wording, with what is known of its place in its source."""

    verification: Evidence | None = None

    @property
    def evidence(self) -> EvidenceStatus:
        """Whether the words were found in the text of the source."""
        found = self.verification
        return found.status if found is not None else EvidenceStatus.unverified

    @property
    def selector(self) -> TextQuoteSelector | None:
        """Where the words stand in the text; None where that is not known."""
        return self.verification.selector if self.verification is not None else None


class QuoteRecord(EntryRecord):
    """A quote as curated; `text` stands word for word in the first citation's source."""

    ROLES = {Role.speaker: "speakers.actor"}
    SEARCHED = ("different_texts", "context")

    text: Verbatim
    """The words of the principal wording, exactly as its source prints them."""
    speakers: Annotated[
        tuple[Speaker, ...], Field(min_length=1), once(lambda speaker: speaker.actor)
    ]
    """Who said it; a joint statement has several."""
    event: EventId | None = None
    """The event at which it was said."""
    context: Prose | None = None
    """Where, when and about what, in our words."""
    language: Language = "en"
    """The language of `text` (BCP 47)."""
    spoken_language: Language | None = None
    """The language in which it was spoken or written (BCP 47); null where that is not known."""
    translated: Flag | None = None
    """Whether `text` is a translation; null where that is not known."""
    fragment: Flag = False
    """Whether `text` is part of a sentence."""
    attribution: Attribution
    """On whose word the quotation rests."""
    renderings: tuple[Rendering, ...] = ()
    """Its other wordings."""
    evidence: tuple[Evidence, ...] = ()
    """What was found of its wordings in their sources."""

    @cached_property
    def wordings(self) -> tuple[Wording, ...]:
        """Every wording, the principal one first."""
        principal = Rendering.model_construct(
            text=self.text,
            source=self.citations[0].source,
            translated=self.translated,
            via=self.citations[0].via,
        )
        return tuple(self.wording(each) for each in (principal, *self.renderings))

    def wording(self, rendering: Rendering) -> Wording:
        """A rendering with its language and evidence; its fields are validated already."""
        words = words_hash(rendering.text) if self.evidence else None
        found = (e for e in self.evidence if (e.source, e.words) == (rendering.source, words))
        language = rendering.language or self.language
        return Wording.model_construct(
            **{**dict(rendering), "language": language, "verification": next(found, None)}
        )

    @property
    def evidence_status(self) -> EvidenceStatus:
        """The best of all wordings: one that stands in its source proves the quotation."""
        if not self.evidence:
            return EvidenceStatus.unverified
        proved = any(each.status is EvidenceStatus.verified for each in self.evidence)
        return EvidenceStatus.verified if proved else EvidenceStatus.failed

    @property
    def languages(self) -> Collection[str]:
        """The languages of the wordings, and that of the context."""
        return {*super().languages, *filter(None, (each.language for each in self.wordings))}

    @property
    def different_texts(self) -> tuple[str, ...]:
        """The text of every wording, each once."""
        return tuple(dict.fromkeys(wording.text for wording in self.wordings))


class SeedQuote(QuoteRecord):
    """A quote as it stands in a seed file; its evidence stands in a file of its own."""

    evidence: Annotated[
        SkipJsonSchema[tuple[Evidence, ...]],
        never_written("is not written in a quote; `parley verify --write` writes evidence.yaml"),
    ] = ()


@document_of(Speaker)
class SpeakerDocument(Document):
    """Who said it, with the office held on that date."""


@document_of(Rendering)
class RenderingDocument(Document):
    """One wording of the utterance, as one source prints it."""

    language: str
    """The language of the words (BCP 47)."""
    evidence: EvidenceStatus
    """Whether the words were found in the text of the source."""
    verification: VerificationDocument | None
    """Where and when; null where nobody has looked."""


@document_of(QuoteRecord)
class QuoteFields(Document):
    """What only quotes have."""

    evidence: Annotated[EvidenceStatus, Before("renderings")]
    """The best of its wordings: verified if one of them is, else failed if one of them is."""
    renderings: list[RenderingDocument]
    """Every wording of the utterance with its source, the principal one first."""


class QuoteDocument(EntryEnd, QuoteFields, EntryDocument):
    """A quote."""

    kind: Literal["quote"]
    """Always `quote`."""


class QuoteQuestion(EntryQuestion):
    """What can be asked of quotes."""

    speaker: list[str] = filtered("speakers.actor", name_type="actor")
    """Who said it: by id, name or alias; repeatable."""
    event: list[str] = filtered("event", name_type="event")
    """Said at this event; repeatable."""
    attribution: list[Attribution] = filtered("attribution")
    """On whose word it rests; repeatable."""
    language: list[str] = filtered("wordings.language", name_type=VALUE)
    """A wording in this language exists; repeatable."""
    fragment: Annotated[FlagParameter | None, Filter("fragment")] = None
    """Whether it is part of a sentence."""
    evidence: list[EvidenceStatus] = filtered("evidence_status")
    """Whether one of its wordings was found in the text of its source; repeatable."""


ATTRIBUTION_REMARKS = {
    Attribution.spokesperson: "by a spokesperson",
    Attribution.official_source: "by an official source",
    Attribution.document: "from a document",
    Attribution.reported: "as others report it",
}


def quote_line(quote: dict[str, Any], words: str) -> str:
    """The speakers and their words; words that were cut to fit a line have their own ellipsis."""
    speakers = ", ".join(each["actor"]["name"] for each in quote["speakers"])
    before, after = ellipses(quote)
    return f"{speakers}: “{before}{words}{'' if words.endswith('…') else after}”"


def ellipses(quote: dict[str, Any]) -> tuple[str, str]:
    """What is shown before and after the words of a fragment, where its sentence is cut.

    Words that begin with a capital and end with a full stop may still be cut at either side.
    """
    if not quote["fragment"]:
        return "", ""
    words = quote["text"]
    begins, ends = words[0].isupper(), words.endswith((".", "!", "?", "؟"))
    return "" if begins and not ends else "… ", "" if ends and not begins else " …"


def quote_remarks(quote: dict[str, Any]) -> list[str]:
    """Whether the words are cut, translated, or not from the speaker directly."""
    remarks = ["fragment of a sentence"] if quote["fragment"] else []
    remarks += ["translated"] if quote["translated"] else []
    attribution = ATTRIBUTION_REMARKS.get(quote["attribution"])
    return [*remarks, attribution] if attribution else remarks


def speakers_of(record: QuoteRecord, reference: Reference) -> list[dict[str, Any]]:
    """Each speaker with the office held on that date."""
    return [
        {
            "actor": reference.summary("actor", speaker.actor),
            "office": speaker.office or reference.office_on(speaker.actor, record.span),
        }
        for speaker in record.speakers
    ]


def renderings_of(record: QuoteRecord, reference: Reference) -> list[dict[str, Any]]:
    return [
        with_passage(document_fields(RenderingDocument, wording, reference.refer), wording)
        for wording in record.wordings
    ]


def citations_of(record: QuoteRecord, reference: Reference) -> list[dict[str, Any]]:
    """The citations, each with the passage of the first wording of its source that is found."""
    found = {each.source: each for each in reversed(record.wordings) if each.selector is not None}
    return [
        with_passage(
            document_fields(CitationDocument, each, reference.refer), found.get(each.source)
        )
        for each in record.citations
    ]


def with_passage(document: dict[str, Any], wording: Wording | None) -> dict[str, Any]:
    """What has a source, with the address of a wording in it where evidence has found the words."""
    source = document["source"]
    if wording is None or wording.selector is None or source["href"] is None:
        return document
    passage = passage_address(source["href"], wording.selector)
    return {**document, "source": {**source, "passage_href": passage}}


def quote_node(document: Node, base: str) -> Node:
    """A quote in schema.org's terms: who said it in which office, at which event, each wording."""
    event = document["event"]
    return {
        "@type": "Quotation",
        **date_node(document),
        "text": document["text"],
        "inLanguage": document["language"],
        "abstract": document["context"],
        "description": "; ".join(quote_remarks(document)) or None,
        "creator": [speaker_node(each, base) for each in document["speakers"]],
        "recordedAt": reference_node(event, base) if event else None,
        "workExample": [wording_node(each, base) for each in document["renderings"]],
    }


def speaker_node(speaker: Node, base: str) -> Node:
    """A speaker, in the office held on that date."""
    actor = actor_node(speaker["actor"], base)
    if speaker["office"] is None:
        return actor
    return {"@type": "Role", "roleName": speaker["office"], "creator": actor}


def wording_node(rendering: Node, base: str) -> Node:
    """One outlet's or translator's wording of an utterance."""
    remarks = ["translated" if rendering["translated"] else None, rendering["note"]]
    return without_nothing(
        {
            "@type": "Quotation",
            "text": rendering["text"],
            "inLanguage": rendering["language"],
            "citation": source_node(rendering["source"], base),
            "creditText": rendering["via"],
            "description": "; ".join(filter(None, remarks)) or None,
        }
    )


QUOTE = Kind(
    name="quote",
    plural="quotes",
    description="Who said what, when and in which office, with every outlet's wording of it.",
    colors=("#8a4b08", "#e6ab6a"),
    record=QuoteRecord,
    seed_record=SeedQuote,
    document=QuoteDocument,
    question=QuoteQuestion,
    headline="text",
    line=quote_line,
    remarks=quote_remarks,
    computed={
        "speakers": speakers_of,
        "evidence": lambda record, _: record.evidence_status,
        "renderings": renderings_of,
        "citations": citations_of,
    },
    links={},
    facets=("speaker", "topic", "attribution"),
    linked_data=LinkedData(quote_node, WORK_ROLES),
)
