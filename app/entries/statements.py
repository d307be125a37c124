"""The statements that walk a selection: built once for each shape, run with many values.

A shape is what is left of a selection when its values are taken away. Every list is a walk along
posting lists in place order; other groups are probed, words are asked of the full-text index.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Float,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    union,
    union_all,
)

from app.database import Statement
from app.entries.fulltext import FULL_TEXT
from app.entries.selection import Selection
from app.entries.words import Sought
from app.tables import document, posting


@dataclass(frozen=True)
class Shape:
    """How many keys each group of each arm has, how many places, and whether words are sought."""

    groups: tuple[tuple[int, ...], ...]
    places: int
    words: tuple[bool, bool]
    descending: bool
    engine: str


def shape_of(selection: Selection, engine: str) -> Shape:
    """The shape of a selection."""
    return Shape(
        groups=tuple(tuple(len(group) for group in arm.groups) for arm in selection.arms),
        places=len(selection.places),
        words=(
            any(not part.excluded for part in selection.words),
            any(part.excluded for part in selection.words),
        ),
        descending=selection.descending,
        engine=engine,
    )


def values_of(selection: Selection, engine: str) -> dict[str, Any]:
    """The values that a shape's statements need."""
    values: dict[str, Any] = {"low": selection.low, "high": selection.high}
    for a, arm in enumerate(selection.arms):
        for g, group in enumerate(arm.groups):
            for k, key in enumerate(group):
                values[f"key_{a}_{g}_{k}"] = key
    for p, place in enumerate(selection.places):
        values[f"place_{p}"] = place
    wanted, unwanted = expressions(selection.words, engine)
    return {**values, "wanted": wanted, "unwanted": unwanted}


def expressions(words: tuple[Sought, ...], engine: str) -> tuple[str | None, str | None]:
    """The full-text expressions for what is wanted and what is not."""
    text = FULL_TEXT[engine]
    return text.wanted(words), text.unwanted(words)


@lru_cache(maxsize=1024)
def page_statement(shape: Shape) -> Statement:
    """Place and document of the first `limit` entries in order."""
    walk = places(shape, limited=True)
    order = document.c.place.desc() if shape.descending else document.c.place.asc()
    return Statement(
        select(document.c.place, document.c.body)
        .join_from(walk, document, document.c.place == walk.c.place)
        .order_by(order)
    )


@lru_cache(maxsize=256)
def ranked_statement(shape: Shape) -> Statement:
    """Place, document and score of the best `limit` entries after a score and a place."""
    text = FULL_TEXT[shape.engine]
    walks = [
        walk.add_columns(text.score().label("score"))
        for number, groups in enumerate(shape.groups)
        for walk in arm(shape, number, groups)
    ]
    found = (walks[0] if len(walks) == 1 else union_all(*walks)).subquery("found")
    score: Any = bindparam("score", type_=Float)
    place: Any = bindparam("after")
    follows = or_(found.c.score > score, and_(found.c.score == score, found.c.place < place))
    best = (
        select(found.c.place, found.c.score)
        .where(follows)
        .order_by(found.c.score, found.c.place.desc())
        .limit(bindparam("limit"))
        .subquery("best")
    )
    return Statement(
        select(document.c.place, document.c.body, best.c.score)
        .join_from(best, document, document.c.place == best.c.place)
        .order_by(best.c.score, best.c.place.desc())
    )


@lru_cache(maxsize=256)
def export_statement(shape: Shape) -> Statement:
    """As `page_statement`, without a limit."""
    walk = places(shape, limited=False)
    order = walk.c.place.desc() if shape.descending else walk.c.place.asc()
    return Statement(
        select(document.c.place, document.c.body)
        .join_from(walk, document, document.c.place == walk.c.place)
        .order_by(order)
    )


@lru_cache(maxsize=1024)
def count_statement(shape: Shape) -> Statement:
    """How many entries a selection has."""
    return Statement(select(func.count()).select_from(places(shape, limited=False)))


def places(shape: Shape, *, limited: bool) -> Any:
    """The places of a selection as a subquery; with `limited` only its first ones."""
    walks = [
        walk for number, groups in enumerate(shape.groups) for walk in arm(shape, number, groups)
    ]
    if limited and len(walks) > 1 and shape.engine == "postgresql":
        # SQLite merges the walks as they go; PostgreSQL would walk each of them to its end.
        walks = [first_ones(walk, shape) for walk in walks]
    joined: Any = walks[0] if len(walks) == 1 else union(*walks)
    return (first_ones(joined, shape) if limited else joined).subquery("walk")


def first_ones(walk: Any, shape: Shape) -> Any:
    """The first places of a walk, or of several together."""
    columns = walk.selected_columns if isinstance(walk, Select) else walk.exported_columns
    order = columns.place.desc() if shape.descending else columns.place.asc()
    return walk.order_by(order).limit(bindparam("limit"))


def arm(shape: Shape, number: int, groups: tuple[int, ...]) -> list[Select[Any]]:
    """The walks of one arm: along each list of its shortest group, or along the words or places."""
    if shape.places:
        given: list[Any] = [bindparam(f"place_{p}") for p in range(shape.places)]
        walk = select(document.c.place).where(document.c.place.in_(given))
        walk = narrowed(walk, document.c.place, shape, number, 0)
        if shape.words[0]:
            sought, _ = FULL_TEXT[shape.engine].walk()
            walk = walk.where(document.c.place.in_(sought))
        return [walk]
    if shape.words[0]:
        walk, place = FULL_TEXT[shape.engine].walk()
        return [narrowed(walk, place, shape, number, 0)]
    walks = []
    for k in range(groups[0]):
        walk = select(posting.c.place).where(posting.c.key == bindparam(f"key_{number}_0_{k}"))
        walks.append(narrowed(walk, posting.c.place, shape, number, 1))
    return walks


def narrowed(walk: Select[Any], place: Any, shape: Shape, number: int, first: int) -> Select[Any]:
    """A walk between two places, of entries that stand in every group from `first` on."""
    walk = walk.where(place.between(bindparam("low"), bindparam("high")))
    groups = shape.groups[number]
    for g in range(first, len(groups)):
        other = posting.alias(f"group_{g}")
        keys: list[Any] = [bindparam(f"key_{number}_{g}_{k}") for k in range(groups[g])]
        held = other.c.key == keys[0] if len(keys) == 1 else other.c.key.in_(keys)
        walk = walk.where(exists().where(held, other.c.place == place))
    if shape.words == (False, True):
        walk = walk.where(FULL_TEXT[shape.engine].lacks(place))
    return walk
