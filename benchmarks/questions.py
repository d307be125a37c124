"""The questions that are measured: for each, the paths to ask of Parley and of the others.

To add one: a row in `QUESTIONS`; where an application has no such question, leave it out.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from app.db.postings import SORT_KEYS, key_of, unpacked, unpacked_sort_keys
from app.entries.result_pages import bound_to, write_cursor
from app.entries.word_plan import WORD
from app.entries.words import split
from app.kinds.quotes import QuoteQuestion
from benchmarks.generate import ACTORS, TOPICS, Zipf

VALUES = 200
DEPTH = 100_000
LIMIT = 20
LIST = "SELECT numbers FROM posting WHERE key = ?"
STATE = "SELECT value FROM state WHERE name = ?"


class Values:
    """What questions are asked about: drawn from the record, the same in every run."""

    def __init__(self, database: Path):
        self.dice = random.Random(7)
        self.actors = Zipf([f"actor-{n}" for n in range(ACTORS)])
        self.topics = Zipf([f"topic-{n}" for n in range(TOPICS)])
        self.connection = sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
        self.sort_keys = unpacked_sort_keys(self.stored(STATE, SORT_KEYS))
        self.lists = {
            kind: unpacked(self.stored(LIST, key_of(kind, "kind", kind)))
            for kind in ("event", "quote")
        }
        self.quotes = len(self.lists["quote"])
        self.events = self.sample("event")
        self.said = [
            str(
                self.connection.execute("SELECT text FROM quote WHERE id = ?", (each,)).fetchone()[
                    0
                ]
            )
            for each in self.sample("quote")
        ]

    def sample(self, kind: str) -> list[str]:
        """Some ids of a kind, from all over the record."""
        total = len(self.lists[kind])
        sort_keys = [
            self.sort_key(kind, self.dice.randrange(total)) for _ in range(min(VALUES, total))
        ]
        find = "SELECT id FROM document WHERE sort_key = ?"
        return [self.connection.execute(find, (sort_key,)).fetchone()[0] for sort_key in sort_keys]

    def sort_key(self, kind: str, offset: int) -> int:
        """The sort key of the entry of a kind that so many newer ones follow."""
        return self.sort_keys[self.lists[kind][-1 - offset]]

    def stored(self, statement: str, value: object) -> bytes:
        """What is stored under a key or name."""
        return bytes(self.connection.execute(statement, (value,)).fetchone()[0])

    def actor(self) -> str:
        """An actor, the first ones most often."""
        return self.actors.draw(self.dice, 1)[0]

    def topic(self) -> str:
        """A topic, the first ones most often."""
        return self.topics.draw(self.dice, 1)[0]

    def days(self) -> dict[str, str]:
        """Some two years."""
        year = self.dice.randrange(2010, 2023)
        return {"start_date": f"{year}-03-01", "end_date": f"{year + 2}-02-28"}

    def words(self) -> str:
        """A word of a quote: often a frequent one."""
        return self.dice.choice(split(self.dice.choice(self.said)))

    def rarer_word(self) -> str:
        """A word of a quote that stands in at most a hundredth of the quotes."""
        while True:
            word = self.words()
            key = key_of("quote", WORD, word)
            if len(unpacked(self.stored(LIST, key))) <= self.quotes / 100:
                return word

    def passage(self) -> str:
        """Words that were said, one of them wrong."""
        words = self.dice.choice(self.said).split()[:12]
        words[len(words) // 2] = "otherwise"
        return " ".join(words)

    def offset(self) -> int:
        """Far down in all quotes: around 100,000, or two thirds where there are not so many."""
        deep = min(DEPTH, self.quotes * 2 // 3)
        return deep + self.dice.randrange(max(self.quotes // 100, 1))


Asked = dict[str, Any]
Snapshot = Callable[[Values], Asked]


@dataclass(frozen=True)
class Question:
    """What is asked, with which values, and the path that each application gives it."""

    name: str
    ask: Snapshot
    paths: dict[str, Callable[[Asked], str]] = field(default_factory=dict)

    def paths_of(self, application: str, values: Values) -> list[str]:
        """The paths to ask, with many different values; none where it has no such question."""
        if application not in self.paths:
            return []
        values.dice.seed(self.name)
        asked = [self.ask(values) for _ in range(VALUES)]
        return list(dict.fromkeys(map(self.paths[application], asked)))


def listed(path: str, **fixed: str) -> Callable[[Asked], str]:
    """A list with its parameters."""
    return lambda asked: f"{path}?{urlencode({**asked, **fixed}, doseq=True)}"


def queried(sql: str) -> Callable[[Asked], str]:
    """SQL as Datasette takes it in an address, values as named parameters."""
    return lambda asked: f"/peer.json?{urlencode({'sql': sql, '_shape': 'objects', **asked})}"


EVENTS = "SELECT event.* FROM event"
QUOTES = "SELECT quote.* FROM quote"
NEWEST = f"ORDER BY start_date DESC, id DESC LIMIT {LIMIT}"
BY_ACTOR = "JOIN event_actor ON event_id = event.id AND actor_id = :actor"
BY_TOPIC = "JOIN event_topic ON event_topic.event_id = event.id AND topic_id = :topic"
WITHIN = "WHERE end_date >= :start_date AND start_date <= :end_date"
SPEAKER = "JOIN quote_speaker ON quote_id = quote.id AND actor_id = :speaker"
ABOUT = "JOIN quote_topic ON quote_topic.quote_id = quote.id AND topic_id = :topic"
FOUND = "WHERE quote.rowid IN (SELECT rowid FROM quote_fts WHERE quote_fts MATCH :q)"
SIZE = {"limit": str(LIMIT)}
# Others count without a page, which Parley has no question for.
COUNTED = {"limit": "1"}


def deep(asked: Asked) -> str:
    """A page of all quotes that begins at a depth."""
    mark = bound_to(QuoteQuestion(), ("quote",))
    return f"/v1/quotes?limit={LIMIT}&cursor={write_cursor(mark, 0, int(asked['sort_key']))}"


def below(values: Values) -> Asked:
    """A depth, and the sort key there."""
    offset = values.offset()
    return {"offset": str(offset), "sort_key": str(values.sort_key("quote", offset - 1))}


def several(values: Values) -> Asked:
    """One of the other questions."""
    others = [each for each in QUESTIONS if each.name not in ("mix", "quote check")]
    chosen = values.dice.choice(others)
    return {"path": chosen.paths["parley"](chosen.ask(values))}


QUESTIONS: tuple[Question, ...] = (
    Question(
        "first page",
        lambda values: {"limit": str(values.dice.randrange(15, 25))},
        {
            "parley": listed("/v1/events"),
            "tutorial": listed("/events"),
            "datasette": queried(f"{EVENTS} ORDER BY start_date DESC, id DESC LIMIT :limit"),
        },
    ),
    Question(
        "by actor",
        lambda values: {"actor": values.actor()},
        {
            "parley": listed("/v1/events", **SIZE),
            "tutorial": listed("/events", **SIZE),
            "datasette": queried(f"{EVENTS} {BY_ACTOR} {NEWEST}"),
        },
    ),
    Question(
        "actor, dates",
        lambda values: {"actor": values.actor(), **values.days()},
        {
            "parley": listed("/v1/events", **SIZE),
            "tutorial": listed("/events", **SIZE),
            "datasette": queried(f"{EVENTS} {BY_ACTOR} {WITHIN} {NEWEST}"),
        },
    ),
    Question(
        "actor, topic, dates",
        lambda values: {"actor": values.actor(), "topic": values.topic(), **values.days()},
        {
            "parley": listed("/v1/events", **SIZE),
            "tutorial": listed("/events", **SIZE),
            "datasette": queried(f"{EVENTS} {BY_ACTOR} {BY_TOPIC} {WITHIN} {NEWEST}"),
        },
    ),
    Question(
        "two actors, all",
        lambda values: {"first": values.actor(), "second": values.actor()},
        {
            "parley": lambda asked: (
                f"/v1/events?limit={LIMIT}&actor_match=all"
                f"&actor={asked['first']}&actor={asked['second']}"
            ),
        },
    ),
    Question(
        "topic with narrower ones",
        lambda values: {"topic": values.topic()},
        {"parley": listed("/v1/events", **SIZE)},
    ),
    Question(
        "quotes by speaker, topic",
        lambda values: {"speaker": values.actor(), "topic": values.topic()},
        {
            "parley": listed("/v1/quotes", **SIZE),
            "tutorial": listed("/quotes", **SIZE),
            "datasette": queried(f"{QUOTES} {SPEAKER} {ABOUT} {NEWEST}"),
        },
    ),
    Question(
        "words",
        lambda values: {"q": values.words()},
        {
            "parley": listed("/v1/quotes", **SIZE),
            "tutorial": listed("/quotes", **SIZE),
            "datasette": queried(f"{QUOTES} {FOUND} {NEWEST}"),
        },
    ),
    Question(
        "words, speaker",
        lambda values: {"q": values.words(), "speaker": values.actor()},
        {
            "parley": listed("/v1/quotes", **SIZE),
            "tutorial": listed("/quotes", **SIZE),
            "datasette": queried(f"{QUOTES} {SPEAKER} {FOUND} {NEWEST}"),
        },
    ),
    Question(
        "words in up to 1 %, by relevance",
        lambda values: {"q": values.rarer_word()},
        {"parley": listed("/v1/quotes", sort="relevance", **SIZE)},
    ),
    Question(
        "one entry",
        lambda values: {"id": values.dice.choice(values.events)},
        {
            "parley": lambda asked: f"/v1/events/{quote(asked['id'])}",
            "tutorial": lambda asked: f"/events/{quote(asked['id'])}",
            "datasette": lambda asked: f"/peer/event/{quote(asked['id'])}.json?_shape=object",
        },
    ),
    Question(
        "a page far down",
        below,
        {
            "parley": deep,
            "tutorial": lambda asked: f"/quotes?limit={LIMIT}&offset={asked['offset']}",
            "datasette": queried(f"{QUOTES} {NEWEST} OFFSET :offset"),
        },
    ),
    Question(
        "timeline of an actor",
        lambda values: {"actor": values.actor()},
        {"parley": listed("/v1/timeline", **SIZE)},
    ),
    Question(
        "count, one filter",
        lambda values: {"actor": values.actor()},
        {
            "parley": listed("/v1/events", count="exact", **COUNTED),
            "tutorial": listed("/events/count"),
            "datasette": queried("SELECT count(*) FROM event_actor WHERE actor_id = :actor"),
        },
    ),
    Question(
        "count, two filters",
        lambda values: {"actor": values.actor(), "topic": values.topic()},
        {"parley": listed("/v1/events", count="exact", **COUNTED)},
    ),
    Question(
        "facets of an actor",
        lambda values: {"actor": values.actor()},
        {"parley": listed("/v1/events", facets="actor,topic", **SIZE)},
    ),
    Question(
        "quote check",
        lambda values: {"text": values.passage()},
        {"parley": listed("/v1/check")},
    ),
    Question("mix", several, {"parley": lambda asked: asked["path"]}),
)
