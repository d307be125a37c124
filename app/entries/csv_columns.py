"""CSV (RFC 4180, UTF-8): one stable set of columns for each kind, safe to open in a spreadsheet.

Text that begins with = + - @, a tab or a carriage return gets an apostrophe before it, so that no
spreadsheet evaluates it as a formula; numbers do not. A list is one cell, its items separated by
` | `; items without an id are written as JSON. The lines of whole
entries are stored when seeding: a change to them needs a new `DOCUMENT_FORMAT`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import orjson
from pydantic import BaseModel

from app.db.work import check_work
from app.entries.documents import ActorRole, CitationDocument
from app.entries.record import field_names, model_in

FORMULA = frozenset("=+-@\t\r")
SEPARATOR = " | "
END = b"\r\n"
# This many loaded documents fit in the processor's cache: three times as fast as a thousand.
BATCH = 100
LEFT_OUT = frozenset(("links",))
Documents = Sequence[dict[str, Any]]
# A column returns its cell of each of many documents, as bytes: in a row joined as text, one
# character outside ASCII would make every character wider.
Column = Callable[[Documents], list[bytes]]
TEXT = {str}
TEXT_OR_NOTHING = {str, type(None)}
FLAGS = {None: "", True: "true", False: "false"}
# The record holds no control characters, so that this one cannot be inside a value.
BETWEEN = "\0"
QUOTED = ('"', ",", "\n", "\r")
RISKY = (*QUOTED, *(BETWEEN + sign for sign in sorted(FORMULA)))


def header(columns: Iterable[str]) -> bytes:
    """The line with the names of the columns."""
    return ",".join(columns).encode() + END


def lines(documents: Sequence[bytes], columns: Collection[Column]) -> list[bytes]:
    """The line of each document, built column by column."""
    found: list[bytes] = []
    for start in range(0, len(documents), BATCH):
        check_work()
        loaded = [orjson.loads(document) for document in documents[start : start + BATCH]]
        rows = zip(*[column(loaded) for column in columns], strict=True)
        found += [b",".join(row) + END for row in rows]
    return found


@cache
def columns_of(model: type[BaseModel], path: tuple[str, ...] = ()) -> dict[str, Column]:
    """The columns of a document model, in the order of its fields; `path` leads to the model.

    An object without an id has a column for each of its own fields: `quantity.value`.
    """
    columns: dict[str, Column] = {}
    for name, field in field_names(model).items():
        if name in LEFT_OUT:
            continue
        inner, many, below = model_in(field.annotation), is_list(field.annotation), (*path, name)
        if inner is not None and not many and shortener_of(inner) is None:
            columns |= columns_of(inner, below)
        else:
            columns[".".join(below)] = column_of(below, inner, many=many)
    return columns


def is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is list


def member_at(path: tuple[str, ...]) -> Callable[[dict[str, Any]], Any]:
    """What reads a member at a path; None where an object on the way is null."""
    name, *rest = path
    if not rest:
        return itemgetter(name)
    below = member_at(tuple(rest))
    return lambda document: below(held) if (held := document[name]) is not None else None


def column_of(path: tuple[str, ...], inner: type[BaseModel] | None, *, many: bool) -> Column:
    member = member_at(path)
    if inner is None and not many:
        return lambda documents: scalar_cells(list(map(member, documents)))
    shorten = shortener_of(inner)
    if shorten is None:
        return lambda documents: list(map(json_cell, map(member, documents)))
    if many:
        return lambda documents: text_cells(
            [SEPARATOR.join([shorten(each) for each in parts]) for parts in map(member, documents)]
        )
    return lambda documents: text_cells(
        ["" if value is None else shorten(value) for value in map(member, documents)]
    )


def shortener_of(inner: type[BaseModel] | None) -> Callable[[Any], str] | None:
    """What writes an object in a cell, as its id; None for an object without an id."""
    if inner is None:
        return str
    if inner is ActorRole:
        return lambda link: f"{link['actor']['id']}:{link['role']}"
    if inner is CitationDocument:
        return lambda citation: str(citation["source"]["id"])
    if "id" in inner.model_fields:
        return lambda summary: str(summary["id"])
    return None


def json_cell(value: Any) -> bytes:
    """The cell of an object, or of a list of objects, as JSON; it cannot begin like a formula."""
    if not value:
        return b""
    parts = map(orjson.dumps, value if isinstance(value, list) else [value])
    return b'"%b"' % SEPARATOR.encode().join(parts).replace(b'"', b'""')


def scalar_cells(values: list[Any]) -> list[bytes]:
    """The cells of texts, numbers, flags and None."""
    held = set(map(type, values))
    if held == TEXT:
        return text_cells(values)
    if held <= TEXT_OR_NOTHING:
        return text_cells(["" if value is None else value for value in values])
    return [
        (safe_text(value) if type(value) is str else scalar_text(value)).encode()
        for value in values
    ]


def scalar_text(value: Any) -> str:
    """A flag, None or a number, which may begin with a minus."""
    return FLAGS[value] if value is None or isinstance(value, bool) else str(value)


def text_cells(values: list[str]) -> list[bytes]:
    """The cells of texts; one search over all of them tells whether any needs quoting."""
    together = BETWEEN.join(values)
    if any(sign in BETWEEN + together for sign in RISKY):
        together = BETWEEN.join([safe_text(value) for value in values])
    return together.encode().split(BETWEEN.encode())


def safe_text(value: str) -> str:
    """A cell that no spreadsheet evaluates as a formula, quoted if its characters require it.

    `csv.writer` looks at every character in turn; searching costs a tenth of that.
    """
    if value[:1] in FORMULA:
        value = f"'{value}"
    if '"' in value:
        return '"' + value.replace('"', '""') + '"'
    if "," in value or "\n" in value or "\r" in value:
        return f'"{value}"'
    return value
