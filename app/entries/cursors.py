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

FINGERPRINT_BYTES = 4
LENGTH_MAXIMUM = 400
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
