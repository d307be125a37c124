"""Figures: reported numbers, each with who claims it and as of when.

To add a filter: one field in `FigureQuestion`, one line in `FigureRecord.postings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from app.entries.documents import (
    Document,
    EntryDocument,
    EntryEnd,
    EntryLink,
    QuantityDocument,
    Summary,
    quantity_document,
)
from app.entries.questions import NONE_GIVEN, EntryQuestion, Filter, Values
from app.entries.record import (
    ActorId,
    ActorLink,
    EntryRecord,
    EventId,
    Prose,
    Quantity,
    Role,
    Slug,
    linked,
    once,
)
from app.reference.registry import Reference


class FigureRecord(EntryRecord):
    """A figure as curated; its date is the day as of which it is claimed."""

    metric: Slug
    description: Prose
    quantity: Quantity
    claimants: Annotated[tuple[ActorId, ...], once()] = ()
    claimed_by: Prose | None = None
    event: EventId | None = None

    @cached_property
    def links(self) -> tuple[ActorLink, ...]:
        """Who claims it, and the curated actors."""
        return linked((Role.claimant, self.claimants), actors=self.actors)

    def mentions(self) -> dict[str, tuple[str, ...]]:
        """The event that it counts."""
        return {"event": (self.event,)} if self.event is not None else {}

    def postings(self) -> Iterator[tuple[str, str]]:
        """Where a figure is found, beside what all kinds have."""
        yield "metric", self.metric
        for actor in self.claimants:
            yield "claimant", actor
        if self.event is not None:
            yield "event", self.event

    def texts(self) -> Iterator[str]:
        """What a search for words reads."""
        yield self.description
        yield from (text for text in (self.quantity.printed, self.claimed_by) if text is not None)


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


def render(record: FigureRecord, reference: Reference) -> dict[str, Any]:
    """A figure's own fields."""
    event = record.event
    return {
        "metric": record.metric,
        "description": record.description,
        "quantity": quantity_document(record.quantity),
        "claimants": [reference.actor(actor) for actor in record.claimants],
        "claimed_by": record.claimed_by,
        "event": {"id": event, "url": f"/v1/events/{event}"} if event is not None else None,
        "links": {},
    }


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
        Filter("claimant", name_type="actor"),
        Field(description="Who claims it; repeatable.", examples=[["gaza-health-ministry"]]),
    ] = NONE_GIVEN
    event: Annotated[
        list[str],
        Values,
        Filter("event", name_type="event"),
        Field(description="Counting this event; repeatable.", examples=[["ev-2023-10-07-attack"]]),
    ] = NONE_GIVEN
