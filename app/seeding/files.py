"""Seed files to written records: YAML and NDJSON, each record with the place it stands at.

Every plain scalar is read as text and typed by its field, so that `no`, `1.10` and `2024-02-07`
stay what curators wrote. Anchors, tags, duplicate keys and control characters are refused.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

import orjson
import yaml

from app.seeding.flaws import Flaw, field_path
from app.seeding.references import Location

YAML_LIMIT = 32 * 1024 * 1024
LINE_LIMIT = 4 * 1024 * 1024
DEPTH_LIMIT = 20
CONTROLS_SHOWN = 100
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
# YAML counts U+2028 and U+2029 as line breaks, and a carriage return that stands alone.
CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)"
)
KEY = re.compile(rb'"\s*:')
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Where each kind of record is written: one file at the top, or a folder of files.
DATASET_FILE = "dataset.yaml"
TOP_FILES = {
    "actors": "actor",
    "topics": "topic",
    "sources": "source",
    "evidence": "evidence",
}
FOLDERS = {"events": "event", "quotes": "quote", "proposals": "proposal", "figures": "figure"}
READING_ORDER = ("dataset", *TOP_FILES.values(), *FOLDERS.values())
SUFFIXES = (".yaml", ".ndjson")
# What stands beside the seed files and is read by others, or by none.
BESIDE = frozenset(("schemas",))
DATA_SUFFIXES = frozenset((*SUFFIXES, ".yml", ".json", ".jsonl", ".csv"))
SEED_FILES = ", ".join(
    [DATASET_FILE, *(f"{stem}.yaml" for stem in TOP_FILES), *(f"{each}/*.yaml" for each in FOLDERS)]
)


@dataclass(frozen=True)
class Written:
    """A record as written: its kind, its file, its fields, and the line of each of them."""

    kind: str
    file: str
    line: int
    fields: Any
    lines: dict[Location, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id as written, empty where there is none."""
        written = self.fields.get("id") if isinstance(self.fields, dict) else None
        return written[:120] if isinstance(written, str) else ""

    def line_of(self, location: Location) -> int:
        """The line of a field, or of the nearest thing around it that has one."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return self.line

    def part(self, kind: str, name: str, number: int) -> Written:
        """A record written inside this one, as one of its own."""
        lines = {
            location[2:]: line
            for location, line in self.lines.items()
            if location[:2] == (name, number)
        }
        line = lines.pop((), self.line)
        return Written(kind, self.file, line, self.fields[name][number], lines)


def seed_files(folder: Path) -> Iterator[tuple[str, Path] | Flaw]:
    """The kind and path of every seed file, reference data first; flaws for what is not one."""
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises where a parent is closed
        yield whole(str(folder), "is not a folder; give the folder that holds dataset.yaml")
        return
    closed: list[OSError] = []
    found: dict[str, list[Path]] = {kind: [] for kind in READING_ORDER}
    for path in visible_files(folder, closed.append):
        kind = kind_of(path.relative_to(folder))
        if kind is not None:
            found[kind].append(path)
        elif would_be_missed(path.relative_to(folder)):
            shown = str(path.relative_to(folder))
            yield whole(shown, f"would not be read; seed files are {SEED_FILES} (or .ndjson)")
    for error in closed:
        yield unreadable(error, os.path.relpath(error.filename or folder, folder))
    yield from ((kind, path) for kind, paths in found.items() for path in paths)


def visible_files(folder: Path, closed: Callable[[OSError], object]) -> Iterator[Path]:
    """Every file below a folder in order, without hidden ones; `closed` gets unreadable folders."""
    for place, folders, names in os.walk(folder, onerror=closed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place) / name for name in sorted(names) if not name.startswith("."))


def kind_of(path: PurePath) -> str | None:
    """The kind of record that a file holds, by its path inside the folder; None for others."""
    if len(path.parts) > 1:
        return FOLDERS.get(path.parts[0]) if path.suffix in SUFFIXES else None
    if path.name == DATASET_FILE:
        return "dataset"
    return TOP_FILES.get(path.stem) if path.suffix in SUFFIXES else None


def kind_hidden_by(flaw: Flaw) -> str | None:
    """The kind of record that may be missing because of a file that was not read to its end."""
    top = PurePath(flaw.file).parts[:1]
    stem = PurePath(*top).stem
    return TOP_FILES.get(stem) or FOLDERS.get(stem)


def would_be_missed(path: PurePath) -> bool:
    """Whether a file looks as if its curator expects it to be read."""
    return path.suffix.lower() in DATA_SUFFIXES and path.parts[0] not in BESIDE


def whole(file: str, wrong: str) -> Flaw:
    """A flaw of a file as a whole, of which nothing is read."""
    return Flaw(file, 0, "", "", wrong, ends_file=True)


def unreadable(error: OSError, file: str) -> Flaw:
    """A file or folder that the system does not let us read."""
    reason = (error.strerror or str(error)).lower()
    return whole(file, f"cannot be read ({reason}); check its permissions")


def read_file(kind: str, path: Path, folder: Path) -> Iterator[Written | Flaw]:
    """The records of one file, with its flaws among them."""
    file = str(path.relative_to(folder))
    read = read_ndjson if path.suffix == ".ndjson" else read_yaml
    try:
        if stat.S_ISREG(path.stat().st_mode):
            yield from read(kind, path, file)
        else:
            yield whole(file, "is not a plain file; replace it by one")
    except OSError as error:
        yield unreadable(error, file)


def empty(file: str) -> Flaw:
    """A file without a record."""
    return Flaw(file, 0, "", "", "holds no record; remove it, or write at least one")


def read_ndjson(kind: str, path: Path, file: str) -> Iterator[Written | Flaw]:
    """One record a line; memory holds one line."""
    blank = True
    with path.open("rb") as stream:
        lines = iter(lambda: stream.readline(LINE_LIMIT + 1), b"")
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_LIMIT:
                wrong = "is longer than 4 MiB; write one record on one line"
                yield Flaw(file, number, "", "", wrong, ends_file=True)
                return
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if text.isspace() or not text:
                continue
            blank = False
            yield from read_line(text, Written(kind, file, number, None))
    if blank:
        yield empty(file)


def read_line(line: bytes, place: Written) -> Iterator[Written | Flaw]:
    """The record of one line of NDJSON."""
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        problem = f"is not JSON ({error.msg.partition(': line')[0]}, at character {error.colno})"
        wrong = f"{problem}; write one record as one object on one line"
        yield Flaw(place.file, place.line, "", "", wrong, ends_file=True)
        return
    written = Written(place.kind, place.file, place.line, fields)
    for key in keys_given_twice(line, fields):
        yield twice(written, written.line, key)
    yield written


def keys_given_twice(line: bytes, fields: Any) -> list[str]:
    """Keys that an object of a line has twice; JSON readers silently keep the last."""
    # Written again, the line is what it was, or has as many keys, if none was given twice. The
    # escaped quotation mark is the one thing that could look like a key in one of the two and not
    # in the other.
    again = orjson.dumps(fields)
    if again == line.strip():
        return []
    if len(KEY.findall(line)) == len(KEY.findall(again)) and b"\\u0022" not in line:
        return []
    repeated: list[str] = []

    def gather(pairs: list[tuple[str, Any]]) -> None:
        keys = [key for key, _ in pairs]
        repeated.extend(key for number, key in enumerate(keys) if key in keys[:number])

    json.loads(line, object_pairs_hook=gather)
    return repeated


def twice(written: Written, line: int, name: str) -> Flaw:
    """A key given twice: one of the two values would be lost."""
    return Flaw(written.file, line, written.id, name, "is given twice; keep one of them")


def read_yaml(kind: str, path: Path, file: str) -> Iterator[Written | Flaw]:
    """A list of records, or one mapping for the dataset."""
    if path.stat().st_size > YAML_LIMIT:
        yield whole(file, "is larger than 32 MiB; split it, or write it as .ndjson, one a line")
        return
    text, flaws = readable(path.read_bytes(), file)
    if text is None:
        yield from flaws
        return
    try:
        yield from Builder(kind, file).records(text)
    except yaml.MarkedYAMLError as error:
        line, wrong = yaml_problem(error, text)
        yield Flaw(file, line, "", "", wrong, ends_file=True)


def yaml_problem(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    """The line of a parser's error, and what to do about the commonest mistakes."""
    number = error.problem_mark.line if error.problem_mark is not None else 0
    if isinstance(error, Refused):
        return number + 1, str(error.problem)
    if error.context_mark is not None and "quoted scalar" in (error.context or ""):
        wrong = "opens a quotation mark that is not closed as it should; close it, or double it"
        return error.context_mark.line + 1, f"{wrong} inside the text"
    line = "".join(text.split("\n")[number : number + 1])
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return number + 1, "is indented with a tab; use two spaces for each step"
    wrong = f"is not YAML ({error.problem}); check indentation, quotes and colons near here"
    return number + 1, wrong


def readable(raw: bytes, file: str) -> tuple[str | None, list[Flaw]]:
    """The text of a file, or the flaws that keep it from being text."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        wrong = f"is not UTF-8 (byte 0x{error.object[error.start]:02X}); save the file as UTF-8"
        return None, [Flaw(file, line, "", "", wrong, ends_file=True)]
    flaws = [
        Flaw(
            file,
            text.count("\n", 0, match.start()) + 1,
            "",
            "",
            f"has the control character U+{ord(match[0]):04X}; remove it",
            ends_file=True,
        )
        for match in islice(CONTROLS.finditer(text), CONTROLS_SHOWN)
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
        self.lines: dict[Location, int] = {}
        self.repeated: list[tuple[int, Location]] = []
        self.events: Any = iter(())

    def records(self, text: str) -> Iterator[Written | Flaw]:
        """Every record of a file."""
        self.events = yaml.parse(text, Loader=LOADER)
        next(self.events)  # the stream
        if isinstance(next(self.events), yaml.StreamEndEvent):
            yield empty(self.file)
            return
        top = next(self.events)
        yield from self.one(top) if self.kind == "dataset" else self.of_list(top)
        next(self.events)  # the end of the document
        extra: Any = next(self.events)
        if not isinstance(extra, yaml.StreamEndEvent):
            line = extra.start_mark.line + 1
            wrong = "starts a second document; keep one in a file"
            yield Flaw(self.file, line, "", "", wrong, ends_file=True)

    def of_list(self, top: Any) -> Iterator[Written | Flaw]:
        """The records of a list."""
        if isinstance(top, yaml.ScalarEvent) and top.value in NULLS:
            yield empty(self.file)
            return
        if not isinstance(top, yaml.SequenceStartEvent):
            self.value(top, ())
            line = top.start_mark.line + 1
            wrong = "must be a list of records; begin each with `- id: …`"
            yield Flaw(self.file, line, "", "", wrong, ends_file=True)
            return
        blank = True
        for event in self.until(yaml.SequenceEndEvent):
            blank = False
            yield from self.one(event)
        if blank:
            yield empty(self.file)

    def one(self, event: Any) -> Iterator[Written | Flaw]:
        """One record, and the flaws met while reading it."""
        self.lines, self.repeated = {}, []
        line = event.start_mark.line + 1
        fields = self.value(event, ())
        written = Written(self.kind, self.file, line, fields, self.lines)
        yield from (twice(written, at, field_path(key)) for at, key in self.repeated)
        yield written

    def value(self, event: Any, path: Location) -> Any:
        """The value that begins with an event."""
        refuse_what_hides(event, path)
        if path:
            self.lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, yaml.ScalarEvent):
            plain = not event.style
            return None if plain and event.value in NULLS else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return self.mapping(path)

    def until(self, end: type[Any]) -> Iterator[Any]:
        """The events that begin the items of a list or mapping, whose ends are taken by `value`."""
        while not isinstance(event := next(self.events), end):
            yield event

    def sequence(self, path: Location) -> list[Any]:
        """A list."""
        items: list[Any] = []
        for event in self.until(yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items))))
        return items

    def mapping(self, path: Location) -> dict[str, Any]:
        """A mapping; of a key given twice the first value is kept, and it is a flaw."""
        items: dict[str, Any] = {}
        for event in self.until(yaml.MappingEndEvent):
            refuse_what_hides(event, path)
            mark: yaml.Mark = event.start_mark
            if not isinstance(event, yaml.ScalarEvent):
                raise Refused("has a key that is no word; write `field: value`", mark)
            key, line = event.value, mark.line + 1
            if key in items:
                self.repeated.append((line, (*path, key)))
            self.lines.setdefault((*path, key), line)
            value = self.value(next(self.events), (*path, key))
            items.setdefault(key, value)
        return items


def refuse_what_hides(event: Any, path: Location) -> None:
    """Anchors, aliases and tags make a record say what it does not show."""
    mark: yaml.Mark = event.start_mark
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise Refused("has an anchor (&) or an alias (*); write the value out", mark)
    if getattr(event, "tag", None) is not None:
        raise Refused("has a tag (!); write the value alone, and in quotes if it begins so", mark)
    if len(path) > DEPTH_LIMIT:
        raise Refused("is nested deeper than any field; check the indentation and brackets", mark)
