"""CSV (RFC 4180, UTF-8): one stable set of columns for each kind, safe to open in a spreadsheet.

Text that begins with = + - @, a tab or a carriage return gets an apostrophe before it, so that no
spreadsheet takes it for a formula; numbers do not. What is a list stands in one cell, its parts
separated by ` | `; what is more than a name in a list stands there as JSON. The lines of whole
entries are stored when seeding: a change to them needs a new `DOCUMENT_FORMAT`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import orjson
from pydantic import BaseModel

from app.entries.documents import ActorRole, CitationDocument, Document, QuantityDocument
from app.entries.record import model_in

FORMULA = frozenset("=+-@\t\r")
SEPARATOR = " | "
END = b"\r\n"
# So many loaded documents stay in the processor's cache: three times as fast as a thousand at once.
BATCH = 100
LEFT_OUT = frozenset(("links",))
Documents = Sequence[dict[str, Any]]
# A column reads many documents at once and answers its cell of each, as bytes: one character that
# is not ASCII would widen the whole row if rows were joined as text.
Column = Callable[[Documents], list[bytes]]
TEXT = {str}
TEXT_OR_NOTHING = {str, type(None)}
FLAGS = {None: "", True: "true", False: "false"}
# The record holds no control characters: this one cannot stand inside a value.
BETWEEN = "\0"
QUOTED = ('"', ",", "\n", "\r")
RISKY = (*QUOTED, *(BETWEEN + sign for sign in sorted(FORMULA)))


def header(columns: Iterable[str]) -> bytes:
    """The line of names."""
    return ",".join(columns).encode() + END


def lines(documents: Sequence[bytes], columns: Collection[Column]) -> list[bytes]:
    """The line of each document, made a column at a time."""
    made: list[bytes] = []
    for start in range(0, len(documents), BATCH):
        loaded = [orjson.loads(document) for document in documents[start : start + BATCH]]
        rows = zip(*[column(loaded) for column in columns], strict=True)
        made += [b",".join(row) + END for row in rows]
    return made


@cache
def columns_of(model: type[Document]) -> dict[str, Column]:
    """The columns of a document model, in the order of its fields."""
    columns: dict[str, Column] = {}
    for name, field in model.model_fields.items():
        if name in LEFT_OUT:
            continue
        inner = model_in(field.annotation)
        if inner is QuantityDocument and not is_list(field.annotation):
            for part in QuantityDocument.model_fields:
                columns[f"{name}.{part}"] = part_of(name, part)
        else:
            columns[name] = column_of(name, inner, many=is_list(field.annotation))
    return columns


def is_list(annotation: Any) -> bool:
    """Whether a type is a list."""
    return getattr(annotation, "__origin__", None) is list


def part_of(name: str, part: str) -> Column:
    """A column for one member of an object."""
    return lambda documents: plain([document[name][part] for document in documents])


def column_of(name: str, inner: type[BaseModel] | None, *, many: bool) -> Column:
    """A column for a field, by what stands in it."""
    member = itemgetter(name)
    if inner is None and not many:
        return lambda documents: plain(list(map(member, documents)))
    shorten = shortened(inner)
    if shorten is None:
        return lambda documents: list(map(in_json, map(member, documents)))
    if many:
        return lambda documents: texts(
            [SEPARATOR.join([shorten(each) for each in parts]) for parts in map(member, documents)]
        )
    return lambda documents: texts(
        ["" if value is None else shorten(value) for value in map(member, documents)]
    )


def shortened(inner: type[BaseModel] | None) -> Callable[[Any], str] | None:
    """How an object is written in a cell: by its id where it has one; None where as JSON."""
    if inner is None:
        return str
    if inner is ActorRole:
        return lambda link: f"{link['actor']['id']}:{link['role']}"
    if inner is CitationDocument:
        return lambda citation: str(citation["source"]["id"])
    if "id" in inner.model_fields:
        return lambda summary: str(summary["id"])
    return None


def in_json(value: Any) -> bytes:
    """The cell of an object, or of a list of objects, as JSON; it never begins like a formula."""
    if not value:
        return b""
    parts = map(orjson.dumps, value if isinstance(value, list) else [value])
    return b'"%b"' % SEPARATOR.encode().join(parts).replace(b'"', b'""')


def plain(values: list[Any]) -> list[bytes]:
    """Cells of what is no list and no object: text, numbers, flags or nothing."""
    held = set(map(type, values))
    if held == TEXT:
        return texts(values)
    if held <= TEXT_OR_NOTHING:
        return texts(["" if value is None else value for value in values])
    return [(text(value) if type(value) is str else bare(value)).encode() for value in values]


def bare(value: Any) -> str:
    """A flag, nothing or a number, which may begin with a minus."""
    return FLAGS[value] if value is None or isinstance(value, bool) else str(value)


def texts(values: list[str]) -> list[bytes]:
    """Cells of text; where none of them needs care, a few searches have shown it for all."""
    together = BETWEEN.join(values)
    if any(sign in BETWEEN + together for sign in RISKY):
        together = BETWEEN.join([text(value) for value in values])
    return together.encode().split(BETWEEN.encode())


def text(value: str) -> str:
    """A cell that no spreadsheet takes for a formula, quoted where its characters ask for it.

    Python's own writer looks at every character in turn; searching costs a tenth of that.
    """
    if value[:1] in FORMULA:
        value = f"'{value}"
    if '"' in value:
        return '"' + value.replace('"', '""') + '"'
    if "," in value or "\n" in value or "\r" in value:
        return f'"{value}"'
    return value
