"""From what a client writes to ids: names, aliases and spellings; a typo gets the nearest ones."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process, utils
from sqlalchemy import String, bindparam, column, or_, select, table

from app.db.postings import MIB, key_of
from app.db.snapshots import Loadable, Memory, Snapshot
from app.db.sql import Statement, given
from app.db.tables import document, former_id, name, tally
from app.entries.words import split
from app.errors import InvalidQuery, query_error

NEAREST = 3
# The least likeness of a suggestion (rapidfuzz's WRatio, 0 to 100), and of one that is shorter.
LIKE, LIKE_IF_SHORTER = 70, 75
# What a name in memory takes beside its characters and its id, roughly.
NAME_BYTES = 300
# No name has a control character; PostgreSQL takes no NUL.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Names, or ids, among which the nearest ones are looked for.
CANDIDATES = 5000

# The type of name of an entry of any kind.
ENTRY_NAME = "entry"

BY_NAME = Statement(select(name.c.id).where(given(name.c.name_type, name.c.folded)))
NAMES = Statement(
    select(name.c.folded, name.c.id)
    .where(given(name.c.name_type))
    .order_by(name.c.folded)
    .limit(bindparam("limit"))
)
BY_ID = Statement(select(document.c.kind, document.c.sort_key).where(given(document.c.id)))
BY_FORMER_ID = Statement(
    select(former_id.c.id).where(given(former_id.c.name_type, former_id.c.former))
)
IS_OF_KIND = or_(bindparam("kind") == ENTRY_NAME, document.c.kind == bindparam("kind"))
# An entry by its id in an outside register, which is asked for only where no entry has the id.
# By its columns alone, as the models of the relational tables take long to import.
entry = table(
    "entry", *(column(each, String) for each in ("id", "kind", "wikidata", "un_document"))
)
OUTSIDE_IDS = [entry.c[each] == bindparam("outside_id") for each in ("wikidata", "un_document")]
BY_OUTSIDE_ID = Statement(
    select(entry.c.id)
    .where(or_(bindparam("kind") == ENTRY_NAME, entry.c.kind == bindparam("kind")))
    .where(or_(*OUTSIDE_IDS))
    .order_by(entry.c.id)
    .limit(1)
)
# The ids on both sides of one that is not there: two bounded ranges of the index.
IDS_BESIDE = [
    Statement(
        select(document.c.id).where(side, IS_OF_KIND).order_by(order).limit(bindparam("limit"))
    )
    for side, order in (
        (document.c.id < bindparam("start"), document.c.id.desc()),
        (document.c.id >= bindparam("start"), document.c.id),
    )
]
POSTED = Statement(select(tally.c.value).where(given(tally.c.key)))
POSTED_VALUES = Statement(
    select(tally.c.value)
    .where(given(tally.c.kind, tally.c.dimension))
    .order_by(tally.c.value)
    .limit(bindparam("limit"))
)

REFERENCE_NAMES = ("actor", "topic", "source")
# The type of values that are known because an entry of a kind has them; see `value_type`.
VALUE = "value"

# What a client writes, by the type of name that it is.
TypedName = tuple[str, str]


def value_type(kind: str, dimension: str) -> str:
    """The type of name of the values that the entries of a kind have in a dimension."""
    return f"{kind}.{dimension}"


def folded_name(text: str) -> str:
    """The form in which names are compared: our words, one space between."""
    return " ".join(split(text))


async def load_ids(names: list[TypedName], snapshot: Snapshot) -> dict[TypedName, str | None]:
    """The id that each name stands for; None if it stands for nothing."""
    return {
        (name_type, value): await load_id(name_type, value, snapshot) for name_type, value in names
    }


async def load_id(name_type: str, value: str, snapshot: Snapshot) -> str | None:
    """The id that a name stands for: that of a reference, a value in entries, or an entry."""
    if CONTROL.search(value):
        return None
    if name_type in REFERENCE_NAMES:
        folded = folded_name(value)
        rows = await snapshot.rows(BY_NAME, name_type=name_type, folded=folded)
        rows = rows or await snapshot.rows(BY_FORMER_ID, name_type=name_type, former=value)
        return str(rows[0][0]) if rows else None
    kind, _, dimension = name_type.partition(".")
    if dimension:
        key = key_of(kind, dimension, value)
        return value if await snapshot.rows(POSTED, key=key) else None
    current = await snapshot.rows(BY_FORMER_ID, name_type=ENTRY_NAME, former=value)
    wanted = str(current[0][0]) if current else value
    found = await snapshot.rows(BY_ID, id=wanted)
    if found:
        return wanted if name_type in (ENTRY_NAME, found[0][0]) else None
    rows = await snapshot.rows(BY_OUTSIDE_ID, kind=name_type, outside_id=value)
    return str(rows[0][0]) if rows else None


async def load_nearest(
    names: list[TypedName], snapshot: Snapshot
) -> dict[TypedName, tuple[str, ...]]:
    """The ids that are most like each name, best first."""
    found = {}
    for name_type, value in names:
        choices = {} if CONTROL.search(value) else await load_choices(name_type, value, snapshot)
        given = folded_name(value) if name_type in REFERENCE_NAMES else value
        found[name_type, value] = tuple(
            dict.fromkeys(choices[each] for each in nearest(given, choices))
        )
    return found


async def load_choices(name_type: str, value: str, snapshot: Snapshot) -> dict[str, str]:
    """What a name may have been meant for, each with its id."""
    if name_type in REFERENCE_NAMES:
        return dict(await snapshot.rows(NAMES, name_type=name_type, limit=CANDIDATES))
    kind, _, dimension = name_type.partition(".")
    if dimension:
        rows = await snapshot.rows(POSTED_VALUES, kind=kind, dimension=dimension, limit=CANDIDATES)
    else:
        rows = [
            row
            for side in IDS_BESIDE
            for row in await snapshot.rows(side, start=value, kind=name_type, limit=CANDIDATES // 2)
        ]
    return {row[0]: row[0] for row in rows}


async def load_entries(ids: list[str], snapshot: Snapshot) -> dict[str, tuple[str, int] | None]:
    """The kind and sort key of the entry of each id; None if there is no such entry."""
    found = {}
    for entry_id in ids:
        rows = await snapshot.rows(BY_ID, id=entry_id)
        found[entry_id] = rows[0] if rows else None
    return found


def size_of_name(name: TypedName) -> int:
    """The bytes that a name takes in memory, roughly; it is as long as it was written."""
    return NAME_BYTES + len(name[1])


IDS = Loadable(load_ids, 4 * MIB, key_size=size_of_name)
NEAREST_IDS = Loadable(load_nearest, 0)
ENTRIES = Loadable(load_entries, 10_000)


def ids_meant(memory: Memory, value: str, name_type: str) -> list[str]:
    """The id that a value names in its type of name; where it names none, the nearest ids."""
    found = memory.get(IDS, (name_type, value))
    if found is not None:
        return [found]
    near = memory.get(NEAREST_IDS, (name_type, value))
    return list(near)


def ids_of(memory: Memory, asked: Sequence[tuple[str, str, str]]) -> dict[str, list[str]]:
    """The ids that values name, by parameter; `asked` has (parameter, type of name, value).

    Raises `InvalidQuery` with every value that names nothing.
    """
    found = memory.get_all(IDS, [(name_type, value) for _, name_type, value in asked])
    ids: dict[str, list[str]] = defaultdict(list)
    unknown = []
    for each, entry_id in zip(asked, found, strict=True):
        if entry_id is None:
            unknown.append(each)
        else:
            ids[each[0]].append(entry_id)
    if unknown:
        near = memory.get_all(NEAREST_IDS, [(name_type, value) for _, name_type, value in unknown])
        raise InvalidQuery(list(map(unknown_name, unknown, near)))
    return ids


def unknown_name(asked: tuple[str, str, str], near: Sequence[str]) -> dict[str, object]:
    """The member of a problem document for a value that names nothing."""
    parameter, name_type, value = asked
    wrong = f"there is no {name_type.rpartition('.')[2]} {value!r} in this record."
    return query_error(parameter, value, wrong, near)


def nearest(value: str, choices: Iterable[str]) -> list[str]:
    """The up to three choices most like the value, best first, each once."""
    asked = value[:200]
    matches = process.extract(
        asked,
        list(choices),
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=NEAREST * 5,
        score_cutoff=LIKE,
    )
    # A few letters of a longer value are soon like a short choice.
    like = [each for each in matches if len(each[0]) >= len(asked) or each[1] >= LIKE_IF_SHORTER]
    # What only holds the value somewhere counts less than what is like it as a whole.
    like.sort(key=lambda match: -(match[1] + fuzz.ratio(asked, match[0])))
    return list(dict.fromkeys(match[0] for match in like))[:NEAREST]
