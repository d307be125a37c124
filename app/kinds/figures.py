"""Figures: reported numbers, each with who claims it and as of when."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from app.entries.documents import (
    Document,
    EntryDocument,
    EntryEnd,
    document_of,
    quantity_text,
)
from app.entries.fields import ActorId, EventId, Prose, Slug, once
from app.entries.names import VALUE
from app.entries.questions import EntryQuestion, filtered
from app.entries.record import EntryRecord, Quantity, Role
from app.kinds.kind import Kind
from app.kinds.linked_data import LinkedData, Node, actor_node, quantity_node, reference_node


class FigureRecord(EntryRecord):
    """A figure as curated; its date is the day as of which it is claimed."""

    ROLES = {Role.claimant: "claimants"}
    SEARCHED = ("description", "quantity.printed", "claimed_by")

    metric: Slug
    """What is measured, as a slug."""
    description: Prose
    """What is counted, in our words."""
    quantity: Quantity
    """The number, with its qualifier."""
    claimants: Annotated[tuple[ActorId, ...], once()] = ()
    """Who claims it."""
    claimed_by: Prose | None = None
    """Who claims it, as the source attributes it."""
    event: EventId | None = None
    """The event that it counts."""

    @property
    def reported_numbers(self) -> tuple[Quantity, ...]:
        return (self.quantity,)


@document_of(FigureRecord)
class FigureFields(Document):
    """What only figures have."""


class FigureDocument(EntryEnd, FigureFields, EntryDocument):
    """A reported number; its date is the day as of which it is claimed."""

    kind: Literal["figure"]
    """Always `figure`."""


class FigureQuestion(EntryQuestion):
    """What can be asked of figures."""

    metric: list[str] = filtered("metric", name_type=VALUE)
    """What is measured; repeatable."""
    claimant: list[str] = filtered("claimants", name_type="actor")
    """Who claims it; repeatable."""
    event: list[str] = filtered("event", name_type="event")
    """Counting this event; repeatable."""


def figure_line(figure: dict[str, Any], description: str) -> str:
    """What is counted, the number, and whose number it is."""
    number = quantity_text({**figure["quantity"], "of": None})
    return f"{description.rstrip('.')}: {number}, {' by '.join(claimants_of(figure))}"


def claimants_of(figure: dict[str, Any]) -> tuple[str, str]:
    """`claimed` and by whom; where nobody is named, `reported` and by which sources."""
    if figure["claimed_by"]:
        return "claimed", figure["claimed_by"]
    named = [link["actor"] for link in figure["actors"] if link["role"] == Role.claimant]
    if named:
        return "claimed", ", ".join(actor["name"] for actor in named)
    sources = dict.fromkeys(each["source"]["name"] for each in figure["citations"])
    return "reported", ", ".join(sources)


def figure_node(document: Node, base: str) -> Node:
    """A figure in schema.org's terms: the number with its bounds, and who claims it."""
    counted, quantity = document["event"], document["quantity"]
    # Claimants that are actors are in `wasAttributedTo`.
    named = document["claimants"] and not document["claimed_by"]
    claimed = "" if named else f"; {' by '.join(claimants_of(document))}"
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
    colors=("#9b2242", "#f0899f"),
    record=FigureRecord,
    document=FigureDocument,
    question=FigureQuestion,
    headline="description",
    line=figure_line,
    remarks=lambda figure: [" by ".join(claimants_of(figure))],
    computed={},
    links={},
    facets=("metric", "claimant", "topic"),
    in_timeline=False,
    linked_data=LinkedData(figure_node, {}, about="observationAbout", sources="subjectOf"),
)
