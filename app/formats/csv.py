"""CSV (RFC 4180, UTF-8): one stable set of columns for each kind, safe to open in a spreadsheet.

Text that begins with = + - @, a tab or a carriage return gets an apostrophe before it, so that no
spreadsheet takes it for a formula; numbers do not. What is a list stands in one cell, its parts
separated by ` | `; what is more than a name in a list stands there as JSON.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import cache
from typing import Any, get_args

import orjson
from pydantic import BaseModel

from app.entries.documents import (
    ActorRole,
    CitationDocument,
    Document,
    QuantityDocument,
)
from app.formats.answer import Answer

FORMULA = ("=", "+", "-", "@", "\t", "\r")
SEPARATOR = " | "
LEFT_OUT = frozenset(("links",))
Cell = Callable[[Any], Any]


def as_csv(answer: Answer) -> bytes:
    """The documents of the page as rows under one line of names."""
    columns = columns_of(answer.model)
    shown = [name for name in columns if not answer.fields or name.split(".")[0] in answer.fields]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(shown)
    for document in answer.loaded():
        writer.writerow([columns[name](document) for name in shown])
    return out.getvalue().encode()


@cache
def columns_of(model: type[Document]) -> dict[str, Cell]:
    """The columns of a document model, in the order of its fields."""
    columns: dict[str, Cell] = {}
    for name, field in model.model_fields.items():
        if name in LEFT_OUT:
            continue
        inner = model_in(field.annotation)
        if inner is QuantityDocument and not is_list(field.annotation):
            for part in QuantityDocument.model_fields:
                columns[f"{name}.{part}"] = part_of(name, part)
        else:
            columns[name] = cell_of(name, inner, many=is_list(field.annotation))
    return columns


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside a type such as `list[Summary]` or `Summary | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(model_in, get_args(annotation))), None)


def is_list(annotation: Any) -> bool:
    """Whether a type is a list."""
    return getattr(annotation, "__origin__", None) is list


def part_of(name: str, part: str) -> Cell:
    """A column for one member of an object."""
    return lambda document: safe(document[name][part])


def cell_of(name: str, inner: type[BaseModel] | None, *, many: bool) -> Cell:
    """A column for a field, by what stands in it."""
    shorten = shortened(inner)
    if many:
        return lambda document: safe(SEPARATOR.join(shorten(each) for each in document[name]))
    if inner is None:
        return lambda document: safe(document[name])
    return lambda document: None if document[name] is None else safe(shorten(document[name]))


def shortened(inner: type[BaseModel] | None) -> Callable[[Any], str]:
    """How an object is written in a cell: by its id where it has one, else as JSON."""
    if inner is None:
        return str
    if inner is ActorRole:
        return lambda link: f"{link['actor']['id']}:{link['role']}"
    if inner is CitationDocument:
        return lambda citation: str(citation["source"]["id"])
    if "id" in inner.model_fields:
        return lambda summary: str(summary["id"])
    return lambda value: orjson.dumps(value).decode()


def safe(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers and flags as they are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
