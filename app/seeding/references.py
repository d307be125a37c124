"""Which fields of a record refer to other records, found by the types of the fields.

To add a reference: declare its field with `ActorId`, `EventId` or another type like them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from app.entries.record import model_in, reference_of

Location = tuple[int | str, ...]
# Field names down to the kind that a field refers to: {"actors": {"actor": "actor"}}.
Tree = Mapping[str, "Tree | str"]
# Ids by kind, each with whether it was named.
KnownIds = Mapping[str, dict[str, bool]]
NONE_KNOWN: KnownIds = {}


class RecordMention(NamedTuple):
    """A reference to a record of a kind, and the location of the field."""

    kind: str
    target: str
    location: Location


def mentions(
    model: type[BaseModel], fields: Any, known: KnownIds = NONE_KNOWN
) -> list[RecordMention]:
    """The records that the fields of a model name, except known ones; the record may be invalid.

    Notes in `known` which of its ids are named.
    """
    found: list[RecordMention] = []
    if isinstance(fields, dict):
        gather(tree_of(model), fields, (), known, found)
    return found


def gather(
    tree: Tree,
    fields: dict[Any, Any],
    location: Location,
    known: KnownIds,
    found: list[RecordMention],
) -> None:
    """Adds the mentions in a record, or in what stands at a location of it."""
    for name, below in tree.items():
        value = fields.get(name)
        if value is None:
            continue
        ids = known.get(below) if isinstance(below, str) else None
        is_list = isinstance(value, list)
        for number, item in enumerate(value if is_list else (value,)):
            if ids is not None and isinstance(item, str) and item in ids:
                ids[item] = True
                continue
            at = (*location, name, number) if is_list else (*location, name)
            if not isinstance(below, str):
                if isinstance(item, dict):
                    gather(below, item, at, known, found)
            elif isinstance(item, str):
                found.append(RecordMention(below, item, at))


@cache
def tree_of(model: type[BaseModel]) -> Tree:
    """The fields of a model that refer to records, directly or further below."""
    tree: dict[str, Tree | str] = {}
    for name, field in model.model_fields.items():
        reference, inner = reference_of(model, name), model_in(field.annotation)
        if reference is not None:
            tree[name] = reference.kind
        elif inner is not None and (below := tree_of(inner)):
            tree[name] = below
    return tree
