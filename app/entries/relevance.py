"""How well entries answer words: BM25 (Robertson and Zaragoza 2009) over posting lists.

Lists tell which entries have a word once, twice, three times, four times or more, and which have a
text of a length; a length keeps four binary digits. So entries fall into few classes of one score
each, and the best page is found class by class, without a look at single entries, alike on both
engines.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heapreplace
from math import fsum, log
from typing import NamedTuple

from pyroaring import BitMap

from app.db.postings import Postings
from app.db.snapshots import Snapshot
from app.entries.query_plan import WORD
from app.entries.sort_keys import key_of
from app.entries.words import Sought

# The dimension of the posting lists of lengths.
LENGTH = "length"
DIGITS = 4
# How often a word has to stand in an entry to be listed again; the last stands for more, too.
REPEATED = (2, 3, 4)
# BM25's usual constants: how much a word's repetitions weigh, and how much a text's length.
K1 = 1.2
B = 0.75
# Classes of a kind past which further words weigh as if they stood once; the rarest come first.
CLASSES = 256
# Seconds of work before others are answered.
AT_ONCE = 0.002

Scored = tuple[int, float]


def length_of(words: int) -> int:
    """A number of words with its four highest binary digits, the others 0."""
    beyond = max(0, words.bit_length() - DIGITS)
    return words >> beyond << beyond


def repeated(times: int) -> str:
    """The dimension of the lists of words that stand in an entry so many times."""
    return f"{WORD}:{times}"


def weighed(counts: Counter[str]) -> Iterator[tuple[str, str]]:
    """The postings by which an entry is weighed that has words so many times."""
    yield LENGTH, str(length_of(counts.total()))
    for word, times in counts.items():
        if times > 1:
            yield repeated(min(times, REPEATED[-1])), word


class Scale(NamedTuple):
    """What the words of a question weigh, and the mean length of the entries asked."""

    weights: dict[str, float]
    mean: float

    def score(self, times: tuple[int, ...], length: int) -> float:
        """BM25 of an entry that has the words so many times; negative: the lower, the better."""
        damped = K1 * (1 - B + B * length / self.mean)
        weights = self.weights.values()
        parts = (
            weight * n * (K1 + 1) / (n + damped) for weight, n in zip(weights, times, strict=True)
        )
        return -fsum(parts)


class Class(NamedTuple):
    """Entries of a kind that have each word equally often, and the lists of lengths of their kind,
    the shortest first.
    """

    times: tuple[int, ...]
    entries: BitMap
    lengths: list[tuple[int, BitMap]]


async def best(
    words: Iterable[Sought], found: dict[str, BitMap], after: Scored, limit: int, snapshot: Snapshot
) -> list[Scored]:
    """Places and scores of those found, by kind, that answer the words best, after a sort key and
    score; the newest first among equals.
    """
    wanted = [part for part in words if not part.excluded]
    whole = list(dict.fromkeys(word for part in wanted for word in part.whole_words))
    scale = await scale_of(whole, list(found), snapshot)
    classes = []
    for kind, numbers in found.items():
        if numbers:
            # Where a former version of the code stored no lengths, all are taken for equal.
            lengths = await lengths_of(kind, snapshot) or [(1, numbers)]
            for times, entries in await classes_of(kind, numbers, list(scale.weights), snapshot):
                classes.append(Class(times, entries, lengths))
    return await first_of(classes, scale, after, limit, snapshot.postings)


async def scale_of(words: list[str], kinds: list[str], snapshot: Snapshot) -> Scale:
    """The weights of words among the entries of some kinds, the rarest first."""
    rows = [row for kind in kinds for row in await snapshot.postings.values(kind, LENGTH, snapshot)]
    entries = sum(number for _, _, number in rows)
    total = sum(int(length) * number for _, length, number in rows)
    weights = {}
    for word in words:
        lists = await snapshot.postings.lists(
            [key_of(kind, WORD, word) for kind in kinds], snapshot
        )
        having = sum(map(len, lists.values()))
        weights[word] = log(1 + (entries - having + 0.5) / (having + 0.5))
    rarest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return Scale(dict(rarest), total / entries if entries else 1.0)


async def lengths_of(kind: str, snapshot: Snapshot) -> list[tuple[int, BitMap]]:
    """The lists of the lengths of a kind, the shortest first."""
    rows = await snapshot.postings.values(kind, LENGTH, snapshot)
    lists = await snapshot.postings.lists([key for key, _, _ in rows], snapshot)
    return sorted((int(length), lists[key]) for key, length, _ in rows)


async def classes_of(
    kind: str, found: BitMap, words: list[str], snapshot: Snapshot
) -> list[tuple[tuple[int, ...], BitMap]]:
    """The found entries of a kind, by how often they have each word."""
    classes: list[tuple[tuple[int, ...], BitMap]] = [((), found)]
    for word in words:
        if len(classes) > CLASSES:
            classes = [((*times, 1), entries) for times, entries in classes]
            continue
        keys = {times: key_of(kind, repeated(times), word) for times in REPEATED}
        lists = await snapshot.postings.lists(keys.values(), snapshot)
        split = []
        began = time.monotonic()
        for times, entries in classes:
            began = await others_first(began)
            once = entries
            for n, key in keys.items():
                if part := entries & lists[key]:
                    split.append(((*times, n), part))
                    once = once - part
            if once:
                split.append(((*times, 1), once))
        classes = split
    return classes


async def others_first(began: float) -> float:
    """Lets others be answered after some work since a time; the time since which it goes on."""
    if time.monotonic() - began < AT_ONCE:
        return began
    await asyncio.sleep(0)
    return time.monotonic()


async def first_of(
    classes: list[Class], scale: Scale, after: Scored, limit: int, index: Postings
) -> list[Scored]:
    """The first entries of some classes, by score, after a sort key and score."""
    last_sort_key, last_score = after
    # The next list of each class, that of the best score on top.
    ahead = []
    for number, each in enumerate(classes):
        for step, (length, _) in enumerate(each.lengths):
            score = scale.score(each.times, length)
            if score >= last_score:
                ahead.append((score, number, step))
                break
    heapify(ahead)
    first: list[Scored] = []
    began = time.monotonic()
    while ahead and len(first) < limit:
        score = ahead[0][0]
        equal = BitMap()
        while ahead and ahead[0][0] == score:
            began = await others_first(began)
            _, number, step = ahead[0]
            times, entries, lengths = classes[number]
            equal |= entries & lengths[step][1]
            if step + 1 < len(lengths):
                following = scale.score(times, lengths[step + 1][0])
                heapreplace(ahead, (following, number, step + 1))
            else:
                heappop(ahead)
        if score == last_score:
            equal &= BitMap(range(index.number_from(last_sort_key)))
        if equal:
            newest = list(equal[len(first) - limit :])
            first += [(index.sort_keys[number], score) for number in reversed(newest)]
    return first
