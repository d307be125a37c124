"""Postings: which entries have a value, as Roaring bitmaps of their ordinals; and sort keys.

A sort key is start day (22 bits) | order within the day (6) | hash of the id (35), the same
wherever the same files are seeded. The entries of a revision have ordinals from 0 in the order of
their sort keys. A key (kind, dimension, value) has postings, which are met, counted and cut by
dates without the database; the ordinals found are turned into sort keys.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple
from zlib import crc32

from pyroaring import BitMap
from sqlalchemy import select

from app.db.snapshots import Loadable, Memory, Snapshot
from app.db.sql import KeyedStatement, Statement, given
from app.db.tables import posting, state, tally
from app.errors import Unavailable

log = logging.getLogger(__name__)

MIB = 1024 * 1024
# What each value in memory costs beside its own bytes, roughly.
BESIDE_BITMAP = 300
TALLY_BYTES = 200
# Postings read by one statement.
BATCH = 128
CHECKSUM_BYTES = 4
# The key of a value's postings; several keys together stand for the union of their postings.
PostingsKey = int | tuple[int, ...]
# The names under which the sort keys, and the words of each kind, are stored.
SORT_KEYS = "sort_keys"
WORDS = "words"

TALLY = Statement(
    select(tally.c.value, tally.c.key, tally.c.n).where(given(tally.c.kind, tally.c.dimension))
)
STORED_POSTINGS = KeyedStatement(select(posting.c.key, posting.c.numbers), posting.c.key)
STORED = Statement(select(state.c.value).where(given(state.c.name)))


class SortKeys:
    """The sort keys of all entries, by ordinal."""

    def __init__(self, stored: bytes = b""):
        self.sort_keys = unpacked_sort_keys(stored)

    def __len__(self) -> int:
        return len(self.sort_keys)

    def at(self, ordinals: Iterable[int]) -> list[int]:
        """The sort keys of the entries with some ordinals, in that order."""
        sort_keys = self.sort_keys
        return [sort_keys[ordinal] for ordinal in ordinals]

    def ordinal_from(self, sort_key: int) -> int:
        """The ordinal of the first entry at a sort key or after it."""
        sort_keys = self.sort_keys
        if not sort_keys or sort_key > sort_keys[-1]:
            return len(sort_keys)
        return bisect_left(sort_keys, sort_key) if sort_key > sort_keys[0] else 0

    def ordinals(self, sort_keys: Iterable[int]) -> BitMap:
        """The ordinals of the entries at some sort keys."""
        return BitMap(array("I", map(self.ordinal_from, sort_keys)))


def size_of_bitmap(ordinals: BitMap) -> int:
    """The bytes that a bitmap takes in memory."""
    seen = ordinals.get_statistics()
    in_pairs = seen["n_bytes_array_containers"] + seen["n_bytes_run_containers"]
    return BESIDE_BITMAP + in_pairs + seen["n_bytes_bitset_containers"]


async def load_postings(keys: list[PostingsKey], snapshot: Snapshot) -> dict[PostingsKey, BitMap]:
    """The bitmap of each key; it is empty if no entry has the value."""
    single = {each for key in keys for each in (key if isinstance(key, tuple) else (key,))}
    found = await read_postings(list(single), snapshot)
    return {
        key: BitMap.union(*map(found.__getitem__, key)) if isinstance(key, tuple) else found[key]
        for key in keys
    }


async def read_postings(keys: list[int], snapshot: Snapshot) -> dict[int, BitMap]:
    """The bitmaps of some keys as they are stored."""
    found: dict[int, BitMap] = {}
    for start in range(0, len(keys), BATCH):
        if start:
            # There may be thousands; others are answered in between.
            await asyncio.sleep(0)
        part = keys[start : start + BATCH]
        statement, values = STORED_POSTINGS.of(part)
        rows: dict[int, bytes] = dict(await snapshot.rows(statement, **values))
        found |= {key: unpacked(rows[key]) if key in rows else BitMap() for key in part}
    return found


async def load_sort_keys(keys: list[None], snapshot: Snapshot) -> dict[None, SortKeys]:
    """The sort keys; their only key is None."""
    stored = await snapshot.rows(STORED, name=SORT_KEYS)
    return dict.fromkeys(keys, SortKeys(stored[0][0]))


class Dimension(NamedTuple):
    """The values of a dimension in order, how many entries each has, and which."""

    values: list[str]
    numbers: list[int]
    postings: list[BitMap]


async def load_dimensions(
    keys: list[tuple[str, str]], snapshot: Snapshot
) -> dict[tuple[str, str], Dimension]:
    """The values of each kind and dimension."""
    found = {}
    for kind, dimension in keys:
        rows = sorted(await snapshot.rows(TALLY, kind=kind, dimension=dimension))
        postings = await read_postings([key for _, key, _ in rows], snapshot)
        found[kind, dimension] = Dimension(
            [value for value, _, _ in rows], [n for _, _, n in rows], list(postings.values())
        )
    return found


def size_of_dimension(dimension: Dimension) -> int:
    """The bytes that a dimension takes in memory, roughly."""
    return sum(map(size_of_bitmap, dimension.postings)) + TALLY_BYTES * (len(dimension.values) + 1)


async def load_vocabularies(kinds: list[str], snapshot: Snapshot) -> dict[str, bytes | None]:
    """The words in the entries of each kind; None where an old version of the code stored none."""
    found: dict[str, bytes | None] = {}
    for kind in kinds:
        stored = await snapshot.rows(STORED, name=vocabulary_of(kind))
        found[kind] = bytes(stored[0][0]) if stored else None
    return found


POSTINGS = Loadable(load_postings, 64 * MIB, size_of_bitmap)
ALL_SORT_KEYS = Loadable(load_sort_keys, 1)
DIMENSIONS = Loadable(load_dimensions, 64 * MIB, size_of_dimension)
VOCABULARIES = Loadable(load_vocabularies, 100)


def all_sort_keys(memory: Memory) -> SortKeys:
    """The sort keys of all entries."""
    return memory.get(ALL_SORT_KEYS, None)


def packed(ordinals: BitMap) -> bytes:
    """Ordinals as they are stored: a checksum, and Roaring's portable format."""
    ordinals.run_optimize()
    body = ordinals.serialize()
    return crc32(body).to_bytes(CHECKSUM_BYTES, "little") + body


def unpacked(stored: bytes) -> BitMap:
    """The ordinals that were stored; raises `Unavailable` where their bytes are damaged."""
    body = memoryview(stored)[CHECKSUM_BYTES:]
    if crc32(body) != int.from_bytes(stored[:CHECKSUM_BYTES], "little"):
        log.error("A posting list in the database is damaged.")
        raise Unavailable("The database cannot be read; it may be damaged.", retry_after=60)
    return BitMap.deserialize(bytes(body))


def packed_sort_keys(sort_keys: array[int]) -> bytes:
    """The sort keys of all entries in order, 8 bytes each, the lowest first."""
    return little_endian(sort_keys).tobytes()


def unpacked_sort_keys(stored: bytes) -> array[int]:
    """The sort keys that were stored."""
    sort_keys = array("q")
    sort_keys.frombytes(stored)
    return little_endian(sort_keys)


def vocabulary_of(kind: str) -> str:
    """The name under which the words in the entries of a kind are stored."""
    return f"{WORDS} {kind}"


def packed_words(words: Iterable[str]) -> bytes:
    """Sorted words, each on a line of its own; an end of line stands before the first, too."""
    return b"\n".join([b"", *sorted(word.encode() for word in words), b""])


def unpacked_words(stored: bytes) -> set[str]:
    """The words that were stored."""
    return set(stored.decode().split("\n")) - {""}


def packed_from(stored: bytes, start: str, most: int) -> list[str] | None:
    """The stored words that begin with `start`; None if there are more than `most`."""
    line = b"\n" + start.encode()
    first = stored.find(line)
    if first < 0:
        return []
    end = stored.find(b"\n", stored.rfind(line) + 1)
    if stored.count(b"\n", first, end) > most:
        return None
    return stored[first + 1 : end].decode().split("\n")


def little_endian(sort_keys: array[int]) -> array[int]:
    """The same sort keys in the byte order that is stored, which is that of most machines."""
    if sys.byteorder == "little":
        return sort_keys
    sort_keys = sort_keys[:]
    sort_keys.byteswap()
    return sort_keys


ORDER_BITS = 6
HASH_BITS = 35
DAY_SHIFT = ORDER_BITS + HASH_BITS
DAY_BITS = 22
LAST_SORT_KEY = (1 << (DAY_BITS + DAY_SHIFT)) - 1


def sort_key_of(day: int, order: int, entry_id: str) -> int:
    """The sort key of an entry before collisions are resolved; `day` counts from 0001-01-01 = 1."""
    digest = int.from_bytes(blake2b(entry_id.encode(), digest_size=8).digest(), "big")
    return (day << DAY_SHIFT) | (order << HASH_BITS) | (digest >> (64 - HASH_BITS))


def first_sort_key(day: int) -> int:
    """The lowest sort key of a day."""
    return day << DAY_SHIFT


def last_sort_key(day: int) -> int:
    """The highest sort key of a day."""
    return ((day + 1) << DAY_SHIFT) - 1


def day_of(sort_key: int) -> int:
    """The start day of the entry at a sort key."""
    return sort_key >> DAY_SHIFT


@lru_cache(maxsize=65536)
def key_of(kind: str, dimension: str, value: str) -> int:
    """The 63-bit key of a posting list; the same text gives the same key everywhere."""
    return keys_of(kind, dimension, (value,))[0]


def keys_of(kind: str, dimension: str, values: Iterable[str]) -> tuple[int, ...]:
    """The keys of several posting lists of one dimension."""
    before = blake2b(f"{kind}\0{dimension}\0".encode(), digest_size=8)
    keys = []
    for value in values:
        hashed = before.copy()
        hashed.update(value.encode())
        keys.append(int.from_bytes(hashed.digest(), "big") >> 1)
    return tuple(keys)


def covering_nodes(first_day: int, last_day: int) -> Iterator[str]:
    """The fewest aligned blocks of days that make up first_day..last_day (a segment tree).

    An entry that reaches beyond its start day is posted under the blocks of its later days, so
    that the entries that reach into one day are found under its 22 enclosing blocks.
    """
    low, high = first_day, last_day + 1
    for level in range(DAY_BITS + 1):
        if low >= high:
            return
        if low & 1:
            yield f"{level}.{low}"
            low += 1
        if high & 1:
            high -= 1
            yield f"{level}.{high}"
        low, high = low >> 1, high >> 1


def enclosing_nodes(day: int) -> tuple[str, ...]:
    """Every block that holds the day: where the entries that reach into it are posted."""
    return tuple([f"{level}.{day >> level}" for level in range(DAY_BITS + 1)])
