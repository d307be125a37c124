"""Seed folders made for one test: the tiny record with a few changes, or one held in memory."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from app.seeding.checking import stage
from app.seeding.files import (
    FOLDERS,
    TOP_FILES,
    FileChunk,
    chunks_of,
    read_chunk,
    seed_files,
)
from app.seeding.flaws import Flaw
from app.seeding.staging import Staging, temporary_staging
from app.seeding.validation import FolderValidator

Fields = dict[str, Any]
# Kind, then id, then the fields as written; terms stand within their proposals.
Curated = dict[str, dict[str, Fields]]


class Edit(NamedTuple):
    """A change of a file: `old` replaced by `new` once, or all of it where `old` is None."""

    file: str
    old: str | None
    new: str | bytes


def edited(folder: Path, edits: list[Edit], copy: Path) -> Path:
    """A copy of a folder with some changes."""
    shutil.copytree(folder, copy)
    for edit in edits:
        path = copy / edit.file
        path.parent.mkdir(exist_ok=True)
        new = edit.new.encode() if isinstance(edit.new, str) else edit.new
        if edit.old is None:
            path.write_bytes(new)
        else:
            before = path.read_bytes()
            assert edit.old.encode() in before, f"{edit.file} has no {edit.old!r}"
            path.write_bytes(before.replace(edit.old.encode(), new, 1))
    return copy


def check_folder(folder: Path) -> Counter[str]:
    """How many records of each kind a folder holds; raises `Flawed` with every flaw."""
    with temporary_staging("parley-check-") as staging:
        stage(folder, staging)
        return staging.counts()


def flaws_of(folder: Path) -> list[str]:
    """Every flaw of a folder, as a curator sees it."""
    with tempfile.TemporaryDirectory() as place:
        staging = Staging(Path(place) / "stage")
        try:
            return [str(flaw) for flaw in FolderValidator(folder, staging).validate()]
        finally:
            staging.close()


def read_folder(folder: Path) -> Curated:
    """What is written in a folder without flaws."""
    curated: Curated = {}
    for file in seed_files(folder):
        assert not isinstance(file, Flaw)
        for chunk in chunks_of(*file, folder):
            assert isinstance(chunk, FileChunk)
            for written in read_chunk(chunk):
                assert not isinstance(written, Flaw)
                curated.setdefault(written.kind, {})[written.id] = written.fields
    return curated


def write_folder(curated: Curated, folder: Path) -> Path:
    """A folder with all that is in memory, in place of what it held."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (dataset,) = curated["dataset"].values()
    # JSON is YAML too.
    (folder / "dataset.yaml").write_bytes(orjson.dumps(dataset))
    for stem, kind in (*TOP_FILES.items(), *FOLDERS.items()):
        path = folder / stem / "all.ndjson" if stem in FOLDERS else folder / f"{stem}.ndjson"
        path.parent.mkdir(exist_ok=True)
        if lines := [orjson.dumps(fields) for fields in curated.get(kind, {}).values()]:
            path.write_bytes(b"\n".join(lines))
    return folder
