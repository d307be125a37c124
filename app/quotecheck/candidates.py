"""Which quotes may be meant: those that share rare words, or words in a row, with a text.

A text is turned into probes, a word or a few words in a row each. Postings and the full text say
where each of them occurs, newest first and never more than so many times. Quotes that have many and
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

from app.db.memory import Memory
from app.db.postings import POSTINGS, all_sort_keys, in_all
from app.entries.fulltext import FULLTEXT_MATCHES, FulltextQuery
from app.entries.query_plan import WORD
from app.entries.result_pages import DOCUMENTS
from app.entries.sort_keys import key_of
from app.entries.words import SearchTerm
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


def answers(memory: Memory, probes: Iterable[Probe], limit: int = ANSWERS) -> Answers:
    """Where each probe occurs in quotes, newest first, at most `limit` times."""
    probes = list(probes)
    # All postings at once, from where each probe finds its own.
    memory.get_all(POSTINGS, list({key for probe in probes for key in word_keys(probe)}))
    windows = []
    for probe in probes:
        memory.check_time()
        windows.append(in_all(memory, word_keys(probe))[-PROVED:])
    sort_keys = all_sort_keys(memory)
    queries = {
        probe: FulltextQuery((SearchTerm(probe),), True, *sort_keys.at((found[0], found[-1])))
        for probe, found in zip(probes, windows, strict=True)
        if found and len(probe) > 1
    }
    matches = dict(zip(queries, memory.get_all(FULLTEXT_MATCHES, queries.values()), strict=True))
    return Answers(
        {
            probe: newest(memory, found & matches[probe] if probe in matches else found, limit)
            for probe, found in zip(probes, windows, strict=True)
        }
    )


def having_all(memory: Memory, words: Sequence[str]) -> list[int]:
    """The sort keys of quotes that have every one of some words, newest first.

    However frequent the words are, few quotes have all of a quotation's.
    """
    return newest(memory, in_all(memory, word_keys(words)), HAVING_ALL)


def word_keys(words: Iterable[str]) -> list[int]:
    """The keys of the postings of some words in quotes."""
    return [key_of(KIND, WORD, word) for word in dict.fromkeys(words)]


def newest(memory: Memory, found: BitMap, limit: int) -> list[int]:
    """The sort keys of the last of some entries, the newest first."""
    return all_sort_keys(memory).at(found[-limit:].to_array()[::-1])


def candidates_at(memory: Memory, sort_keys: Sequence[int]) -> list[Candidate]:
    """The quotes at some sort keys, in that order."""
    bodies = memory.get_all(DOCUMENTS, sort_keys)
    return list(map(Candidate, sort_keys, map(orjson.loads, bodies)))


def spoken_by(memory: Memory, actor: str, sort_keys: Sequence[int]) -> set[int]:
    """At which of some sort keys the actor spoke, or someone who then held office in it."""
    spoke = memory.get(POSTINGS, key_of(KIND, "affiliate:role", f"{actor}:speaker"))
    ordinal_from = all_sort_keys(memory).ordinal_from
    return {sort_key for sort_key in sort_keys if ordinal_from(sort_key) in spoke}
