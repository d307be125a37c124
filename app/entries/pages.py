"""One page of an answer: documents in order, where to go on, and how many there are in all."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import struct
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from app.database import Ask
from app.entries.fulltext import FULL_TEXT, ranked_statement
from app.entries.places import LAST_PLACE
from app.entries.questions import Count, EntryQuestion, Sort
from app.entries.selection import Selection
from app.entries.walks import Proof, Walk, walk_of
from app.errors import InvalidQuery
from app.statements import Statement
from app.tables import document

CURSOR = struct.Struct(">4sq")
RANKED = struct.Struct(">4sdq")
# What may change from one page to the next without changing which entries follow in which order.
# Documents read by one statement of an export: it stays within the budget of the event loop.
EXPORTED = 400
# Answers of the full text that are held at once.
RANKED_AT_ONCE = 100_000
NOT_IN_CURSOR = {"cursor", "limit", "format", "fields", "count", "facets", "snippets"}


@dataclass(frozen=True)
class Page:
    """The documents of one page as bytes, the cursor of the next, the total where asked for."""

    documents: list[bytes]
    next_cursor: str | None
    total: int | None


def fingerprint(question: EntryQuestion, kinds: tuple[str, ...]) -> bytes:
    """What a cursor is bound to: kinds, filters and order."""
    asked = question.model_dump(mode="json", exclude=NOT_IN_CURSOR, exclude_defaults=True)
    text = orjson.dumps([kinds, asked], option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=4).digest()


def write_cursor(place: int, mark: bytes) -> str:
    """A cursor that goes on after a place."""
    return base64.urlsafe_b64encode(CURSOR.pack(mark, place)).rstrip(b"=").decode()


def write_ranked_cursor(score: float, place: int, mark: bytes) -> str:
    """A cursor that goes on after a score and, among equals, a place."""
    return base64.urlsafe_b64encode(RANKED.pack(mark, score, place)).rstrip(b"=").decode()


def read_cursor(cursor: str, mark: bytes) -> int:
    """The place after which to go on."""
    (place,) = unpacked(CURSOR, cursor, mark)
    return int(place)


def read_ranked_cursor(cursor: str, mark: bytes) -> tuple[float, int]:
    """The score and place after which to go on."""
    score, place = unpacked(RANKED, cursor, mark)
    return float(score), int(place)


def unpacked(form: struct.Struct, cursor: str, mark: bytes) -> tuple[Any, ...]:
    """What a cursor holds; refuses what is no cursor, or another question's."""
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        bound_to, *held = form.unpack(packed)
    except (binascii.Error, ValueError, struct.error) as error:
        raise InvalidQuery.of(
            "cursor", cursor, "is not a cursor; take it from links.next as it is."
        ) from error
    if bound_to != mark:
        raise InvalidQuery.of(
            "cursor",
            cursor,
            "belongs to another question; start this one without a cursor.",
        )
    return tuple(held)


async def read_page(
    question: EntryQuestion, kinds: tuple[str, ...], selection: Selection, ask: Ask
) -> Page:
    """The page that a question asks for; one more is looked for to know whether another follows."""
    walk = await walk_of(selection, ask)
    if question.sort is Sort.relevance:
        return await read_best(question, kinds, selection, walk, ask)
    mark = fingerprint(question, kinds)
    index = ask.index
    low, high = 0, len(index.places)
    if question.cursor is not None:
        place = read_cursor(question.cursor, mark)
        if walk.descending:
            high = index.number_from(place)
        else:
            low = index.number_from(place + 1)
    numbers = await walk.first(question.limit + 1, low, high, ask)
    places = [index.places[number] for number in numbers[: question.limit]]
    return Page(
        documents=await documents_at(places, ask),
        next_cursor=write_cursor(places[-1], mark) if len(numbers) > question.limit else None,
        total=await walk.total(ask) if question.count is Count.exact else None,
    )


async def read_best(
    question: EntryQuestion, kinds: tuple[str, ...], selection: Selection, walk: Walk, ask: Ask
) -> Page:
    """The page of what answers the words best; of equals the newest first."""
    mark = fingerprint(question, kinds)
    score, place = float("-inf"), LAST_PLACE
    if question.cursor is not None:
        score, place = read_ranked_cursor(question.cursor, mark)
    best = await ranked(selection, walk, (score, place), question.limit + 1, ask)
    page = best[: question.limit]
    more = len(best) > question.limit
    return Page(
        documents=await documents_at([place for place, _ in page], ask),
        next_cursor=write_ranked_cursor(page[-1][1], page[-1][0], mark) if more else None,
        total=await walk.total(ask) if question.count is Count.exact else None,
    )


async def ranked(
    selection: Selection, walk: Walk, after: tuple[float, int], limit: int, ask: Ask
) -> list[tuple[int, float]]:
    """Places and scores of what answers the words best, after a score and a place.

    The full text ranks all that has the words; what the rest of the question leaves out of that is
    left out here.
    """
    wanted = [part for part in selection.words if not part.excluded]
    sought = FULL_TEXT[ask.engine].all_of(wanted)
    # That the wanted words stand as they are sought is what the full text answers here.
    unranked = dataclasses.replace(walk, proof=Proof(unwanted=walk.proof.unwanted))
    candidates = await unranked.everything(ask)
    if not candidates:
        return []
    share = 1 + len(ask.index.places) // len(candidates)
    asked = min(limit * share, RANKED_AT_ONCE)
    best: list[tuple[int, float]] = []
    score, place = after
    while len(best) < limit:
        rows = await ask.rows(
            ranked_statement(ask.engine), sought=sought, score=score, after=place, limit=asked
        )
        best += [(row[0], row[1]) for row in rows if ask.index.number_from(row[0]) in candidates]
        if len(rows) < asked:
            break
        place, score = rows[-1]
    return best[:limit]


@lru_cache(maxsize=1024)
def documents_statement(count: int) -> Statement:
    """The documents at some places."""
    places: list[Any] = [bindparam(f"place_{number}") for number in range(count)]
    return Statement(select(document.c.place, document.c.body).where(document.c.place.in_(places)))


async def documents_at(places: Sequence[int], ask: Ask) -> list[bytes]:
    """The documents at some places, in that order."""
    if not places:
        return []
    values = {f"place_{number}": place for number, place in enumerate(places)}
    bodies: dict[int, bytes] = dict(await ask.rows(documents_statement(len(places)), **values))
    return [bodies[place] for place in places]


async def count(selection: Selection, ask: Ask) -> int:
    """How many entries the whole answer has."""
    return await (await walk_of(selection, ask)).total(ask)


async def export(selection: Selection, ask: Ask) -> AsyncIterator[list[bytes]]:
    """Every document of the answer, in chunks; memory does not grow with their number."""
    walk = await walk_of(selection, ask)
    places = ask.index.places
    async for numbers in walk.batches(EXPORTED, ask):
        yield await documents_at([places[number] for number in numbers], ask)
