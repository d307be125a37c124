"""One page of an answer: documents in order, where to go on, and how many there are in all.

A cursor says where to go on. It is four bytes that stand for the question, and a JSON list: the
number of the revision that the page was of, and where it ended. A page of an older revision never
follows.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from itertools import islice
from typing import Any, NamedTuple, cast

import orjson
from sqlalchemy import select

from app.db.postings import LAST_SORT_KEY, MIB
from app.db.snapshots import Loadable, Memory, Snapshot, find
from app.db.sql import KeyedStatement
from app.db.tables import document
from app.entries.query_plan import QueryPlan, found_by_kind, plan_query, scan_of
from app.entries.questions import Count, EntryQuestion, PagedQuestion, Sort
from app.entries.recorded import CHANGED, ENTRY_DAYS, RECORDED
from app.entries.relevance import best
from app.errors import InvalidQuery

BODIES = KeyedStatement(select(document.c.sort_key, document.c.body), document.c.sort_key)
# What may change from one page to the next without changing which entries follow in which order.
NOT_IN_CURSOR = {"bom", "cursor", "limit", "format", "fields", "count", "facets", "snippets"}


class ResultPage(NamedTuple):
    """The documents of one page as bytes, the cursor of the next, the total where asked for."""

    documents: list[bytes]
    next_cursor: str | None
    total: int | None


def bound_to(question: EntryQuestion, kinds: tuple[str, ...]) -> bytes:
    """What a cursor is bound to: kinds, filters and order."""
    asked = [
        (name, value)
        for name in sorted(question.model_fields_set - NOT_IN_CURSOR)
        if (value := getattr(question, name)) != defaults_of(type(question))[name]
    ]
    return fingerprint(kinds, asked)


@cache
def defaults_of(model: type[EntryQuestion]) -> dict[str, Any]:
    """What a question asks where nothing is said."""
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
    }


async def find_page(
    snapshot: Snapshot, question: EntryQuestion, kinds: tuple[str, ...]
) -> tuple[QueryPlan, ResultPage]:
    """The plan of a question, and the page that it asks for."""
    plan = await find(snapshot, plan_query, question, kinds)
    read = READERS.get(question.sort, first_entries)
    sort_keys, end, total = await find(snapshot, read, question, plan)
    documents = await find(snapshot, Memory.get_all, DOCUMENTS, sort_keys)
    cursor = None
    if end is not None:
        cursor = write_cursor(bound_to(question, kinds), snapshot.revision.number, *end)
    return plan, ResultPage(documents, cursor, total)


class Entries(NamedTuple):
    """Sort keys of a page, the position of the last if another page follows, and the total."""

    sort_keys: list[int]
    end: Position | None
    total: int | None


def first_entries(memory: Memory, question: EntryQuestion, plan: QueryPlan) -> Entries:
    """The entries of a page in the order of their dates.

    One more is looked for to know whether another page follows.
    """
    scan = scan_of(memory, plan)
    sort_keys = scan.sort_keys
    low, high = 0, len(sort_keys)
    if question.cursor is not None:
        (sort_key,) = position_in(memory, question, plan, [0])
        if scan.descending:
            high = sort_keys.ordinal_from(sort_key)
        else:
            low = sort_keys.ordinal_from(sort_key + 1)
    ordinals = scan.first(memory, question.limit + 1, low, high)
    shown = sort_keys.at(ordinals[: question.limit])
    end = shown[-1:] if len(ordinals) > question.limit else None
    return Entries(shown, end, scan.total(memory) if question.count is Count.exact else None)


def best_entries(memory: Memory, question: EntryQuestion, plan: QueryPlan) -> Entries:
    """The entries of a page that match the words best; of equals the newest first."""
    score, sort_key = float("-inf"), LAST_SORT_KEY
    if question.cursor is not None:
        score, sort_key = position_in(memory, question, plan, [0.0, 0])
    found = found_by_kind(memory, plan)
    scored = best(memory, plan.words.to_weigh(), found, (sort_key, score), question.limit + 1)
    shown = [sort_key for sort_key, _ in scored[: question.limit]]
    end = list(scored[question.limit - 1][::-1]) if len(scored) > question.limit else None
    total = sum(map(len, found.values())) if question.count is Count.exact else None
    return Entries(shown, end, total)


def newest_entries(memory: Memory, question: EntryQuestion, plan: QueryPlan) -> Entries:
    """The entries of a page that were recorded last, or recorded or corrected last."""
    scan = scan_of(memory, plan)
    days = memory.get(ENTRY_DAYS, None)[CHANGED if question.sort is Sort.changed else RECORDED]
    found = scan.everything(memory)
    listed = ((day, scan.sort_keys.at([ordinal])[0]) for day, ordinal in days.newest_first(found))
    if question.cursor is not None:
        after = tuple(position_in(memory, question, plan, ["", 0]))
        listed = (each for each in listed if each < after)
    shown = list(islice(listed, question.limit + 1))
    end = list(shown[question.limit - 1]) if len(shown) > question.limit else None
    total = len(found) if question.count is Count.exact else None
    return Entries([sort_key for _, sort_key in shown[: question.limit]], end, total)


READERS = {
    Sort.relevance: best_entries,
    Sort.recorded: newest_entries,
    Sort.changed: newest_entries,
}


def position_in(
    memory: Memory, question: EntryQuestion, plan: QueryPlan, like: Position
) -> Position:
    """The position after which the page begins, from the cursor of a question."""
    cursor = str(question.cursor)
    return read_cursor(cursor, bound_to(question, plan.kinds), like, memory.revision.number)


async def load_documents(sort_keys: list[int], snapshot: Snapshot) -> dict[int, bytes]:
    """The documents at some sort keys."""
    statement, values = BODIES.of(sort_keys)
    return dict(await snapshot.rows(statement, **values))


DOCUMENTS = Loadable(load_documents, 32 * MIB, len)


def total_of(memory: Memory, plan: QueryPlan) -> int:
    """How many entries the whole answer has."""
    return scan_of(memory, plan).total(memory)


FINGERPRINT_BYTES = 4
# PostgreSQL and SQLite alike keep whole numbers of 64 bits.
LARGEST = 2**63 - 1

Position = list[Any]


def fingerprint(*asked: object) -> bytes:
    """The bytes that bind a cursor to whatever decides which entries follow in which order."""
    return blake2b(orjson.dumps(asked), digest_size=FINGERPRINT_BYTES).digest()


def write_cursor(bound_to: bytes, revision: int, *position: float | str) -> str:
    """A cursor that goes on after a position."""
    packed = bound_to + orjson.dumps([revision, *position])
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def page_of(
    rows: Sequence[tuple[Sequence[Any], bytes]], question: PagedQuestion, mark: bytes, revision: int
) -> ResultPage:
    """The page that rows with their positions make; one more is read if another page follows."""
    shown, more = rows[: question.limit], len(rows) > question.limit
    following = write_cursor(mark, revision, *shown[-1][0]) if more else None
    return ResultPage([body for _, body in shown], following, None)


def revision_of(cursor: str | None) -> int:
    """The number of the revision that a page has to be of at least; 0 without a cursor."""
    return decode_cursor(cursor)[1] if cursor is not None else 0


def read_cursor(cursor: str, bound_to: bytes, like: Position, revision: int) -> Position:
    """The position after which the page begins, with as many values as `like`, of the same types.

    Raises `InvalidQuery` for what is no cursor, for the cursor of another question, and for one of
    a revision that is newer than the one asked.
    """
    fingerprinted, since, position = decode_cursor(cursor)
    if fingerprinted != bound_to:
        raise invalid_cursor(cursor, OF_ANOTHER_QUESTION)
    if since > revision:
        raise invalid_cursor(cursor, OF_A_NEWER_RECORD)
    if [type(each) for each in position] != [type(each) for each in like]:
        raise invalid_cursor(cursor, NO_CURSOR)
    return position


OF_ANOTHER_QUESTION = "belongs to another question; start this one without a cursor."
OF_A_NEWER_RECORD = "belongs to a record that is not here; start without a cursor."
NO_CURSOR = "is not a cursor; take it from links.next as it is."


def invalid_cursor(cursor: str, wrong: str) -> InvalidQuery:
    """The refusal of a cursor."""
    return InvalidQuery.of("cursor", cursor, wrong)


def decode_cursor(cursor: str) -> tuple[bytes, int, Position]:
    """The fingerprint, the number of the revision, and the position of a cursor."""
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        since, *position = cast(Position, orjson.loads(packed[FINGERPRINT_BYTES:]))
    except (binascii.Error, ValueError, TypeError) as error:
        raise invalid_cursor(cursor, NO_CURSOR) from error
    if not all(is_position(each) for each in (since, *position)) or type(since) is not int:
        raise invalid_cursor(cursor, NO_CURSOR)
    return packed[:FINGERPRINT_BYTES], since, position


def is_position(value: object) -> bool:
    """Whether a value is one that cursors are made of."""
    if type(value) is int:
        return -LARGEST <= value <= LARGEST
    return type(value) in (float, str)
