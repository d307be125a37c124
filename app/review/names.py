"""Names and ids of actors, topics and sources; the dataset's language and version."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from rapidfuzz import fuzz

from app.entries.names import folded_name
from app.reference.actors import ActorKind, ActorRecord
from app.reference.dataset import DatasetRecord
from app.reference.registry import Reference
from app.review.doubts import Location, Query, Surroundings, doubt, repeated

# How alike, of a hundred, two different names are that may be one.
ALIKE = 90
# One letter of a short name is a larger part of it.
SHORT = 12
SHORTEST = 4
MOST_COMPARED = 1000


def unknown_language(record: Any, around: Surroundings) -> Iterator[Query]:
    """A code is none of ISO 639 (language), 15924 (script), 3166 (state) or 4217 (currency)."""
    if record is around.dataset or record.language != around.language:
        yield from unknown_codes(("language",), record.language)
    yield from unknown_codes(("spoken_language",), vars(record).get("spoken_language"))
    for number, rendering in enumerate(vars(record).get("renderings", ())):
        yield from unknown_codes(("renderings", number, "language"), rendering.language)


def unknown_codes(location: Location, code: str | None) -> Iterator[Query]:
    """The part of a language's code that does not exist."""
    if code in (None, "en"):
        return
    # Imported here, as most records are in languages that need no look.
    from app.review.codes import unknown_part  # noqa: PLC0415

    part = unknown_part(code)
    if part is not None:
        yield doubt("unknown-code.language", location, code=code, part=part)


def outside_ids(actor: ActorRecord) -> Iterator[tuple[Location, Any]]:
    """Each id of an actor in an outside register, and where it stands."""
    for field in ("external_ids", "identifiers"):
        for name, value in getattr(actor, field) or ():
            if value is not None:
                yield (field, name), value


def unknown_state(actor: ActorRecord, _: Surroundings) -> Iterator[Query]:
    """A state has a code that ISO 3166 does not have."""
    for location, code in outside_ids(actor):
        if location[1] == "iso3166":
            # Imported here, as few records have such codes.
            from app.review.codes import is_state_code  # noqa: PLC0415

            if not is_state_code(code):
                yield doubt("unknown-code.state", location, code=code)


def state_code(actor: ActorRecord, _: Surroundings) -> Iterator[Query]:
    """An actor that is no state has the code or number of one."""
    for location, _value in outside_ids(actor):
        if actor.kind != ActorKind.state and location[1] in ("iso3166", "gw"):
            yield doubt("state-code", location, actor=actor)


def alias_repeated(actor: ActorRecord, _: Surroundings) -> Iterator[Query]:
    """An alias is the name of the actor, or another alias."""
    names = [
        (folded_name(name), number) for number, name in enumerate((actor.name, *actor.aliases))
    ]
    for number, _first in repeated(names):
        alias = actor.aliases[number - 1]
        yield doubt("alias-repeated", ("aliases", number - 1), alias=alias)


def same_outside_id(reference: Reference) -> Iterator[Query]:
    """Two actors have one id in an outside register."""
    ids = (
        ((location[1], value), (actor.id, location, value))
        for actor in reference.actors.values()
        for location, value in outside_ids(actor)
    )
    for (actor_id, location, value), (first, *_) in repeated(ids):
        if first != actor_id:
            yield doubt("same-outside-id", location, actor_id, "actor", value=value, first=first)


Named = tuple[str, str]


def near_names(reference: Reference) -> Iterator[Query]:
    """Two names of actors, topics or places are so alike that they may be one."""
    for kind, records in (("actor", reference.actors), ("topic", reference.topics)):
        names = [(each.id, name) for each in records.values() for name in each.names()[1:]]
        for (first, _), (owner, name) in near_doubles(names):
            yield doubt("near-double.name", (), owner, kind, name=name, first=first)


def near_doubles(names: Iterable[Named]) -> Iterator[tuple[Named, Named]]:
    """Each two names of different owners that are much alike, and have the same numbers."""
    by_numbers: dict[tuple[str, ...], list[tuple[str, Named]]] = defaultdict(list)
    for owner, name in names:
        folded = folded_name(name)
        by_numbers[tuple(re.findall(r"[0-9]+", folded))].append((folded, (owner, name)))
    for group in by_numbers.values():
        for (one, first), (other, second) in combinations(group[:MOST_COMPARED], 2):
            if first[0] != second[0] and one != other and are_alike(one, other):
                yield first, second


def are_alike(one: str, other: str) -> bool:
    """Whether two folded names differ in a letter or two; the shorter they are, in fewer."""
    shorter, longer = sorted((len(one), len(other)))
    if shorter < SHORTEST or longer - shorter > 2:
        return False
    return fuzz.ratio(one, other) >= ALIKE - max(0, SHORT - longer)


def no_language(dataset: DatasetRecord, _: Surroundings) -> Iterator[Query]:
    """The dataset does not say in which language the record is."""
    if dataset.language is None:
        yield doubt("no-language", ("language",))


def version(dataset: DatasetRecord, _: Surroundings) -> Iterator[Query]:
    """The dataset is cited with another version than it has."""
    cited = re.search(r"version[: ]+([0-9][\w.-]*[\w])", dataset.how_to_cite)
    if cited is not None and cited[1] != dataset.version:
        yield doubt("version", ("how_to_cite",), cited=cited, dataset=dataset)
