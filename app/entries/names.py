"""From what a client writes to ids: names, aliases and spellings; a typo gets the nearest ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process, utils
from sqlalchemy import bindparam, select

from app.db.snapshots import Snapshot
from app.db.sql import Statement
from app.db.tables import document, former_id, name, tally
from app.entries.words import split
from app.errors import query_error

NEAREST = 3
# No name has a control character; PostgreSQL takes no NUL.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CANDIDATES = 5000

BY_NAME = Statement(
    select(name.c.id).where(
        name.c.name_type == bindparam("name_type"), name.c.folded == bindparam("folded")
    )
)
NAMES = Statement(
    select(name.c.folded, name.c.id)
    .where(name.c.name_type == bindparam("name_type"))
    .order_by(name.c.folded)
    .limit(bindparam("limit"))
)
BY_ID = Statement(
    select(document.c.kind, document.c.sort_key).where(document.c.id == bindparam("id"))
)
BY_FORMER_ID = Statement(
    select(former_id.c.id).where(
        former_id.c.name_type == bindparam("name_type"), former_id.c.former == bindparam("former")
    )
)
# The ids on both sides of one that is not there: two bounded stretches of the index.
IDS_FROM = Statement(
    select(document.c.id)
    .where(document.c.id >= bindparam("start"), document.c.kind == bindparam("kind"))
    .order_by(document.c.id)
    .limit(bindparam("limit"))
)
IDS_BEFORE = Statement(
    select(document.c.id)
    .where(document.c.id < bindparam("start"), document.c.kind == bindparam("kind"))
    .order_by(document.c.id.desc())
    .limit(bindparam("limit"))
)
POSTED = Statement(
    select(tally.c.value)
    .where(tally.c.kind == bindparam("kind"), tally.c.dimension == bindparam("dimension"))
    .order_by(tally.c.value)
    .limit(bindparam("limit"))
)

REFERENCE_NAMES = ("actor", "topic", "source")
POSTED_NAMES = {"language": "quote", "metric": "figure"}
ENTRY_NAME = "entry"


def folded_name(text: str) -> str:
    """The form in which names are compared: our words, one space between."""
    return " ".join(split(text))


class UnknownName(Exception):
    """A value that names nothing in its type of name."""

    def __init__(self, value: str, name_type: str, nearest: Sequence[str]):
        super().__init__(value)
        self.value = value
        self.name_type = name_type
        self.nearest = nearest

    def error(self, parameter: str) -> dict[str, object]:
        """The member of a problem document for this value."""
        return query_error(
            parameter,
            self.value,
            f"there is no {self.name_type} {self.value!r} in this record.",
            self.nearest,
        )


async def id_of(value: str, name_type: str, snapshot: Snapshot) -> str:
    """The id that a value names in its type of name; raises `UnknownName` with the nearest ids."""
    known = snapshot.known_names.get((name_type, value))
    if known is None:
        if CONTROL.search(value):
            raise UnknownName(value, name_type, ())
        known = await look_up(value, name_type, snapshot)
        snapshot.known_names[name_type, value] = known
    return known


async def look_up(value: str, name_type: str, snapshot: Snapshot) -> str:
    """As `id_of`, from the database."""
    if name_type in REFERENCE_NAMES:
        return await reference_id(value, name_type, snapshot)
    if name_type in POSTED_NAMES:
        return await posted_value(value, name_type, snapshot)
    return await entry_id(value, name_type, snapshot)


async def reference_id(value: str, name_type: str, snapshot: Snapshot) -> str:
    """An actor, topic or source by id, former id, name or alias."""
    folded = folded_name(value)
    found = await snapshot.rows(BY_NAME, name_type=name_type, folded=folded)
    if found:
        return str(found[0][0])
    former = await snapshot.rows(BY_FORMER_ID, name_type=name_type, former=value)
    if former:
        return str(former[0][0])
    names: dict[str, str] = dict(await snapshot.rows(NAMES, name_type=name_type, limit=CANDIDATES))
    near = [names[each] for each in nearest(folded, names)]
    raise UnknownName(value, name_type, list(dict.fromkeys(near)))


async def entry_id(value: str, kind: str, snapshot: Snapshot) -> str:
    """An entry of a kind (or of any) by id or former id."""
    current = await snapshot.rows(BY_FORMER_ID, name_type=ENTRY_NAME, former=value)
    wanted = str(current[0][0]) if current else value
    found = await snapshot.rows(BY_ID, id=wanted)
    if found and kind in (ENTRY_NAME, found[0][0]):
        return wanted
    kinds = POSSIBLE_KINDS if kind == ENTRY_NAME else (kind,)
    ids: list[str] = []
    for each in kinds:
        for side in (IDS_BEFORE, IDS_FROM):
            rows = await snapshot.rows(side, start=value, kind=each, limit=CANDIDATES // 2)
            ids.extend(str(row[0]) for row in rows)
    raise UnknownName(value, kind, nearest(value, ids))


POSSIBLE_KINDS = ("event", "quote", "proposal", "term", "figure")


async def posted_value(value: str, name_type: str, snapshot: Snapshot) -> str:
    """A language or a metric that occurs in the record."""
    rows = await snapshot.rows(
        POSTED, kind=POSTED_NAMES[name_type], dimension=name_type, limit=CANDIDATES
    )
    values = [str(row[0]) for row in rows]
    if value in values:
        return value
    raise UnknownName(value, name_type, nearest(value, values))


def nearest(value: str, choices: Iterable[str]) -> list[str]:
    """The up to three choices most like the value, best first, each once."""
    asked = value[:200]
    matches = process.extract(
        asked,
        list(choices),
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=NEAREST * 5,
        score_cutoff=60,
    )
    # What only holds the value somewhere counts less than what is like it as a whole.
    matches.sort(key=lambda match: -(match[1] + fuzz.ratio(asked, match[0])))
    return list(dict.fromkeys(match[0] for match in matches))[:NEAREST]
