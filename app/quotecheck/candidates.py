"""Which quotes may be meant by a text: those that share most of its rare words.

The rarity of a word is the number of binary digits of (quotes / quotes with the word). The rarities
are added up over whole postings at once: one bitmap for each binary digit of the sums. How many
words a quote shares is thus known before any text is read, however large the record is.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, TypeVar

import orjson
from pyroaring import BitMap

from app.db.postings import (
    ALL_SORT_KEYS,
    POSTINGS,
    PostingsKey,
    SortKeys,
    first_sort_key,
    key_of,
    last_sort_key,
)
from app.db.snapshots import Loadable, Memory, Snapshot, find
from app.entries.result_pages import DOCUMENTS
from app.entries.word_plan import WORD
from app.entries.words import split
from app.quotecheck.reading import read_wording

KIND = "quote"
# The key of all quotes.
QUOTES = key_of(KIND, "kind", KIND)
# The rarest words of a text that are looked up.
WORDS = 24
APOSTROPHE = re.compile(r"\w['’]\w")
# Rows read by one statement: while a thread works, each of them may take 0.1 ms.
BATCH = 25
T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Candidate:
    """A quote that may be meant."""

    ordinal: int
    body: bytes

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The document of the quote."""
        document: Mapping[str, Any] = orjson.loads(self.body)
        return document

    @cached_property
    def wordings(self) -> Collection[Mapping[str, Any]]:
        """The wordings of different texts, each with its first source, the principal one first."""
        different: dict[str, Mapping[str, Any]] = {}
        for wording in self.document["renderings"]:
            different.setdefault(wording["text"], wording)
        return different.values()

    @cached_property
    def words(self) -> Sequence[tuple[Sequence[str], frozenset[str]]]:
        """The words of every text, in order and as a set; with contractions written out, too."""
        texts = [wording["text"] for wording in self.wordings]
        contracted = (text for text in texts if APOSTROPHE.search(text))
        words = [*map(split, texts), *(read_wording(text)[0].keys for text in contracted)]
        return [(each, frozenset(each)) for each in words]


# One quote is a candidate of many texts; what is read of it is kept for some of them.
candidate_of = lru_cache(maxsize=512)(Candidate)


class Quotes:
    """The quotes of a record that are in memory for one question."""

    def __init__(self, snapshot: Snapshot):
        self.snapshot = snapshot
        self.count = 0
        self.postings: dict[PostingsKey, BitMap] = {}
        self.sort_keys = SortKeys()
        self.candidates: dict[int, Candidate] = {}

    async def load_postings(self, keys: Iterable[PostingsKey]) -> None:
        """Loads which quotes are in some postings."""
        missing = {QUOTES, *keys} - self.postings.keys()
        self.postings.update(await self._values(POSTINGS, missing))
        (self.sort_keys,) = (await self._values(ALL_SORT_KEYS, [None])).values()
        self.count = len(self.postings[QUOTES])

    async def load_candidates(self, ordinals: Iterable[int]) -> None:
        """Loads quotes by their ordinals."""
        missing = sorted(set(ordinals) - self.candidates.keys())
        bodies = await self._values(DOCUMENTS, self.sort_keys.at(missing))
        for ordinal, body in zip(missing, bodies.values(), strict=True):
            self.candidates[ordinal] = candidate_of(ordinal, body)

    async def _values(self, loadable: Loadable[K, V], keys: Iterable[K]) -> dict[K, V]:
        """The value of each key, in memory or not; other requests may run after each batch."""
        found: dict[K, V] = {}
        for batch in in_batches(keys):
            values = await find(self.snapshot, Memory.get_all, loadable, batch)
            found.update(zip(batch, values, strict=True))
            await asyncio.sleep(0)
        return found

    def spoken_by(self, actors: Iterable[str]) -> BitMap:
        """The quotes that some actors, their members or officials said; those that were loaded."""
        return BitMap.union(BitMap(), *(self.postings[spoken_key(actor)] for actor in actors))

    def between(self, first: date, last: date) -> BitMap:
        """The quotes that begin on the days from one to another."""
        low = self.sort_keys.ordinal_from(first_sort_key(first.toordinal()))
        high = self.sort_keys.ordinal_from(last_sort_key(last.toordinal()) + 1)
        return self.postings[QUOTES] & BitMap(range(low, max(low, high)))

    def most_like(self, words: Iterable[str], count: int, within: BitMap | None = None) -> BitMap:
        """The quotes that share most of the rare words of a text."""
        found = [self.postings[word_key(word)] for word in dict.fromkeys(words)]
        return most_like(found, self.count, count, within)


def in_batches(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists, each for one statement."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def word_key(word: str) -> int:
    """The key of the quotes that have a word."""
    return key_of(KIND, WORD, word)


def spoken_key(actor: str) -> int:
    """The key of the quotes that an actor said, or somebody who then held office in it."""
    return key_of(KIND, "affiliate:role", f"{actor}:speaker")


def most_like(
    postings: Iterable[BitMap], quotes: int, count: int, within: BitMap | None = None
) -> BitMap:
    """The ordinals with the highest sum of rarities, the newest first among equals.

    `postings` has one bitmap for each word, `quotes` is how many there are in the record.
    """
    rarest = sorted(filter(None, postings), key=len)[:WORDS]
    sums: list[BitMap] = []
    for each in rarest:
        found = each if within is None else each & within
        _add((quotes // len(each)).bit_length() or 1, found, sums)
    return _highest(sums, count)


def _add(number: int, ordinals: BitMap, sums: list[BitMap]) -> None:
    """Adds a number to the sums of some ordinals; `sums` has a bitmap for each binary digit."""
    while len(sums) < number.bit_length():
        sums.append(BitMap())
    for digit in range(number.bit_length()):
        carry = ordinals if number >> digit & 1 else BitMap()
        for place in range(digit, len(sums)):
            if not carry:
                break
            carry, sums[place] = sums[place] & carry, sums[place] ^ carry
        if carry:
            sums.append(carry)


def _highest(sums: Sequence[BitMap], count: int) -> BitMap:
    """The ordinals of the highest sums."""
    chosen = BitMap()
    rest = BitMap.union(BitMap(), *sums)
    for digit in reversed(sums):
        higher = rest & digit
        if len(chosen) + len(higher) <= count:
            chosen |= higher
            rest -= higher
        elif higher:
            rest = higher
    return chosen | rest[-(count - len(chosen)) :] if len(chosen) < count else chosen
