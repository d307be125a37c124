"""Where to go on in a list: bound to its question, and to how new the record was.

A cursor is four bytes that stand for the question, and a JSON list: the number of the revision that
the page was of, and where it ended. A page of an older revision never follows.
"""

from __future__ import annotations

import base64
import binascii
from hashlib import blake2b
from typing import Any, cast

import orjson

from app.errors import InvalidQuery

MARK_BYTES = 4
LENGTH_MAXIMUM = 400
# PostgreSQL and SQLite alike keep whole numbers of 64 bits.
LARGEST = 2**63 - 1

Position = list[Any]


def mark_of(*asked: object) -> bytes:
    """What a cursor is bound to: whatever decides which entries follow in which order."""
    return blake2b(orjson.dumps(asked), digest_size=MARK_BYTES).digest()


def write_cursor(mark: bytes, revision: int, *position: float | str) -> str:
    """A cursor that goes on after a position."""
    packed = mark + orjson.dumps([revision, *position])
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def revision_of(cursor: str | None) -> int:
    """The number of the revision that a page has to be of at least; 0 without a cursor."""
    return unpacked(cursor)[1] if cursor is not None else 0


def read_cursor(cursor: str, mark: bytes, like: Position, revision: int) -> Position:
    """The position after which to go on, of as many and such values as `like`.

    Raises `InvalidQuery` for what is no cursor, another question's, or of a record that is newer
    than the revision that is asked.
    """
    bound_to, since, position = unpacked(cursor)
    if bound_to != mark:
        raise refused(cursor, "belongs to another question; start this one without a cursor.")
    if since > revision:
        raise refused(cursor, "belongs to a record that is not here; start without a cursor.")
    if [type(each) for each in position] != [type(each) for each in like]:
        raise refused(cursor, NO_CURSOR)
    return position


NO_CURSOR = "is not a cursor; take it from links.next as it is."


def refused(cursor: str, wrong: str) -> InvalidQuery:
    """That a cursor cannot be gone on from."""
    return InvalidQuery.of("cursor", cursor, wrong)


def unpacked(cursor: str) -> tuple[bytes, int, Position]:
    """What a cursor is bound to, the revision that it is of, and its position."""
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        since, *position = cast(Position, orjson.loads(packed[MARK_BYTES:]))
    except (binascii.Error, ValueError, TypeError) as error:
        raise refused(cursor, NO_CURSOR) from error
    if not all(is_position(each) for each in (since, *position)) or type(since) is not int:
        raise refused(cursor, NO_CURSOR)
    return packed[:MARK_BYTES], since, position


def is_position(value: object) -> bool:
    """Whether a value is one that cursors are made of."""
    if type(value) is int:
        return -LARGEST <= value <= LARGEST
    return type(value) in (float, str)
