"""Which quotes may be meant: those that share rare words, or words in a row, with a text.

A text is turned into probes, a word or a few words in a row each; the full-text index says where
each of them occurs, newest first and never more than so many times. Quotes that answer many and
rare probes are looked at; nothing is ranked in the database, so that both engines answer alike.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import orjson
from sqlalchemy import bindparam, exists, literal_column, select, union_all

from app.check.wording import Weights
from app.database import Ask, Statement
from app.entries.fulltext import FULL_TEXT
from app.entries.places import key_of
from app.entries.words import Sought
from app.tables import document, posting

KIND = "quote"
# Probes in one statement, which so mostly ends within the budget of the event loop.
BATCH = 16
# Places that one probe may answer.
ANSWERS = 300
# Documents looked at for one quotation.
CANDIDATES = 40
# Probes for one quotation.
WORDS = 40
RUNS = 24
RUN_LENGTH = 3
# A run of words in common tells more than the words alone.
RUN_WEIGHT = 2.0

T = TypeVar("T")
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


@lru_cache(maxsize=2 * BATCH)
def probe_statement(engine: str, count: int) -> Statement:
    """The number of each probe and the places of quotes that have it, newest first."""
    walks = []
    for number in range(count):
        walk, place = FULL_TEXT[engine].walk(f"wanted_{number}")
        held = exists().where(posting.c.key == bindparam("kind"), posting.c.place == place)
        newest = walk.where(held).order_by(place.desc()).limit(bindparam("limit")).subquery()
        walks.append(select(literal_column(str(number)), newest.c.place))
    return Statement(union_all(*walks))


@lru_cache(maxsize=64)
def documents_statement(count: int) -> Statement:
    """The documents at some places."""
    places: list[Any] = [bindparam(f"place_{number}") for number in range(count)]
    return Statement(select(document.c.place, document.c.body).where(document.c.place.in_(places)))


@lru_cache(maxsize=64)
def spoken_statement(count: int) -> Statement:
    """Which of some places stand in a posting list."""
    places: list[Any] = [bindparam(f"place_{number}") for number in range(count)]
    held = posting.c.key == bindparam("key")
    return Statement(select(posting.c.place).where(held, posting.c.place.in_(places)))


async def answers(probes: Iterable[Probe], ask: Ask, limit: int = ANSWERS) -> Answers:
    """Where each probe occurs in quotes, at most `limit` times."""
    found: dict[Probe, list[int]] = {}
    for batch in batches(probes, BATCH):
        statement = probe_statement(ask.engine, len(batch))
        text = FULL_TEXT[ask.engine]
        wanted = {f"wanted_{n}": text.wanted((Sought(probe),)) for n, probe in enumerate(batch)}
        kind = key_of(KIND, "kind", KIND)
        found.update((probe, []) for probe in batch)
        for number, place in await ask.rows(statement, kind=kind, limit=limit, **wanted):
            found[batch[number]].append(place)
    return Answers(found)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, so many at a time."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


async def candidates_at(places: Sequence[int], ask: Ask) -> list[Candidate]:
    """The quotes at some places, in that order."""
    bodies: dict[int, bytes] = {}
    for start in range(0, len(places), CANDIDATES):
        part = places[start : start + CANDIDATES]
        values = {f"place_{number}": place for number, place in enumerate(part)}
        bodies.update(await ask.rows(documents_statement(len(part)), **values))
    return [Candidate(place, orjson.loads(bodies[place])) for place in places if place in bodies]


async def spoken_by(actor: str, places: Sequence[int], ask: Ask) -> set[int]:
    """At which of some places the actor spoke, or someone who then held office in it."""
    spoken: set[int] = set()
    key = key_of(KIND, "affiliate:role", f"{actor}:speaker")
    for start in range(0, len(places), CANDIDATES):
        part = places[start : start + CANDIDATES]
        values = {f"place_{number}": place for number, place in enumerate(part)}
        rows = await ask.rows(spoken_statement(len(part)), key=key, **values)
        spoken.update(row[0] for row in rows)
    return spoken
