"""Which fields of a record name other records, read from the types of its fields.

To add a reference: declare its field with `ActorId`, `EventId` or another type like them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from app.entries.record import RefersTo

Location = tuple[int | str, ...]
# Field names down to the kind that a field names: {"actors": {"actor": "actor"}, "event": "event"}.
Tree = Mapping[str, "Tree | str"]


class Mention(NamedTuple):
    """A field that names a record of a kind."""

    kind: str
    target: str
    location: Location


def mentions(model: type[BaseModel], fields: Any) -> list[Mention]:
    """Every record that the written fields of a model name, whether they are valid or not."""
    found: list[Mention] = []
    gather(tree_of(model), fields, (), found)
    return found


def gather(tree: Tree | str, value: Any, location: Location, found: list[Mention]) -> None:
    """Adds the mentions at one place of a record and below it."""
    if isinstance(value, str):
        if isinstance(tree, str):
            found.append(Mention(tree, value, location))
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
    named = {
        name: named_by(field.annotation, field.metadata)
        for name, field in model.model_fields.items()
    }
    return {name: below for name, below in named.items() if below}


def named_by(annotation: Any, metadata: Any = ()) -> Tree | str | None:
    """The kind that a type names, or the tree of the model in it."""
    kinds = [each.kind for each in metadata if isinstance(each, RefersTo)]
    if kinds:
        return str(kinds[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return tree_of(annotation)
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return named_by(arguments[0], arguments[1:])
    below = (named_by(argument) for argument in arguments)
    return next((each for each in below if each), None)
