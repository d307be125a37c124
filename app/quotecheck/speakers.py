"""The actors that a text or the parameter `speaker` may name, from the database."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import select

from app.db.snapshots import Memory, Snapshot, find
from app.db.sql import KeyedStatement, Row
from app.db.tables import name_word, reference
from app.entries.names import IDS
from app.quotecheck.attribution import SaidBy
from app.quotecheck.candidates import in_batches
from app.quotecheck.mentions import NamedActor, mentions_in
from app.quotecheck.offices import JOINERS, TITLE_WORDS, offices_in, title_words
from app.quotecheck.reading import Reading, read_wording, read_words

ROWS = 5000
ACTORS = 300
# A word of so many names ("of", "state") points to none.
COMMON = 100

# Which actors have some words in their names.
NAMED_BY = KeyedStatement(
    select(name_word.c.word, name_word.c.id).where(name_word.c.name_type == "actor").limit(ROWS),
    name_word.c.word,
)
ACTOR_BODIES = KeyedStatement(
    select(reference.c.body).where(reference.c.name_type == "actor"), reference.c.id
)


async def load_named(words: Iterable[str], snapshot: Snapshot) -> list[NamedActor]:
    """The actors that may be named by some words."""
    rows = await _rows(NAMED_BY, dict.fromkeys(words), snapshot)
    having = Counter(word for word, _ in rows)
    ids = dict.fromkeys(actor for word, actor in rows if having[word] <= COMMON)
    documents = await load_actors(list(ids)[:ACTORS], snapshot)
    return [
        NamedActor(
            each["id"],
            each["kind"],
            (each["name"], *each["aliases"]),
            tuple(title_words(position["title"]) for position in each["positions"]),
        )
        for each in documents
    ]


async def load_actors(ids: Sequence[str], snapshot: Snapshot) -> list[Mapping[str, Any]]:
    """The documents of some actors."""
    return [orjson.loads(body) for (body,) in await _rows(ACTOR_BODIES, ids, snapshot)]


async def _rows(keyed: KeyedStatement, keys: Iterable[str], snapshot: Snapshot) -> list[Row]:
    """The rows of some keys; other requests may run after each batch."""
    found: list[Row] = []
    for batch in in_batches(keys):
        statement, values = keyed.of(batch)
        found += await snapshot.rows(statement, **values)
        await asyncio.sleep(0)
    return found


async def load_speaker(text: str, snapshot: Snapshot) -> SaidBy:
    """Who is meant by a name as people write it: with a title, reversed, or by the office alone.

    Somebody whom the record does not know has no actors.
    """
    (known,) = await find(snapshot, Memory.get_all, IDS, [("actor", text)])
    if known is not None:
        return SaidBy(text, frozenset([known]))
    named = await load_named(read_words(text).index_words, snapshot)
    last, _, first = text.partition(",")
    for written in (text, f"{first} {last}") if first else (text,):
        attribution = _named_speaker(text, read_words(written), named)
        if attribution.actors or attribution.office:
            return attribution
    return SaidBy(text)


def _named_speaker(text: str, reading: Reading, named: Sequence[NamedActor]) -> SaidBy:
    """The persons whom a text names; else the office, or the bodies and states."""
    kinds = {actor.id: actor.kind for actor in named}
    mentions = [
        each
        for each in mentions_in(reading, named)
        if reading.keys[each.last : each.last + 1] != ("'s",)
    ]
    actors = {actor for each in mentions for actor in each.actors}
    persons = frozenset(actor for actor in actors if kinds[actor] == "person")
    if persons:
        return SaidBy(text, persons)
    rest = set(reading.keys) - TITLE_WORDS - JOINERS
    person = _of_one_name(rest, named) if not actors else None
    if person is not None:
        return SaidBy(text, frozenset([person]))
    office = next(offices_in(reading.keys), None)
    if office is not None:
        actors = {actor for actor in actors if kinds[actor] != "state"}
    return SaidBy(text, frozenset(actors), office=office)


def _of_one_name(keys: set[str], named: Sequence[NamedActor]) -> str | None:
    """The one person who has some words among those of the names."""
    having = [
        actor.id
        for actor in named
        if actor.kind == "person"
        and keys <= {key for each in actor.names for key in read_wording(each)[0].keys}
    ]
    return having[0] if keys and len(having) == 1 else None
