"""The one canonical form of a YAML seed file: order of keys, quoting, width; comments are kept.

Keys stand in the order of the models, one item of a list on one line. The words of a source, and
whatever is longer than a line, stand after `>-`. Other texts stand plain, or in quotes where
another reader of YAML could take them for something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from io import StringIO
from typing import Any, NamedTuple

import yaml
from pydantic import AfterValidator, BaseModel

from app.entries.fields import valid_date, whole_day, without_outer_space
from app.entries.record import EntryRecord, field_names, model_in
from app.seeding.flaws import types_in
from app.seeding.yaml_tree import Node

WIDTH = 100
STEP = "  "
# An entry begins with these fields, and ends with those that all kinds share, then with its terms.
FIRST = ("id", "date", "order")
LAST = ("terms",)
SINGLE_SPACE = re.compile(r"(?<=\S) (?=\S)")
PLAIN_TEXT = "tag:yaml.org,2002:str"
ANALYST = yaml.emitter.Emitter(StringIO(), allow_unicode=True)
RESOLVER: Any = yaml.resolver.Resolver()


class Field(NamedTuple):
    """How a field is written, and the model of the records in it."""

    is_verbatim: bool = False
    is_text: bool = True
    is_trimmed: bool = False
    model: type[BaseModel] | None = None


def formatted_yaml(top: Node, model: type[BaseModel]) -> str:
    """A file: a list of records of a model with an empty line before each, or one record."""
    lines = list(comment_lines(top.above, "", parted=True))
    if top.items is None:
        lines += block(top, Field(model=model), "")
    for item in top.items or ():
        lines += ["", *comment_lines(item.above, "", parted=True)]
        lines += dashed(item, Field(model=model), "")
    return "\n".join([*lines, *comment_lines(top.below, "", parted=True)]).strip("\n") + "\n"


def comment_lines(comments: list[str], indent: str, *, parted: bool = False) -> Iterator[str]:
    """Comments one a line, with the empty lines between them where they are `parted`."""
    yield from (f"{indent}{each}".rstrip() for each in comments if each or parted)


def block(node: Node, field: Field, indent: str) -> Iterator[str]:
    """The lines of a list or mapping; the first one is indented, too."""
    for key, value in in_order(node.pairs or [], field.model):
        yield from comment_lines(value.above, indent)
        yield from entry(f"{scalar(key)}:", value, field_of(field.model, key), indent)
    for item in node.items or ():
        yield from comment_lines(item.above, indent)
        yield from dashed(item, field, indent)
    yield from comment_lines(node.below if indent else [], indent)


def dashed(item: Node, field: Field, indent: str) -> Iterator[str]:
    """An item of a list; a comment above its first line stands above the dash."""
    if not (item.pairs or item.items):
        yield from entry("-", item, field, indent)
        return
    lines = list(block(item, field, indent + STEP))
    first = next(n for n, line in enumerate(lines) if not line.lstrip().startswith("#"))
    yield from comment_lines([item.beside, *(line.strip() for line in lines[:first])], indent)
    yield f"{indent}- {lines[first].lstrip()}"
    yield from lines[first + 1 :]


def entry(start: str, node: Node, field: Field, indent: str) -> Iterator[str]:
    """A key or dash with its value, on its line or on the lines below."""
    if node.pairs or node.items:
        yield indent + " ".join(filter(None, (start, node.beside)))
        yield from block(node, field, indent + STEP)
        return
    used = len(indent) + len(start) + 1
    first, *rest = value_lines(node, field, used, WIDTH - len(indent) - len(STEP))
    yield indent + " ".join(filter(None, (start, first, node.beside)))
    yield from (f"{indent}{STEP}{line}" for line in rest)
    yield from comment_lines(node.below, indent)


def value_lines(node: Node, field: Field, used: int, room: int) -> list[str]:
    """A value as it stands behind its key, where `used` columns are, and on the lines below."""
    if node.text is None:
        return ["{}" if node.pairs is not None else "[]" if node.items is not None else ""]
    text = node.text.strip() if field.is_trimmed else node.text
    if "\n" in text and is_literal(text):
        return ["|-", *text.split("\n")]
    line = scalar(text, is_text=field.is_text)
    fits = used + len(line) <= WIDTH or " " not in text
    if (fits and not field.is_verbatim) or not is_foldable(text):
        return [line]
    return [">-", *folded_lines(text, room)]


def is_foldable(text: str) -> bool:
    """Whether a block that joins its lines by spaces gives back the text."""
    return "\n" not in text and text == text.strip() and stands_in_block(text)


def is_literal(text: str) -> bool:
    """Whether a block that keeps its lines gives back the text."""
    lines = text.split("\n")
    return all(line == line.strip() and stands_in_block(line) for line in lines)


def stands_in_block(text: str) -> bool:
    """Whether every character may stand in a block as it is."""
    return bool(ANALYST.analyze_scalar(text).allow_block)


def folded_lines(text: str, room: int) -> Iterator[str]:
    """The lines of a text, parted at single spaces."""
    line = ""
    for word in SINGLE_SPACE.split(text):
        if line and len(line) + 1 + len(word) > room:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def scalar(text: str, *, is_text: bool = True) -> str:
    """A value on one line: plain where that is safe, else in quotes."""
    analysis = ANALYST.analyze_scalar(text)
    if not analysis.allow_single_quoted or analysis.multiline:
        return dumped(text, '"')
    resolved = RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
    if analysis.allow_block_plain and not (is_text and resolved != PLAIN_TEXT):
        return text
    return dumped(text, '"' if "'" in text and not re.search(r'["\\]', text) else "'")


def dumped(text: str, style: str) -> str:
    """A text in quotes, by the library's writer."""
    written = yaml.dump(text, default_style=style, allow_unicode=True, width=float("inf"))
    return str(written).removesuffix("\n")


def in_order(pairs: Sequence[Any], model: type[BaseModel] | None) -> list[tuple[str, Node]]:
    """Keys with their values in the order of a model's fields, unknown ones last."""
    places = places_of(model) if model is not None else {}
    return sorted(pairs, key=lambda pair: places.get(pair[0], len(places)))


@cache
def places_of(model: type[BaseModel]) -> dict[str, int]:
    """The place of each field in a record."""
    names = list(field_names(model))
    if issubclass(model, EntryRecord):
        shared = [name for name in EntryRecord.model_fields if name not in FIRST]
        own = [name for name in names if name not in (*FIRST, *shared, *LAST)]
        names = [*FIRST, *own, *shared, *LAST]
    return {name: place for place, name in enumerate(names)}


@cache
def field_of(model: type[BaseModel] | None, name: str) -> Field:
    """How a field of a model is written; an unknown one is a text."""
    fields = field_names(model) if model is not None else {}
    if name not in fields:
        return Field()
    field = fields[name]
    parts = list(types_in(field.annotation, field.metadata))
    checks = [part.func for part in parts if isinstance(part, AfterValidator)]
    types = {part for part in parts if isinstance(part, type)}
    return Field(
        is_verbatim=without_outer_space in checks,
        is_text={valid_date, whole_day}.isdisjoint(checks) and not types & {bool, int, float},
        is_trimmed=any(getattr(part, "strip_whitespace", None) for part in parts),
        model=model_in(field.annotation),
    )
