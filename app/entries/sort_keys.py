"""The 64-bit key that sorts entries by date, and the keys of postings.

A sort key is start day (22 bits) | order within the day (6) | hash of the id (35), the same
wherever the same files are seeded. A posting says that a key (kind, dimension, value) holds
at a sort key.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

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
    text = f"{kind}\0{dimension}\0{value}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") >> 1


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
