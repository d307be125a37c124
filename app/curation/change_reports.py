"""The reports of `parley diff`: for people, for programs, and for a pull request."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

import orjson
from rapidfuzz.distance import Indel

from app.curation.difference import FieldChange, RecordChange

# So many words are shown on both sides of those that differ.
CONTEXT = 5
# What an entry is called by, in the order in which it is looked for.
LABELS = ("title", "name", "text", "description")
LABEL_LENGTH = 100
ACTIONS = ("added", "changed", "removed", "shown")


class Style(NamedTuple):
    """How a report is written: old and new words, lines, lines below them, ids, and other text."""

    old: str
    new: str
    line: str
    below: str
    id: str
    escaped: Callable[[str], str]


def escaped_markdown(text: str) -> str:
    """A text without the signs that Markdown reads."""
    return re.sub(r"([\\`*_~<\[])", r"\\\1", text)


TEXT = Style("[-{}-]", "{{+{}+}}", "{}", "    {}", "{}", str)
MARKDOWN = Style("~~{}~~", "**{}**", "- {}", "    - {}", "`{}`", escaped_markdown)


def changes_as_json(changes: list[RecordChange]) -> str:
    """An object with every change, and how many records have which action."""
    counts = Counter(each.action for each in changes)
    made = {"counts": counts, "changes": changes}
    return orjson.dumps(made, option=orjson.OPT_INDENT_2).decode()


def changes_as_lines(style: Style, changes: list[RecordChange]) -> str:
    """A line for each record, and one for each field of it that differs."""
    return "\n".join(report(changes, style))


def report(changes: list[RecordChange], style: Style) -> Iterator[str]:
    """The lines of a report, with a summary at the end."""
    shown: defaultdict[str, list[str]] = defaultdict(list)
    for each in changes:
        name = f"{each.kind} {style.id.format(each.id)}"
        if each.action == "shown":
            words = dict.fromkeys(in_words(field, style) for field in each.fields)
            shown["; ".join(words)].append(name)
            continue
        called = "" if each.action == "changed" else f": {label(each, style)}"
        yield style.line.format(f"{each.action} {name}{called}")
        for field in each.fields if each.action == "changed" else ():
            line = f"{style.id.format(field.field)}: {in_words(field, style)}"
            yield style.below.format(line)
    for text, names in shown.items():
        entries = "entry shows" if len(names) == 1 else "entries show"
        yield style.line.format(f"because of this, {len(names)} {entries} {text}")
        yield style.below.format(", ".join(names))
    counts = Counter(each.action for each in changes)
    counted = ", ".join(f"{counts[each]} {each}" for each in ACTIONS if counts[each])
    yield f"\n{counted}" if counted else "nothing differs"


def label(change: RecordChange, style: Style) -> str:
    """What an added or removed record is called."""
    values = {each.field: each.new if each.old is None else each.old for each in change.fields}
    found = next((str(values[name]) for name in LABELS if name in values), "")
    short = found if len(found) <= LABEL_LENGTH else found[: LABEL_LENGTH - 1] + "…"
    return style.escaped(" ".join(short.split()))


def in_words(change: FieldChange, style: Style) -> str:
    """Old words and new words, with some of those around them."""
    if not (isinstance(change.old, str) and isinstance(change.new, str)):
        return " ".join(marked_words([value_text(change.old)], [value_text(change.new)], style))
    old, new = change.old.split(), change.new.split()
    parts: list[str] = []
    for is_same, group in groupby(Indel.opcodes(old, new), lambda step: step.tag == "equal"):
        steps = list(group)
        start, end = steps[0].src_start, steps[-1].src_end
        new_start, new_end = steps[0].dest_start, steps[-1].dest_end
        if not is_same:
            parts += marked_words(old[start:end], new[new_start:new_end], style)
            continue
        before = old[start:end][:CONTEXT] if start else []
        after = old[start:end][-CONTEXT:] if end < len(old) or new_end < len(new) else []
        if len(before) + len(after) < end - start:
            parts.append(style.escaped(" ".join([*before, "…", *after])))
        else:
            parts.append(style.escaped(" ".join(old[start:end])))
    return " ".join(parts)


def marked_words(old: list[str], new: list[str], style: Style) -> Iterator[str]:
    """Removed words and added words."""
    for words, mark in ((old, style.old), (new, style.new)):
        text = " ".join(words)
        if text:
            yield mark.format(style.escaped(text))


def value_text(value: Any) -> str:
    """A value that is no text, or nothing."""
    if value is None or isinstance(value, str):
        return value or ""
    return orjson.dumps(value).decode()


FORMATS: dict[str, Callable[[list[RecordChange]], str]] = {
    "text": partial(changes_as_lines, TEXT),
    "json": changes_as_json,
    "markdown": partial(changes_as_lines, MARKDOWN),
}
