"""CSV (RFC 4180, UTF-8): one stable set of columns for each kind, safe to open in a spreadsheet.

Text that begins with = + - @, a tab or a carriage return gets an apostrophe before it, so that no
spreadsheet evaluates it as a formula; numbers do not. A list is one cell, its items separated by
` | `. The lines of whole entries are stored when seeding: a change to them needs a new
`DOCUMENT_FORMAT`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel

from app.db.work import check_work
from app.entries.documents import ActorRole, CitationDocument, SourceSummary
from app.entries.record import field_names, model_in

FORMULA = frozenset("=+-@\t\r")
SEPARATOR = " | "
END = b"\r\n"
# This many loaded documents fit in the processor's cache: three times as fast as a thousand.
BATCH = 100
# What is made of other members.
LEFT_OUT = frozenset(("links", "label", "display_date"))
Documents = Sequence[dict[str, Any]]
Path = tuple[str, ...]


class Column(NamedTuple):
    """A column: the member that it shows, and what returns its cell of each of many documents.

    Cells are bytes: in a row joined as text, one character outside ASCII would make every character
    wider.
    """

    member: str
    cells: Callable[[Documents], list[bytes]]


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
        rows = zip(*[column.cells(loaded) for column in columns], strict=True)
        found += [b",".join(row) + END for row in rows]
    return found


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
            columns[name] = column_at(below, lambda link: f"{link['actor']['id']}:{link['role']}")
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
    """The columns of what is known of a record that a document refers to, beside its id."""
    return {
        f"{name}_{part}": column_at((*path, part))
        for part in model.model_fields
        if part not in ("id", "url")
    }


def is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is list


def column_at(path: Path, shorten: Callable[[Any], Any] = lambda value: value) -> Column:
    """The column of what stands at a path; of lists on the way, of each item."""

    def cells(documents: Documents) -> list[bytes]:
        values = [document[path[0]] for document in documents]
        if len(path) > 1 or any(isinstance(value, list) for value in values):
            values = [joined(leaves(value, path[1:]), shorten) for value in values]
        return scalar_cells(values)

    return Column(path[0], cells)


def leaves(value: Any, path: Path) -> Any:
    """What stands at a path below a value; a list of it where the value is a list."""
    if isinstance(value, list):
        return [leaves(each, path) for each in value]
    if not path or value is None:
        return value
    return leaves(value[path[0]], path[1:])


def joined(value: Any, shorten: Callable[[Any], Any]) -> Any:
    """The items of a list as one text; what is no list as it is."""
    if not isinstance(value, list):
        return value
    return SEPARATOR.join([text_of(shorten(each)) for each in value])


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else scalar_text(value)


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
