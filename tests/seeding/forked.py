"""Commands of Parley's in processes that are forked from one which has imported what they need."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from app.cli import main

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["app.cli", "app.seeding.checking", "app.seeding.seed"])
# A user who owns nothing.
OTHER = 10001
# What `unshare(2)` calls the mounts of a process.
CLONE_NEWNS = 0x20000

Prepare = Callable[[], None]


def become_other() -> None:
    """Makes this process one of the user who owns nothing."""
    os.setgroups([])
    os.setgid(OTHER)
    os.setuid(OTHER)


def mount_read_only(folder: Path) -> None:
    """Lets this process see a folder on a disk that nobody may write."""
    if ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0:
        raise PermissionError
    for words in (
        ("--make-rprivate", "/"),
        ("--bind", folder, folder),
        ("-o", "remount,bind,ro", folder),
    ):
        subprocess.run(["mount", *words], check=True)


def started(
    said: Path, arguments: tuple[str, ...], prepare: Prepare | None = None
) -> ForkServerProcess:
    """A command that has begun; what it says goes to a file."""
    process = PROCESSES.Process(target=carry_out, args=(said, arguments, prepare))
    process.start()
    return process


def carry_out(said: Path, arguments: tuple[str, ...], prepare: Prepare | None) -> None:
    """The command, in the process of its own."""
    with said.open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.chdir("/")
    if prepare is not None:
        prepare()
    sys.exit(main(arguments))
