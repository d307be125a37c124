"""Builds the rows of curated records, each of which depends on its record and reference data alone.

Nothing here needs the database, so many records can be built into rows in several processes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.db.sql import Row
from app.entries.csv_columns import columns_of, lines
from app.entries.dates import parse_date
from app.entries.documents import json_of
from app.entries.fulltext import FULL_TEXT
from app.kinds import KINDS, RECORD_TYPES
from app.reference.dataset import DatasetRecord
from app.reference.registry import Reference
from app.seeding.index_terms import IndexTerms, index_entry
from app.seeding.postings_writer import Postings, packed_ordinals
from app.seeding.relational_rows import rows_of
from app.seeding.staging import Task


class BuiltRows(NamedTuple):
    """The rows of so many records by the name of their table, the full text's too, and postings."""

    records: int
    rows: defaultdict[str, list[Row]]
    postings: Postings


@dataclass
class RowBuilder:
    """Builds rows for an engine; what records refer to is looked up in `reference`.

    The rows of entries in the index are written in any case.
    """

    engine: str
    reference: Reference
    # The ordinal of the entry at a sort key.
    ordinal_of: Callable[[int], int | None]
    writes_record: bool
    writes_relational: bool

    def __call__(self, tasks: list[Task]) -> BuiltRows:
        """The rows of some tasks, in their order."""
        rows: defaultdict[str, list[Row]] = defaultdict(list)
        postings: defaultdict[tuple[str, str], defaultdict[str, list[int]]]
        postings = defaultdict(lambda: defaultdict(list))
        for task in tasks:
            record = model_of(task.kind).model_validate_json(task.body)
            if self.writes_record:
                row = (task.kind, task.id, task.hash, task.new_sort_key, task.body)
                rows["record"].append(row)
            if self.writes_relational:
                add_relational(task.kind, record, rows)
            if task.new_sort_key is None:
                continue
            ordinal = self.ordinal_of(task.new_sort_key)
            assert ordinal is not None
            for dimension, values in self.add_entry(task, record, rows).items():
                for value in values:
                    postings[task.kind, dimension][value].append(ordinal)
        return BuiltRows(
            len(tasks), rows, {name: packed_values(values) for name, values in postings.items()}
        )

    def add_entry(self, task: Task, record: Any, rows: defaultdict[str, list[Row]]) -> IndexTerms:
        """Adds the document, CSV line and words of an entry; returns its index terms."""
        kind, sort_key = task.kind, task.new_sort_key
        document = json_of(KINDS[kind].document_of(record, self.reference))
        rows["document"].append((sort_key, record.id, kind, document))
        (line,) = lines([document], columns_of(KINDS[kind].document).values())
        rows["csv_line"].append((sort_key, kind, line))
        words, terms = index_entry(kind, record, self.reference)
        rows["words"].append((sort_key, FULL_TEXT[self.engine].stored(words)))
        return terms


def packed_values(values: dict[str, list[int]]) -> dict[str, bytes]:
    """The ordinals of each value, four bytes each."""
    return {value: packed_ordinals(ordinals) for value, ordinals in values.items()}


def add_relational(kind: str, record: Any, rows: defaultdict[str, list[Row]]) -> None:
    """Adds the rows of a record in the relational tables, and its corrections."""
    for position, each in enumerate(record.corrections):
        day = parse_date(each.date).start.isoformat()
        row = (kind, record.id, position, day, each.date, each.reason)
        rows["correction"].append(row)
    for table, row in rows_of(kind, record):
        rows[table].append(row)


def model_of(kind: str) -> Any:
    """The model of a kind of curated record."""
    return DatasetRecord if kind == "dataset" else RECORD_TYPES[kind].record
