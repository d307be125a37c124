"""How relational tables are declared, and those of actors, topics, sources and all entries.

They refer to each other by public id. Answering reads `app.db.tables`, not these; from them the
server makes the data package, and counts publishers.

Seeding fills a row from a record by the names of its columns, a reference `event_id` from the
field `event`; `At` names another path of attributes. A table of `Items` has a row for each item of
a list, which begins with the id of the record that has the list. Columns that several tables have
are declared once: of several bases, the columns of the last one come first.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from app.db.tables import METADATA, SLUG

# The path of an item that is no record but the value itself.
ITSELF = ""


def Id() -> Any:  # noqa: N802 - it stands where a type would in the declarations below
    """A public id as primary key."""
    return Field(primary_key=True, sa_type=SLUG)


def To(  # noqa: N802
    table: str, path: str | None = None, *, primary_key: bool = False
) -> Any:
    """A reference to another table's public id."""
    info = {} if path is None else {"path": path}
    return Field(
        foreign_key=f"{table}.id",
        primary_key=primary_key,
        sa_type=SLUG,
        sa_column_kwargs={"info": info},
    )


def At(path: str, **options: Any) -> Any:  # noqa: N802
    """A column whose values stand at a path of attributes of the record or item."""
    return Field(sa_column_kwargs={"info": {"path": path}}, **options)


def Items(path: str, within: str | None = None) -> dict[str, Any]:  # noqa: N802
    """The options of a table with a row for each item at a path of attributes of a record.

    With `within`, of each item of that list, whose position stands in the second column.
    """
    return {"info": {"items": path, "within": within}}


class Relational(SQLModel):
    """What all relational tables share; `EntryActorRow` is a row of the table `entry_actor`."""

    metadata: ClassVar[MetaData] = METADATA

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 - SQLAlchemy calls it with the class
        words = re.findall("[A-Z][a-z]*", cls.__name__.removesuffix("Row"))
        return "_".join(words).lower()


class CitationColumns(SQLModel):
    """The columns of the tables of citations."""

    position: int = Field(primary_key=True)
    source_id: str = To("source")
    via: str | None
    supports: str | None
    locator: str | None = At("locator.words")


class QuantityColumns(SQLModel):
    """The columns of the tables of numbers."""

    position: int = Field(primary_key=True)
    value: float | None
    qualifier: str | None
    printed: str | None
    unit: str
    of: str | None
    notes: str | None
    value_from: float | None = At("from_")
    value_to: float | None = At("to")
    part: float | None
    whole: float | None
    currency: str | None
    per: str | None


class ActorRow(Relational, table=True):
    """A person, state, group or institution."""

    id: str = Id()
    name: str
    kind: str = Field(sa_type=SLUG)
    description: str | None
    wikidata: str | None = At("all_identifiers.wikidata")
    iso3166: str | None = At("all_identifiers.iso3166")
    gw: int | None = At("all_identifiers.gw")
    un_document: str | None = At("all_identifiers.un_document")
    pax: int | None = At("all_identifiers.pax")
    notes: str | None


class ActorAliasRow(Relational, table=True):
    """Another name or spelling of an actor."""

    __table_args__ = Items("aliases")
    actor_id: str = To("actor", primary_key=True)
    alias: str = At(ITSELF, primary_key=True)


class ActorPositionRow(Relational, table=True):
    """An office of an actor."""

    __table_args__ = Items("positions")
    actor_id: str = To("actor", primary_key=True)
    position: int = Field(primary_key=True)
    title: str
    of_id: str | None = To("actor")
    date: str | None


class ActorPartRow(Relational, table=True):
    """What an actor is part of."""

    __table_args__ = Items("part_of")
    actor_id: str = To("actor", primary_key=True)
    position: int = Field(primary_key=True)
    part_of_id: str = To("actor", "actor")
    date: str | None


class TopicRow(Relational, table=True):
    """A subject in the record's hierarchy."""

    id: str = Id()
    label: str
    definition: str | None
    broader_id: str | None = To("topic")
    notes: str | None
    wikidata: str | None = At("identifiers.wikidata")
    un_document: str | None = At("identifiers.un_document")
    pax: int | None = At("identifiers.pax")


class SourceRow(Relational, table=True):
    """A published text."""

    id: str = Id()
    publisher: str
    title: str
    title_origin: str
    url: str | None
    archive_url: str | None
    date: str | None
    language: str
    kind: str
    notes: str | None
    wikidata: str | None = At("identifiers.wikidata")
    un_document: str | None = At("identifiers.un_document")
    pax: int | None = At("identifiers.pax")


class EntryRow(Relational, table=True):
    """What all kinds of entry share."""

    id: str = Id()
    kind: str = Field(sa_type=SLUG)
    date: str
    start_date: str
    end_date: str | None
    date_precision: str
    day_order: int | None = At("order")
    notes: str | None
    recorded: str | None
    wikidata: str | None = At("identifiers.wikidata")
    un_document: str | None = At("identifiers.un_document")
    pax: int | None = At("identifiers.pax")


class OfEntry(SQLModel):
    """The first column of the tables of items of an entry."""

    entry_id: str = To("entry", primary_key=True)


class EntryActorRow(OfEntry, Relational, table=True):
    """An actor of an entry, in a role."""

    __table_args__ = Items("actor_links")
    actor_id: str = To("actor", primary_key=True)
    role: str = Field(primary_key=True, sa_type=SLUG)


class EntryTopicRow(OfEntry, Relational, table=True):
    """A topic of an entry."""

    __table_args__ = Items("topics")
    topic_id: str = To("topic", ITSELF, primary_key=True)


class EntryCitationRow(CitationColumns, OfEntry, Relational, table=True):
    """A source of an entry."""

    __table_args__ = Items("citations")


class EntryCorrectionRow(OfEntry, Relational, table=True):
    """A correction of an entry."""

    __table_args__ = Items("corrections")
    position: int = Field(primary_key=True)
    date: str
    reason: str


class EntryQuantityRow(QuantityColumns, OfEntry, Relational, table=True):
    """A number of a term or a figure."""

    __table_args__ = Items("reported_numbers")
