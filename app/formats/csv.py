"""CSV (RFC 4180, UTF-8): a header and a line for each document of the page."""

from __future__ import annotations

from app.entries.csv_columns import Column, columns_of, header, lines, text_cells
from app.entries.names import nearest
from app.errors import InvalidQuery
from app.formats.answer import Answer
from app.kinds import headline


def as_csv(answer: Answer) -> bytes:
    columns = shown_columns(answer)
    return b"".join([header(columns), *lines(answer.documents, columns.values())])


def shown_columns(answer: Answer) -> dict[str, Column]:
    """The columns asked for; raises `InvalidQuery` for a field that is not a column."""
    columns = dict(columns_of(answer.model))
    if "headline" in columns:
        columns["headline"] = lambda documents: text_cells([headline(each) for each in documents])
    members = dict.fromkeys(name.split(".")[0] for name in columns)
    for name in answer.fields:
        if name not in members:
            raise InvalidQuery.of(
                "fields", name, "is no column of this table.", nearest(name, list(members))
            )
    if not answer.fields:
        return columns
    return {name: column for name, column in columns.items() if name.split(".")[0] in answer.fields}
