"""The whole record as a Frictionless Data Package: a zip of CSV tables with their description.

Every relational table is a resource; `datapackage.json` is their codebook: it describes columns by
what the documents say of their fields, with types, keys and closed lists. Text is
not escaped for spreadsheets: programs that read packages do not evaluate formulas. The zip is
written while it is sent.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from enum import StrEnum
from typing import Any, TextIO, get_args
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy import Boolean, Column, Float, Integer, Table, select

from app.db.relational import MODELS, TABLES
from app.db.relational_tables import ITSELF
from app.db.snapshots import Snapshot
from app.db.sql import Row, Statement
from app.entries.csv_columns import FLAGS
from app.entries.documents import EntryDocument, EntryEnd, QuantityDocument
from app.entries.record import field_names, model_in
from app.formats.stable_ids import stable_id
from app.formats.words import WORDS
from app.kinds import RECORD_TYPES
from app.reference.dataset import dataset_of

# A fast level, as the client waits; the best one would take three times as long.
LEVEL = 1
DATES = {"start_date", "end_date"}
TYPES = {Integer: "integer", Float: "number", Boolean: "boolean"}
KEYS, SERVED_AS = WORDS["package_keys"], WORDS["served_as"]
PROFILE = "tabular-data-package"
# The kinds of tables that are not named after theirs.
OWNERS = {"rendering": "quote", "phase": "proposal"}
SOURCES = Statement(
    select(TABLES["source"].c.title, TABLES["source"].c.publisher, TABLES["source"].c.url).order_by(
        TABLES["source"].c.id
    )
)
CONTENTS = {
    name: Statement(select(table).order_by(*table.primary_key)) for name, table in TABLES.items()
}


class Outlet(io.RawIOBase):
    """A file that the archive is written to and that is emptied part by part; it cannot seek."""

    def __init__(self) -> None:
        self.filled = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self.filled += part
        return len(part)

    def take(self) -> bytes:
        """The bytes written since the last call."""
        taken, self.filled = bytes(self.filled), bytearray()
        return taken


async def data_package(snapshot: Snapshot, public_url: str) -> AsyncGenerator[bytes]:
    outlet = Outlet()
    description = orjson.dumps(await descriptor(snapshot, public_url), option=orjson.OPT_INDENT_2)
    with ZipFile(outlet, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        # A member opened by its name has the earliest time of a zip, so that the same record gives
        # the same bytes.
        with archive.open("datapackage.json", "w") as member:
            member.write(description)
        for name, table in TABLES.items():
            with (
                archive.open(f"{name}.csv", "w", force_zip64=True) as member,
                io.TextIOWrapper(member, "utf-8", newline="") as text,
            ):
                csv.writer(text).writerow(column.name for column in table.c)
                async with aclosing(snapshot.stream(CONTENTS[name])) as chunks:
                    async for rows in chunks:
                        await asyncio.to_thread(write_rows, text, table, rows)
                        yield outlet.take()
        for info in archive.infolist():
            info.external_attr = 0o644 << 16
    yield outlet.take()


def write_rows(text: TextIO, table: Table, rows: Sequence[Row]) -> None:
    """Writes rows of a table, with flags and numbers alike on every engine."""
    types = [(n, type_of(column)) for n, column in enumerate(table.c)]
    written = [(n, WRITTEN[type_name]) for n, type_name in types if type_name in WRITTEN]
    csv.writer(text).writerows(same_on_engines(row, written) if written else row for row in rows)


def same_on_engines(row: Row, written: list[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    cells = list(row)
    for n, write in written:
        cells[n] = write(row[n])
    return cells


def without_fraction(value: float | None) -> float | None:
    """A number, without a fraction where it is whole."""
    return int(value) if value is not None and float(value).is_integer() else value


# How values of a type are written that engines give in different ways.
WRITTEN: dict[str, Callable[[Any], Any]] = {"boolean": FLAGS.get, "number": without_fraction}


def type_of(column: Column[Any]) -> str:
    """The type of a column in a Table Schema."""
    if column.name in DATES:
        return "date"
    return next((name for kind, name in TYPES.items() if isinstance(column.type, kind)), "string")


async def descriptor(snapshot: Snapshot, public_url: str) -> dict[str, Any]:
    dataset = await dataset_of(snapshot)
    licence = dataset["licence"]
    return {
        "profile": PROFILE,
        "name": dataset["id"],
        "id": str(stable_id(dataset["id"], "datapackage")),
        "title": dataset["title"],
        "description": dataset["description"],
        "homepage": f"{public_url}/v1/dataset",
        "version": dataset["version"],
        "revision": {"number": snapshot.revision.number, "digest": snapshot.revision.digest},
        "citation": dataset["how_to_cite"],
        "licenses": [{"name": licence["id"], "title": licence["name"], "path": licence["url"]}],
        "sources": [source_of(*row) for row in await snapshot.rows(SOURCES)],
        "resources": [resource_descriptor(name, table) for name, table in TABLES.items()],
    }


def source_of(title: str, publisher: str, url: str | None) -> dict[str, str]:
    named = {"title": f"{publisher}: {title}"}
    return named if url is None else {**named, "path": url}


def resource_descriptor(name: str, table: Table) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "description": (MODELS[name].__doc__ or "").strip(),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [field_descriptor(column) for column in table.c],
            "missingValues": [""],
            "primaryKey": [column.name for column in table.primary_key],
            "foreignKeys": [
                {
                    "fields": [key.parent.name],
                    "reference": {
                        "resource": "" if key.column.table is table else key.column.table.name,
                        "fields": [key.column.name],
                    },
                }
                for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
            ],
        },
    }


def field_descriptor(column: Column[Any]) -> dict[str, Any]:
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    described = column_field(column)
    allowed = closed_list(described.annotation) if described is not None else None
    if allowed is not None:
        constraints["enum"] = allowed
    field = {
        "name": column.name,
        "type": type_of(column),
        "description": described.description if described is not None else KEYS.get(column.name),
        "constraints": constraints,
    }
    return {name: value for name, value in field.items() if value}


class EntryCodebook(EntryEnd, EntryDocument):
    """What the tables of all kinds of entry show."""

    quantities: list[QuantityDocument]
    """The numbers of the entry."""


def column_field(column: Column[Any]) -> FieldInfo | None:
    """The field of a document model that a column shows; None for keys and positions."""
    table = column.table
    kind = table.name.partition("_")[0]
    model: type[BaseModel] | None = EntryCodebook
    if kind != "entry":
        model = RECORD_TYPES[OWNERS.get(kind, kind)].document
    own_name = column.name.removesuffix("_id") if column.foreign_keys else column.name
    path = column.info.get("path", own_name)
    steps = path.split(".") if path != ITSELF else []
    lists = [table.info[each] for each in ("within", "items") if table.info.get(each)]
    found: FieldInfo | None = None
    for name in (*lists, *steps):
        known = field_names(model) if model is not None else {}
        found = known.get(SERVED_AS.get(name, name.rstrip("_")))
        model = model_in(found.annotation) if found is not None else None
    return found


def closed_list(annotation: Any) -> list[str] | None:
    """The values that a field takes, where its type lists them."""
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, StrEnum):
            return [str(each) for each in part]
    return None
