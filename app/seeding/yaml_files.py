"""YAML files to raw records.

Every plain scalar is read as text and typed by its field, so that `no`, `1.10` and `2024-02-07`
stay what curators wrote. Anchors, tags, duplicate keys and control characters are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from app.seeding.flaws import MESSAGES, Flaw, empty_file, field_path, file_flaw, wrong
from app.seeding.raw_records import RawRecord
from app.seeding.references import Location

YAML_LIMIT = 32 * 1024 * 1024
DEPTH_LIMIT = 20
CONTROLS_SHOWN = 100
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
# YAML counts U+2028 and U+2029 as line breaks, and a carriage return that stands alone.
CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)"
)
REMARK = re.compile(r"\s+(#.*)")
KEY = r"\s*(?:- +)*[\w.-]+:"
# A text that ends in ` #`, and goes on below.
UNFINISHED = re.compile(rf"{KEY} +[^\s'\"|>#{{\[][^'\"]* #")
# What is wrong with a line that is not YAML; the first pattern that matches says it.
MISTAKES = [(re.compile(KEY + each["line"]), each["wrong"]) for each in MESSAGES["yaml"]]
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(kind: str, path: Path, file: str) -> Iterator[RawRecord | Flaw]:
    """A list of records, or one mapping for the dataset."""
    if path.stat().st_size > YAML_LIMIT:
        yield file_flaw(file, "large-file")
        return
    text, flaws = decoded_text(path.read_bytes(), file)
    if text is None:
        yield from flaws
        return
    try:
        yield from YamlRecords(kind, file).records(text)
    except yaml.MarkedYAMLError as error:
        line, why = yaml_problem(error, text)
        yield Flaw(file, line, "", "", why, ends_file=True)


def yaml_problem(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    """The line of a parser's error and its description, with a remedy for common mistakes."""
    number = error.problem_mark.line if error.problem_mark is not None else 0
    if isinstance(error, UnsupportedYaml):
        return number + 1, str(error.problem)
    if error.context_mark is not None and "quoted scalar" in (error.context or ""):
        return error.context_mark.line + 1, wrong("open-quotation")
    before, line = ["", *text.split("\n"), ""][number : number + 2]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return number + 1, wrong("tab")
    if UNFINISHED.match(before):
        return number, wrong("remark-inside")
    for pattern, mistake in MISTAKES:
        if pattern.match(line):
            return number + 1, mistake
    return number + 1, wrong("no-yaml", error=error)


def decoded_text(raw: bytes, file: str) -> tuple[str | None, list[Flaw]]:
    """The text of a file; or None, and the flaws of its bytes."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return None, [file_flaw(file, "no-utf-8", line, byte=error.object[error.start])]
    flaws = []
    for match in islice(CONTROLS.finditer(text), CONTROLS_SHOWN):
        line = text.count("\n", 0, match.start()) + 1
        flaws.append(file_flaw(file, "control", line, sign=ord(match[0])))
    return (None if flaws else text), flaws


class UnsupportedYaml(yaml.MarkedYAMLError):
    """YAML that is valid, but not allowed in seed files."""

    def __init__(self, message: str, mark: yaml.Mark):
        super().__init__(problem=wrong(message), problem_mark=mark)


class YamlRecords:
    """Reads the records of a file from YAML events, each with the lines of its fields."""

    def __init__(self, kind: str, file: str):
        self.kind = kind
        self.file = file
        self.lines: dict[Location, int] = {}
        self.repeated: list[tuple[int, Location]] = []
        self.traps: dict[Location, str] = {}
        # The lines of a file with a remark behind a value perhaps.
        self.remarked: list[str] = []
        self.events: Any = iter(())

    def records(self, text: str) -> Iterator[RawRecord | Flaw]:
        """Every record of a file."""
        self.events = yaml.parse(text, Loader=LOADER)
        self.remarked = text.replace("\r\n", "\n").split("\n") if " #" in text else []
        next(self.events)  # the stream
        if isinstance(next(self.events), yaml.StreamEndEvent):
            yield empty_file(self.file)
            return
        top = next(self.events)
        yield from self.record(top) if self.kind == "dataset" else self.list_of_records(top)
        next(self.events)  # the end of the document
        refuse_second_document(next(self.events))

    def list_of_records(self, top: Any) -> Iterator[RawRecord | Flaw]:
        """The records of a list."""
        if isinstance(top, yaml.ScalarEvent) and top.value in NULLS:
            yield empty_file(self.file)
            return
        if not isinstance(top, yaml.SequenceStartEvent):
            self.value(top, ())
            raise UnsupportedYaml("no-list", top.start_mark)
        blank = True
        for event in self.events_until(yaml.SequenceEndEvent):
            blank = False
            yield from self.record(event)
        if blank:
            yield empty_file(self.file)

    def record(self, event: Any) -> Iterator[RawRecord | Flaw]:
        """One record, after the keys that it gives twice."""
        self.lines, self.repeated, self.traps = {}, [], {}
        line = event.start_mark.line + 1
        fields = self.value(event, ())
        raw = RawRecord(self.kind, self.file, line, fields, self.lines, self.traps)
        yield from (raw.repeated_key(at, field_path(key)) for at, key in self.repeated)
        yield raw

    def value(self, event: Any, path: Location) -> Any:
        """The value that begins with an event."""
        refuse_unsupported(event, path)
        if path:
            self.lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.style else self.plain(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return self.mapping(path, in_braces=bool(event.flow_style))

    def plain(self, event: Any, path: Location) -> str | None:
        """A word or text without quotes, which ends where a remark begins."""
        end: yaml.Mark = event.end_mark
        remark = REMARK.match(self.remarked[end.line], end.column) if self.remarked else None
        if remark is not None and event.value:
            self.traps[path] = remark[1]
        return None if event.value in NULLS else str(event.value)

    def events_until(self, end: type[Any]) -> Iterator[Any]:
        """The first event of each item of a list or mapping; `value` reads the other events."""
        while not isinstance(event := next(self.events), end):
            yield event

    def sequence(self, path: Location) -> list[Any]:
        """A list."""
        items: list[Any] = []
        for event in self.events_until(yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items))))
        return items

    def mapping(self, path: Location, *, in_braces: bool) -> dict[str, Any]:
        """A mapping; if a key is given twice, its first value is kept, and a flaw is noted."""
        items: dict[str, Any] = {}
        for event in self.events_until(yaml.MappingEndEvent):
            key, line = yaml_key(event, path), event.start_mark.line + 1
            if key in items:
                self.repeated.append((line, (*path, key)))
            self.lines.setdefault((*path, key), line)
            value = self.value(next(self.events), (*path, key))
            if in_braces and value is None:
                self.traps[(*path, key)] = wrong("comma-in-braces")
            items.setdefault(key, value)
        return items


def refuse_second_document(event: Any) -> None:
    """Raises `UnsupportedYaml` for what follows the first document of a file."""
    if not isinstance(event, yaml.StreamEndEvent):
        raise UnsupportedYaml("second-document", event.start_mark)


def yaml_key(event: Any, path: Location) -> str:
    """The key of a mapping; raises `UnsupportedYaml` for one that is no word."""
    refuse_unsupported(event, path)
    if not isinstance(event, yaml.ScalarEvent):
        raise UnsupportedYaml("key-no-word", event.start_mark)
    return str(event.value)


def refuse_unsupported(event: Any, path: Location) -> None:
    """Raises `UnsupportedYaml` for anchors, aliases and tags, and for what is nested too deep."""
    mark: yaml.Mark = event.start_mark
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise UnsupportedYaml("anchor", mark)
    if getattr(event, "tag", None) is not None:
        raise UnsupportedYaml("tag", mark)
    if len(path) > DEPTH_LIMIT:
        raise UnsupportedYaml("too-deep", mark)
