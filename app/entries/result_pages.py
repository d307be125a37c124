"""One page of an answer: documents in order, where to go on, and how many there are in all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import bindparam, select

from app.db.snapshots import Snapshot
from app.db.sql import Statement
from app.db.tables import document
from app.entries.cursors import mark_of, read_cursor, write_cursor
from app.entries.query_plan import Selection
from app.entries.questions import Count, EntryQuestion, Sort
from app.entries.relevance import best
from app.entries.scan import Walk, walk_of
from app.entries.sort_keys import LAST_SORT_KEY

ONE = Statement(
    select(document.c.kind, document.c.sort_key, document.c.body).where(
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
    question: EntryQuestion, kinds: tuple[str, ...], selection: Selection, snapshot: Snapshot
) -> Page:
    """The page that a question asks for; one more is looked for to know whether another follows."""
    walk = await walk_of(selection, snapshot)
    if question.sort is Sort.relevance:
        return await read_best(question, kinds, selection, walk, snapshot)
    mark = fingerprint(question, kinds)
    index = snapshot.postings
    low, high = 0, len(index.sort_keys)
    if question.cursor is not None:
        (sort_key,) = read_cursor(question.cursor, mark, [0], snapshot.revision.number)
        assert isinstance(sort_key, int)
        if walk.descending:
            high = index.number_from(sort_key)
        else:
            low = index.number_from(sort_key + 1)
    numbers = await walk.first(question.limit + 1, low, high, snapshot)
    at = index.sort_keys
    sort_keys = [at[number] for number in numbers[: question.limit]]
    return Page(
        documents=await documents_at(sort_keys, snapshot),
        next_cursor=write_cursor(mark, snapshot.revision.number, sort_keys[-1])
        if len(numbers) > question.limit
        else None,
        total=await walk.total(snapshot) if question.count is Count.exact else None,
    )


async def read_best(
    question: EntryQuestion,
    kinds: tuple[str, ...],
    selection: Selection,
    walk: Walk,
    snapshot: Snapshot,
) -> Page:
    """The page of what answers the words best; of equals the newest first."""
    mark = fingerprint(question, kinds)
    score, sort_key = float("-inf"), LAST_SORT_KEY
    if question.cursor is not None:
        score, sort_key = read_cursor(question.cursor, mark, [0.0, 0], snapshot.revision.number)
    found = {kind: await walk.of_kind(kind).everything(snapshot) for kind in kinds}
    scored = await best(selection.words, found, (sort_key, score), question.limit + 1, snapshot)
    page = scored[: question.limit]
    more = len(scored) > question.limit
    last = (page[-1][1], page[-1][0]) if page else ()
    return Page(
        documents=await documents_at([sort_key for sort_key, _ in page], snapshot),
        next_cursor=write_cursor(mark, snapshot.revision.number, *last) if more else None,
        total=sum(map(len, found.values())) if question.count is Count.exact else None,
    )


@lru_cache(maxsize=1024)
def documents_statement(count: int) -> Statement:
    """The documents at some sort keys."""
    sort_keys: list[Any] = [bindparam(name) for name in names_of_sort_keys(count)]
    return Statement(
        select(document.c.sort_key, document.c.body).where(document.c.sort_key.in_(sort_keys))
    )


@lru_cache(maxsize=1024)
def names_of_sort_keys(count: int) -> tuple[str, ...]:
    """The parameters of such a statement."""
    return tuple(f"sort_key_{number}" for number in range(count))


async def documents_at(sort_keys: Sequence[int], snapshot: Snapshot) -> list[bytes]:
    """The documents at some sort keys, in that order; those asked for last are in memory."""
    kept = snapshot.postings.documents
    bodies = kept.some(sort_keys)
    if all(bodies):
        return cast(list[bytes], bodies)
    missing = [sort_key for sort_key, body in zip(sort_keys, bodies, strict=True) if body is None]
    values = dict(zip(names_of_sort_keys(len(missing)), missing, strict=True))
    read: dict[int, bytes] = dict(await snapshot.rows(documents_statement(len(missing)), **values))
    for sort_key in missing:
        kept.put(sort_key, read[sort_key])
    return [body or read[sort_key] for sort_key, body in zip(sort_keys, bodies, strict=True)]


async def entry_of(entry_id: str, snapshot: Snapshot) -> tuple[str, bytes] | None:
    """The kind and document of an entry; those asked for last are in memory."""
    index = snapshot.postings
    known = index.entries.get(entry_id)
    if known is not None:
        kind, sort_key = known
        (body,) = await documents_at([sort_key], snapshot)
        return kind, body
    found = await snapshot.rows(ONE, id=entry_id)
    if not found:
        return None
    kind, sort_key, body = found[0]
    index.entries.put(entry_id, (kind, sort_key))
    index.documents.put(sort_key, body)
    return kind, body


async def count(selection: Selection, snapshot: Snapshot) -> int:
    """How many entries the whole answer has."""
    return await (await walk_of(selection, snapshot)).total(snapshot)
