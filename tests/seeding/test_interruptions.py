"""Whatever interrupts a seeding, there is the old record or the new one, and the next one works."""

from __future__ import annotations

import fcntl
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.db.sqlite import open_file
from app.errors import SeedRefused
from app.seeding.seed import seed
from tests.conftest import Seeded, sqlite_settings
from tests.seeding.contents import check_agreement, contents
from tests.seeding.folders import Edit, edited
from tests.seeding.forked import PROCESSES

NEW_TITLE = Edit("events/1998.yaml", "title: A draft is", "title: A first draft is")


@pytest.fixture
def changed(tiny: Path, tmp_path: Path) -> Path:
    """The tiny record with one other title."""
    return edited(tiny, [NEW_TITLE], tmp_path / "changed")


def beside(database: Path) -> set[str]:
    """What stands beside a database, but for its lock and the folders of the test."""
    names = {path.name for path in database.parent.iterdir() if path.is_file()}
    return names - {database.name, f".{database.name}.lock"}


def seeding_time(database: Path, folder: Path) -> float:
    """How long a seeding takes in a process of its own."""
    began = time.monotonic()
    running = PROCESSES.Process(target=seed, args=(folder, sqlite_settings(database)))
    running.start()
    running.join()
    assert running.exitcode == 0
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("how", "moments"), [(signal.SIGKILL, 10), (signal.SIGTERM, 4), (signal.SIGINT, 4)]
)
def test_killed_at_any_moment(
    tiny: Path,
    changed: Path,
    seeded: Seeded,
    tmp_path: Path,
    how: signal.Signals,
    moments: int,
) -> None:
    """Killed at many moments of a seeding, the database is the old or the new one, whole."""
    database = seeded(tiny)
    before = contents(database)
    (tmp_path / "copy").mkdir()
    copy = shutil.copyfile(database, tmp_path / "copy" / "record.db")
    whole = seeding_time(copy, changed)
    after = contents(copy)
    for moment in range(moments):
        running = PROCESSES.Process(target=seed, args=(changed, sqlite_settings(database)))
        running.start()
        running.join(whole * (moment + 1) / moments)
        assert running.pid is not None
        if running.is_alive():
            # It may end by itself just now.
            with suppress(ProcessLookupError):
                os.kill(running.pid, how)
        running.join()
        assert contents(database) in (before, after)
        open_file(database).close()
    if how is signal.SIGINT:
        assert beside(database) == set()
    seed(changed, sqlite_settings(database))
    assert contents(database) == after
    assert beside(database) == set()
    check_agreement(database)


def test_killed_while_making_a_new_database(tiny: Path, tmp_path: Path) -> None:
    """Killed before there was a database, there is none or a whole one; the next seeding works."""
    database = tmp_path / "new.db"
    whole = seeding_time(tmp_path / "other.db", tiny)
    for moment in range(5):
        database.unlink(missing_ok=True)
        running = PROCESSES.Process(target=seed, args=(tiny, sqlite_settings(database)))
        running.start()
        running.join(whole * (moment + 1) / 5)
        running.kill()
        running.join()
        assert not database.exists() or contents(database) == contents(tmp_path / "other.db")
    seed(tiny, sqlite_settings(database))
    assert contents(database) == contents(tmp_path / "other.db")


def test_two_seedings_at_once(tiny: Path, tmp_path: Path) -> None:
    """Of several seedings of one database one loads the record; the others wait and change none."""
    settings = sqlite_settings(tmp_path / "record.db")
    with ProcessPoolExecutor(4, mp_context=PROCESSES) as pool:
        running = [pool.submit(seed, tiny, settings) for _ in range(4)]
        summaries = [each.result() for each in running]
    assert sorted(str(each.revision) for each in summaries) == ["1", "None", "None", "None"]
    assert {each.digest for each in summaries} == {summaries[0].digest}
    check_agreement(tmp_path / "record.db")


# Ctrl-C ends it, even where what runs the tests was told to ignore it.
PARLEY = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from app.cli import main
raise SystemExit(main())
"""


@contextmanager
def command(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """The command line in a process of its own."""
    started = [sys.executable, "-c", PARLEY]
    with subprocess.Popen(
        [*started, *map(str, arguments)], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def test_waiting_is_told_and_ctrl_c_ends_it(changed: Path, tiny: Path, seeded: Seeded) -> None:
    """A seeding that waits for another says so; Ctrl-C ends it without a trace."""
    database = seeded(tiny)
    before = database.read_bytes()
    with database.with_name(f".{database.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with command("seed", changed, "--database", f"sqlite:///{database}") as running:
            assert running.stderr is not None
            told = running.stderr.readline()
            running.send_signal(signal.SIGINT)
            _, more = running.communicate(timeout=60)
    assert told == f"Waiting until another seeding of {database} ends.\n"
    assert more == "Interrupted; the database holds the old record or the new one, whole.\n"
    assert running.returncode == 130
    assert database.read_bytes() == before


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """Writing past a size fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def grown(tiny: Path, tmp_path: Path) -> Path:
    """The tiny record with so many more quotes that its database is larger."""
    quote = (tiny / "quotes" / "1937.ndjson").read_text()
    more = "".join(quote.replace('"id":"', f'"id":"n{number}-') for number in range(300))
    return edited(tiny, [Edit("quotes/more.ndjson", None, more)], tmp_path / "grown")


@pytest.mark.parametrize("share", [0, 0.05, 0.5, 0.99, 1.05, 1.2])
def test_files_that_cannot_grow(
    grown: Path, tiny: Path, seeded: Seeded, tmp_path: Path, share: float
) -> None:
    """Wherever writing fails, the message says so, nothing is changed, and the old one answers."""
    database = seeded(tiny)
    before = database.read_bytes()
    limit = int(share * len(before))
    for path in (database, tmp_path / "new.db"):
        with files_end_at(limit), pytest.raises(SeedRefused, match="nothing was changed"):
            seed(grown, sqlite_settings(path))
    assert database.read_bytes() == before
    assert not (tmp_path / "new.db").exists()
    assert beside(database) <= {".new.db.lock"}
    assert open_file(database).revision.number == 1
    assert seed(grown, sqlite_settings(database)).revision == 2
    check_agreement(database)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own that holds two databases of the tiny record, but not three."""
    place = tmp_path / "disk"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_full_disk(tiny: Path, changed: Path, seeded: Seeded, small_disk: Path) -> None:
    """On a full disk seeding says so and changes nothing; with room again it works."""
    database = shutil.copyfile(seeded(tiny), small_disk / "record.db")
    before = database.read_bytes()
    filler = small_disk / "filler"
    room = shutil.disk_usage(small_disk).free
    filler.write_bytes(b"\0" * room)
    for freed in (0, 1, 20, 60):
        with filler.open("ab") as stream:
            stream.truncate(filler.stat().st_size - freed * 4096)
        with pytest.raises(SeedRefused, match="nothing was changed"):
            seed(changed, sqlite_settings(database))
        assert database.read_bytes() == before
    filler.unlink()
    assert seed(changed, sqlite_settings(database)).revision == 2
    check_agreement(database)
