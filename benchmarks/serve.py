"""How fast Parley answers, beside the limits of its stack and what one would take instead.

`python -m benchmarks.serve S` seeds the record where that was not done, starts every server on
loopback, each on the first core, and drives them in turn with wrk on the second. Three rounds, in
which the servers take turns at each question; medians and ratios are printed, saved, and written
into docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from operator import itemgetter, truediv
from pathlib import Path
from typing import Any

import httpx
import orjson

from benchmarks.generate import SIZES
from benchmarks.load import PARLEY, database_of
from benchmarks.peers import build
from benchmarks.processes import (
    family,
    need_cores,
    need_programs,
    resident,
    settle,
    stolen,
    wait_for,
)
from benchmarks.questions import QUESTIONS, Question, Values
from benchmarks.report import WORK, machine, publish, save, table
from tests.ports import free_port

DRIVE = Path(__file__).with_name("drive.lua")
# What the servers have to say.
LOG = WORK / "servers.log"
CONNECTIONS = 16
# Of a run in which the host of this machine kept back more of a processor than this, another is
# made, as often as this.
STOLEN = 0.1
ATTEMPTS = 4
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


def undisturbed(run: Callable[[], dict[str, float]], seconds: float) -> dict[str, float]:
    """What a run of wrk measures while nobody else takes the processors, or takes the least."""
    runs = []
    for _ in range(ATTEMPTS):
        before = stolen()
        done = run()
        taken = stolen() - before
        runs.append((taken, done))
        if taken <= STOLEN * seconds:
            break
    return min(runs, key=itemgetter(0))[1]


def drive_alone(server: Server, lines: Sequence[str], seconds: float) -> dict[str, float]:
    """What wrk measures of a server that has nothing left to do before another one is asked."""
    done = drive(server, lines, seconds, "1")
    settle(server.process.pid)
    return done


def drive(server: Server, lines: Sequence[str], seconds: float, core: str) -> dict[str, float]:
    """What wrk measures: requests a second, and milliseconds at the median and at 99 percent."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        command = ["taskset", "-c", core, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s"]
        command += ["--timeout", "60s", "-s", str(DRIVE), server.url, "--", file.name]
        done = subprocess.run(command, check=True, capture_output=True)
    found = orjson.loads(done.stdout.splitlines()[-1])
    return {
        "rps": found["requests"] / (found["microseconds"] / 1e6),
        "p50": found["p50"] / 1000,
        "p99": found["p99"] / 1000,
        "errors": found["errors"],
    }


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


Results = dict[str, dict[str, list[dict[str, float]]]]


def measure(
    servers: Sequence[Server],
    asked: Sequence[Question],
    values: Values,
    rounds: int,
    seconds: float,
) -> Results:
    """Every question to every server in turn, several times over."""
    results: Results = {question.name: defaultdict(list) for question in asked}
    lines = {
        (server.name, question.name): paths_of(server, question, values)
        for server in servers
        for question in asked
    }
    for number in range(rounds):
        for question in asked:
            for server in servers:
                given = lines[server.name, question.name]
                if given:
                    run = partial(drive_alone, server, given, seconds)
                    done = undisturbed(run, seconds)
                    results[question.name][server.name].append(done)
                    print(f"{number + 1} {question.name}, {server.name}: {done['rps']:,.0f}/s")
    return results


def two_workers(database: Path, mix: Question, values: Values, seconds: float) -> list[list[Any]]:
    """One and two workers on the mix; on two cores, wrk shares them with the servers."""
    cores = os.cpu_count() or 1
    core = str(cores - 1)
    rows = []
    for label, cache in (("uncached", 0), ("cached", 256 * 1024 * 1024)):
        for workers in (1, 2):
            command, settings = parley(database, cache, workers)
            with serving(label, "parley", command, cores="0-1", environment=settings) as server:
                time.sleep(2)
                lines = paths_of(server, mix, values)
                drive(server, lines, 1, core)
                done = drive(server, lines, seconds, core)
                rows.append(
                    [label, workers, done["rps"], done["p50"], done["p99"], server.memory()]
                )
    return rows


def medians(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median of each thing that was measured."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def ratio_table(results: Results, names: Sequence[str]) -> str:
    """Requests a second, and how they stand to those of the others in the same round."""
    rows = []
    for question, runs in results.items():
        rates = {name: [run["rps"] for run in runs.get(name, [])] for name in names}
        rows.append(
            [
                question,
                *(statistics.median(rate) if rate else None for rate in rates.values()),
                part(rates[UNCACHED], rates[BARE]),
                part(rates[CACHED], rates[SAME]),
                part(rates[CACHED_304], rates[SAME_304]),
                *(part(rates[UNCACHED], rates[name]) for name in RIVALS),
            ]
        )
    heads = ["uncached of bare", "cached of same headers", "304 of same headers"]
    heads += ["of tutorial", "of Datasette"]
    return table(["requests/s", *names, *heads], rows)


def part(rates: Sequence[float], of: Sequence[float]) -> float | None:
    """One rate as a multiple of another: the median of what it was in each round.

    A machine that others use, too, is faster in one round than in the next, but seldom within one.
    """
    if not rates or not of or not all(of):
        return None
    return statistics.median(map(truediv, rates, of))


def latency_table(results: Results, names: Sequence[str]) -> str:
    """Milliseconds at the median and at 99 percent, with all connections busy."""
    rows = []
    for question, runs in results.items():
        row: list[Any] = [question]
        for name in names:
            found = medians(runs[name]) if runs.get(name) else {}
            row += [found.get("p50"), found.get("p99")]
        rows.append(row)
    return table(["ms", *(f"{name}, {p}" for name in names for p in ("p50", "p99"))], rows)


def main() -> None:
    """python -m benchmarks.serve SIZE"""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("size", choices=SIZES, nargs="?", default="S")
    asking.add_argument("--rounds", type=int, default=3)
    asking.add_argument("--seconds", type=float, default=2, help="for each question and server")
    asking.add_argument("--only", nargs="*", help="questions to print and not to keep")
    given = asking.parse_args()
    need_programs(wrk="wrk", taskset="util-linux")
    need_cores()
    database = database_of(given.size)
    values = Values(database)
    with tempfile.TemporaryDirectory() as folder:
        asked = bodies_of(database, values, Path(folder))
        asked = [each for each in asked if not given.only or each.name in given.only]
        with all_servers(database, Path(folder)) as servers:
            results = measure(servers, asked, values, given.rounds, given.seconds)
            names = [server.name for server in servers]
            memory = [[server.name, server.memory()] for server in servers]
    workers = two_workers(database, QUESTIONS[-1], values, given.seconds)
    text = "\n\n".join(
        (
            f"{SIZES[given.size]}; {machine()}; medians of {given.rounds} runs of "
            f"{given.seconds:g} s, {CONNECTIONS} connections.",
            ratio_table(results, names),
            latency_table(results, [UNCACHED, CACHED, CACHED_304, *RIVALS]),
            table(["memory at the end", "MB"], memory),
            table(["the mix", "workers", "requests/s", "p50 ms", "p99 ms", "MB in all"], workers),
        )
    )
    print(text)
    if given.only:
        return
    kept = {"machine": machine(), "results": results, "memory": memory, "workers": workers}
    save(f"serve-{given.size}", kept)
    publish(f"serve {given.size}", text)


if __name__ == "__main__":
    main()
