"""Seed files to written records: YAML and NDJSON, each record with the place it stands at.

Every plain scalar is read as text and typed by its field, so that `no`, `1.10` and `2024-02-07`
stay what curators wrote. Anchors, tags, duplicate keys and control characters are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import yaml

from app.seeding.flaws import Flaw

YAML_LIMIT = 32 * 1024 * 1024
LINE_LIMIT = 4 * 1024 * 1024
DEPTH_LIMIT = 20
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Where each kind of record is written: one file at the top, or a folder of files.
TOP_FILES = {"actors": "actor", "topics": "topic", "sources": "source"}
FOLDERS = {"events": "event", "quotes": "quote", "proposals": "proposal", "figures": "figure"}
DATASET_FILE = "dataset.yaml"
OTHER_FILES = frozenset((DATASET_FILE, "evidence.yaml"))
DATA_SUFFIXES = frozenset((".yaml", ".yml", ".ndjson", ".json", ".jsonl", ".csv"))


@dataclass(frozen=True)
class Written:
    """A record as written: its kind, its file, its fields, and the line of each of them."""

    kind: str
    file: str
    line: int
    fields: Any
    lines: dict[tuple[int | str, ...], int] = field(default_factory=dict)

    def line_of(self, location: tuple[int | str, ...]) -> int:
        """The line of a field, or of the nearest thing around it that has one."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return self.line

    def part(self, name: str, number: int) -> Written:
        """A record written inside this one, as one of its own."""
        lines = {
            location[2:]: line
            for location, line in self.lines.items()
            if location[:2] == (name, number)
        }
        line = lines.pop((), self.line)
        return Written(self.kind, self.file, line, self.fields[name][number], lines)


def seed_files(folder: Path) -> Iterator[tuple[str, Path] | Flaw]:
    """The kind and path of every seed file, reference data first; flaws for what is not one."""
    if not folder.is_dir():
        yield Flaw(str(folder), 0, "", "", "is not a folder; give the folder with dataset.yaml")
        return
    try:
        yield from unexpected(folder)
        yield from (("dataset", path) for path in (folder / DATASET_FILE,) if path.exists())
        for stem, kind in TOP_FILES.items():
            yield from ((kind, path) for path in both_forms(folder, stem))
        for name, kind in FOLDERS.items():
            for path in sorted((folder / name).rglob("*")):
                if path.suffix in (".yaml", ".ndjson"):
                    yield kind, path
    except OSError as error:
        yield unreadable(error, str(folder))


def both_forms(folder: Path, stem: str) -> list[Path]:
    """The YAML and the NDJSON file of a stem, where they exist."""
    return [path for suffix in (".yaml", ".ndjson") if (path := folder / (stem + suffix)).exists()]


def unexpected(folder: Path) -> Iterator[Flaw]:
    """Files that look like data but would not be read, and folders that cannot be."""
    known = OTHER_FILES | {stem + suffix for stem in TOP_FILES for suffix in (".yaml", ".ndjson")}
    for path in sorted(folder.rglob("*")):
        shown = str(path.relative_to(folder))
        if path.is_dir():
            next(path.iterdir(), None)
            continue
        in_folder = path.parent != folder and path.relative_to(folder).parts[0] in FOLDERS
        expected = path.suffix in (".yaml", ".ndjson") if in_folder else path.name in known
        hidden = path.name.startswith(".")
        if path.suffix in DATA_SUFFIXES and not expected and not hidden:
            places = ", ".join(
                [*(f"{stem}.yaml" for stem in TOP_FILES), *(f"{f}/" for f in FOLDERS)]
            )
            yield Flaw(shown, 0, "", "", f"would not be read; seed files are {places} (or .ndjson)")


def unreadable(error: OSError, file: str) -> Flaw:
    """A file or folder that the system does not let us read."""
    name = error.filename or file
    reason = (error.strerror or str(error)).lower()
    return Flaw(str(name), 0, "", "", f"cannot be read ({reason}); check its permissions")


def read_file(kind: str, path: Path, folder: Path) -> Iterator[Written | Flaw]:
    """The records of one file, with its flaws among them."""
    file = str(path.relative_to(folder))
    try:
        if path.suffix == ".ndjson":
            yield from read_ndjson(kind, path, file)
        else:
            yield from read_yaml(kind, path, file)
    except OSError as error:
        yield unreadable(error, file)


def read_ndjson(kind: str, path: Path, file: str) -> Iterator[Written | Flaw]:
    """One record a line; memory holds one line."""
    with path.open("rb") as stream:
        number = 0
        while line := stream.readline(LINE_LIMIT + 1):
            number += 1
            if len(line) > LINE_LIMIT:
                yield Flaw(file, number, "", "", "is longer than 4 MiB; one record is one line")
                return
            if line.isspace():
                continue
            try:
                fields = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                yield Flaw(file, number, "", "", f"is not JSON ({error}); write one object a line")
                continue
            yield Written(kind, file, number, fields)
    if number == 0:
        yield empty(file)


def empty(file: str) -> Flaw:
    """A file without a record."""
    return Flaw(file, 1, "", "", "is empty; remove it, or write at least one record")


def read_yaml(kind: str, path: Path, file: str) -> Iterator[Written | Flaw]:
    """A list of records, or one mapping for the dataset."""
    if path.stat().st_size > YAML_LIMIT:
        yield Flaw(
            file, 0, "", "", "is larger than 32 MiB; split it, or write it as .ndjson, one a line"
        )
        return
    text, flaws = readable(path.read_bytes(), file)
    if text is None:
        yield from flaws
        return
    builder = Builder(kind, file)
    try:
        yield from builder.records(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else 0
        yield Flaw(file, line, "", "", yaml_problem(str(error.problem or error)))
    except yaml.YAMLError as error:
        yield Flaw(file, 0, "", "", yaml_problem(str(error)))


def yaml_problem(problem: str) -> str:
    """A parser's message with what to do about the commonest mistakes."""
    if "\\t" in problem or "'\t'" in problem:
        return "has a tab where YAML allows only spaces; indent with two spaces"
    return f"is not YAML: {problem}; check indentation, quotes and colons near here"


def readable(raw: bytes, file: str) -> tuple[str | None, list[Flaw]]:
    """The text of a file, or the flaws that keep it from being text."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        wrong = f"is not UTF-8 (byte 0x{raw[error.start]:02X}); save the file as UTF-8"
        return None, [Flaw(file, line, "", "", wrong)]
    text = text.removeprefix("\ufeff")
    flaws = [
        Flaw(
            file,
            text.count("\n", 0, match.start()) + 1,
            "",
            "",
            f"has the control character U+{ord(match[0]):04X}; remove it",
        )
        for match in CONTROLS.finditer(text)
    ]
    return (None if flaws else text), flaws


class Refused(yaml.MarkedYAMLError):
    """YAML that is valid, but that seed files do without."""

    def __init__(self, wrong: str, mark: yaml.Mark):
        super().__init__(problem=wrong, problem_mark=mark)


class Builder:
    """From YAML events to records, one at a time, each with the lines of its fields."""

    def __init__(self, kind: str, file: str):
        self.kind = kind
        self.file = file
        self.lines: dict[tuple[int | str, ...], int] = {}
        self.flaws: list[Flaw] = []
        self.events: Iterator[Any] = iter(())

    def records(self, text: str) -> Iterator[Written | Flaw]:
        """Every record of a file."""
        self.events = yaml.parse(text, Loader=LOADER)
        next(self.events)  # the stream
        opening = next(self.events)
        if isinstance(opening, yaml.StreamEndEvent):
            yield empty(self.file)
            return
        top = next(self.events)
        yield from self.of_dataset(top) if self.kind == "dataset" else self.of_list(top)
        next(self.events)  # the end of the document
        if not isinstance(extra := next(self.events), yaml.StreamEndEvent):
            line = extra.start_mark.line + 1
            yield Flaw(self.file, line, "", "", "starts a second document; keep one in a file")

    def of_dataset(self, top: Any) -> Iterator[Written | Flaw]:
        """The one mapping of dataset.yaml."""
        yield from self.one(top)

    def of_list(self, top: Any) -> Iterator[Written | Flaw]:
        """The records of a list."""
        if isinstance(top, yaml.ScalarEvent) and top.value in NULLS:
            yield empty(self.file)
            return
        if not isinstance(top, yaml.SequenceStartEvent):
            line = top.start_mark.line + 1
            self.value(top, ())
            yield Flaw(self.file, line, "", "", "must be a list; begin each record with `- id: …`")
            return
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            yield from self.one(event)

    def one(self, event: Any) -> Iterator[Written | Flaw]:
        """One record, and the flaws met while reading it."""
        self.lines, self.flaws = {}, []
        line = event.start_mark.line + 1
        fields = self.value(event, ())
        yield from self.flaws
        yield Written(self.kind, self.file, line, fields, self.lines)

    def value(self, event: Any, path: tuple[int | str, ...]) -> Any:
        """The value that begins with an event."""
        self.refuse_what_hides(event, path)
        if path:
            self.lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, yaml.ScalarEvent):
            plain = not event.style
            return None if plain and event.value in NULLS else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return self.mapping(path)

    def refuse_what_hides(self, event: Any, path: tuple[int | str, ...]) -> None:
        """Anchors, aliases and tags make a record say what it does not show."""
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise Refused(
                "anchors (&) and aliases (*) are refused here; write it out", event.start_mark
            )
        if getattr(event, "tag", None) is not None:
            raise Refused("tags (!) are refused here; write the value alone", event.start_mark)
        if len(path) > DEPTH_LIMIT:
            raise Refused("nested too deeply; no field needs that", event.start_mark)

    def sequence(self, path: tuple[int | str, ...]) -> list[Any]:
        """A list."""
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items))))
        return items

    def mapping(self, path: tuple[int | str, ...]) -> dict[str, Any]:
        """A mapping; a key given twice is a flaw, as one of the two values would be lost."""
        items: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            key = self.value(event, (*path, "")) if isinstance(event, yaml.ScalarEvent) else None
            if not isinstance(key, str):
                raise Refused("a key must be a plain word", event.start_mark)
            if key in items:
                wrong = "is given twice; keep one"
                self.flaws.append(Flaw(self.file, line, str(items.get("id", "")), key, wrong))
            self.lines[*path, key] = line
            items[key] = self.value(next(self.events), (*path, key))
        return items
