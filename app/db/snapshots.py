"""Engines, snapshots and deadlines: the one way to a database from a question.

`async with database.snapshot() as snapshot` gives one revision of the record; whatever is asked
inside comes from it. Questions are answered by plain functions of a `Memory`, which never wait.
Where a value is not in memory they raise `NotLoaded`; `find` loads it and calls the function again.
To have another sort of value loaded this way: one `Loadable`.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, TypeVarTuple, Unpack

from app.db.files import OpenFile
from app.db.sql import Row, Statement
from app.db.work import Work, overdue
from app.errors import Unavailable

# Rows of one chunk of an answer without a bound.
STREAM_CHUNK = 1000
# Seconds between two looks for a newer revision.
LOOK_EVERY = 1.0


class Revision(NamedTuple):
    """One state of the record: its local number, its digest, the curators' version."""

    number: int
    digest: str
    version: str


def refuse_overdue(snapshot: Snapshot) -> None:
    """Raises `Unavailable` past the deadline of a question."""
    if time.monotonic() > snapshot.began + snapshot.timeout:
        raise overdue(snapshot.timeout)


class SnapshotLost(Unavailable):
    """The database ended a snapshot; the whole question may be asked at once of another one."""

    def __init__(self) -> None:
        super().__init__("The database ended this question; ask it again.", retry_after=1)


class Snapshot(Protocol):
    """What can be asked within one snapshot."""

    engine: str
    revision: Revision
    memory: Memory
    # The file that answers, where the database is one.
    file: OpenFile | None
    # When it began, by the monotonic clock, and how many seconds it may take.
    began: float
    timeout: float

    async def rows(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows of a statement; raises `Unavailable` past the deadline."""

    def stream(self, statement: Statement, **values: Any) -> AsyncGenerator[Sequence[Row]]:
        """The rows in chunks, for answers without a bound."""


class Database(Protocol):
    """Where the record is stored."""

    def snapshot(
        self, at_least: int = 0, *, from_memory: bool = False
    ) -> AbstractAsyncContextManager[Snapshot]:
        """One revision of the record; of that number or a later one, if there is any here.

        Where an answer may come from memory alone, a revision that was the newest one `LOOK_EVERY`
        seconds ago is good enough; if another one is found when something has to be read, it is
        `SnapshotLost`.
        """

    def current_revision(self) -> Revision | None:
        """The revision that answers now, a second late at most; None before the first look."""

    async def check(self) -> None:
        """Raises `Unavailable` or `DatabaseUnusable` where the database cannot be asked."""

    async def close(self) -> None:
        """Closes every connection."""


# Seconds that a function may keep the event loop from other questions.
LOOP_BUDGET = 0.002

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R")
Args = TypeVarTuple("Args")


@dataclass(frozen=True, eq=False)
class Loadable(Generic[K, V]):
    """One sort of value: how values are loaded by key, and how many are kept of one revision.

    `load` returns a value for every key. None says that the database has none, and is not kept.
    """

    load: Callable[[list[K], Snapshot], Awaitable[Mapping[K, V]]]
    # The sum of the sizes that are kept: bytes, or without a `size_of` values.
    limit: int
    size_of: Callable[[V], int] | None = None
    # The bytes of keys that may be long.
    key_size: Callable[[K], int] | None = None


class NotLoaded(Exception):
    """Values that are not in memory: their `Loadable`, and a list of their keys."""


class OutOfTime(Exception):
    """A function that has run for as long as it may."""


class BoundedValues(OrderedDict[K, V]):
    """Values by key, bounded by the sum of their sizes; the oldest are removed first.

    Reading is a look into a dictionary and changes nothing, so that threads may read while the
    event loop writes. A page of 51 documents is read in 1.5 µs; `cachetools` takes 5 µs for that
    with its `FIFOCache` and 12 µs with its `LRUCache`.
    """

    def __init__(self, loadable: Loadable[K, V]):
        super().__init__()
        self.loadable = loadable
        # The size of each value, the one kept for longest first, and their sum.
        self.sizes: deque[int] = deque()
        self.size = 0

    def keep(self, values: Mapping[K, V]) -> None:
        """Keeps each value that fits within the limit; None is not kept."""
        size_of, key_size = self.loadable.size_of, self.loadable.key_size
        for key, value in values.items():
            if value is None or key in self:
                continue
            size = size_of(value) if size_of is not None else 1
            if key_size is not None:
                size += key_size(key)
            if size <= self.loadable.limit:
                self[key] = value
                self.sizes.append(size)
                self.size += size
            while self.size > self.loadable.limit:
                self.popitem(last=False)
                self.size -= self.sizes.popleft()


class RevisionCache(dict[Loadable[Any, Any], BoundedValues[Any, Any]]):
    """What is kept of one revision from one question to the next."""

    def __missing__(self, loadable: Loadable[K, V]) -> BoundedValues[K, V]:
        self[loadable] = cache = BoundedValues(loadable)
        return cache


class Memory:
    """What one question can read: what is kept of its revision, and what was loaded for it.

    What was loaded for a question stays until it is answered, even if there is no room to keep it.
    """

    def __init__(self, revision: Revision, kept: RevisionCache):
        self.revision = revision
        self.kept = kept
        self.loaded: dict[Loadable[Any, Any], dict[Any, Any]] = {}
        self.run_until = float("inf")
        # What asks, where it is long work.
        self.work: Work | None = None

    def get(self, loadable: Loadable[K, V], key: K) -> V:
        """The value of a key; raises `NotLoaded`."""
        try:
            value: V = self.kept[loadable][key]
        except KeyError:
            (value,) = self.loaded_or_kept(loadable, (key,))
        return value

    def get_all(self, loadable: Loadable[K, V], keys: Collection[K]) -> list[V]:
        """The value of each key; raises `NotLoaded` with all keys that have none in memory."""
        try:
            return list(map(self.kept[loadable].__getitem__, keys))
        except KeyError:
            return self.loaded_or_kept(loadable, keys)

    def get_groups(
        self, loadable: Loadable[K, V], groups: Collection[Collection[K]]
    ) -> list[list[V]]:
        """The values of each key, in groups; raises `NotLoaded` with all keys that have none."""
        kept = self.kept[loadable]
        try:
            return [[kept[key] for key in group] for group in groups]
        except KeyError:
            values = iter(self.loaded_or_kept(loadable, list(chain.from_iterable(groups))))
            return [list(islice(values, len(group))) for group in groups]

    def loaded_or_kept(self, loadable: Loadable[K, V], keys: Collection[K]) -> list[V]:
        """As `get_all`, where not everything is kept."""
        kept, loaded = self.kept[loadable], self.loaded.get(loadable, {})
        values, missing = [], []
        for key in keys:
            try:
                values.append(loaded[key] if key in loaded else kept[key])
            except KeyError:
                missing.append(key)
        if missing:
            raise NotLoaded(loadable, list(dict.fromkeys(missing)))
        return values

    def check_time(self) -> None:
        """To be called between portions of long work; raises `OutOfTime`."""
        if self.work is not None:
            self.work.check_in_turns()
        elif time.monotonic() > self.run_until:
            raise OutOfTime

    async def load(self, loadable: Loadable[K, V], keys: list[K], snapshot: Snapshot) -> None:
        """Loads some values for this question, and keeps those for which there is room."""
        found = await loadable.load(keys, snapshot)
        values = {key: found[key] for key in keys}
        self.loaded.setdefault(loadable, {}).update(values)
        self.kept[loadable].keep(values)


async def find(
    snapshot: Snapshot,
    function: Callable[[Memory, Unpack[Args]], R],
    *args: *Args,
    work: Work | None = None,
) -> R:
    """Calls a function of what is in memory, and loads the values that it misses.

    It runs in the event loop for up to `LOOP_BUDGET` seconds. If that is too short, it is called
    again in a thread, under the deadline of the question. With `work`, it runs in a thread from the
    start.
    """
    memory = snapshot.memory
    memory.work = work
    in_thread = False
    while True:
        try:
            if work is not None:
                return await work.in_thread(function, memory, *args)
            if in_thread:
                memory.run_until = snapshot.began + snapshot.timeout
                return await asyncio.to_thread(function, memory, *args)
            memory.run_until = time.monotonic() + LOOP_BUDGET
            return function(memory, *args)
        except NotLoaded as missing:
            loadable, keys = missing.args
            await memory.load(loadable, keys, snapshot)
        except OutOfTime:
            in_thread = True
        refuse_overdue(snapshot)
