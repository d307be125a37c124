"""Finds the revision that a client names, by its number in this database or by its digest."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import BigInteger, bindparam, select

from app.db.snapshots import Revision, Snapshot
from app.db.sql import Statement
from app.db.tables import revision
from app.errors import InvalidQuery

# A number has fewer digits than the shortest beginning of a digest, so that none is taken for both.
NUMBER = re.compile(r"[0-9]{1,11}")
DIGEST = re.compile(r"[0-9a-f]{12,64}")
LAST_HEX = "g"

REVISIONS = select(revision.c.number, revision.c.digest, revision.c.version)
BY_NUMBER = Statement(REVISIONS.where(revision.c.number == bindparam("number", type_=BigInteger)))
# The same record may have stood twice; the later revision of the two is meant.
BY_DIGEST = Statement(
    REVISIONS.where(
        revision.c.digest >= bindparam("start"), revision.c.digest < bindparam("end")
    ).order_by(revision.c.number.desc())
)


def readable_revision(value: str) -> str:
    """A number, or at least 12 digits of a digest."""
    if NUMBER.fullmatch(value) or DIGEST.fullmatch(value):
        return value
    raise ValueError("must be the number of a revision, or 12 to 64 hex digits of its digest")


def is_digest(value: str) -> bool:
    """Whether a revision is named by its digest, which means the same in every database."""
    return NUMBER.fullmatch(value) is None


async def named_revision(value: str, snapshot: Snapshot, parameter: str = "revision") -> Revision:
    """The revision that a client names; refuses one that this database does not have."""
    if is_digest(value):
        rows = await snapshot.rows(BY_DIGEST, start=value, end=value + LAST_HEX)
        refuse_ambiguous(value, [row[1] for row in rows], parameter)
    else:
        rows = await snapshot.rows(BY_NUMBER, number=int(value))
    if not rows:
        raise InvalidQuery.of(
            parameter,
            value,
            "is no revision of this database, which has the numbers 1 to "
            f"{snapshot.revision.number}; "
            f"the digest of the last one begins with {snapshot.revision.digest[:16]}.",
            [str(snapshot.revision.number)],
        )
    return Revision(*rows[0])


def refuse_ambiguous(value: str, digests: Sequence[str], parameter: str) -> None:
    """Raises `InvalidQuery` where several digests begin with the digits."""
    several = sorted(set(digests))
    if len(several) > 1:
        raise InvalidQuery.of(
            parameter, value, "begins several digests; give more digits.", several[:3]
        )
