"""Writes a synthetic record in the seed format: the same files for the same size, on any machine.

Actors, topics, sources and words are drawn by Zipf's law. To add a size: one row in `SIZES`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import orjson

from app.kinds.events import EventType, Stance
from app.kinds.proposals import Reception
from app.kinds.quotes import Attribution

Fields = dict[str, Any]

ACTORS = 500
TOPICS = 60
METRICS = ("killed", "displaced", "released", "trucks", "wounded")
FIRST_DAY = date(2010, 1, 1)
DAYS = 15 * 365
TERMS = 6
# The seed of all draws, and the share of entries that `changed` gives another text.
SEED = 20240207
CHANGED_EVERY = 100


@dataclass(frozen=True)
class Size:
    """How many entries of each kind a record has, and of how many sources and words it is made."""

    events: int
    quotes: int
    sources: int
    words: int

    @property
    def proposals(self) -> int:
        """One for 250 events, at least twenty."""
        return max(self.events // 250, 20)

    @property
    def figures(self) -> int:
        """One for 20 events."""
        return self.events // 20


SIZES = {
    "tiny": Size(events=60, quotes=180, sources=20, words=500),
    "S": Size(events=10_000, quotes=30_000, sources=1_000, words=20_000),
    "M": Size(events=100_000, quotes=300_000, sources=4_000, words=40_000),
    "L": Size(events=1_000_000, quotes=3_000_000, sources=10_000, words=60_000),
}


class Zipf:
    """Draws by Zipf's law: the first most often, the n-th an n-th part as often."""

    def __init__(self, choices: Sequence[str], exponent: float = 1.0):
        self.choices = choices
        self.weights = list(accumulate((n + 1) ** -exponent for n in range(len(choices))))

    def draw(self, dice: random.Random, number: int) -> list[str]:
        """So many of them, some perhaps twice."""
        return dice.choices(self.choices, cum_weights=self.weights, k=number)

    def distinct(self, dice: random.Random, number: int) -> list[str]:
        """At most so many, each once."""
        return list(dict.fromkeys(self.draw(dice, number)))


def vocabulary(number: int) -> list[str]:
    """Words that can be pronounced, the shorter ones first, each once."""
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    words: list[str] = []
    size = len(syllables)
    for index in range(number):
        word, left = "", index + size
        while left:
            left, place = divmod(left, size)
            word += syllables[place]
        words.append(word)
    return words


class Writer:
    """Makes the records of one size."""

    def __init__(self, size: Size, *, changed: bool):
        self.size = size
        self.changed = changed
        self.dice = random.Random(SEED)
        self.actors = Zipf([f"actor-{n}" for n in range(ACTORS)])
        self.topics = Zipf([f"topic-{n}" for n in range(TOPICS)])
        self.sources = Zipf([f"source-{n}" for n in range(size.sources)], 0.7)
        self.words = Zipf(vocabulary(size.words))
        self.event_types = Zipf(list(EventType))
        self.event_ids: list[str] = []

    def text(self, shortest: int, longest: int) -> str:
        """A sentence of some words."""
        number = self.dice.randint(shortest, longest)
        return " ".join(self.words.draw(self.dice, number)).capitalize()

    def date(self) -> str:
        """Mostly a day; one in twenty a month, or several days."""
        day = FIRST_DAY + timedelta(days=self.dice.randrange(DAYS))
        kind = self.dice.random()
        if kind < 0.03:
            return f"{day:%Y-%m}"
        if kind < 0.05:
            return f"{day}/{day + timedelta(days=self.dice.randint(1, 40))}"
        return str(day)

    def entry(self, kind: str, number: int) -> Fields:
        """The fields that all kinds of entry have; ids begin with the day."""
        written = self.date()
        fields: Fields = {
            "id": f"{kind}-{written[:10]}-{number}",
            "date": written,
            "topics": self.topics.distinct(self.dice, 2),
            "citations": [
                {"source": source}
                for source in self.sources.distinct(self.dice, self.dice.choice((1, 1, 2)))
            ],
        }
        if self.changed and number % CHANGED_EVERY == 0:
            fields["notes"] = "Looked at again."
        return fields

    def events(self) -> Iterator[Fields]:
        """Events with one to three actors; some answer a proposal."""
        for number in range(self.size.events):
            actors = self.actors.distinct(self.dice, self.dice.randint(1, 3))
            event = {
                **self.entry("ev", number),
                "title": self.text(4, 9),
                "summary": self.text(15, 45),
                "event_type": self.event_types.draw(self.dice, 1)[0],
                "actors": [{"actor": actor, "role": "participant"} for actor in actors],
            }
            if number % 40 == 0:
                proposal = f"proposal-{self.dice.randrange(self.size.proposals)}"
                stance = self.dice.choice(list(Stance))
                event["responds_to"] = [
                    {"proposal": proposal, "actor": actors[0], "stance": stance}
                ]
            self.event_ids.append(event["id"])
            yield event

    def quotes(self) -> Iterator[Fields]:
        """Quotes, half of them at an event, a third of them printed in other words too."""
        for number in range(self.size.quotes):
            text = self.text(8, 30)
            speaker, *others = self.actors.distinct(self.dice, 2)
            quote = {
                **self.entry("q", number),
                "text": text,
                "speakers": [{"actor": speaker}],
                "actors": [{"actor": other, "role": "addressee"} for other in others],
                "attribution": self.dice.choice(list(Attribution)),
                "renderings": [
                    {"text": f"{text} {self.text(1, 3)}", "source": source}
                    for source in self.sources.distinct(self.dice, self.dice.choice((0, 0, 1)))
                ],
            }
            if number % 2:
                quote["event"] = self.dice.choice(self.event_ids)
            if number % 3 == 0:
                quote["context"] = self.text(6, 14)
            yield quote

    def proposals(self) -> Iterator[Fields]:
        """Proposals with their terms."""
        for number in range(self.size.proposals):
            proposal_id = f"proposal-{number}"
            yield {
                **self.entry("proposal", number),
                "id": proposal_id,
                "title": self.text(4, 8),
                "summary": self.text(15, 40),
                "proposers": self.actors.distinct(self.dice, 1),
                "mediators": self.actors.distinct(self.dice, 1),
                "status": self.dice.choice(list(Reception)),
                "detail": "partial",
                "phases": [{"number": 1, "title": self.text(2, 4), "days": 42}],
                "terms": [self.term(proposal_id, each) for each in range(TERMS)],
            }

    def term(self, proposal_id: str, number: int) -> Fields:
        """A term as it is written in its proposal."""
        fields = self.entry("term", 1)
        del fields["date"]
        return {
            **fields,
            "id": f"{proposal_id}-term-{number}",
            "phase": 1,
            "obliged": self.actors.distinct(self.dice, 1),
            "beneficiary": self.actors.distinct(self.dice, 1),
            "text": self.text(8, 25),
            "quantities": [
                {"value": self.dice.randint(1, 900), "qualifier": "about", "unit": "persons"}
            ],
        }

    def figures(self) -> Iterator[Fields]:
        """Reported numbers."""
        for number in range(self.size.figures):
            yield {
                **self.entry("figure", number),
                "metric": self.dice.choice(METRICS),
                "description": self.text(5, 12),
                "quantity": {
                    "value": self.dice.randint(1, 30_000),
                    "qualifier": "more_than",
                    "unit": "persons",
                },
                "claimants": self.actors.distinct(self.dice, 1),
            }


def actors() -> Iterator[Fields]:
    """Some states; the rest hold an office of one of them or are part of one."""
    for number in range(ACTORS):
        fields: Fields = {"id": f"actor-{number}", "name": f"Actor {number}", "kind": "state"}
        if number % 10:
            above = f"actor-{number - number % 10}"
            fields["kind"] = "person" if number % 3 else "organisation"
            if number % 3:
                fields["positions"] = [{"title": "Envoy", "of": above, "date": "2012/2018"}]
            else:
                fields["part_of"] = [{"actor": above}]
        yield fields


def topics() -> Iterator[Fields]:
    """A hierarchy: the first ten are the broadest, each later one stands under an earlier one."""
    for number in range(TOPICS):
        fields = {"id": f"topic-{number}", "label": f"Topic {number}"}
        if number >= 10:
            fields["broader"] = f"topic-{(number - 10) // 2}"
        yield fields


def sources(number: int) -> Iterator[Fields]:
    """Published texts."""
    for each in range(number):
        yield {
            "id": f"source-{each}",
            "publisher": f"Outlet {each % 40}",
            "title": f"Report {each}",
            "url": f"https://news.example/{each}",
            "date": str(FIRST_DAY + timedelta(days=each % DAYS)),
        }


DATASET = {
    "id": "benchmark",
    "title": "A synthetic record",
    "description": "Made by benchmarks/generate.py; nothing in it happened.",
    "coverage": {"date": "2010/2025"},
    "inclusion_rules": ["Whatever the dice give."],
    "licence": {"id": "CC0-1.0", "name": "CC0", "url": "https://creativecommons.org/"},
    "how_to_cite": "Not at all.",
    "version": "1",
}


def generate(size: str, folder: Path, *, changed: bool = False) -> None:
    """Writes the record of a size; with `changed`, one entry in a hundred has other notes."""
    writer = Writer(SIZES[size], changed=changed)
    folder.mkdir(parents=True, exist_ok=True)
    # JSON is YAML too.
    (folder / "dataset.yaml").write_text(json.dumps(DATASET), encoding="utf-8")
    write(folder / "actors.ndjson", actors())
    write(folder / "topics.ndjson", topics())
    write(folder / "sources.ndjson", sources(SIZES[size].sources))
    write(folder / "events" / "events.ndjson", writer.events())
    write(folder / "quotes" / "quotes.ndjson", writer.quotes())
    write(folder / "proposals" / "proposals.ndjson", writer.proposals())
    write(folder / "figures" / "figures.ndjson", writer.figures())


def write(path: Path, records: Iterable[Fields]) -> None:
    """One record a line."""
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as out:
        out.writelines(orjson.dumps(record) + b"\n" for record in records)


def main() -> None:
    """python -m benchmarks.generate SIZE FOLDER"""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("size", choices=SIZES)
    asking.add_argument("folder", type=Path)
    asking.add_argument("--changed", action="store_true", help="change one entry in a hundred")
    asked = asking.parse_args()
    generate(asked.size, asked.folder, changed=asked.changed)


if __name__ == "__main__":
    main()
