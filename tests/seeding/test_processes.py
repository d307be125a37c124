"""Seeding in several processes: the same record, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.cli import main
from app.errors import SeedRefused
from app.seeding import processes, target
from app.seeding.processes import map_in_order
from app.seeding.seed import seed
from tests.conftest import Seeded, sqlite_settings
from tests.seeding.contents import check_agreement, contents
from tests.seeding.folders import Edit, edited, flaws_of

PARTS = [*range(20)]
WAITING = """
import os, signal, time
from tests.seeding.test_processes import PARTS, shown
from app.seeding import processes
if __name__ == "__main__":
    # What runs in the background may have been told to ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    processes.PATIENCE = -1
    os.cpu_count = lambda: 2
    print("begins", flush=True)
    for made in processes.map_in_order(shown, PARTS):
        print(made, flush=True)
        time.sleep(60)
"""


def shown(part: int) -> tuple[int, int]:
    """A part, and which process has seen it."""
    return part, os.getpid()


def ended(part: int) -> int:
    """Ends the process at the sixth part, as a system does that has no memory left."""
    if part == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return part


def divided(part: int) -> float:
    """A mistake of the work."""
    return 1 / (5 - part)


def in_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on any part is enough for several processes, whatever the machine has.

    The process of a test may have other threads, which hold no lock that is needed here.
    """
    monkeypatch.setattr(processes, "PATIENCE", -1)
    monkeypatch.setattr(processes, "number_of_processes", lambda: 2)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test in which any part is enough for several processes."""
    in_processes(monkeypatch)


def test_little_work_stays_here() -> None:
    """For a moment's work no process is started."""
    assert {pid for _, pid in map_in_order(shown, PARTS)} == {os.getpid()}


@pytest.mark.usefixtures("many")
def test_one_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system says stands in the error."""

    def refused(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    with pytest.raises(SeedRefused, match=r"Resource temporarily unavailable.*nothing was changed"):
        list(map_in_order(shown, PARTS))


@pytest.mark.usefixtures("many")
def test_after_a_while_others_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """All parts come back in order; what was done here before comes first."""
    monkeypatch.setattr(processes, "PATIENCE", 0)
    made = list(map_in_order(shown, PARTS))
    assert [part for part, _ in made] == PARTS
    assert [pid for _, pid in made].count(os.getpid()) == 1


def test_seeded_in_processes(
    tiny: Path, seeded: Seeded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is that of one process, row for row, and so are the flaws of a folder."""
    flawed = edited(
        tiny, [Edit("quotes/1998.yaml", "- actor: ", "- actor: x")], tmp_path / "flawed"
    )
    alone, flaws = contents(seeded(tiny)), flaws_of(flawed)
    in_processes(monkeypatch)
    monkeypatch.setattr(target, "BATCH", 2)
    database = tmp_path / "apart" / "record.db"
    database.parent.mkdir()
    seed(tiny, sqlite_settings(database))
    check_agreement(database)
    assert contents(database) == alone
    assert flaws
    assert flaws_of(flawed) == flaws


@pytest.mark.usefixtures("many")
def test_a_process_that_is_ended() -> None:
    """It is said."""
    with pytest.raises(SeedRefused, match="for want of memory perhaps; nothing was changed"):
        list(map_in_order(ended, PARTS))


ENDS = {
    9: r"was ended by signal 9 \(Killed\), for want of memory perhaps; nothing was",
    0: "ended early with exit code 1; nothing was",
}


@pytest.fixture(params=ENDS)
def doomed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Processes that end before they have read anything; what is to be said of it."""

    def end(*_: object) -> None:
        if request.param:
            os.kill(os.getpid(), request.param)
        sys.exit(1)

    monkeypatch.setattr(processes, "run", end)
    return ENDS[request.param]


@pytest.mark.usefixtures("many")
def test_all_that_are_ended_at_the_start(doomed: str) -> None:
    """It is said, however much they were to be given."""
    with pytest.raises(SeedRefused, match=doomed):
        list(map_in_order(len, [bytes(4 * 1024 * 1024)] * 3))


def test_nothing_is_forked_beside_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A forked process would wait for ever for locks that other threads hold."""
    monkeypatch.setattr(processes, "PATIENCE", -1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    done = threading.Event()
    with ThreadPoolExecutor(1) as beside:
        beside.submit(done.wait)
        made = list(map_in_order(shown, PARTS))
        done.set()
    assert made == [(part, os.getpid()) for part in PARTS]


@pytest.fixture
def tiny_database(tiny: Path, seeded: Seeded) -> Path:
    """The tiny record, seeded before processes are doomed."""
    return seeded(tiny)


def test_commands_end_with_words(
    tiny_database: Path,
    doomed: str,
    tiny: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`parley check` and `parley seed` end with 1; the database and its folder are as they were."""
    in_processes(monkeypatch)
    folder = edited(tiny, [Edit("quotes/1998.yaml", "  order: 2\n", "")], tmp_path / "edited")
    before, beside = tiny_database.read_bytes(), {path.name for path in tmp_path.iterdir()}
    for command in (["check"], ["seed", "--database", f"sqlite:///{tiny_database}"]):
        assert main([*command, str(folder)]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert re.fullmatch(f"One of the processes {doomed}.*\n", said.err)
    assert tiny_database.read_bytes() == before
    # The lock stays where it is, so that all who wait for it wait for the same file.
    assert {path.name for path in tmp_path.iterdir()} == {*beside, ".record.db.lock"}


@pytest.mark.usefixtures("many")
def test_a_mistake_is_not_hidden() -> None:
    """What goes wrong in another process is raised here."""
    with pytest.raises(ZeroDivisionError):
        list(map_in_order(divided, PARTS))


@contextmanager
def waiting(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own that waits after its first part, and has just begun."""
    script = folder / "waiting.py"
    script.write_text(WAITING)
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"begins\n"
        try:
            yield first
        finally:
            first.kill()


def test_processes_end_with_the_first(tmp_path: Path) -> None:
    """However it ends."""
    with waiting(tmp_path) as first:
        assert first.stdout is not None
        pid = int(first.stdout.readline().decode().strip("()\n").split(", ")[1])
    for _ in range(1000):
        if not is_alive(pid):
            return
        time.sleep(0.1)
    raise AssertionError("a process is left")


def test_only_the_first_is_interrupted(tmp_path: Path) -> None:
    """Ctrl-C reaches all processes of a terminal, those that are still starting as well."""
    with waiting(tmp_path) as first:
        children = Path(f"/proc/{first.pid}/task/{first.pid}/children")
        while len(children.read_text().split()) < 2:
            assert first.poll() is None
            time.sleep(0.01)
        os.killpg(first.pid, signal.SIGINT)
        _, said = first.communicate(timeout=300)
    assert said.count(b"Traceback") == 1
    assert said.rstrip().endswith(b"KeyboardInterrupt")


def is_alive(pid: int) -> bool:
    """Whether there is such a process, other than one that has ended."""
    status = Path(f"/proc/{pid}/status")
    try:
        return "State:\tZ" not in status.read_text()
    except OSError:
        return False
