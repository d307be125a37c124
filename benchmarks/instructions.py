"""How many instructions an answer takes, from the bytes of a request to those of its answer.

`python -m benchmarks.instructions S`: counted by Valgrind's callgrind (Debian: `valgrind`), in one
process and without a network, so that they are the same on a busy machine as on a quiet one: what
seconds hide they show. The table is printed, saved, and written into docs/performance.md.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from app.config import Settings
from app.db import snapshots, sqlite
from app.http.protocol import BoundedProtocol
from app.main import create_app
from benchmarks.generate import SIZES
from benchmarks.load import database_of
from benchmarks.processes import need_programs
from benchmarks.questions import QUESTIONS, Values
from benchmarks.report import machine, publish, save, table
from benchmarks.servers import UNCACHED

# Paths of each question, and how often each is asked before and while it is counted.
PATHS = 20
BEFORE, COUNTED = 3, 3
BARE, SAME = "bare ASGI function", "bare, same headers"
CACHED, UNCHANGED = "Parley, cached", "Parley, 304"
SERVERS = (BARE, SAME, UNCACHED, CACHED, UNCHANGED)
# These take so long that only their own work would be counted.
SLOW = ("facets of an actor", "quote check", "mix")
ASKED = [question for question in QUESTIONS if question.name not in SLOW]

Counting = Callable[[str], AbstractContextManager[None]]


class Counter(asyncio.Transport):
    """A connection without a network: it keeps the last answer and counts what there were."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = 0
        self.sent = b""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Addresses."""
        return {"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)}.get(name, default)

    def write(self, data: Any) -> None:
        """A head, or the body after it."""
        if not data.startswith(b"HTTP/"):
            self.answers += 1
        else:
            self.sent = data

    def is_closing(self) -> bool:
        """Never."""
        return False

    def abort(self) -> None:
        """Nothing, as under Valgrind what is in time otherwise looks slow."""


BODY = bytes(30_000)
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]


class Bare:
    """The bytes of a page with some headers, and nothing behind them."""

    def __init__(self) -> None:
        self.headers = HEADERS

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        await send({"type": "http.response.body", "body": BODY})

    def use_headers_of(self, head: bytes) -> None:
        """Sends the headers of another server's answer from here on."""
        lines = [line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if line]
        own = [(name, value) for name, value in lines if name not in (b"date", b"content-length")]
        self.headers = [*own, HEADERS[1]]


class Connected:
    """One connection to an application, by the protocol with which it is served."""

    def __init__(self, application: Any, protocol: type[HttpToolsProtocol]):
        config = uvicorn.Config(
            application,
            access_log=False,
            server_header=False,
            # As where no proxy is trusted.
            proxy_headers=False,
            timeout_keep_alive=3600,
        )
        config.load()
        self.transport = Counter()
        self.protocol = protocol(config=config, server_state=ServerState(), app_state={})
        self.protocol.connection_made(self.transport)

    async def ask(self, path: str, headers: str = "") -> bytes:
        """The head of the answer to a path."""
        answered = self.transport.answers
        self.protocol.data_received(f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
        while self.transport.answers == answered:
            await asyncio.sleep(0)
        return self.transport.sent


async def all_asked(database: Path, counting: Counting) -> None:
    """Every question asked of every server, as often as it is counted."""
    # Under Valgrind all takes fifty times as long; what is in time otherwise is not late here.
    snapshots.LOOP_BUDGET = sqlite.LOOP_BUDGET = 60
    values = Values(database)
    url = f"sqlite:///{database.absolute()}"
    same = Bare()
    connected = {
        BARE: Connected(Bare(), HttpToolsProtocol),
        SAME: Connected(same, HttpToolsProtocol),
    }
    for name, cache in ((UNCACHED, 0), (CACHED, 64 * 1024 * 1024)):
        settings = Settings(database_url=url, cache_bytes=cache, log_requests="none")
        connected[name] = Connected(create_app(settings), BoundedProtocol)
    connected[UNCHANGED] = connected[CACHED]
    for question in ASKED:
        paths = question.paths_of("parley", values)[:PATHS]
        await connected[CACHED].ask(paths[0])
        same.use_headers_of(await connected[CACHED].ask(paths[0]))
        for name in SERVERS:
            headers = dict.fromkeys(paths, "")
            if name == UNCHANGED:
                for path in paths:
                    etag = re.search(rb"etag: (.*)\r\n", await connected[name].ask(path))
                    assert etag is not None
                    headers[path] = f"If-None-Match: {etag[1].decode()}\r\n"
            expected = b"304 " if name == UNCHANGED else b"200 "
            for path in paths * BEFORE:
                assert (await connected[name].ask(path, headers[path]))[9:13] == expected
            gc.collect()
            gc.freeze()
            with counting(f"{ASKED.index(question)}.{SERVERS.index(name)}.{len(paths) * COUNTED}"):
                for path in paths * COUNTED:
                    await connected[name].ask(path, headers[path])


@contextmanager
def by_callgrind(what: str) -> Iterator[None]:
    """Counts the instructions within, in a process that callgrind runs."""
    tell("--instr=on")
    yield
    tell("--instr=off")
    tell(f"--dump={what}")


def tell(order: str) -> None:
    """Gives callgrind an order."""
    command = ["callgrind_control", order, str(os.getpid())]
    subprocess.run(command, check=True, capture_output=True)


def counted(size: str) -> dict[str, dict[str, float]]:
    """Thousands of instructions for each answer, by question and server."""
    with tempfile.TemporaryDirectory() as folder:
        valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--quiet"]
        command = [*valgrind, f"--callgrind-out-file={folder}/out", sys.executable]
        subprocess.run([*command, "-m", "benchmarks.instructions", size, "--inside"], check=True)
        found: dict[str, dict[str, float]] = {}
        for path in Path(folder).iterdir():
            text = path.read_text()
            what = re.search(r"^desc: Trigger: .*\b(\d+)\.(\d+)\.(\d+)$", text, re.M)
            total = re.search(r"^totals: (\d+)$", text, re.M)
            if what is not None and total is not None:
                question, name = ASKED[int(what[1])].name, SERVERS[int(what[2])]
                found.setdefault(question, {})[name] = int(total[1]) / int(what[3]) / 1000
    return found


def main() -> None:
    """python -m benchmarks.instructions SIZE"""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("size", choices=SIZES, nargs="?", default="S")
    asking.add_argument("--inside", action="store_true", help="what callgrind is to run")
    given = asking.parse_args()
    if given.inside:
        uvloop.run(all_asked(database_of(given.size), by_callgrind))
        return
    need_programs(valgrind="valgrind", callgrind_control="valgrind")
    found = counted(given.size)
    rows = [
        [
            question.name,
            *each.values(),
            *(each[BARE] / each[name] for name in (UNCACHED, CACHED, UNCHANGED)),
            each[SAME] / each[CACHED],
        ]
        for question in ASKED
        for each in [{name: found[question.name][name] for name in SERVERS}]
    ]
    heads = [*SERVERS, "bare of uncached", "bare of cached", "bare of 304", f"{SAME}, of cached"]
    text = f"{SIZES[given.size]}; {machine()}.\n\n" + table(
        ["thousands of instructions for an answer", *heads], rows
    )
    print(text)
    save(f"instructions-{given.size}", found)
    publish(f"instructions {given.size}", text)


if __name__ == "__main__":
    main()
