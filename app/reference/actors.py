"""Actors: persons, states, groups and institutions, with their offices over time."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic import StringConstraints as Text

from app.entries.fields import ActorId, Edtf, FormerIds, Line, Prose, Slug, once, read_number
from app.entries.record import Citation, Correction, Identifiers, Record, Silences


class ActorKind(StrEnum):
    """What an actor is."""

    person = "person"
    state = "state"
    armed_group = "armed_group"
    government_body = "government_body"
    organisation = "organisation"
    group = "group"


class ActorIdentifiers(Identifiers):
    """Ids of an actor in outside registers, those of states among them."""

    iso3166: Annotated[str, Text(pattern=r"^[A-Z]{3}$")] | None = None
    gw: Annotated[int, Field(ge=1, le=999), BeforeValidator(read_number)] | None = None


class Position(Record):
    """An office, of whom, and when; without a date it holds throughout the record."""

    title: Line
    """The office."""
    of: ActorId | None = None
    """Of whom or what."""
    date: Edtf | None = None
    """When, in the date language; null where the record gives no dates."""


class Membership(Record):
    """What the actor is part of, and when; without a date throughout the record."""

    actor: ActorId
    """The whole."""
    date: Edtf | None = None
    """When, in the date language; null where the record gives no dates."""


class ActorRecord(Record):
    """An actor as curated; it `began` with its birth or founding, and `ended` with its end."""

    id: Slug
    name: Line
    kind: ActorKind
    description: Prose | None = None
    aliases: Annotated[tuple[Line, ...], once()] = ()
    external_ids: ActorIdentifiers | None = None
    identifiers: ActorIdentifiers | None = None
    began: Edtf | None = None
    ended: Edtf | None = None
    positions: tuple[Position, ...] = ()
    part_of: tuple[Membership, ...] = ()
    citations: tuple[Citation, ...] = ()
    notes: Prose | None = None
    corrections: tuple[Correction, ...] = ()
    former_ids: FormerIds = ()
    silence: Silences = ()

    @property
    def label(self) -> str:
        return self.name

    @cached_property
    def all_identifiers(self) -> ActorIdentifiers | None:
        """The identifiers; `external_ids` is what records called them before."""
        both = [each for each in (self.external_ids, self.identifiers) if each is not None]
        given = {name: value for each in both for name, value in each if value is not None}
        return ActorIdentifiers.model_construct(**given) if given else None

    def names(self) -> tuple[str, ...]:
        """Everything that the actor may be asked for by."""
        return (self.id, self.name, *self.aliases)

    def searched(self) -> tuple[str, ...]:
        return self.names()
