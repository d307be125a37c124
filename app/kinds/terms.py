"""Terms: single obligations of a proposal, each an entry of its own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator
from pydantic.json_schema import SkipJsonSchema

from app.entries.documents import (
    Document,
    EntryDocument,
    EntryEnd,
    EntryLink,
    QuantityDocument,
    Summary,
)
from app.entries.questions import EntryQuestion, filtered, whole_number
from app.entries.record import (
    ActorId,
    Edtf,
    EntryRecord,
    ProposalId,
    Prose,
    Quantity,
    Role,
    Slug,
    Whole,
    once,
)
from app.kinds.kind import Kind
from app.kinds.linked_data import (
    WORK_ROLES,
    LinkedData,
    Node,
    date_node,
    quantity_node,
    reference_node,
)

LAST_PHASE = 20
PhaseNumber = Annotated[Whole, Field(ge=1, le=LAST_PHASE)]
PhaseAsked = Annotated[int, Field(ge=0, le=LAST_PHASE), BeforeValidator(whole_number)]
TermPosition = Annotated[Whole, Field(ge=1, le=10_000)]


class TermRecord(EntryRecord):
    """One obligation of a proposal, in our words; `phase` is left out for the whole.

    `position` orders the terms of the proposal.
    """

    ROLES = {Role.obliged: "obliged", Role.beneficiary: "beneficiary"}
    SEARCHED = ("text", "quantities.words")

    proposal: ProposalId
    phase: PhaseNumber | None = None
    position: TermPosition | None = None
    obliged: Annotated[tuple[ActorId, ...], Field(min_length=1), once()]
    beneficiary: Annotated[tuple[ActorId, ...], once()] = ()
    text: Prose
    quantities: tuple[Quantity, ...] = ()

    @property
    def reported_numbers(self) -> tuple[Quantity, ...]:
        return self.quantities

    @property
    def phase_or_whole(self) -> int:
        """The number of the phase; 0 for the whole."""
        return self.phase or 0


class SeedTerm(TermRecord):
    """A term as it stands in its proposal in a seed file; its date may be that of the proposal."""

    proposal: SkipJsonSchema[Slug] = ""
    date: Edtf = ""

    @field_validator("proposal", mode="before")
    @classmethod
    def refused(cls, _: object) -> str:
        """The proposal is the one around the term."""
        raise ValueError("is not written in a term, which belongs to the proposal around it")


class TermFields(Document):
    """What only terms have."""

    proposal: EntryLink
    """The proposal that it is part of."""
    phase: Annotated[int | None, Field(examples=[1])]
    """The phase in which it holds; null for the whole."""
    position: Annotated[int | None, Field(examples=[2])]
    """Its place in the curated order of its proposal's terms, where one is given."""
    obliged: list[Summary]
    """Who has to act."""
    beneficiary: list[Summary]
    """Who benefits."""
    text: str
    """The obligation, in our words."""
    quantities: list[QuantityDocument]
    """Its numbers."""


class TermDocument(EntryEnd, TermFields, EntryDocument):
    """A term of a proposal."""

    kind: Literal["term"]
    """Always `term`."""


class TermQuestion(EntryQuestion):
    """What can be asked of terms."""

    proposal: list[str] = filtered("proposal", "prop-2024-02-hamas", name_type="proposal")
    """Terms of this proposal; repeatable."""
    phase: list[PhaseAsked] = filtered("phase_or_whole", 1)
    """The phase; 0 for terms of the whole; repeatable."""
    obliged: list[str] = filtered("obliged", "israel", name_type="actor")
    """Who has to act; repeatable."""
    beneficiary: list[str] = filtered("beneficiary", "hamas", name_type="actor")
    """Who benefits; repeatable."""


def term_in_words(_: Any, text: str) -> str:
    """The text of a term reads like a statement of fact; a line says that it is a term."""
    return f"Term of a proposal: {text}"


def term_node(document: Node, base: str) -> Node:
    return {
        "@type": "CreativeWork",
        **date_node(document),
        "text": document["text"],
        "position": document["phase"],
        "isPartOf": reference_node(document["proposal"], base),
        "mentions": [quantity_node(each) for each in document["quantities"]],
    }


TERM = Kind(
    name="term",
    plural="terms",
    description="Single obligations: who has to do what, in which phase of which proposal.",
    example="prop-2024-02-hamas-pause-phase-one",
    colors=("#6b3fa0", "#c3a5ea"),
    record=TermRecord,
    document=TermDocument,
    question=TermQuestion,
    headline="text",
    line=term_in_words,
    computed={},
    links={},
    facets=("proposal", "obliged", "topic", "phase"),
    has_files=False,
    in_timeline=False,
    linked_data=LinkedData(term_node, WORK_ROLES),
)
