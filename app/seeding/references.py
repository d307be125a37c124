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


class RecordMention(NamedTuple):
    """A reference to a record of a kind, and the location of the field."""

    kind: str
    target: str
    location: Location


def mentions(model: type[BaseModel], fields: Any) -> list[RecordMention]:
    """Every reference in the raw fields of a model, whether they are valid or not."""
    found: list[RecordMention] = []
    gather(tree_of(model), fields, (), found)
    return found


def gather(tree: Tree | str, value: Any, location: Location, found: list[RecordMention]) -> None:
    """Adds the references in the value of a field, and in the fields below it."""
    if isinstance(value, str):
        if isinstance(tree, str):
            found.append(RecordMention(tree, value, location))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            gather(tree, item, (*location, number), found)
    elif isinstance(value, dict) and not isinstance(tree, str):
        for name, below in tree.items():
            if name in value:
                gather(below, value[name], (*location, name), found)


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
