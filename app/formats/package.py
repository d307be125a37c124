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
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from enum import StrEnum
from typing import IO, Any, get_args
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy import Boolean, Column, Float, Integer, Table, select

from app.db.relational import MODELS, TABLES
from app.db.relational_tables import ITSELF
from app.db.snapshots import Snapshot
from app.db.sql import Row, Statement
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
        taken = bytes(self.filled)
        self.filled.clear()
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
            with archive.open(f"{name}.csv", "w", force_zip64=True) as member:
                member.write(csv_bytes([tuple(column.name for column in table.c)]))
                async with aclosing(snapshot.stream(CONTENTS[name])) as chunks:
                    async for rows in chunks:
                        await asyncio.to_thread(write_rows, member, table, rows)
                        yield outlet.take()
        for info in archive.infolist():
            info.external_attr = 0o644 << 16
    yield outlet.take()


def write_rows(member: IO[bytes], table: Table, rows: Sequence[Row]) -> None:
    """Writes rows of a table, with flags and numbers alike on every engine."""
    flags = [n for n, column in enumerate(table.c) if type_of(column) == "boolean"]
    numbers = [n for n, column in enumerate(table.c) if type_of(column) == "number"]
    if flags or numbers:
        rows = [same_on_engines(row, flags, numbers) for row in rows]
    member.write(csv_bytes(rows))


def same_on_engines(row: Row, flags: list[int], numbers: list[int]) -> Row:
    """A row with its flags as words and whole numbers without a fraction."""
    cells = list(row)
    for n in flags:
        cells[n] = None if row[n] is None else ("true" if row[n] else "false")
    for n in numbers:
        whole = row[n] is not None and float(row[n]).is_integer()
        cells[n] = int(row[n]) if whole else row[n]
    return tuple(cells)


def csv_bytes(rows: Sequence[Row]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


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
    named = [each for each in RECORD_TYPES if table.name.partition("_")[0] == each]
    model: type[BaseModel] | None = EntryCodebook
    if not table.name.startswith("entry"):
        # The wordings and phases stand in tables that are not named after their kind.
        kind = {"rendering": "quote", "phase": "proposal"}.get(table.name)
        model = RECORD_TYPES[kind or named[0]].document
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
