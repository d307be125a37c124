"""CSV (RFC 4180, UTF-8): one stable set of columns for each kind, safe to open in a spreadsheet.

Text that begins with = + - @, a tab or a carriage return gets an apostrophe before it, so that no
spreadsheet evaluates it as a formula; numbers do not. A list is one cell, its items separated by
` | `. The lines of whole entries are stored when seeding: a change to them needs a new
`DOCUMENT_FORMAT`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable
from functools import cache, partial
from operator import itemgetter
from types import SimpleNamespace
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel

from app.db.work import check_work
from app.entries.documents import ActorRole, CitationDocument, SourceSummary
from app.entries.record import field_names, model_in

FORMULA = frozenset("=+-@\t\r")
SEPARATOR = " | "
END = b"\r\n"
FLAGS = {None: "", True: "true", False: "false"}
# What is made of other members.
LEFT_OUT = frozenset(("links", "label", "display_date"))
Path = tuple[str, ...]


class Column(NamedTuple):
    """A column: the member that it shows, and what returns its value of a document."""

    member: str
    value: Callable[[Any], Any]


def header(columns: Iterable[str]) -> bytes:
    """The line with the names of the columns."""
    return ",".join(columns).encode() + END


def lines(documents: Iterable[bytes], columns: Collection[Column]) -> list[bytes]:
    """The line of each document."""
    return csv_lines(
        [column.value(document) for column in columns] for document in map(orjson.loads, documents)
    )


def csv_lines(rows: Iterable[Iterable[Any]]) -> list[bytes]:
    """The line of each row of texts, numbers, flags, lists of them, and None."""
    written: list[str] = []
    writer = csv.writer(SimpleNamespace(write=written.append))
    for row in rows:
        check_work()
        writer.writerow([cell(value) for value in row])
    # The writer puts a row of one empty cell in quotation marks.
    return [END if line == '""\r\n' else line.encode() for line in written]


def cell(value: Any) -> str:
    """A cell that no spreadsheet evaluates as a formula; a number may begin with a minus."""
    if isinstance(value, str):
        return f"'{value}" if value[:1] in FORMULA else value
    if isinstance(value, list):
        return cell(SEPARATOR.join(map(text_of, value)))
    return text_of(value)


def text_of(value: Any) -> str:
    return FLAGS[value] if value is None or isinstance(value, bool) else str(value)


@cache
def columns_of(model: type[BaseModel], path: Path = ()) -> dict[str, Column]:
    """The columns of a document model, in the order of its fields; `path` leads to the model.

    What refers to a record has a column with its id and one with its name, a source more of them:
    `event`, `topics_name`, `source_href`. Any other object has a column for each of its fields:
    `quantity.value`, `responds_to.stance`. A list within a list is a table of the data package.
    """
    columns: dict[str, Column] = {}
    for name, field in field_names(model).items():
        inner, many, below = model_in(field.annotation), is_list(field.annotation), (*path, name)
        if name in LEFT_OUT or (many and path):
            continue
        if inner is None:
            columns[".".join(below)] = column_at(below)
        elif inner is ActorRole:
            columns[name] = Column(name, partial(roles_at, name))
            columns[f"{name}_name"] = column_at((name, "actor", "name"))
        elif inner is CitationDocument:
            columns[name] = column_at((name, "source", "id"))
            columns |= parts_of(SourceSummary, (name, "source"), "source")
            columns |= {f"citation_{part}": column_at((name, part)) for part in ("via", "supports")}
        elif "id" in inner.model_fields:
            columns[".".join(below)] = column_at((*below, "id"))
            columns |= parts_of(inner, below, ".".join(below))
        else:
            columns |= columns_of(inner, below)
    return columns


def parts_of(model: type[BaseModel], path: Path, name: str) -> dict[str, Column]:
    """The columns of a record that a document refers to, except that of its id."""
    return {
        f"{name}_{part}": column_at((*path, part))
        for part in model.model_fields
        if part not in ("id", "url")
    }


def is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is list


def column_at(path: Path) -> Column:
    return Column(path[0], reader_of(path))


def reader_of(path: Path) -> Callable[[Any], Any]:
    """Returns a function that reads the value at a path; a list where a list is on the way."""
    if len(path) == 1:
        return itemgetter(path[0])
    first, below = path[0], reader_of(path[1:])

    def read(document: dict[str, Any]) -> Any:
        value = document[first]
        if isinstance(value, list):
            return [below(each) for each in value]
        return below(value) if value is not None else None

    return read


def roles_at(member: str, document: dict[str, Any]) -> list[str]:
    """Each actor with its role: `netanyahu:speaker`."""
    return [f"{link['actor']['id']}:{link['role']}" for link in document[member]]
