"""Flaws of seed files: the location of each, what is wrong, and the remedy."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel, StringConstraints
from pydantic_core import ErrorDetails

from app.data_files import read_toml
from app.entries.names import nearest
from app.entries.record import field_names, model_in


@dataclasses.dataclass(frozen=True, order=True)
class Flaw:
    """One flaw; `id` and `field` are empty where the file itself is at fault.

    With `ends_file`, what follows in the file was not read: what it holds is not known.
    """

    file: str
    line: int
    id: str
    field: str
    message: str
    ends_file: bool = dataclasses.field(default=False, compare=False)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.id, self.field, self.said) if part)

    @property
    def said(self) -> str:
        """The message as a report shows it."""
        return self.message


def wrong(message: str, /, **facts: Any) -> str:
    """The message of a flaw in `messages.toml`, filled with some facts."""
    words: str = MESSAGES["flaws"][message]
    return words.format(**facts)


def file_flaw(file: str, message: str, line: int = 0, /, **facts: Any) -> Flaw:
    """A flaw of a file, of which nothing is read from that line on."""
    return Flaw(file, line, "", "", wrong(message, **facts), ends_file=True)


def empty_file(file: str) -> Flaw:
    """A file without a record."""
    return Flaw(file, 0, "", "", wrong("empty-file"))


def field_path(location: Iterable[int | str]) -> str:
    """A field as curators see it: `renderings[2].text`."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step + 1}]"
        else:
            path += f".{step}" if path else step
    return path


MESSAGES = read_toml("seeding/messages.toml")
PATTERNS: dict[str, str] = MESSAGES["patterns"]


def explain(error: ErrorDetails, model: type[BaseModel]) -> str:
    """A validation error in words for curators, with the remedy."""
    kind, given, details = error["type"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown_field(str(error["loc"][-1]), model_at(model, error["loc"][:-1]))
    if kind in ("enum", "literal_error"):
        return unknown_choice(given, re.findall(r"'([^']*)'", details["expected"]))
    if kind == "string_type" and given is None:
        kind = "string_too_short"
    pattern = details.get("pattern", "")
    words: str = MESSAGES["errors"].get(kind, "{message}, not {shown}")
    return words.format(
        **details,
        given=given,
        shown=shown(given),
        message=error["msg"],
        length=len(given) if isinstance(given, str) else 0,
        remedy="write one" if isinstance(given, list | dict) else "write it in quotes",
        wanted=PATTERNS.get(pattern, f"of the form {pattern}"),
    )


def unknown_choice(given: Any, allowed: list[str]) -> str:
    """The flaw of a value that a field does not allow, with the nearest allowed one."""
    near = nearest(given, allowed) if isinstance(given, str) else []
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"{shown(given)} is not in the list{hint}; write one of {', '.join(allowed)}"


def unknown_field(name: str, model: type[BaseModel]) -> str:
    """The flaw of a field that a model does not have, with the nearest one that it has."""
    known = list(field_names(model))
    near = nearest(name, known)
    hint = f"did you mean {near[0]}?" if near else f"write one of {', '.join(known)}"
    return f"is not a field here; {hint}"


def a(kind: str) -> str:
    """A kind with its article."""
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def shown(value: Any) -> str:
    """A value, cut where it is long."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


def takes_text(model: type[BaseModel], location: Iterable[int | str]) -> bool:
    """Whether a field holds a free text, not an id, a date, a number or a word of a list."""
    names = [step for step in location if isinstance(step, str)]
    owner = model_at(model, names[:-1])
    field = owner.model_fields.get(names[-1]) if names else None
    parts = types_in(field.annotation, field.metadata) if field is not None else ()
    texts = [part for part in parts if isinstance(part, StringConstraints)]
    return any(part.pattern is None for part in texts)


def types_in(annotation: Any, metadata: Iterable[Any] = ()) -> Iterator[Any]:
    """Every type and check that a field is made of."""
    yield annotation
    yield from metadata
    yield from getattr(annotation, "__metadata__", ())
    for argument in get_args(annotation):
        yield from types_in(argument)


def model_at(model: type[BaseModel], location: Iterable[int | str]) -> type[BaseModel]:
    """The model of the record at a location."""
    for step in location:
        if isinstance(step, str) and step in field_names(model):
            model = model_in(field_names(model)[step].annotation) or model
    return model
