"""Figures: reported numbers, each with who claims it and as of when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from app.entries.documents import (
    Document,
    EntryDocument,
    EntryEnd,
    EntryLink,
    QuantityDocument,
    Summary,
    quantity_text,
)
from app.entries.questions import NONE_GIVEN, EntryQuestion, Filter, Values
from app.entries.record import (
    ActorId,
    EntryRecord,
    EventId,
    Prose,
    Quantity,
    Role,
    Slug,
    once,
)
from app.kinds.kind import Kind
from app.kinds.linked_data import LinkedData, Node, actor_node, quantity_node, reference_node


class FigureRecord(EntryRecord):
    """A figure as curated; its date is the day as of which it is claimed."""

    ROLES = {Role.claimant: "claimants"}
    SEARCHED = ("description", "quantity.printed", "claimed_by")

    metric: Slug
    description: Prose
    quantity: Quantity
    claimants: Annotated[tuple[ActorId, ...], once()] = ()
    claimed_by: Prose | None = None
    event: EventId | None = None

    @property
    def reported_numbers(self) -> tuple[Quantity, ...]:
        """The one number of a figure."""
        return (self.quantity,)


class FigureFields(Document):
    """What only figures have."""

    metric: Annotated[str, Field(examples=["killed"])]
    """What is measured, as a slug."""
    description: Annotated[str, Field(examples=["People killed in Gaza since 7 October 2023"])]
    """What is counted, in our words."""
    quantity: QuantityDocument
    """The number, with its qualifier."""
    claimants: list[Summary]
    """Who claims it."""
    claimed_by: Annotated[str | None, Field(examples=["The health ministry in Gaza"])]
    """Who claims it, as the source attributes it."""
    event: EntryLink | None
    """The event that it counts."""


class FigureDocument(EntryEnd, FigureFields, EntryDocument):
    """A reported number; its date is the day as of which it is claimed."""

    kind: Literal["figure"]
    """Always `figure`."""


class FigureQuestion(EntryQuestion):
    """What can be asked of figures."""

    metric: Annotated[
        list[str],
        Values,
        Filter("metric", name_type="metric"),
        Field(description="What is measured; repeatable.", examples=[["killed"]]),
    ] = NONE_GIVEN
    claimant: Annotated[
        list[str],
        Values,
        Filter("claimants", name_type="actor"),
        Field(description="Who claims it; repeatable.", examples=[["gaza-health-ministry"]]),
    ] = NONE_GIVEN
    event: Annotated[
        list[str],
        Values,
        Filter("event", name_type="event"),
        Field(description="Counting this event; repeatable.", examples=[["ev-2023-10-07-attack"]]),
    ] = NONE_GIVEN


def figure_node(document: Node, base: str) -> Node:
    """A figure in schema.org's terms: the number with its bounds, and who claims it."""
    counted, quantity = document["event"], document["quantity"]
    claimed = f"; claimed by: {document['claimed_by']}" if document["claimed_by"] else ""
    return {
        **quantity_node(quantity),
        "@type": "Observation",
        "name": document["description"],
        "observationDate": document["end_date"] or document["start_date"],
        "variableMeasured": document["metric"],
        "description": quantity_text(quantity) + claimed,
        "observationAbout": [reference_node(counted, base)] if counted else [],
        "wasAttributedTo": [actor_node(each, base) for each in document["claimants"]],
    }


FIGURE = Kind(
    name="figure",
    plural="figures",
    description="Reported numbers with their qualifiers, who claims them and as of when.",
    example="fig-oct7-killed-20240207",
    colors=("#9b2242", "#f0899f"),
    record=FigureRecord,
    document=FigureDocument,
    question=FigureQuestion,
    headline="description",
    computed={},
    links={},
    facets=("metric", "claimant", "topic"),
    in_timeline=False,
    linked_data=LinkedData(figure_node, {}, about="observationAbout", sources="subjectOf"),
)
