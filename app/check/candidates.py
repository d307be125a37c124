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

from app.check.wording import Weights
from app.database import Ask
from app.entries.pages import documents_at
from app.entries.places import key_of
from app.entries.selection import WORD
from app.entries.walks import proof_of
from app.entries.words import Sought

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

    place: int
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
    """For each probe the places that have it."""

    places: Mapping[Probe, Sequence[int]]

    def weights(self) -> Weights:
        """What each probed word tells; one that fills its answer tells least."""
        return Weights(
            {
                probe[0]: 1 - 0.8 * math.log1p(len(places)) / math.log1p(ANSWERS)
                for probe, places in self.places.items()
                if len(probe) == 1
            }
        )

    def best(self, count: int) -> list[int]:
        """The places that answer most, the best first."""
        weights = self.weights()
        score: defaultdict[int, float] = defaultdict(float)
        for probe, places in self.places.items():
            told = weights[probe[0]] if len(probe) == 1 else RUN_WEIGHT
            for place in places:
                score[place] += told
        return heapq.nlargest(count, score, key=lambda place: (score[place], place))


def probes_of(words: Sequence[str]) -> list[Probe]:
    """What to look for: the longest words, which are mostly the rarest, and runs of words."""
    distinct = sorted(dict.fromkeys(words), key=len, reverse=True)[:WORDS]
    length = min(RUN_LENGTH, len(words))
    runs = list(dict.fromkeys(zip(*(words[n:] for n in range(length)), strict=False)))
    apart = max(1, math.ceil(len(runs) / RUNS))
    return list(dict.fromkeys([*((word,) for word in distinct), *runs[::apart]]))


async def answers(probes: Iterable[Probe], ask: Ask, limit: int = ANSWERS) -> Answers:
    """Where each probe occurs in quotes, newest first, at most `limit` times."""
    sought = list(probes)
    # All lists at once, from where each probe finds its own.
    await ask.index.lists({key for probe in sought for key in keys_of(probe)}, ask)
    found = {}
    for probe in sought:
        having = (await ask.index.all_of(keys_of(probe), ask))[-PROVED:]
        phrases = [Sought(probe)] if len(probe) > 1 else []
        proved = await proof_of(phrases, ask.engine).of(having, ask)
        found[probe] = newest(proved, limit, ask)
    return Answers(found)


async def having_all(words: Sequence[str], ask: Ask) -> list[int]:
    """Where quotes stand that have every one of some words, newest first.

    However frequent the words are, few quotes have all of a quotation's.
    """
    return newest(await ask.index.all_of(keys_of(words), ask), HAVING_ALL, ask)


def keys_of(words: Iterable[str]) -> list[int]:
    """The posting lists of some words in quotes."""
    return [key_of(KIND, WORD, word) for word in dict.fromkeys(words)]


def newest(numbers: BitMap, limit: int, ask: Ask) -> list[int]:
    """The places of the last of some numbers, the newest first."""
    return [ask.index.places[number] for number in list(numbers[-limit:])[::-1]]


async def candidates_at(places: Sequence[int], ask: Ask) -> list[Candidate]:
    """The quotes at some places, in that order."""
    found: list[Candidate] = []
    for start in range(0, len(places), CANDIDATES):
        part = places[start : start + CANDIDATES]
        bodies = await documents_at(part, ask)
        found += map(Candidate, part, map(orjson.loads, bodies))
    return found


async def spoken_by(actor: str, places: Sequence[int], ask: Ask) -> set[int]:
    """At which of some places the actor spoke, or someone who then held office in it."""
    key = key_of(KIND, "affiliate:role", f"{actor}:speaker")
    spoke = (await ask.index.lists([key], ask))[key]
    return {place for place in places if ask.index.number_from(place) in spoke}
