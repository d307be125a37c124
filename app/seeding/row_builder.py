"""Builds the rows of curated records, each of which depends on its record and reference data alone.

Nothing here needs the database, so many records can be built into rows in several processes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
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


class TaskBatch(NamedTuple):
    """Some tasks, the ordinals of their entries (None for other records), and what is written.

    The rows of entries in the index are written in any case.
    """

    tasks: list[Task]
    ordinals: list[int | None]
    writes_record: bool
    writes_relational: bool


@dataclass
class BuiltRows:
    """Rows by table, rows of the full text, and postings, of so many records."""

    count: int
    rows: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    words: list[Row] = field(default_factory=list)
    postings: Postings = field(default_factory=dict)


class RowBuilder:
    """Builds rows for an engine; what records refer to is looked up in `reference`."""

    def __init__(self, engine: str, reference: Reference):
        self.engine = engine
        self.reference = reference

    def __call__(self, batch: TaskBatch) -> BuiltRows:
        """The rows of a batch, in its order."""
        built = BuiltRows(len(batch.tasks))
        postings: defaultdict[tuple[str, str], defaultdict[str, list[int]]]
        postings = defaultdict(lambda: defaultdict(list))
        for task, ordinal in zip(batch.tasks, batch.ordinals, strict=True):
            record = model_of(task.kind).model_validate_json(task.body)
            if batch.writes_record:
                row = (task.kind, task.id, task.hash, task.new_sort_key, task.body)
                built.rows["record"].append(row)
            if batch.writes_relational:
                add_relational(task.kind, record, built)
            if ordinal is None:
                continue
            for dimension, values in self.add_entry(task, record, built).items():
                for value in values:
                    postings[task.kind, dimension][value].append(ordinal)
        for name, values in postings.items():
            built.postings[name] = {each: packed_ordinals(values[each]) for each in values}
        return built

    def add_entry(self, task: Task, record: Any, built: BuiltRows) -> IndexTerms:
        """Adds the document, CSV line and words of an entry; returns its index terms."""
        kind, sort_key = task.kind, task.new_sort_key
        document = json_of(KINDS[kind].document_of(record, self.reference))
        built.rows["document"].append((sort_key, record.id, kind, document))
        (line,) = lines([document], columns_of(KINDS[kind].document).values())
        built.rows["csv_line"].append((sort_key, kind, line))
        words, terms = index_entry(kind, record, self.reference)
        built.words.append((sort_key, FULL_TEXT[self.engine].stored(words)))
        return terms


def add_relational(kind: str, record: Any, built: BuiltRows) -> None:
    """Adds the rows of a record in the relational tables, and its corrections."""
    for position, each in enumerate(record.corrections):
        day = parse_date(each.date).start.isoformat()
        row = (kind, record.id, position, day, each.date, each.reason)
        built.rows["correction"].append(row)
    for table, row in rows_of(kind, record):
        built.rows[table].append(row)


def model_of(kind: str) -> Any:
    """The model of a kind of curated record."""
    return DatasetRecord if kind == "dataset" else RECORD_TYPES[kind].record
