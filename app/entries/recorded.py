"""On which day each entry was recorded, and last changed: new entries and corrections first.

An entry is recorded on its curated day; without one, on the day of its first revision here. It is
changed when it is recorded or corrected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from pyroaring import BitMap
from sqlalchemy import func, select

from app.db.postings import all_sort_keys, read_postings
from app.db.snapshots import Loadable, Memory, Snapshot
from app.db.sql import Row, Statement
from app.db.tables import change, correction, document, revision, tally

RECORDED = "recorded"
CURATED = Statement(select(tally.c.value, tally.c.key).where(tally.c.dimension == RECORDED))
FIRST = select(func.min(revision.c.number)).scalar_subquery()
FIRST_DAY = Statement(select(revision.c.seeded_at).where(revision.c.number == FIRST))
IS_ENTRY = (document.c.id == change.c.id) & (document.c.kind == change.c.kind)
ADDED_LATER = Statement(
    select(revision.c.seeded_at, document.c.sort_key)
    .join(change, change.c.revision == revision.c.number)
    .join(document, IS_ENTRY)
    .where(change.c.action == "added", change.c.revision > FIRST)
)
CORRECTED = Statement(
    select(correction.c.day, document.c.sort_key).join(
        document, (document.c.id == correction.c.id) & (document.c.kind == correction.c.kind)
    )
)
DAY_LENGTH = len("2026-11-26")


class RecordedRows(NamedTuple):
    """What the database says of the days of entries, by day or time."""

    curated: dict[str, BitMap]
    first_day: str
    added_later: list[Row]
    corrected: list[Row]


async def load_rows(keys: list[None], snapshot: Snapshot) -> dict[None, RecordedRows]:
    """The rows; their only key is None."""
    listed = await snapshot.rows(CURATED)
    postings = await read_postings([key for _, key in listed], snapshot)
    curated: defaultdict[str, BitMap] = defaultdict(BitMap)
    for day, key in listed:
        curated[day] |= postings[key]
    rows = RecordedRows(
        curated,
        str((await snapshot.rows(FIRST_DAY))[0][0])[:DAY_LENGTH],
        await snapshot.rows(ADDED_LATER),
        await snapshot.rows(CORRECTED),
    )
    return dict.fromkeys(keys, rows)


ROWS = Loadable(load_rows, 1)


class Days:
    """The entries by day, the newest day first; each entry is in one day."""

    def __init__(self, dated: dict[str, BitMap]):
        self.days = [(day, dated[day]) for day in sorted(dated, reverse=True) if dated[day]]

    def since(self, day: date) -> BitMap:
        """The entries of a day or later."""
        first = day.isoformat()
        return BitMap.union(BitMap(), *(each for at, each in self.days if at >= first))

    def newest_first(self, found: BitMap) -> Iterator[tuple[str, int]]:
        """Day and ordinal of some entries; those of one day from the latest date on."""
        for day, entries in self.days:
            for ordinal in reversed(entries & found):
                yield day, ordinal


def recorded_days(memory: Memory) -> Days:
    """The entries by the day on which each was recorded."""
    return Days(recorded(memory))


def changed_days(memory: Memory) -> Days:
    """The entries by the day on which each was recorded, or was last corrected."""
    corrected = by_day(memory, memory.get(ROWS, None).corrected)
    dated, seen = dict(recorded(memory)), BitMap()
    merged: dict[str, BitMap] = {}
    for day in sorted({*dated, *corrected}, reverse=True):
        merged[day] = (dated.get(day, BitMap()) | corrected.get(day, BitMap())) - seen
        seen |= merged[day]
    return Days(merged)


def recorded(memory: Memory) -> dict[str, BitMap]:
    """The entries of each day: by curated days, by later revisions, and by the first."""
    rows = memory.get(ROWS, None)
    dated: defaultdict[str, BitMap] = defaultdict(BitMap)
    dated.update({day: entries.copy() for day, entries in rows.curated.items()})
    left = BitMap(range(len(all_sort_keys(memory))))
    left -= BitMap.union(BitMap(), *rows.curated.values())
    for day, entries in sorted(by_day(memory, rows.added_later).items(), reverse=True):
        dated[day] |= entries & left
        left -= entries
    dated[rows.first_day] |= left
    return dated


def by_day(memory: Memory, rows: Iterable[Row]) -> dict[str, BitMap]:
    """The entries of rows with a time and a sort key, by day."""
    sort_keys: defaultdict[str, list[int]] = defaultdict(list)
    for time, sort_key in rows:
        sort_keys[str(time)[:DAY_LENGTH]].append(sort_key)
    return {day: all_sort_keys(memory).ordinals(each) for day, each in sort_keys.items()}
