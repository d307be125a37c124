"""Flaws of seed files: where each is, what is wrong, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from app.entries.names import nearest


@dataclass(frozen=True, order=True)
class Flaw:
    """One flaw; `id` and `field` are empty where the file itself is at fault."""

    file: str
    line: int
    id: str
    field: str
    message: str

    def __str__(self) -> str:
        parts = [f"{self.file}:{self.line}", self.id, self.field, self.message]
        return ": ".join(part for part in parts if part)


def field_path(location: Iterable[int | str]) -> str:
    """A field as curators see it: `renderings[2].text`."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step + 1}]"
        else:
            path += f".{step}" if path else step
    return path


def explain(error: ErrorDetails, model: type[BaseModel]) -> str:
    """A validation error in the words of a curator, with the remedy."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        known = list(field_names(model))
        near = nearest(str(error["loc"][-1]), known)
        hint = f"did you mean {near[0]}?" if near else "see FORMAT.md for the fields"
        return f"is not a field here; {hint}"
    if kind == "missing":
        return "is missing and required; add it"
    if kind == "enum":
        return f"must be one of {context['expected']}, not {shown(error['input'])}"
    if kind == "string_pattern_mismatch":
        return f"{shown(error['input'])} must match {context['pattern']}"
    if kind == "value_error":
        return str(context["error"])
    if kind == "too_short":
        return "must have at least one item"
    return f"{error['msg']}, not {shown(error['input'])}"


def shown(value: Any) -> str:
    """A value, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


def field_names(model: type[BaseModel]) -> Iterator[str]:
    """Every field of a model and of the models inside it."""
    for name, field in model.model_fields.items():
        yield name
        for inner in models_in(field.annotation):
            yield from inner.model_fields


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field's type mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)
