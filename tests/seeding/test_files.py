"""Seed files that are large, closed, of another sort, or many."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from app.seeding.files import LINE_LIMIT
from app.seeding.record_validation import FLAWS_LIMIT
from app.seeding.seed import seed
from app.seeding.yaml_files import YAML_LIMIT
from tests.conftest import Seeded, sqlite_settings
from tests.seeding.contents import contents
from tests.seeding.folders import check_folder, flaws_of, read_folder, write_folder

MEBIBYTE = 1024 * 1024
NOBODY = 65534


@pytest.fixture
def folder(tiny: Path, tmp_path: Path) -> Path:
    """A copy of the tiny record."""
    return shutil.copytree(tiny, tmp_path / "folder")


def write_quotes(path: Path, size: int) -> int:
    """Writes quotes of 20 kB each, of so many bytes in all; returns how many."""
    number = 0
    with path.open("wb") as stream:
        while stream.tell() < size:
            quote = {
                "id": f"long-{number}",
                "date": "1998",
                "text": "a word " * 2800 + "end",
                "speakers": [{"actor": "ireland"}],
                "event": "referendums",
                "attribution": "document",
                "topics": ["settlement"],
                "citations": [{"source": "agreement-1998"}],
            }
            stream.write(orjson.dumps(quote) + b"\n")
            number += 1
    return number


def test_large_ndjson_is_streamed(folder: Path) -> None:
    """Memory holds a few megabytes of a file of 20, however large it is."""
    number = write_quotes(folder / "quotes" / "long.ndjson", 20 * MEBIBYTE)
    tracemalloc.start()
    try:
        counts = check_folder(folder)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert counts["quote"] == number + 3
    assert most < 10 * MEBIBYTE


def test_large_yaml_is_refused_at_once(folder: Path) -> None:
    """A YAML file of 200 MB is refused by its size, without being read."""
    with (folder / "events" / "large.yaml").open("wb") as stream:
        stream.truncate(200 * MEBIBYTE)
    began = time.monotonic()
    assert flaws_of(folder) == [
        "events/large.yaml: is larger than 32 MiB; split it, or write it as .ndjson, one a line"
    ]
    assert time.monotonic() - began < 1
    assert YAML_LIMIT == 32 * MEBIBYTE


def test_endless_line_is_refused(folder: Path) -> None:
    """A line of NDJSON longer than any record is refused before it is read to its end."""
    with (folder / "events" / "large.ndjson").open("wb") as stream:
        stream.truncate(200 * MEBIBYTE)
    assert flaws_of(folder) == [
        "events/large.ndjson:1: is longer than 4 MiB; write one record on one line"
    ]
    assert LINE_LIMIT == 4 * MEBIBYTE


def test_billions_of_laughs_are_refused_at_once(folder: Path) -> None:
    """Anchors are refused where the first one stands, whatever they would grow to."""
    lines = ["- &a0 [lol, lol]"]
    lines += [f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20000)]
    (folder / "events" / "laughs.yaml").write_text("\n".join(lines))
    began = time.monotonic()
    assert flaws_of(folder) == [
        "events/laughs.yaml:1: has an anchor (&) or an alias (*); write the value out"
    ]
    assert time.monotonic() - began < 1


def test_reading_stops_after_more_flaws_than_anyone_reads(folder: Path) -> None:
    """A large file of flaws ends after ten thousand of them, and says so."""
    path = folder / "events" / "wrong.ndjson"
    path.write_bytes(b'{"id":"Wrong"}\n' * FLAWS_LIMIT)
    found = flaws_of(folder)
    assert FLAWS_LIMIT < len(found) < 2 * FLAWS_LIMIT
    assert "events/wrong.ndjson: reading stopped here after 10,000 flaws; mend these first" in found


def test_files_that_are_not_plain(folder: Path) -> None:
    """A pipe, a folder and a link to nothing are refused, and none is waited for."""
    os.mkfifo(folder / "events" / "pipe.yaml")
    (folder / "sources.ndjson").symlink_to("nowhere")
    assert flaws_of(folder) == [
        "events/pipe.yaml: is not a plain file; replace it by one",
        "sources.ndjson: cannot be read (no such file or directory); check its permissions",
    ]


def test_links_are_followed(folder: Path, tiny: Path, seeded: Seeded, tmp_path: Path) -> None:
    """A folder and a file that stand elsewhere are read, and the record is the same."""
    for name in ("quotes", "actors.yaml"):
        shutil.move(folder / name, tmp_path / name)
        (folder / name).symlink_to(tmp_path / name)
    shutil.move(folder / "events", tmp_path / "events")
    (folder / "events").mkdir()
    (folder / "events" / "all").symlink_to(tmp_path / "events")
    database = tmp_path / "linked.db"
    seed(folder, sqlite_settings(database))
    assert contents(database) == contents(seeded(tiny))


def test_links_in_a_circle(folder: Path) -> None:
    """Each link to a folder that is read already is named once, and reading ends."""
    (folder / "events" / "up").symlink_to("..")
    (folder / "events" / "here").symlink_to(".")
    (folder / "quotes" / "events").symlink_to("../events")
    (folder / "figures" / "itself").symlink_to("itself")
    assert flaws_of(folder) == [
        "events/here: is the same folder as events; remove the symbolic link",
        "events/up: is the same folder as .; remove the symbolic link",
        "figures/itself: cannot be read (too many levels of symbolic links); check its permissions",
        "quotes/events: is the same folder as events; remove the symbolic link",
    ]


def test_what_stands_where_a_folder_should(folder: Path) -> None:
    """A link to nothing, a file named as a folder and a folder named as a file are refused."""
    for name in ("quotes", "figures"):
        shutil.rmtree(folder / name)
    (folder / "quotes").symlink_to("nowhere")
    # What git leaves of a symbolic link where it cannot make one.
    (folder / "figures").write_text("../elsewhere/figures")
    (folder / "topics.yaml").unlink()
    (folder / "topics.yaml").mkdir()
    (folder / "events" / "more").symlink_to("nowhere")
    assert flaws_of(folder) == [
        "events/more: cannot be read (no such file or directory); check its permissions",
        "figures: is not a folder; replace it by a folder of seed files",
        "quotes: cannot be read (no such file or directory); check its permissions",
        "topics.yaml: is not a plain file; replace it by one",
    ]


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Permissions hold for everyone but root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder(tiny: Path) -> Iterator[Path]:
    """A copy of the tiny record that every user may read."""
    place = Path(tempfile.mkdtemp(prefix="parley-test-"))
    place.chmod(0o755)
    yield shutil.copytree(tiny, place / "folder")
    for path in (place / "folder").rglob("*"):
        path.chmod(0o755)
    (place / "folder").chmod(0o755)
    shutil.rmtree(place)


def test_what_may_not_be_read(open_folder: Path) -> None:
    """A closed file and a closed folder are told, and what they may hold is not missed."""
    (open_folder / "actors.yaml").chmod(0)
    (open_folder / "events").chmod(0)
    with as_ordinary_user():
        assert flaws_of(open_folder) == [
            "actors.yaml: cannot be read (permission denied); check its permissions",
            "events: cannot be read (permission denied); check its permissions",
        ]


def test_what_a_link_leads_to_may_not_be_read(open_folder: Path, tmp_path: Path) -> None:
    """A link into a closed folder, and a folder whose files cannot be reached, are told."""
    closed = tmp_path / "closed"
    shutil.copytree(open_folder / "quotes", closed / "quotes")
    shutil.rmtree(open_folder / "quotes")
    (open_folder / "quotes").symlink_to(closed / "quotes")
    closed.chmod(0)
    (open_folder / "figures").chmod(0o444)
    with as_ordinary_user():
        assert flaws_of(open_folder) == [
            "figures/1998.yaml: cannot be read (permission denied); check its permissions",
            "quotes: cannot be read (permission denied); check its permissions",
        ]


def test_a_closed_record_may_not_be_read(open_folder: Path) -> None:
    """A folder that is closed as a whole gives one flaw."""
    open_folder.chmod(0)
    with as_ordinary_user():
        assert flaws_of(open_folder) == [
            ".: cannot be read (permission denied); check its permissions"
        ]


def test_both_forms_are_one_record(tiny: Path, seeded: Seeded, tmp_path: Path) -> None:
    """The same record as YAML and as NDJSON gives the same database."""
    folder = write_folder(read_folder(tiny), tmp_path / "ndjson")
    database = tmp_path / "other.db"
    seed(folder, sqlite_settings(database))
    assert contents(database) == contents(seeded(tiny))


def test_a_mark_at_the_beginning_is_no_part_of_a_file(folder: Path) -> None:
    """The byte order mark that some editors write is passed over, and so are their line ends."""
    for name in ("events/1998.yaml", "quotes/1937.ndjson"):
        path = folder / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert flaws_of(folder) == []


def test_many_control_characters_are_not_all_told(folder: Path) -> None:
    """Of a file that is no text the first hundred control characters are told."""
    (folder / "events" / "binary.yaml").write_bytes(b"\x00\n" * 100_000)
    found = flaws_of(folder)
    assert len(found) == 100
    assert found[0] == "events/binary.yaml:1: has the control character U+0000; remove it"
