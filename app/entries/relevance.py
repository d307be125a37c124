"""How well entries match words: BM25 (Robertson and Zaragoza 2009) over postings.

Postings say which entries have a word once, twice, three times, four times or more, and which have
a text of a length, rounded down to four binary digits. So entries fall into few classes of one
score each, and the best page is found class by class, without reading single entries, alike on both
engines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from math import fsum, log
from operator import itemgetter, mul
from typing import NamedTuple

from pyroaring import BitMap

from app.db.postings import DIMENSIONS, POSTINGS, all_sort_keys, key_of
from app.db.snapshots import Memory
from app.entries.word_plan import WORD, Words

# The dimension of the postings of lengths.
LENGTH = "length"
DIGITS = 4
# How often a word has to stand in an entry to be posted again; the last stands for more, too.
REPEATED = (2, 3, 4)
MOST_OFTEN_FIRST = REPEATED[::-1]
# BM25's usual constants: how much a word's repetitions weigh, and how much a text's length.
K1 = 1.2
B = 0.75
# Classes of a kind past which further words weigh as if they stood once; the rarest come first.
CLASSES = 256

Scored = tuple[int, float]
# How often each word stands in some entries, and these entries.
Times = tuple[int, ...]
ScoreClass = tuple[Times, BitMap]
# The postings of the lengths of a kind, the shortest first.
Lengths = list[tuple[int, BitMap]]


def rounded_length(words: int) -> int:
    """A number of words with its four highest binary digits, the others 0."""
    beyond = max(0, words.bit_length() - DIGITS)
    return words >> beyond << beyond


def repeated_dimension(times: int) -> str:
    """The dimension of the postings of words that stand in an entry so many times."""
    return f"{WORD}:{times}"


def weighed(counts: Counter[str], length: int) -> Iterator[tuple[str, str]]:
    """The index terms by which an entry is weighed: its length, and each word that is repeated."""
    yield LENGTH, str(rounded_length(length))
    for word, times in counts.items():
        if times > 1:
            yield repeated_dimension(min(times, REPEATED[-1])), word


class Scale(NamedTuple):
    """The weight of each word of a question, and the mean length of the entries asked."""

    weights: dict[Words, float]
    mean: float

    def score(self, times: Times, length: int) -> float:
        """BM25 of an entry that has the words so many times; negative: the lower, the better."""
        damped = K1 * (1 - B + B * length / self.mean)
        weights = self.weights.values()
        parts = (
            weight * n * (K1 + 1) / (n + damped) for weight, n in zip(weights, times, strict=True)
        )
        return -fsum(parts)


def best(
    memory: Memory,
    words: list[Words],
    found: dict[str, BitMap],
    after: Scored,
    limit: int,
) -> list[Scored]:
    """Sort keys and scores of the entries, found by kind, that match the words best.

    They follow a sort key and a score; of equals the newest comes first.
    """
    scale = scale_of(memory, words, list(found))
    scored = []
    for kind, entries in found.items():
        if entries:
            # An old version of the code stored no lengths; then all are taken for equal.
            lengths = lengths_of(memory, kind) or [(1, entries)]
            for each in classes_of(memory, kind, entries, list(scale.weights)):
                scored.append(scores_of(memory, scale, each, lengths, after[1]))
    return first_scored(memory, merge(*scored, key=itemgetter(0)), after, limit)


def scale_of(memory: Memory, words: list[Words], kinds: list[str]) -> Scale:
    """The weights of words among the entries of some kinds, the rarest first."""
    lengths = memory.get_all(DIMENSIONS, [(kind, LENGTH) for kind in kinds])
    entries = sum(sum(each.numbers) for each in lengths)
    total = sum(sum(map(mul, map(int, each.values), each.numbers)) for each in lengths)
    keys = [[key_of(kind, WORD, each) for each in word for kind in kinds] for word in words]
    weights = {}
    for word, postings in zip(words, memory.get_groups(POSTINGS, keys), strict=True):
        n = len(BitMap.union(*postings))
        weights[word] = log(1 + (entries - n + 0.5) / (n + 0.5))
    rarest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return Scale(dict(rarest), total / entries if entries else 1.0)


def lengths_of(memory: Memory, kind: str) -> Lengths:
    """The postings of the lengths of a kind, the shortest first."""
    values, _, postings = memory.get(DIMENSIONS, (kind, LENGTH))
    return sorted(zip(map(int, values), postings, strict=True), key=itemgetter(0))


def classes_of(memory: Memory, kind: str, found: BitMap, words: list[Words]) -> list[ScoreClass]:
    """The found entries of a kind, by how often they have each word."""
    keys = [
        [key_of(kind, repeated_dimension(n), each) for each in word]
        for word in words
        for n in MOST_OFTEN_FIRST
    ]
    postings = iter(memory.get_groups(POSTINGS, keys))
    classes: list[ScoreClass] = [((), found)]
    for _ in words:
        if len(classes) > CLASSES:
            classes = [((*times, 1), entries) for times, entries in classes]
            continue
        repeated = [(n, BitMap.union(*next(postings))) for n in MOST_OFTEN_FIRST]
        split = []
        for times, entries in classes:
            memory.check_time()
            rest = entries
            for n, each in repeated:
                if part := rest & each:
                    split.append(((*times, n), part))
                    rest = rest - part
            if rest:
                split.append(((*times, 1), rest))
        classes = split
    return classes


def scores_of(
    memory: Memory, scale: Scale, score_class: ScoreClass, lengths: Lengths, last_score: float
) -> Iterator[tuple[float, BitMap]]:
    """Each score of a class from one on with the entries that have it, found as it is asked."""
    times, entries = score_class
    for length, posted in lengths:
        memory.check_time()
        equal = entries & posted
        if equal and (score := scale.score(times, length)) >= last_score:
            yield score, equal


def first_scored(
    memory: Memory, scored: Iterable[tuple[float, BitMap]], after: Scored, limit: int
) -> list[Scored]:
    """The first entries after a sort key and a score, from scores in order, the best first."""
    sort_keys = all_sort_keys(memory)
    last_sort_key, last_score = after
    first: list[Scored] = []
    for score, parts in groupby(scored, key=itemgetter(0)):
        equal = BitMap.union(*[entries for _, entries in parts])
        if score == last_score:
            equal &= BitMap(range(sort_keys.ordinal_from(last_sort_key)))
        if equal:
            newest = equal[len(first) - limit :].to_array()[::-1]
            first += [(sort_key, score) for sort_key in sort_keys.at(newest)]
        if len(first) >= limit:
            break
    return first
