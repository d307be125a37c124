"""Seeding in several processes: the same record, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.errors import SeedRefused
from app.seeding import apply, processes
from app.seeding.processes import in_order
from app.seeding.seed import seed
from tests.conftest import Seeded, sqlite_settings
from tests.seeding.contents import check_agreement, contents

PARTS = [*range(20)]
WAITING = """
import time
from tests.seeding.test_processes import PARTS, shown
from app.seeding import processes
if __name__ == "__main__":
    processes.PATIENCE = -1
    for made in processes.in_order(shown, PARTS):
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


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any part is enough for several processes, whatever the machine has."""
    monkeypatch.setattr(processes, "PATIENCE", -1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


@pytest.mark.usefixtures("many")
def test_parts_come_back_in_order() -> None:
    """All of them, from other processes."""
    made = list(in_order(shown, PARTS))
    assert [part for part, _ in made] == PARTS
    assert os.getpid() not in {pid for _, pid in made}


def test_little_work_stays_here() -> None:
    """For a moment's work no process is started."""
    assert {pid for _, pid in in_order(shown, PARTS)} == {os.getpid()}


@pytest.mark.usefixtures("many")
def test_where_there_can_be_no_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """All is done here, and said to take longer."""

    def refused(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(processes, "ProcessPoolExecutor", refused)
    assert list(in_order(shown, PARTS)) == [(part, os.getpid()) for part in PARTS]
    assert "No other processes can be used" in caplog.text


@pytest.mark.usefixtures("many")
def test_after_a_while_others_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done here before comes first."""
    monkeypatch.setattr(processes, "PATIENCE", 0)
    made = list(in_order(shown, PARTS))
    assert [part for part, _ in made] == PARTS
    assert [pid for _, pid in made].count(os.getpid()) == 1


@pytest.mark.usefixtures("many")
def test_seeded_in_processes(
    tiny: Path, seeded: Seeded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is the same, row for row."""
    monkeypatch.setattr(apply, "BATCH", 2)
    database = tmp_path / "apart" / "record.db"
    database.parent.mkdir()
    seed(tiny, sqlite_settings(database))
    check_agreement(database)
    assert contents(database) == contents(seeded(tiny))


@pytest.mark.usefixtures("many")
def test_a_process_that_is_ended() -> None:
    """It is said."""
    with pytest.raises(SeedRefused, match="for want of memory perhaps; nothing was changed"):
        list(in_order(ended, PARTS))


@pytest.mark.usefixtures("many")
def test_a_mistake_is_not_hidden() -> None:
    """What goes wrong in another process is raised here."""
    with pytest.raises(ZeroDivisionError):
        list(in_order(divided, PARTS))


def test_processes_end_with_the_first(tmp_path: Path) -> None:
    """However it ends."""
    script = tmp_path / "waiting.py"
    script.write_text(WAITING)
    command = [sys.executable, str(script)]
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **paths}) as first:
        assert first.stdout is not None
        pid = int(first.stdout.readline().decode().strip("()\n").split(", ")[1])
        first.kill()
    for _ in range(100):
        if not is_alive(pid):
            return
        time.sleep(0.1)
    raise AssertionError("a process is left")


def is_alive(pid: int) -> bool:
    """Whether there is such a process, other than one that has ended."""
    status = Path(f"/proc/{pid}/status")
    try:
        return "State:\tZ" not in status.read_text()
    except OSError:
        return False
