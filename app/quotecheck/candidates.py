"""Which quotes may be meant: those that share rare words, or words in a row, with a text.

A text is turned into probes, a word or a few words in a row each; the index says where each of them
occurs, newest first and never more than so many times. Quotes that answer many and
rare probes are looked at; nothing is ranked in the database, so that both engines answer alike.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pyroaring import BitMap

from app.db.snapshots import Snapshot
from app.entries.query_plan import WORD
from app.entries.result_pages import documents_at
from app.entries.scan import proof_of
from app.entries.sort_keys import key_of
from app.entries.words import Sought
from app.quotecheck.differences import Weights

KIND = "quote"
# Places that one probe may answer.
ANSWERS = 300
# Quotes with all words of a run that are read for the run itself, the newest ones.
PROVED = 5000
# Quotes with all words of a quotation that are looked at.
HAVING_ALL = 20
# Documents looked at for one quotation.
CANDIDATES = 40
# Probes for one quotation.
WORDS = 40
RUNS = 24
RUN_LENGTH = 3
# A run of words in common tells more than the words alone.
RUN_WEIGHT = 2.0

Probe = tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """A quote that may be meant."""

    sort_key: int
    document: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The id of the quote."""
        return str(self.document["id"])

    @property
    def wordings(self) -> Sequence[Mapping[str, Any]]:
        """Every wording with its source, the principal one first."""
        renderings: Sequence[Mapping[str, Any]] = self.document["renderings"]
        return renderings


@dataclass(frozen=True)
class Answers:
    """For each probe the sort keys that have it."""

    sort_keys: Mapping[Probe, Sequence[int]]

    def weights(self) -> Weights:
        """What each probed word tells; one that fills its answer tells least."""
        return Weights(
            {
                probe[0]: 1 - 0.8 * math.log1p(len(sort_keys)) / math.log1p(ANSWERS)
                for probe, sort_keys in self.sort_keys.items()
                if len(probe) == 1
            }
        )

    def best(self, count: int) -> list[int]:
        """The sort keys that answer most, the best first."""
        weights = self.weights()
        score: defaultdict[int, float] = defaultdict(float)
        for probe, sort_keys in self.sort_keys.items():
            told = weights[probe[0]] if len(probe) == 1 else RUN_WEIGHT
            for sort_key in sort_keys:
                score[sort_key] += told
        return heapq.nlargest(count, score, key=lambda sort_key: (score[sort_key], sort_key))


def probes_of(words: Sequence[str]) -> list[Probe]:
    """What to look for: the longest words, which are mostly the rarest, and runs of words."""
    distinct = sorted(dict.fromkeys(words), key=len, reverse=True)[:WORDS]
    length = min(RUN_LENGTH, len(words))
    runs = list(dict.fromkeys(zip(*(words[n:] for n in range(length)), strict=False)))
    apart = max(1, math.ceil(len(runs) / RUNS))
    return list(dict.fromkeys([*((word,) for word in distinct), *runs[::apart]]))


async def answers(probes: Iterable[Probe], snapshot: Snapshot, limit: int = ANSWERS) -> Answers:
    """Where each probe occurs in quotes, newest first, at most `limit` times."""
    sought = list(probes)
    # All lists at once, from where each probe finds its own.
    await snapshot.postings.lists({key for probe in sought for key in keys_of(probe)}, snapshot)
    found = {}
    for probe in sought:
        having = (await snapshot.postings.all_of(keys_of(probe), snapshot))[-PROVED:]
        phrases = [Sought(probe)] if len(probe) > 1 else []
        proved = await proof_of(phrases, snapshot.engine).of(having, snapshot)
        found[probe] = newest(proved, limit, snapshot)
    return Answers(found)


async def having_all(words: Sequence[str], snapshot: Snapshot) -> list[int]:
    """Where quotes stand that have every one of some words, newest first.

    However frequent the words are, few quotes have all of a quotation's.
    """
    return newest(await snapshot.postings.all_of(keys_of(words), snapshot), HAVING_ALL, snapshot)


def keys_of(words: Iterable[str]) -> list[int]:
    """The posting lists of some words in quotes."""
    return [key_of(KIND, WORD, word) for word in dict.fromkeys(words)]


def newest(numbers: BitMap, limit: int, snapshot: Snapshot) -> list[int]:
    """The sort keys of the last of some numbers, the newest first."""
    return [snapshot.postings.sort_keys[number] for number in list(numbers[-limit:])[::-1]]


async def candidates_at(sort_keys: Sequence[int], snapshot: Snapshot) -> list[Candidate]:
    """The quotes at some sort keys, in that order."""
    found: list[Candidate] = []
    for start in range(0, len(sort_keys), CANDIDATES):
        part = sort_keys[start : start + CANDIDATES]
        bodies = await documents_at(part, snapshot)
        found += map(Candidate, part, map(orjson.loads, bodies))
    return found


async def spoken_by(actor: str, sort_keys: Sequence[int], snapshot: Snapshot) -> set[int]:
    """At which of some sort keys the actor spoke, or someone who then held office in it."""
    key = key_of(KIND, "affiliate:role", f"{actor}:speaker")
    spoke = (await snapshot.postings.lists([key], snapshot))[key]
    return {sort_key for sort_key in sort_keys if snapshot.postings.number_from(sort_key) in spoke}
