"""Which fields of a record name other records, read from the types of its fields.

To add a reference: declare its field with `ActorId`, `EventId` or another type like them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from app.entries.record import model_in, reference_of

Location = tuple[int | str, ...]
# Field names down to the kind that a field names: {"actors": {"actor": "actor"}, "event": "event"}.
Tree = Mapping[str, "Tree | str"]


class RecordMention(NamedTuple):
    """A field that names a record of a kind."""

    kind: str
    target: str
    location: Location


def mentions(model: type[BaseModel], fields: Any) -> list[RecordMention]:
    """Every record that the written fields of a model name, whether they are valid or not."""
    found: list[RecordMention] = []
    gather(tree_of(model), fields, (), found)
    return found


def gather(tree: Tree | str, value: Any, location: Location, found: list[RecordMention]) -> None:
    """Adds the mentions at one place of a record and below it."""
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
    """The fields of a model that name records, or hold what does."""
    tree: dict[str, Tree | str] = {}
    for name, field in model.model_fields.items():
        reference, inner = reference_of(model, name), model_in(field.annotation)
        if reference is not None:
            tree[name] = reference.kind
        elif inner is not None and (below := tree_of(inner)):
            tree[name] = below
    return tree
