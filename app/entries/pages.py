"""One page of an answer: documents in order, where to go on, and how many there are in all."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from app.database import Ask, Row
from app.entries.places import LAST_PLACE
from app.entries.questions import Count, EntryQuestion, Sort
from app.entries.selection import Selection
from app.entries.statements import (
    count_statement,
    export_statement,
    page_statement,
    ranked_statement,
    shape_of,
    values_of,
)
from app.errors import InvalidQuery

CURSOR = struct.Struct(">4sq")
RANKED = struct.Struct(">4sdq")
# What may change from one page to the next without changing which entries follow in which order.
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


def after(selection: Selection, place: int) -> Selection:
    """What follows a place in the order of the selection; what reaches in is kept where due."""
    if selection.descending:
        return dataclasses.replace(selection, high=min(selection.high, place - 1))
    return dataclasses.replace(selection, low=max(selection.low, place + 1))


def parts_of(selection: Selection) -> list[Selection]:
    """The walks whose concatenation is the answer: what began earlier, and what began within."""
    earlier = selection.earlier()
    if earlier is None:
        return [selection]
    within = dataclasses.replace(selection, reach=None)
    return [within, earlier] if selection.descending else [earlier, within]


async def read_page(
    question: EntryQuestion, kinds: tuple[str, ...], selection: Selection, ask: Ask
) -> Page:
    """The page that a question asks for; one row more is read to know whether another follows."""
    if question.sort is Sort.relevance:
        return await read_best(question, kinds, selection, ask)
    mark = fingerprint(question, kinds)
    parts = parts_of(selection)
    if question.cursor is not None:
        place = read_cursor(question.cursor, mark)
        parts = [after(part, place) for part in parts]
    rows: list[Row] = []
    for part in parts:
        if len(rows) <= question.limit:
            rows.extend(await walk(part, question.limit + 1 - len(rows), ask))
    more = len(rows) > question.limit
    rows = rows[: question.limit]
    total = await count(selection, ask) if question.count is Count.exact else None
    return Page(
        documents=[row[1] for row in rows],
        next_cursor=write_cursor(rows[-1][0], mark) if more else None,
        total=total,
    )


async def read_best(
    question: EntryQuestion, kinds: tuple[str, ...], selection: Selection, ask: Ask
) -> Page:
    """The page of what answers the words best; of equals the newest first."""
    mark = fingerprint(question, kinds)
    score, place = float("-inf"), LAST_PLACE
    if question.cursor is not None:
        score, place = read_ranked_cursor(question.cursor, mark)
    rows: list[Row] = []
    for part in parts_of(selection):
        if part.arms and part.low <= part.high:
            statement = ranked_statement(shape_of(part, ask.engine))
            values = {**values_of(part, ask.engine), "score": score, "after": place}
            rows += await ask.rows(statement, limit=question.limit + 1, **values)
    rows.sort(key=lambda row: (row[2], -row[0]))
    more = len(rows) > question.limit
    rows = rows[: question.limit]
    total = await count(selection, ask) if question.count is Count.exact else None
    return Page(
        documents=[row[1] for row in rows],
        next_cursor=write_ranked_cursor(rows[-1][2], rows[-1][0], mark) if more else None,
        total=total,
    )


async def walk(selection: Selection, limit: int, ask: Ask) -> list[Row]:
    """The first (place, document) rows of a selection."""
    if not selection.arms or selection.low > selection.high:
        return []
    statement = page_statement(shape_of(selection, ask.engine))
    return await ask.rows(statement, limit=limit, **values_of(selection, ask.engine))


async def count(selection: Selection, ask: Ask) -> int:
    """How many entries the whole answer has."""
    total = 0
    for part in parts_of(selection):
        if part.arms and part.low <= part.high:
            statement = count_statement(shape_of(part, ask.engine))
            total += (await ask.rows(statement, **values_of(part, ask.engine)))[0][0]
    return total


async def export(selection: Selection, ask: Ask) -> AsyncIterator[list[bytes]]:
    """Every document of the answer, in chunks; memory does not grow with their number."""
    for part in parts_of(selection):
        if part.arms and part.low <= part.high:
            statement = export_statement(shape_of(part, ask.engine))
            async for rows in ask.stream(statement, **values_of(part, ask.engine)):
                yield [row[1] for row in rows]
