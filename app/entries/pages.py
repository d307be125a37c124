"""One page of an answer: documents in order, where to go on, and how many there are in all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import bindparam, select

from app.database import Ask
from app.entries.cursors import mark_of, read_cursor, write_cursor
from app.entries.places import LAST_PLACE
from app.entries.questions import Count, EntryQuestion, Sort
from app.entries.relevance import best
from app.entries.selection import Selection
from app.entries.walks import Walk, walk_of
from app.statements import Statement
from app.tables import document

ONE = Statement(
    select(document.c.kind, document.c.place, document.c.body).where(
        document.c.id == bindparam("id")
    )
)
# What may change from one page to the next without changing which entries follow in which order.
NOT_IN_CURSOR = {"cursor", "limit", "format", "fields", "count", "facets", "snippets"}


class Page(NamedTuple):
    """The documents of one page as bytes, the cursor of the next, the total where asked for."""

    documents: list[bytes]
    next_cursor: str | None
    total: int | None


def fingerprint(question: EntryQuestion, kinds: tuple[str, ...]) -> bytes:
    """What a cursor is bound to: kinds, filters and order."""
    asked = [
        (name, value)
        for name in sorted(question.model_fields_set - NOT_IN_CURSOR)
        if (value := getattr(question, name)) != defaults_of(type(question))[name]
    ]
    return mark_of(kinds, asked)


@cache
def defaults_of(model: type[EntryQuestion]) -> dict[str, Any]:
    """What a question asks where nothing is said."""
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
    }


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
        (place,) = read_cursor(question.cursor, mark, [0], ask.revision.number)
        assert isinstance(place, int)
        if walk.descending:
            high = index.number_from(place)
        else:
            low = index.number_from(place + 1)
    numbers = await walk.first(question.limit + 1, low, high, ask)
    at = index.places
    places = [at[number] for number in numbers[: question.limit]]
    return Page(
        documents=await documents_at(places, ask),
        next_cursor=write_cursor(mark, ask.revision.number, places[-1])
        if len(numbers) > question.limit
        else None,
        total=await walk.total(ask) if question.count is Count.exact else None,
    )


async def read_best(
    question: EntryQuestion, kinds: tuple[str, ...], selection: Selection, walk: Walk, ask: Ask
) -> Page:
    """The page of what answers the words best; of equals the newest first."""
    mark = fingerprint(question, kinds)
    score, place = float("-inf"), LAST_PLACE
    if question.cursor is not None:
        score, place = read_cursor(question.cursor, mark, [0.0, 0], ask.revision.number)
    found = {kind: await walk.of_kind(kind).everything(ask) for kind in kinds}
    scored = await best(selection.words, found, (place, score), question.limit + 1, ask)
    page = scored[: question.limit]
    more = len(scored) > question.limit
    last = (page[-1][1], page[-1][0]) if page else ()
    return Page(
        documents=await documents_at([place for place, _ in page], ask),
        next_cursor=write_cursor(mark, ask.revision.number, *last) if more else None,
        total=sum(map(len, found.values())) if question.count is Count.exact else None,
    )


@lru_cache(maxsize=1024)
def documents_statement(count: int) -> Statement:
    """The documents at some places."""
    places: list[Any] = [bindparam(name) for name in names_of_places(count)]
    return Statement(select(document.c.place, document.c.body).where(document.c.place.in_(places)))


@lru_cache(maxsize=1024)
def names_of_places(count: int) -> tuple[str, ...]:
    """The parameters of such a statement."""
    return tuple(f"place_{number}" for number in range(count))


async def documents_at(places: Sequence[int], ask: Ask) -> list[bytes]:
    """The documents at some places, in that order; those asked for last are in memory."""
    kept = ask.index.documents
    bodies = kept.some(places)
    if all(bodies):
        return cast(list[bytes], bodies)
    missing = [place for place, body in zip(places, bodies, strict=True) if body is None]
    values = dict(zip(names_of_places(len(missing)), missing, strict=True))
    read: dict[int, bytes] = dict(await ask.rows(documents_statement(len(missing)), **values))
    for place in missing:
        kept.put(place, read[place])
    return [body or read[place] for place, body in zip(places, bodies, strict=True)]


async def entry_of(entry_id: str, ask: Ask) -> tuple[str, bytes] | None:
    """The kind and document of an entry; those asked for last are in memory."""
    index = ask.index
    known = index.entries.get(entry_id)
    if known is not None:
        kind, place = known
        (body,) = await documents_at([place], ask)
        return kind, body
    found = await ask.rows(ONE, id=entry_id)
    if not found:
        return None
    kind, place, body = found[0]
    index.entries.put(entry_id, (kind, place))
    index.documents.put(place, body)
    return kind, body


async def count(selection: Selection, ask: Ask) -> int:
    """How many entries the whole answer has."""
    return await (await walk_of(selection, ask)).total(ask)
