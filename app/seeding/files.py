"""Seed files to written records: which files there are, what of each is read at once, NDJSON."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import orjson

from app.kinds import KINDS
from app.reference import REFERENCE_TYPES
from app.seeding.flaws import Flaw
from app.seeding.source_records import Written, empty, twice, whole
from app.seeding.yaml_files import read_yaml

LINE_LIMIT = 4 * 1024 * 1024
# What is read at once of a file of lines.
PART_LINES = 1000
PART_BYTES = 1024 * 1024
KEY = re.compile(rb'"\s*:')

# Where each kind of record is written: one file at the top, or a folder of files.
DATASET_FILE = "dataset.yaml"
TOP_FILES = {each.plural: each.name for each in REFERENCE_TYPES.values()} | {"evidence": "evidence"}
FOLDERS = {kind.plural: kind.name for kind in KINDS.values() if kind.has_files}
READING_ORDER = ("dataset", *TOP_FILES.values(), *FOLDERS.values())
SUFFIXES = (".yaml", ".ndjson")
# What stands beside the seed files and is read by others, or by none.
BESIDE = frozenset(("schemas",))
DATA_SUFFIXES = frozenset((*SUFFIXES, ".yml", ".json", ".jsonl", ".csv"))
SEED_FILES = ", ".join(
    [DATASET_FILE, *(f"{stem}.yaml" for stem in TOP_FILES), *(f"{each}/*.yaml" for each in FOLDERS)]
)


def seed_files(folder: Path) -> Iterator[tuple[str, Path] | Flaw]:
    """The kind and path of every seed file, reference data first; flaws for what is not one."""
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises where a parent is closed
        yield whole(str(folder), "is not a folder; give the folder that holds dataset.yaml")
        return
    flaws: list[Flaw] = []
    found: dict[str, list[Path]] = {kind: [] for kind in READING_ORDER}
    for path in visible_files(folder, flaws.append):
        kind = kind_of(path.relative_to(folder))
        if kind is not None:
            found[kind].append(path)
        else:
            flaws.extend(flaws_of_stray(path, path.relative_to(folder)))
    yield from flaws
    yield from ((kind, path) for kind, paths in found.items() for path in paths)


def visible_files(folder: Path, refuse: Callable[[Flaw], object]) -> Iterator[Path]:
    """Every file below a folder in order, without hidden ones; symbolic links are followed.

    `refuse` gets a flaw for each folder that cannot be read, or that a link leads to again.
    """

    def closed(error: OSError) -> None:
        refuse(unreadable(error, os.path.relpath(error.filename or folder, folder)))

    read: dict[str, str] = {}
    for place, folders, names in os.walk(folder, onerror=closed, followlinks=True):
        shown = os.path.relpath(place, folder)
        first = read.setdefault(os.path.realpath(place), shown)
        if first != shown:
            refuse(whole(shown, f"is the same folder as {first}; remove the symbolic link"))
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place) / name for name in sorted(names) if not name.startswith("."))
        if place == os.fspath(folder):
            yield from (folder / name for name in folders if kind_of(PurePath(name)) is not None)


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


def flaws_of_stray(path: Path, shown: PurePath) -> Iterator[Flaw]:
    """Flaws of a file that is no seed file, where its curator may expect that it is read."""
    if shown.suffix.lower() in DATA_SUFFIXES and shown.parts[0] not in BESIDE:
        yield whole(str(shown), f"would not be read; seed files are {SEED_FILES} (or .ndjson)")
    elif shown.parts[0] in FOLDERS:
        try:
            path.stat()
        except OSError as error:
            yield unreadable(error, str(shown))
        else:
            if len(shown.parts) == 1:
                yield whole(str(shown), "is not a folder; replace it by a folder of seed files")


def rewrite(path: Path, content: bytes) -> None:
    """Puts content in place of a file's, all or nothing; of a link, in its target."""
    path = path.resolve()
    working = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        working.write_bytes(content)
        if path.exists():
            shutil.copymode(path, working)
        working.replace(path)
    finally:
        working.unlink(missing_ok=True)


def unreadable(error: OSError, file: str) -> Flaw:
    """A file or folder that the system does not let us read."""
    reason = (error.strerror or str(error)).lower()
    return whole(file, f"cannot be read ({reason}); check its permissions")


class Part(NamedTuple):
    """A YAML file, or some lines of an NDJSON file with their numbers."""

    kind: str
    file: str
    path: Path
    lines: list[tuple[int, bytes]] = []


def parts_of(kind: str, path: Path, folder: Path) -> Iterator[Part | Flaw]:
    """What of a file is read at once, with the flaws that keep something from being read."""
    part = Part(kind, str(path.relative_to(folder)), path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            yield whole(part.file, "is not a plain file; replace it by one")
        elif path.suffix == ".ndjson":
            yield from lines_of(part)
        else:
            yield part
    except OSError as error:
        yield unreadable(error, part.file)


def read_part(part: Part) -> Iterator[Written | Flaw]:
    """The records of a part, with its flaws among them."""
    if part.path.suffix == ".ndjson":
        for number, line in part.lines:
            yield from read_line(line, Written(part.kind, part.file, number, None))
        return
    try:
        yield from read_yaml(part.kind, part.path, part.file)
    except OSError as error:
        yield unreadable(error, part.file)


def lines_of(part: Part) -> Iterator[Part | Flaw]:
    """The lines of an NDJSON file, some at a time; blank ones are left out."""
    held: list[tuple[int, bytes]] = []
    size = 0
    blank = True
    with part.path.open("rb") as stream:
        lines = iter(lambda: stream.readline(LINE_LIMIT + 1), b"")
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_LIMIT:
                wrong = "is longer than 4 MiB; write one record on one line"
                yield from [part._replace(lines=held)] if held else []
                yield Flaw(part.file, number, "", "", wrong, ends_file=True)
                return
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if text.isspace() or not text:
                continue
            blank = False
            held.append((number, text))
            size += len(text)
            if len(held) == PART_LINES or size >= PART_BYTES:
                yield part._replace(lines=held)
                held, size = [], 0
    if held:
        yield part._replace(lines=held)
    if blank:
        yield empty(part.file)


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
