"""From curated records to rows: what each of them makes, whatever else is in the record.

It needs no database, so that many records can be made into rows in several processes.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from app.db.sql import Row
from app.entries.csv_columns import columns_of, lines
from app.entries.dates import parse_date
from app.entries.fulltext import FULL_TEXT, words_of
from app.kinds import KINDS, RECORD_TYPES
from app.reference.dataset import DatasetRecord
from app.reference.registry import Reference
from app.seeding.index_terms import Posted, postings, texts
from app.seeding.postings_writer import packed_numbers
from app.seeding.relational_rows import rows_of
from app.seeding.staging import Task

# What is done to a record of which nothing stands in the database.
WHOLE = frozenset(("added", "changed"))


class Part(NamedTuple):
    """Some records that the same has to be done to, and their numbers; 0 for what is no entry."""

    action: str
    tasks: list[Task]
    numbers: list[int]


class Made(NamedTuple):
    """What a part is made into: rows by table, words by sort key, and posting lists."""

    records: int
    rows: dict[str, list[Row]]
    words: list[Row]
    coming: dict[tuple[str, str], dict[str, bytes]]


class Maker:
    """Makes records into rows for an engine; what they refer to is looked up in `reference`."""

    def __init__(self, engine: str, reference: Reference):
        self.engine = engine
        self.reference = reference

    def __call__(self, part: Part) -> Made:
        """The rows of a part, in its order."""
        made = Made(len(part.tasks), defaultdict(list), [], {})
        documents: defaultdict[str, list[tuple[int, bytes]]] = defaultdict(list)
        posted: defaultdict[tuple[str, str], defaultdict[str, list[int]]]
        posted = defaultdict(lambda: defaultdict(list))
        for task, number in zip(part.tasks, part.numbers, strict=True):
            curated = model_of(task.kind).model_validate_json(task.body)
            if part.action in WHOLE:
                self.keep(task, curated, made)
            if task.new is None:
                continue
            body, dimensions = self.index(task, curated, made)
            documents[task.kind].append((task.new, body))
            for dimension, values in dimensions.items():
                lists = posted[task.kind, dimension]
                for value in values:
                    lists[value].append(number)
        for key, numbers in posted.items():
            made.coming[key] = {each: packed_numbers(numbers[each]) for each in numbers}
        for kind, placed in documents.items():
            # Many at once, as they are made faster so.
            columns = columns_of(KINDS[kind].document).values()
            made_lines = lines([body for _, body in placed], columns)
            made.rows["csv_line"] += (
                (sort_key, kind, line)
                for (sort_key, _), line in zip(placed, made_lines, strict=True)
            )
        return made

    def keep(self, task: Task, curated: Any, made: Made) -> None:
        """The record itself, its corrections, and its tidy rows."""
        kind, record_id, rows = task.kind, task.id, made.rows
        rows["record"].append((kind, record_id, task.hash, task.new, task.body))
        for position, each in enumerate(curated.corrections):
            day = parse_date(each.date).start.isoformat()
            row = (kind, record_id, position, day, each.date, each.reason)
            rows["correction"].append(row)
        for table, row in rows_of(kind, curated):
            rows[table].append(row)

    def index(self, task: Task, curated: Any, made: Made) -> tuple[bytes, Posted]:
        """The document and words of an entry; returns the document, and what it is posted under."""
        kind, sort_key = task.kind, task.new
        body = KINDS[kind].document_of(curated, self.reference).model_dump_json().encode()
        made.rows["document"].append((sort_key, curated.id, kind, body))
        words = words_of(texts(curated, self.reference))
        made.words.append((sort_key, FULL_TEXT[self.engine].stored(words)))
        return body, postings(kind, curated, words, self.reference)


def model_of(kind: str) -> Any:
    """The model of a kind of curated record."""
    return DatasetRecord if kind == "dataset" else RECORD_TYPES[kind].record
