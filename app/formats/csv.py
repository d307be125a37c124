"""CSV (RFC 4180, UTF-8): a header and a line for each document of the page.

Without `limit` a client expects all documents: if there are more, the first cell of a last line has
the address of the next page.
"""

from __future__ import annotations

import codecs

from app.entries.csv_columns import Column, columns_of, csv_lines, header, lines
from app.entries.names import nearest
from app.errors import InvalidQuery
from app.formats.answer import Answer
from app.kinds import headline


def as_csv(answer: Answer) -> bytes:
    columns = shown_columns(answer)
    # Spreadsheets read UTF-8 where a file begins with this mark.
    mark = codecs.BOM_UTF8 if ("bom", "true") in answer.parameters else b""
    table = [mark, header(columns), *lines(answer.documents, columns.values())]
    if answer.rest is not None and "limit" not in dict(answer.parameters):
        table += csv_lines([[answer.rest, *[None] * (len(columns) - 1)]])
    return b"".join(table)


def shown_columns(answer: Answer) -> dict[str, Column]:
    """The columns asked for; raises `InvalidQuery` for a field that is not a column."""
    columns = dict(columns_of(answer.model))
    if "headline" in columns:
        columns["headline"] = Column("headline", headline)
    members = dict.fromkeys(column.member for column in columns.values())
    for name in answer.fields:
        if name not in members:
            raise InvalidQuery.of(
                "fields", name, "is no column of this table.", nearest(name, list(members))
            )
    if not answer.fields:
        return columns
    return {name: column for name, column in columns.items() if column.member in answer.fields}
