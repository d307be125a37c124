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
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from operator import itemgetter, truediv
from pathlib import Path
from typing import Any

import orjson

from benchmarks.generate import SIZES
from benchmarks.load import database_of
from benchmarks.processes import need_cores, need_programs, settle, stolen
from benchmarks.questions import QUESTIONS, Question, Values
from benchmarks.report import machine, publish, save, table
from benchmarks.servers import (
    BARE,
    CACHED,
    CACHED_304,
    RIVALS,
    SAME,
    SAME_304,
    UNCACHED,
    Server,
    all_servers,
    bodies_of,
    parley,
    paths_of,
    serving,
)

DRIVE = Path(__file__).with_name("drive.lua")
CONNECTIONS = 16
# Of a run in which the host of this machine kept back more of a processor than this, another is
# made, as often as this.
STOLEN = 0.1
ATTEMPTS = 4


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
