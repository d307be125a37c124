"""The servers that are measured, each on cores of its own, and the lines that drive them."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson

from benchmarks.load import PARLEY
from benchmarks.peers import build
from benchmarks.processes import family, resident, wait_for
from benchmarks.questions import QUESTIONS, Question, Values
from benchmarks.report import WORK
from tests.ports import free_port

# What the servers have to say.
LOG = WORK / "servers.log"
BARE, SAME, SAME_304 = "bare ASGI function", "bare, same headers", "bare, same headers, 304"
UNCACHED, CACHED, CACHED_304 = "Parley, uncached", "Parley, cached", "Parley, 304"
RIVALS = ("tutorial application", "Datasette")
UVICORN = (
    "-m", "uvicorn", "--no-access-log", "--no-server-header", "--log-level", "warning",
)  # fmt: skip
DATASETTE = "datasette>=0.65,<0.66"


@dataclass(frozen=True)
class Server:
    """A server to measure: its name, the application whose paths it takes, how it is asked."""

    name: str
    application: str
    port: int
    process: subprocess.Popen[bytes]
    conditional: bool = False
    cached: bool = True

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> float:
        """The memory that it and its workers hold, in MB."""
        return sum(resident(pid) for pid in family(self.process.pid)) / 1024


@contextmanager
def serving(
    name: str,
    application: str,
    command: Sequence[str],
    *,
    cores: str = "0",
    conditional: bool = False,
    cached: bool = True,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A server on cores of its own, from its first answer until it is no longer needed.

    `{port}` in the command is the port.
    """
    port = free_port()
    pinned = ["taskset", "-c", cores, *(part.replace("{port}", str(port)) for part in command)]
    process = subprocess.Popen(
        pinned,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=LOG.open("ab"),
    )
    try:
        wait_for(port, process)
        yield Server(name, application, port, process, conditional, cached)
    finally:
        process.terminate()
        process.wait(20)


def parley(database: Path, cache: int, workers: int = 1) -> tuple[list[str], dict[str, str]]:
    """The command that serves a database, and its settings."""
    arguments = ["serve", "--port", "{port}", "--workers", str(workers)]
    settings = {
        "DATABASE_URL": f"sqlite:///{database}",
        "CACHE_BYTES": str(cache),
        "LOG_REQUESTS": "none",
    }
    return [*PARLEY, *arguments], settings


def datasette(peer: Path) -> list[str]:
    """Datasette over an immutable file, its rows counted before, as its documentation advises."""
    folder = WORK / "datasette"
    program = folder / "bin" / "datasette"
    if not program.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", DATASETTE], check=True)
    counted = peer.with_suffix(".json")
    if not counted.exists():
        subprocess.run([program, "inspect", peer, "--inspect-file", counted], check=True)
    settings = {
        "sql_time_limit_ms": "20000",
        "suggest_facets": "off",
        "allow_facet": "off",
        "default_cache_ttl": "0",
    }
    given = [part for name, value in settings.items() for part in ("--setting", name, value)]
    where = ["--host", "127.0.0.1", "--port", "{port}"]
    return [str(program), "serve", "-i", str(peer), "--inspect-file", str(counted), *where, *given]


def answer(url: str) -> httpx.Response | None:
    """An answer in plain bytes; None where there is no such question."""
    response = httpx.get(url, headers={"Accept-Encoding": "identity"}, timeout=60)
    return response if response.status_code == 200 else None


def bodies_of(database: Path, values: Values, folder: Path) -> list[Question]:
    """Writes a typical answer to each question, and its headers; returns the questions that Parley
    answers.
    """
    command, settings = parley(database, 64 * 1024 * 1024)
    asked = []
    with serving("parley", "parley", command, environment=settings) as server:
        for number, question in enumerate(QUESTIONS):
            paths = question.paths_of("parley", values)
            answers = [answer(server.url + path) for path in paths[:9]]
            found = sorted((each for each in answers if each), key=lambda each: len(each.content))
            if found:
                typical = found[len(found) // 2]
                (folder / str(number)).write_bytes(typical.content)
                headers = [pair for pair in typical.headers.multi_items() if pair[0] != "date"]
                (folder / f"{number}.json").write_bytes(orjson.dumps(headers))
                asked.append(question)
    return asked


def paths_of(server: Server, question: Question, values: Values) -> list[str]:
    """The lines that wrk is given; where Parley keeps pages, each path was asked for once."""
    if server.application == "limits":
        path = f"/{QUESTIONS.index(question)}"
        return [f'{path}\t"any"' if server.conditional else path]
    paths = question.paths_of(server.application, values)
    if server.application != "parley" or not server.cached:
        return paths
    plain = {"Accept-Encoding": "identity"}
    with httpx.Client(base_url=server.url, headers=plain, timeout=60) as client:
        etags = [client.get(path).headers.get("etag", "") for path in paths]
    if not server.conditional:
        return paths
    return [f"{path}\t{etag}" for path, etag in zip(paths, etags, strict=True)]


@contextmanager
def all_servers(database: Path, bodies: Path) -> Iterator[list[Server]]:
    """Every server that is measured on one core, the bare function first."""
    peer = build(database, database.with_name("peer.db"))
    megabytes = 256 * 1024 * 1024
    python = sys.executable
    uncached, none = parley(database, 0)
    cached, plenty = parley(database, megabytes)
    starts: list[tuple[str, str, list[str], bool, dict[str, str]]] = [
        (
            BARE, "limits",
            [python, *UVICORN, "--port", "{port}", "benchmarks.limits:bare"], False,
            {"BODIES": str(bodies)},
        ),
        *((
            name, "limits",
            [python, *UVICORN, "--port", "{port}", "benchmarks.limits:same"], conditional,
            {"BODIES": str(bodies)},
        ) for name, conditional in ((SAME, False), (SAME_304, True))),
        (
            "empty FastAPI route", "limits",
            [python, *UVICORN, "--port", "{port}", "benchmarks.limits:fastapi"], False,
            {"BODIES": str(bodies)},
        ),
        (UNCACHED, "parley", uncached, False, none),
        (CACHED, "parley", cached, False, plenty),
        (CACHED_304, "parley", cached, True, plenty),
        (
            RIVALS[0], "tutorial",
            [python, *UVICORN, "--port", "{port}", "benchmarks.tutorial:app"], False,
            {"TUTORIAL_DATABASE": f"sqlite:///{peer}"},
        ),
        (RIVALS[1], "datasette", datasette(peer), False, {}),
    ]  # fmt: skip
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                serving(
                    name,
                    application,
                    command,
                    conditional=conditional,
                    cached=name != UNCACHED,
                    environment=environment,
                )
            )
            for name, application, command, conditional, environment in starts
        ]
