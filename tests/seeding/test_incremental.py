"""Seeding a change gives the same database as seeding its outcome from nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

import app.seeding.postings_writer
from app.seeding.migrations import upgrade
from app.seeding.seed import seed
from tests.conftest import sqlite_settings
from tests.seeding.contents import (
    changes,
    check_agreement,
    contents,
    records,
    rows_of,
)
from tests.seeding.curating import CHANGES, CONTENDERS
from tests.seeding.folders import Curated, read_folder, write_folder

ROUNDS = 8
CHANGES_IN_A_ROUND = 5


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the newest schema without a record, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


class Bench:
    """A record in memory, a database that follows it, and what each revision held."""

    def __init__(self, tiny: Path, empty: Path, sort_key: Path):
        self.curated = read_folder(tiny)
        self.empty = empty
        self.sort_key = sort_key
        self.followed = sort_key / "followed.db"
        shutil.copyfile(empty, self.followed)
        self.held: list[dict[tuple[str, str], bytes]] = [{}]

    def folder(self) -> Path:
        """The record as seed files."""
        return write_folder(self.curated, self.sort_key / "folder")

    def follow(self) -> None:
        """Seeds the record as it is now over what was before."""
        settings = sqlite_settings(self.followed)
        summary = seed(self.folder(), settings, allow_removals=True)
        if summary.revision is not None:
            self.held.append(records(self.followed))
        assert summary.revision in (None, len(self.held) - 1)

    def scratch(self) -> Path:
        """The record as it is now in a database of its own."""
        path = self.sort_key / "scratch.db"
        shutil.copyfile(self.empty, path)
        seed(self.folder(), sqlite_settings(path))
        return path


@pytest.fixture
def bench(tiny: Path, empty_database: Path, tmp_path: Path) -> Bench:
    """The tiny record on the bench, seeded once."""
    bench = Bench(tiny, empty_database, tmp_path)
    bench.follow()
    return bench


def check_equal(bench: Bench) -> None:
    """Asserts that the database that followed is the one from nothing, and agrees with itself."""
    scratch = bench.scratch()
    followed, expected = contents(bench.followed), contents(scratch)
    for table, rows in expected.items():
        assert followed[table] == rows, table
    newest = "SELECT digest, version FROM revision ORDER BY number DESC LIMIT 1"
    assert rows_of(bench.followed, newest) == rows_of(scratch, newest)
    check_agreement(bench.followed)


def check_past(bench: Bench) -> None:
    """Asserts that undoing the changes, one revision after another, gives what each one held."""
    held = dict(bench.held[-1])
    for number in range(len(bench.held) - 1, 0, -1):
        for kind, record_id, action, before in changes(bench.followed, number):
            assert (action == "added") == (before is None)
            if before is None:
                del held[kind, record_id]
            else:
                held[kind, record_id] = before
        assert held == bench.held[number - 1], number


@pytest.mark.parametrize("number", range(6))
def test_random_changes_end_where_seeding_from_nothing_ends(bench: Bench, number: int) -> None:
    """After each round of random changes both databases are equal, and the past is kept."""
    random = Random(number)
    for _ in range(ROUNDS):
        for change in random.choices(CHANGES, k=CHANGES_IN_A_ROUND):
            change(bench.curated, random)
        bench.follow()
        check_equal(bench)
    check_past(bench)


def test_lists_that_do_not_fit_in_memory_are_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits on the stage comes together with what is held in memory."""
    monkeypatch.setattr(app.seeding.postings_writer, "HELD", 50)
    random = Random(1)
    for _ in range(3):
        for change in random.choices(CHANGES, k=CHANGES_IN_A_ROUND):
            change(bench.curated, random)
        bench.follow()
        few = contents(bench.followed)
        monkeypatch.undo()
        check_equal(bench)
        assert contents(bench.followed) == few
        monkeypatch.setattr(app.seeding.postings_writer, "HELD", 50)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_each_change_alone_ends_where_seeding_from_nothing_ends(bench: Bench, change) -> None:  # type: ignore[no-untyped-def]
    """One change of each sort gives an equal database, and undoing it gives the former one."""
    before = contents(bench.followed)
    original = read_folder(bench.folder())
    for number in range(2):
        change(bench.curated, Random(number))
        bench.follow()
        check_equal(bench)
    bench.curated = original
    bench.follow()
    assert contents(bench.followed) == before
    check_past(bench)


def figure_at(curated: Curated, entry_id: str) -> None:
    """A figure of this id on the day on which all contenders stand."""
    figure = {**curated["figure"]["fig-yes-north"], "id": entry_id, "date": "1998-04-10"}
    curated["figure"][entry_id] = figure


def test_contending_ids_take_the_next_free_places(bench: Bench) -> None:
    """Of entries with one sort key the first by id has it, in whatever order they come."""
    first, second, next_door = CONTENDERS[:3]
    for entry_id in (second, next_door, first):
        figure_at(bench.curated, entry_id)
        bench.follow()
        check_equal(bench)
    found = rows_of(bench.followed, "SELECT id, sort_key FROM document WHERE id LIKE 'c-%'")
    sort_keys: dict[str, int] = dict(found)
    assert sort_keys[next_door] == sort_keys[first] + 1
    assert sort_keys[second] == sort_keys[first] + 2
    del bench.curated["figure"][first]
    bench.follow()
    check_equal(bench)
    assert rows_of(bench.followed, "SELECT sort_key FROM document WHERE id = ?", second) == [
        (sort_keys[first],)
    ]
