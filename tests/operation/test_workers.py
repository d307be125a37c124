"""Workers that end: at the start the server ends, later each of them is replaced."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tests.conftest import TINY, Seeded
from tests.engines import url_of
from tests.operation.running import eventually, parley, running
from tests.ports import free_port

# Every Python that starts with this on its path runs it; workers of a server end by it.
AT_THE_START = """
import os, signal, sys
if "spawn_main" in " ".join(sys.orig_argv):
    {how}
"""
ENDS = {
    "os.kill(os.getpid(), signal.SIGKILL)": r"was ended by signal 9 \(Killed\), for want of memory",
    "sys.modules['fastapi'] = None": "ended early with exit code 1",
    "os._exit(0)": "ended early with exit code 0",
}


@pytest.mark.parametrize("how", ENDS)
def test_workers_that_end_at_the_start(cached_databases: Seeded, tmp_path: Path, how: str) -> None:
    """The server ends with 1 and says why, whether they were killed or cannot import."""
    (tmp_path / "sitecustomize.py").write_text(AT_THE_START.format(how=how))
    options = ("--workers", "2", "--port", str(free_port()))
    database = url_of(cached_databases(TINY))
    done = parley("serve", *options, "--database", database, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert re.match(f"A worker {ENDS[how]}", said)
    assert said.endswith(", before it could serve; the server has ended.")


def test_a_worker_that_is_killed_later(cached_databases: Seeded, tmp_path: Path) -> None:
    """Another takes its place, and the server answers all the while."""
    with running(cached_databases(TINY), tmp_path / "log", workers=2) as server:
        eventually(lambda: server.log.read_text().count("startup complete") == 2, 60)
        os.kill(int(started(server.lines())[0]), signal.SIGKILL)
        eventually(lambda: len(started(server.lines())) == 3, 120)
        assert server.get("/v1/events").status_code == 200
        assert server.process.poll() is None


def started(lines: list[str]) -> list[str]:
    """The ids of the workers that have started."""
    return [
        line.partition("process [")[2].rstrip("]") for line in lines if "server process" in line
    ]
