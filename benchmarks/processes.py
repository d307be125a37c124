"""The processes of servers: what they need, when they listen, and what they take, on Linux."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path


def need_programs(**packages: str) -> None:
    """Says which of some programs, each with its package, is not installed."""
    for program, package in packages.items():
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is needed: apt-get install {package}")


def need_cores() -> None:
    """Says that one core is not enough."""
    if (os.cpu_count() or 1) < 2:
        raise SystemExit("Two cores are needed: one for the server, one for wrk.")


def family(pid: int) -> Iterator[int]:
    """A process and those it started."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return  # it has ended
    for child in children.split():
        yield from family(int(child))


def resident(pid: int) -> float:
    """The memory of a process in kB, without the database file that is mapped into it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((float(line.split()[1]) for line in lines if line.startswith("RssAnon")), 0.0)


def proportional(pid: int) -> float:
    """The memory of a process in MB, with its part of what it shares with others."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0  # it has ended
    return next((float(line.split()[1]) for line in lines if line.startswith("Pss:")), 0.0) / 1024


def settle(pid: int) -> None:
    """Waits until a process has done what nobody waits for any more."""
    for _ in range(300):
        before = used(pid)
        time.sleep(0.1)
        if used(pid) - before < 2:
            return


def used(pid: int) -> int:
    """Processor time of a process in ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def stolen() -> float:
    """Seconds that the host of this machine gave its processors to others, in all."""
    first = Path("/proc/stat").read_text().split("\n", 1)[0]
    return int(first.split()[8]) / os.sysconf("SC_CLK_TCK")


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Waits until a server listens."""
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"{process.args!r} does not listen")
