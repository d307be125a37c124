"""Posting lists: which entries have a value, as sets of their numbers.

The entries of a revision are numbered from 0 in the order of their places. A posting list is a
Roaring bitmap of such numbers: lists are met, counted and cut by dates without the database, and
the numbers found are turned into places. Lists are read when they are first asked for and kept,
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
from app.errors import Unavailable
from app.statements import Row, Statement
from app.tables import posting, state, tally

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
PLACES = "places"
WORDS = "words"

# More values of a kind in a dimension than these are not kept.
KEPT_VALUES = 10_000

VALUES = Statement(
    select(tally.c.key, tally.c.value, tally.c.n).where(
        tally.c.kind == bindparam("kind"), tally.c.dimension == bindparam("dimension")
    )
)
STORED = Statement(select(state.c.value).where(state.c.name == bindparam("name")))


class Asks(Protocol):
    """What can be asked for rows of the index's revision."""

    async def rows(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows of a statement."""
        ...


class Index:
    """The numbers and posting lists of one revision, and its documents that were asked for last."""

    def __init__(self) -> None:
        self.places = array("q")
        self.is_loaded = False
        self.kept = Bounded[int, BitMap](KEPT_BYTES, size_of_list)
        self.documents = Bounded[int, bytes](DOCUMENT_BYTES, size_of_document)
        # Kind and place of the entries that were asked for by their ids.
        self.entries = Bounded[str, tuple[str, int]](ENTRIES_BYTES, lambda _: ENTRY_BYTES)
        self.tallies: dict[tuple[str, str], list[Row]] = {}
        self.vocabularies: dict[str, bytes | None] = {}

    async def load(self, ask: Asks) -> None:
        """Reads which places there are, once."""
        if not self.is_loaded:
            stored = await ask.rows(STORED, name=PLACES)
            self.places = unpacked_places(stored[0][0])
            self.is_loaded = True

    def number_from(self, place: int) -> int:
        """The number of the first entry at a place or after it."""
        places = self.places
        if not places or place > places[-1]:
            return len(places)
        return bisect_left(places, place) if place > places[0] else 0

    def numbers(self, places: Iterable[int]) -> BitMap:
        """The numbers of the entries at some places."""
        return BitMap(array("I", map(self.number_from, places)))

    async def lists(self, keys: Collection[int], ask: Asks) -> dict[int, BitMap]:
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
            await self.read(missing[start : start + BATCH], found, ask)
        return found

    async def together(self, key: int, keys: Collection[int], ask: Asks) -> BitMap:
        """The numbers that stand in any list of some keys, kept under a key that no list has."""
        numbers = self.kept.get(key)
        if numbers is None:
            numbers = BitMap.union(*(await self.lists(keys, ask)).values())
            self.kept.put(key, numbers)
        return numbers

    async def all_of(self, keys: Collection[int], ask: Asks) -> BitMap:
        """The numbers of the entries that stand in every list of some keys, at least one."""
        await self.load(ask)
        first, *others = sorted((await self.lists(keys, ask)).values(), key=len)
        return first.intersection(*others)

    async def values(self, kind: str, dimension: str, ask: Asks) -> list[Row]:
        """Key, value and length of each list of a kind in a dimension."""
        if (kind, dimension) not in self.tallies:
            rows = await ask.rows(VALUES, kind=kind, dimension=dimension)
            if len(rows) > KEPT_VALUES:
                return rows
            self.tallies[kind, dimension] = rows
        return self.tallies[kind, dimension]

    async def words_from(self, kind: str, start: str, most: int, ask: Asks) -> list[str] | None:
        """The words in the entries of a kind that begin so; None where there are more than some.

        None, too, where a former version of the code stored none.
        """
        if kind not in self.vocabularies:
            stored = await ask.rows(STORED, name=vocabulary_of(kind))
            self.vocabularies[kind] = bytes(stored[0][0]) if stored else None
        vocabulary = self.vocabularies[kind]
        return packed_from(vocabulary, start, most) if vocabulary is not None else None

    async def read(self, keys: list[int], found: dict[int, BitMap], ask: Asks) -> None:
        """Reads and keeps some lists."""
        statement, values = stored_lists(keys)
        rows: dict[int, bytes] = dict(await ask.rows(statement, **values))
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


def packed_places(places: array[int]) -> bytes:
    """The places of all entries in order, 8 bytes each, the lowest first."""
    return swapped(places).tobytes()


def unpacked_places(stored: bytes) -> array[int]:
    """The places that were stored."""
    places = array("q")
    places.frombytes(stored)
    return swapped(places)


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


def swapped(places: array[int]) -> array[int]:
    """The same in the order of bytes that is stored, which is that of most machines."""
    if sys.byteorder == "little":
        return places
    places = places[:]
    places.byteswap()
    return places
