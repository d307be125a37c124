"""On which day each entry was recorded, and last changed: new entries and corrections first.

An entry is recorded on its curated day; without one, on the day of its first revision here. It is
changed when it is recorded or corrected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from pyroaring import BitMap
from sqlalchemy import func, select

from app.db.postings import SortKeys, all_sort_keys, read_postings
from app.db.snapshots import Loadable, Snapshot
from app.db.sql import Row, Statement
from app.db.tables import change, correction, document, revision, tally

RECORDED = "recorded"
CHANGED = "changed"
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


class Days:
    """The entries by day, the newest day first; each entry is in one day."""

    def __init__(self, dated: dict[str, BitMap]):
        self.days = [(day, dated[day]) for day in sorted(dated, reverse=True) if dated[day]]

    def since(self, day: date) -> BitMap:
        """The entries of a day or later."""
        first = day.isoformat()
        return BitMap.union(BitMap(), *(each for at, each in self.days if at >= first))

    def newest_first(self, found: BitMap) -> Iterator[tuple[str, int]]:
        """The day and ordinal of each found entry: by day, then by date, the latest first."""
        for day, entries in self.days:
            for ordinal in reversed(entries & found):
                yield day, ordinal


async def load_days(keys: list[None], snapshot: Snapshot) -> dict[None, dict[str, Days]]:
    """The entries by the day on which each was `RECORDED`, or last `CHANGED`; the only key is None.

    The sort keys must be in memory.
    """
    sort_keys = all_sort_keys(snapshot.memory)
    recorded = await recorded_days(sort_keys, snapshot)
    corrected = by_day(sort_keys, await snapshot.rows(CORRECTED))
    changed: dict[str, BitMap] = {}
    seen = BitMap()
    for day in sorted({*recorded, *corrected}, reverse=True):
        changed[day] = (recorded.get(day, BitMap()) | corrected.get(day, BitMap())) - seen
        seen |= changed[day]
    days = {RECORDED: Days(recorded), CHANGED: Days(changed)}
    return dict.fromkeys(keys, days)


async def recorded_days(sort_keys: SortKeys, snapshot: Snapshot) -> dict[str, BitMap]:
    """The entries of each day: by curated days, by later revisions, and by the first."""
    curated = await snapshot.rows(CURATED)
    postings = await read_postings([key for _, key in curated], snapshot)
    dated: defaultdict[str, BitMap] = defaultdict(BitMap)
    for day, key in curated:
        dated[day] |= postings[key]
    left = BitMap(range(len(sort_keys))) - BitMap.union(BitMap(), *postings.values())
    added_later = by_day(sort_keys, await snapshot.rows(ADDED_LATER))
    for day in sorted(added_later, reverse=True):
        dated[day] |= added_later[day] & left
        left -= added_later[day]
    first_day = str((await snapshot.rows(FIRST_DAY))[0][0])[:DAY_LENGTH]
    dated[first_day] |= left
    return dated


def by_day(sort_keys: SortKeys, rows: Iterable[Row]) -> dict[str, BitMap]:
    """The entries of rows with a time and a sort key, by day."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for time, sort_key in rows:
        found[str(time)[:DAY_LENGTH]].append(sort_key)
    return {day: sort_keys.ordinals(each) for day, each in found.items()}


ENTRY_DAYS = Loadable(load_days, 1)
