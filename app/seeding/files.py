"""Which seed files a folder has, and their records: a chunk of a file at a time."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import orjson

from app.kinds import KINDS
from app.reference import REFERENCE_TYPES
from app.seeding.flaws import Flaw, empty_file, file_flaw
from app.seeding.raw_records import RawRecord
from app.seeding.yaml_files import read_yaml

LINE_LIMIT = 4 * 1024 * 1024
# At most so much of an NDJSON file is read at once.
CHUNK_LINES = 1000
CHUNK_BYTES = 1024 * 1024
KEY = re.compile(rb'"\s*:')

# Where each kind of record is written: one file at the top, or a folder of files.
DATASET_FILE = "dataset.yaml"
TOP_FILES = {each.plural: each.name for each in REFERENCE_TYPES.values()} | {"evidence": "evidence"}
FOLDERS = {kind.plural: kind.name for kind in KINDS.values() if kind.has_files}
READING_ORDER = ("dataset", *TOP_FILES.values(), *FOLDERS.values())
SUFFIXES = (".yaml", ".ndjson")
# Folders beside the seed files that hold other files.
BESIDE = frozenset(("schemas",))
DATA_SUFFIXES = frozenset((*SUFFIXES, ".yml", ".json", ".jsonl", ".csv"))
SEED_FILES = ", ".join(
    [DATASET_FILE, *(f"{stem}.yaml" for stem in TOP_FILES), *(f"{each}/*.yaml" for each in FOLDERS)]
)


def seed_files(folder: Path) -> Iterator[tuple[str, Path] | Flaw]:
    """The kind and path of every seed file, reference data first; flaws for what is not one."""
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises where a parent is closed
        yield file_flaw(str(folder), "no-folder")
        return
    flaws: list[Flaw] = []
    found: dict[str, list[Path]] = {kind: [] for kind in READING_ORDER}
    for path in visible_files(folder, flaws.append):
        kind = kind_of(path.relative_to(folder))
        if kind is not None:
            found[kind].append(path)
        else:
            flaws.extend(stray_file_flaws(path, path.relative_to(folder)))
    yield from flaws
    yield from ((kind, path) for kind, paths in found.items() for path in paths)


def visible_files(folder: Path, refuse: Callable[[Flaw], object]) -> Iterator[Path]:
    """Every file below a folder in order, without hidden ones; symbolic links are followed.

    `refuse` gets a flaw for each folder that cannot be read, or that a link leads to again.
    """

    def closed(error: OSError) -> None:
        refuse(unreadable_file(error, os.path.relpath(error.filename or folder, folder)))

    read: dict[str, str] = {}
    for place, folders, names in os.walk(folder, onerror=closed, followlinks=True):
        shown = os.path.relpath(place, folder)
        first = read.setdefault(os.path.realpath(place), shown)
        if first != shown:
            refuse(file_flaw(shown, "same-folder", first=first))
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


def kind_unread_after(flaw: Flaw) -> str | None:
    """The kind of record in a file of which a flaw left the rest unread."""
    top = PurePath(flaw.file).parts[:1]
    stem = PurePath(*top).stem
    return TOP_FILES.get(stem) or FOLDERS.get(stem)


def stray_file_flaws(path: Path, shown: PurePath) -> Iterator[Flaw]:
    """The flaw of a file that looks like a seed file, but is not in the place of one."""
    if shown.suffix.lower() in DATA_SUFFIXES and shown.parts[0] not in BESIDE:
        yield file_flaw(shown.as_posix(), "stray-file", files=SEED_FILES)
    elif shown.parts[0] in FOLDERS:
        try:
            path.stat()
        except OSError as error:
            yield unreadable_file(error, shown.as_posix())
        else:
            if len(shown.parts) == 1:
                yield file_flaw(shown.as_posix(), "file-for-folder")


def unreadable_file(error: OSError, file: str) -> Flaw:
    """A file or folder that the system does not let us read."""
    reason = (error.strerror or str(error)).lower()
    return file_flaw(file, "unreadable", reason=reason)


class FileChunk(NamedTuple):
    """A YAML file, or some lines of an NDJSON file with their numbers.

    `language` is that of quotes and sources which state none.
    """

    kind: str
    file: str
    path: Path
    lines: list[tuple[int, bytes]] = []
    language: str | None = None


def chunks_of(kind: str, path: Path, folder: Path) -> Iterator[FileChunk | Flaw]:
    """A file in chunks, with the flaws of what cannot be read."""
    chunk = FileChunk(kind, path.relative_to(folder).as_posix(), path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            yield file_flaw(chunk.file, "no-plain-file")
        elif path.suffix == ".ndjson":
            yield from line_chunks(chunk)
        else:
            yield chunk
    except OSError as error:
        yield unreadable_file(error, chunk.file)


def read_chunk(chunk: FileChunk) -> Iterator[RawRecord | Flaw]:
    """The records of a chunk in the language of the record, with its flaws among them."""
    found = chain.from_iterable(read_line(chunk, *line) for line in chunk.lines)
    if chunk.path.suffix != ".ndjson":
        found = chain(read_yaml(chunk.kind, chunk.path, chunk.file))
    try:
        for read in found:
            if chunk.language and isinstance(read, RawRecord) and isinstance(read.fields, dict):
                read.fields.setdefault("language", chunk.language)
            yield read
    except OSError as error:
        yield unreadable_file(error, chunk.file)


def line_chunks(chunk: FileChunk) -> Iterator[FileChunk | Flaw]:
    """An NDJSON file in chunks, without its blank lines."""
    held: list[tuple[int, bytes]] = []
    size = 0
    blank = True
    with chunk.path.open("rb") as stream:
        lines = iter(lambda: stream.readline(LINE_LIMIT + 1), b"")
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_LIMIT:
                yield from [chunk._replace(lines=held)] if held else []
                yield file_flaw(chunk.file, "long-line", number)
                return
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if text.isspace() or not text:
                continue
            blank = False
            held.append((number, text))
            size += len(text)
            if len(held) == CHUNK_LINES or size >= CHUNK_BYTES:
                yield chunk._replace(lines=held)
                held, size = [], 0
    if held:
        yield chunk._replace(lines=held)
    if blank:
        yield empty_file(chunk.file)


def read_line(chunk: FileChunk, number: int, line: bytes) -> Iterator[RawRecord | Flaw]:
    """The record of one line of NDJSON."""
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        problem = error.msg.partition(": line")[0]
        yield file_flaw(chunk.file, "no-json", number, problem=problem, column=error.colno)
        return
    raw = RawRecord(chunk.kind, chunk.file, number, fields, json=line)
    for key in duplicate_keys(line, fields):
        yield raw.repeated_key(raw.line, key)
    yield raw


def duplicate_keys(line: bytes, fields: Any) -> list[str]:
    """Keys that an object of a line has twice; JSON readers silently keep the last."""
    # Without such keys, the fields make the same line again, or one with as many keys. An escaped
    # quotation mark alone could look like the end of a key in one of the two lines only.
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
