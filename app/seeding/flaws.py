"""Flaws of seed files: the location of each, what is wrong, and the remedy."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, StringConstraints
from pydantic_core import ErrorDetails

from app.entries.names import nearest
from app.entries.record import field_names


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
        return ": ".join(part for part in (place, self.id, self.field, self.message) if part)


def file_flaw(file: str, message: str) -> Flaw:
    """A flaw of a file as a whole, of which nothing is read."""
    return Flaw(file, 0, "", "", message, ends_file=True)


def empty_file(file: str) -> Flaw:
    """A file without a record."""
    return Flaw(file, 0, "", "", "holds no record; remove it, or write at least one")


def field_path(location: Iterable[int | str]) -> str:
    """A field as curators see it: `renderings[2].text`."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step + 1}]"
        else:
            path += f".{step}" if path else step
    return path


# What the patterns of fields ask for, in words; a test compares the keys with the models.
PATTERNS = {
    r"^[a-z0-9]+(?:-[a-z0-9]+)*$": (
        "an id; write lower-case letters and digits, with single hyphens between words"
    ),
    r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$": "a language; write its code as in en, he or zh-Hant",
    r"^https?://[^\s<>\"]+$": "a web address; begin with https:// and leave no space in it",
    r"^/v1/[^\s<>\"]*$": "a path of the API; begin with /v1/ and leave no space in it",
    r"^Q[1-9][0-9]*$": "an id of Wikidata; write it as in Q801",
    r"^[A-Z]{3}$": "a code of ISO 3166; write three capitals as in ISR",
    r"^[A-Z][A-Z]{2}$": "a currency; write its code of ISO 4217 as in USD",
    r"^[A-Z]+(?:/[A-Za-z0-9.()-]+)+$": (
        "a symbol of the United Nations; write it without spaces as in S/RES/2735(2024)"
    ),
    r"^(?:[0-9]+:)?[0-5]?[0-9]:[0-5][0-9]$": "a time in a recording; write it as in 1:02:03",
    r"^[0-9a-f]{64}$": "a sha256; write its 64 digits 0 to 9 and a to f",
    r"^[0-9a-f]{16}$": "the beginning of a sha256; write its first 16 digits 0 to 9 and a to f",
}


def pattern_words(error: ErrorDetails) -> str:
    """Which form the text of a field has to have."""
    wanted = PATTERNS.get(error["ctx"]["pattern"], f"of the form {error['ctx']['pattern']}")
    return f"{shown(error['input'])} is not {wanted}"


def choice_words(error: ErrorDetails) -> str:
    """Which values a field may have, and which of them may have been meant."""
    allowed = re.findall(r"'([^']*)'", error["ctx"]["expected"])
    given = error["input"]
    near = nearest(given, allowed) if isinstance(given, str) else []
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"{shown(given)} is not in the list{hint}; write one of {', '.join(allowed)}"


def text_words(error: ErrorDetails) -> str:
    """Why a value is not a text."""
    if error["input"] is None:
        return "is empty; write a text, or leave the field out"
    remedy = "write one" if isinstance(error["input"], list | dict) else "write it in quotes"
    return f"must be a text, not {shown(error['input'])}; {remedy}"


def long_words(error: ErrorDetails) -> str:
    """How long a text is, and how long it may be."""
    longest = error["ctx"]["max_length"]
    return f"has {len(error['input']):,} characters; shorten it to {longest:,} or fewer"


# The words for each type of validation error that seed files can cause.
WORDS: Mapping[str, Callable[[ErrorDetails], str]] = {
    "missing": lambda _: "is missing and required; add it",
    "enum": choice_words,
    "literal_error": choice_words,
    "string_pattern_mismatch": pattern_words,
    "string_type": text_words,
    "string_too_short": lambda _: "is empty; write a text, or leave the field out",
    "string_too_long": long_words,
    "too_short": lambda _: "must have at least one item; add one",
    "value_error": lambda error: str(error["ctx"]["error"]),
    "tuple_type": lambda error: (
        f"must be a list, not {shown(error['input'])}; begin each item with `- `"
    ),
    "model_type": lambda error: (
        f"must be a record with fields, not {shown(error['input'])}; write `field: value` in it"
    ),
    "int_type": lambda error: f"must be a whole number, not {shown(error['input'])}",
    "int_from_float": lambda error: f"must be a whole number, not {shown(error['input'])}",
    "greater_than_equal": lambda error: (
        f"must be {error['ctx']['ge']} or more, not {error['input']}"
    ),
    "less_than_equal": lambda error: f"must be {error['ctx']['le']} or less, not {error['input']}",
}


def explain(error: ErrorDetails, model: type[BaseModel]) -> str:
    """A validation error in words for curators, with the remedy."""
    if error["type"] == "extra_forbidden":
        return unknown_field(str(error["loc"][-1]), model_at(model, error["loc"][:-1]))
    words = WORDS.get(error["type"])
    return words(error) if words is not None else f"{error['msg']}, not {shown(error['input'])}"


def unknown_field(name: str, model: type[BaseModel]) -> str:
    """A field that a model does not have, with the one that may have been meant."""
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
            model = next(models_in(field_names(model)[step].annotation), model)
    return model


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field's type mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)
