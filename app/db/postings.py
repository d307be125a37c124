"""Posting lists: which entries have a value, as sets of their numbers.

The entries of a revision are numbered from 0 in the order of their sort keys. A posting list is a
Roaring bitmap of such numbers: lists are met, counted and cut by dates without the database, and
the numbers found are turned into sort keys. Lists are read when they are first asked for and kept,
within bounds, for as long as the revision is served.
"""

from __future__ import annotations

import logging
import sys
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, Protocol
from zlib import crc32

from pyroaring import BitMap
from sqlalchemy import bindparam, select

from app.bounded import Bounded
from app.db.sql import Row, Statement
from app.db.tables import posting, state, tally
from app.errors import Unavailable

log = logging.getLogger(__name__)

# Bytes of lists that are kept of one revision, and what each costs beside its own bytes.
KEPT_BYTES = 64 * 1024 * 1024
LIST_BYTES = 300
# Bytes of documents that are kept of one revision, and what each costs beside its own bytes.
DOCUMENT_BYTES = 32 * 1024 * 1024
BESIDE_DOCUMENT = 250
# Bytes of what is known of single entries of one revision, and what each costs.
ENTRIES_BYTES = 4 * 1024 * 1024
ENTRY_BYTES = 400
# Lists read by one statement.
BATCH = 256
CHECK_BYTES = 4
SORT_KEYS = "sort_keys"
WORDS = "words"

# More values of a kind in a dimension than these are not kept.
KEPT_VALUES = 10_000

VALUES = Statement(
    select(tally.c.key, tally.c.value, tally.c.n).where(
        tally.c.kind == bindparam("kind"), tally.c.dimension == bindparam("dimension")
    )
)
STORED = Statement(select(state.c.value).where(state.c.name == bindparam("name")))


class Reads(Protocol):
    """What can be asked for rows of the index's revision."""

    async def rows(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows of a statement."""
        ...


class Postings:
    """The numbers and posting lists of one revision, and its documents that were asked for last."""

    def __init__(self) -> None:
        self.sort_keys = array("q")
        self.is_loaded = False
        self.kept = Bounded[int, BitMap](KEPT_BYTES, size_of_list)
        self.documents = Bounded[int, bytes](DOCUMENT_BYTES, size_of_document)
        # Kind and sort key of the entries that were asked for by their ids.
        self.entries = Bounded[str, tuple[str, int]](ENTRIES_BYTES, lambda _: ENTRY_BYTES)
        self.tallies: dict[tuple[str, str], list[Row]] = {}
        self.vocabularies: dict[str, bytes | None] = {}

    async def load(self, snapshot: Reads) -> None:
        """Reads which sort keys there are, once."""
        if not self.is_loaded:
            stored = await snapshot.rows(STORED, name=SORT_KEYS)
            self.sort_keys = unpacked_sort_keys(stored[0][0])
            self.is_loaded = True

    def number_from(self, sort_key: int) -> int:
        """The number of the first entry at a sort key or after it."""
        sort_keys = self.sort_keys
        if not sort_keys or sort_key > sort_keys[-1]:
            return len(sort_keys)
        return bisect_left(sort_keys, sort_key) if sort_key > sort_keys[0] else 0

    def numbers(self, sort_keys: Iterable[int]) -> BitMap:
        """The numbers of the entries at some sort keys."""
        return BitMap(array("I", map(self.number_from, sort_keys)))

    async def lists(self, keys: Collection[int], snapshot: Reads) -> dict[int, BitMap]:
        """The posting list of each key; one that is not there is empty."""
        found: dict[int, BitMap] = {}
        missing = []
        for key in keys:
            numbers = self.kept.get(key)
            if numbers is None:
                missing.append(key)
            else:
                found[key] = numbers
        for start in range(0, len(missing), BATCH):
            await self.read(missing[start : start + BATCH], found, snapshot)
        return found

    async def together(self, key: int, keys: Collection[int], snapshot: Reads) -> BitMap:
        """The numbers that stand in any list of some keys, kept under a key that no list has."""
        numbers = self.kept.get(key)
        if numbers is None:
            numbers = BitMap.union(*(await self.lists(keys, snapshot)).values())
            self.kept.put(key, numbers)
        return numbers

    async def all_of(self, keys: Collection[int], snapshot: Reads) -> BitMap:
        """The numbers of the entries that stand in every list of some keys, at least one."""
        await self.load(snapshot)
        first, *others = sorted((await self.lists(keys, snapshot)).values(), key=len)
        return first.intersection(*others)

    async def values(self, kind: str, dimension: str, snapshot: Reads) -> list[Row]:
        """Key, value and length of each list of a kind in a dimension."""
        if (kind, dimension) not in self.tallies:
            rows = await snapshot.rows(VALUES, kind=kind, dimension=dimension)
            if len(rows) > KEPT_VALUES:
                return rows
            self.tallies[kind, dimension] = rows
        return self.tallies[kind, dimension]

    async def words_from(
        self, kind: str, start: str, most: int, snapshot: Reads
    ) -> list[str] | None:
        """The words in the entries of a kind that begin so; None where there are more than some.

        None, too, where a former version of the code stored none.
        """
        if kind not in self.vocabularies:
            stored = await snapshot.rows(STORED, name=vocabulary_of(kind))
            self.vocabularies[kind] = bytes(stored[0][0]) if stored else None
        vocabulary = self.vocabularies[kind]
        return packed_from(vocabulary, start, most) if vocabulary is not None else None

    async def read(self, keys: list[int], found: dict[int, BitMap], snapshot: Reads) -> None:
        """Reads and keeps some lists."""
        statement, values = stored_lists(keys)
        rows: dict[int, bytes] = dict(await snapshot.rows(statement, **values))
        for key in keys:
            body = rows.get(key, b"")
            found[key] = unpacked(body) if body else BitMap()
            self.kept.put(key, found[key])


def size_of_document(body: bytes) -> int:
    """The bytes that a document takes."""
    return len(body) + BESIDE_DOCUMENT


def size_of_list(numbers: BitMap) -> int:
    """The bytes that a list takes."""
    seen = numbers.get_statistics()
    in_pairs = seen["n_bytes_array_containers"] + seen["n_bytes_run_containers"]
    return LIST_BYTES + in_pairs + seen["n_bytes_bitset_containers"]


def stored_lists(keys: list[int]) -> tuple[Statement, dict[str, int]]:
    """The statement that reads some lists as they are stored, and its values.

    One statement serves up to twice as many keys as another: the last key fills up the rest.
    """
    count = 1 << (len(keys) - 1).bit_length()
    given = keys + keys[-1:] * (count - len(keys))
    return lists_statement(count), {f"key_{number}": key for number, key in enumerate(given)}


@lru_cache(maxsize=16)
def lists_statement(count: int) -> Statement:
    """Some posting lists as they are stored."""
    keys: list[Any] = [bindparam(f"key_{number}") for number in range(count)]
    return Statement(select(posting.c.key, posting.c.numbers).where(posting.c.key.in_(keys)))


def packed(numbers: BitMap) -> bytes:
    """A list as it is stored: a checksum, and Roaring's portable format."""
    numbers.run_optimize()
    body = numbers.serialize()
    return crc32(body).to_bytes(CHECK_BYTES, "little") + body


def unpacked(stored: bytes) -> BitMap:
    """The list that was stored; raises `Unavailable` where its bytes are damaged."""
    body = memoryview(stored)[CHECK_BYTES:]
    if crc32(body) != int.from_bytes(stored[:CHECK_BYTES], "little"):
        log.error("A posting list in the database is damaged.")
        raise Unavailable("The database cannot be read; it may be damaged.", retry_after=60)
    return BitMap.deserialize(bytes(body))


def packed_sort_keys(sort_keys: array[int]) -> bytes:
    """The sort keys of all entries in order, 8 bytes each, the lowest first."""
    return swapped(sort_keys).tobytes()


def unpacked_sort_keys(stored: bytes) -> array[int]:
    """The sort keys that were stored."""
    sort_keys = array("q")
    sort_keys.frombytes(stored)
    return swapped(sort_keys)


def vocabulary_of(kind: str) -> str:
    """The name under which the words in the entries of a kind are stored."""
    return f"{WORDS} {kind}"


def packed_words(words: Iterable[str]) -> bytes:
    """Words in order, each on a line of its own; a line's end stands before the first, too."""
    return b"\n".join([b"", *sorted(word.encode() for word in words), b""])


def unpacked_words(stored: bytes) -> set[str]:
    """The words that were stored."""
    return set(stored.decode().split("\n")) - {""}


def packed_from(stored: bytes, start: str, most: int) -> list[str] | None:
    """Those of the stored words that begin so; None where there are more than some."""
    line = b"\n" + start.encode()
    first = stored.find(line)
    if first < 0:
        return []
    end = stored.find(b"\n", stored.rfind(line) + 1)
    if stored.count(b"\n", first, end) > most:
        return None
    return stored[first + 1 : end].decode().split("\n")


def swapped(sort_keys: array[int]) -> array[int]:
    """The same in the order of bytes that is stored, which is that of most machines."""
    if sys.byteorder == "little":
        return sort_keys
    sort_keys = sort_keys[:]
    sort_keys.byteswap()
    return sort_keys
