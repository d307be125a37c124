"""What one question costs by itself, and what a slow one costs others.

`python -m benchmarks.trials S`: each question in-process without any cache, one at a time; the
reading of a page alone; a slow question beside quick ones; exports; the start of a server. Tables
are printed, saved, and written into docs/performance.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx

from app.config import Settings
from app.db.engines import open_database
from app.entries.result_pages import find_page
from app.entries.words import split
from app.http.messages import read_question
from app.kinds import KINDS
from app.main import create_app
from benchmarks.generate import SIZES
from benchmarks.load import PARLEY, database_of
from benchmarks.questions import QUESTIONS, Question, Values, listed
from benchmarks.report import machine, publish, save, table
from benchmarks.serve import drive, part, undisturbed
from benchmarks.servers import Server, parley, serving

# An export is read for so many seconds at most.
EXPORT_SECONDS = 20
# Each path is asked so often that this many questions are timed.
TIMED = 1000
RARE = 40
SHIPPED = Path(__file__).parents[1] / "seed_data"
# The first start of all compiles the modules, and leaves them compiled for the next ones.
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
NDJSON, CSV = "/v1/dataset/entries.ndjson", "/v1/dataset/quotes.csv"
Times = list[float]


def rare_actor(values: Values) -> str:
    """One of the actors that are named least often."""
    return values.actors.choices[-1 - values.dice.randrange(RARE)]


def rare_topic(values: Values) -> str:
    """One of the topics that are named least often."""
    return values.topics.choices[-1 - values.dice.randrange(RARE // 4)]


def phrase(values: Values) -> str:
    """Two words that follow each other in a quote."""
    words = split(values.dice.choice(values.said))
    start = values.dice.randrange(max(len(words) - 1, 1))
    return f'"{" ".join(words[start : start + 2])}"'


SMALL = {"limit": "20"}
MORE: tuple[Question, ...] = (
    Question(
        "two actors that hardly meet",
        lambda values: {"actor": [values.actor(), rare_actor(values)], "actor_match": "all"},  # type: ignore[dict-item]
        {"parley": listed("/v1/events", **SMALL)},
    ),
    Question(
        "two rare filters",
        lambda values: {"actor": rare_actor(values), "topic": rare_topic(values)},
        {"parley": listed("/v1/events", **SMALL)},
    ),
    Question(
        "a phrase",
        lambda values: {"q": phrase(values)},
        {"parley": listed("/v1/quotes", **SMALL)},
    ),
    Question(
        "words in up to 1 %, count and facets",
        lambda values: {"q": values.rarer_word()},
        {"parley": listed("/v1/quotes", count="exact", facets="actor,topic", **SMALL)},
    ),
    Question(
        "facets of everything",
        lambda values: {"limit": str(values.dice.randrange(10, 30))},
        {"parley": listed("/v1/events", count="exact", facets="actor,topic")},
    ),
    Question(
        "count and facets, one filter",
        lambda values: {"actor": values.actor()},
        {"parley": listed("/v1/events", count="exact", facets="actor,topic", **SMALL)},
    ),
    Question(
        "count and facets, two filters and dates",
        lambda values: {"actor": values.actor(), "topic": values.topic(), **values.days()},
        {"parley": listed("/v1/events", count="exact", facets="actor,topic", **SMALL)},
    ),
)


def percentiles(times: Times) -> list[float]:
    """Microseconds at the median and at 99 percent."""
    ordered = sorted(times)
    return [ordered[len(ordered) // 2] * 1e6, ordered[len(ordered) * 99 // 100] * 1e6]


async def timed(ask: Callable[[str], Awaitable[Any]], paths: list[str], seconds: float) -> Times:
    """How long each question takes, after all were asked once; no longer than some seconds."""
    until = time.perf_counter() + seconds
    for path in paths:
        if time.perf_counter() < until:
            await ask(path)
    times: Times = []
    until = time.perf_counter() + seconds
    while len(times) < TIMED and time.perf_counter() < until:
        path = paths[len(times) % len(paths)]
        began = time.perf_counter()
        await ask(path)
        times.append(time.perf_counter() - began)
    return times


def asking_application(database: Path) -> Callable[[str], Awaitable[Any]]:
    """Asks the whole application without a network and without a cache."""
    url = f"sqlite:///{database}"
    app = create_app(Settings(database_url=url, cache_bytes=0, log_requests="none"))

    async def send(message: Any) -> None:
        assert message.get("status", 200) < 500, message

    async def ask(path: str) -> None:
        received = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Any:
            """The empty body, and then nothing more, as the client stays."""
            return next(received, None) or await asyncio.Event().wait()

        plain, _, query = path.partition("?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": unquote(plain),
            "raw_path": plain.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"127.0.0.1")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await app(scope, receive, send)

    return ask


def reading_pages(database: Path) -> Callable[[str], Awaitable[Any]]:
    """Selects and reads the page of a question, and nothing else: no framework, no rendering."""
    opened = open_database(Settings(database_url=f"sqlite:///{database}"))
    kinds = {f"/v1/{kind.plural}": kind for kind in KINDS.values()}

    async def ask(path: str) -> None:
        plain, _, query = path.partition("?")
        kind = kinds[plain]
        question, _ = read_question(kind.question, query.encode())
        async with opened.snapshot() as snapshot:
            await find_page(snapshot, question, (kind.name,))

    return ask


LISTS = ("first page", "by actor", "actor, dates", "actor, topic, dates", "two actors, all",
         "quotes by speaker, topic", "words", "words, speaker", "a page far down")  # fmt: skip


async def one_at_a_time(database: Path, values: Values, seconds: float) -> list[list[Any]]:
    """Each question by itself, in-process: microseconds of the whole answer and of its page."""
    whole, page = asking_application(database), reading_pages(database)
    rows: list[list[Any]] = []
    for question in (*QUESTIONS, *MORE):
        paths = question.paths_of("parley", values)
        answered = percentiles(await timed(whole, paths, seconds))
        alone: list[Any] = [None, None]
        if question.name in LISTS:
            alone = percentiles(await timed(page, paths, seconds))
        rows.append([question.name, *answered, *alone])
        print(rows[-1], flush=True)
    return rows


def question_of(name: str) -> Question:
    """The question of a name."""
    return next(each for each in QUESTIONS if each.name == name)


def received(server: Server, path: str, coding: str) -> Iterator[bytes]:
    """An answer piece by piece, read by a client that takes little time itself."""
    with closing(HTTPConnection("127.0.0.1", server.port)) as client:
        client.request("GET", path, headers={"Accept-Encoding": coding})
        response = client.getresponse()
        while piece := response.read(1 << 20):
            yield piece


@contextmanager
def asking_over_and_over(server: Server, path: str) -> Iterator[list[float]]:
    """A client that asks one slow question after another, and how long each took."""
    ending, taken = threading.Event(), list[float]()

    def ask() -> None:
        while not ending.is_set():
            began = time.perf_counter()
            for _ in received(server, path, "gzip"):
                if ending.is_set():
                    break
            taken.append(time.perf_counter() - began)

    client = threading.Thread(target=ask)
    client.start()
    try:
        yield taken
    finally:
        ending.set()
        client.join()


def beside_slow_ones(database: Path, values: Values, seconds: float) -> list[list[Any]]:
    """What is left of the rate of quick questions while a slow one is answered."""
    common = Counter(split(" ".join(values.said))).most_common(1)[0][0]
    slow = {
        "none": None,
        "the most frequent word by relevance": f"/v1/quotes?q={common}&sort=relevance",
        "facets of the most frequent actor": (
            f"/v1/timeline?actor={values.actors.choices[0]}&facets=actor,topic,source,month"
        ),
        "everything as NDJSON": NDJSON,
        "all quotes as CSV": CSV,
    }
    quick = question_of("by actor").paths_of("parley", values)
    command, settings = parley(database, 0)
    rows: list[list[Any]] = []
    with serving("parley", "parley", command, environment=settings) as server:
        run = partial(drive, server, quick, seconds, "1")
        run()
        for name, path in slow.items():
            if path is None:
                done, taken = undisturbed(run, seconds), []
            else:
                with asking_over_and_over(server, path) as taken:
                    time.sleep(0.2)
                    done = undisturbed(run, seconds)
            each = statistics.median(taken) if taken else None
            share = part([done["rps"]], [rows[0][1]]) if rows else 1.0
            rows.append([name, done["rps"], share, done["p50"], done["p99"], each])
            print(rows[-1], flush=True)
    return rows


def exports(database: Path) -> list[list[Any]]:
    """Rows a second of whole exports over loopback, and the memory of the worker after them."""
    rows = []
    for path in (NDJSON, CSV):
        command, settings = parley(database, 0)
        with serving("parley", "parley", command, environment=settings) as server:
            lines = 0
            began = time.perf_counter()
            for chunk in received(server, path, "identity"):
                lines += chunk.count(b"\n")
                if time.perf_counter() - began > EXPORT_SECONDS:
                    break
            seconds = time.perf_counter() - began
            rows.append([path, lines, seconds, lines / seconds, server.memory()])
            print(rows[-1], flush=True)
    return rows


def starting() -> list[list[Any]]:
    """Seconds from the start of a server of the shipped record to its first answer, and memory."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "parley.db"
        url = f"sqlite:///{database}"
        command = [*PARLEY, "seed", str(SHIPPED), "--database", url]
        subprocess.run(command, check=True, capture_output=True)
        taken, memory = [], []
        for _ in range(5):
            command, settings = parley(database, 32 * 1024 * 1024)
            began = time.perf_counter()
            with serving("parley", "parley", command, environment=settings | COMPILED) as server:
                httpx.get(f"{server.url}/v1/timeline").raise_for_status()
                taken.append(time.perf_counter() - began)
                for path in ("/v1/quotes?q=victory", "/v1/timeline?facets=actor", "/", "/compare"):
                    httpx.get(server.url + path).raise_for_status()
                memory.append(server.memory())
    return [["start to first answer", statistics.median(taken), statistics.median(memory)]]


def main() -> None:
    """python -m benchmarks.trials SIZE"""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("size", choices=SIZES, nargs="?", default="S")
    asking.add_argument("--seconds", type=float, default=5, help="for each trial, at most")
    given = asking.parse_args()
    os.sched_setaffinity(0, {0})
    database = database_of(given.size)
    values = Values(database)
    alone = asyncio.run(one_at_a_time(database, values, given.seconds))
    # From here on the first core is the servers'.
    os.sched_setaffinity(0, {1})
    slow = beside_slow_ones(database, values, given.seconds)
    sent = exports(database)
    started = starting()
    microseconds = ["the answer, p50 µs", "p99", "reading its page alone, p50", "p99"]
    text = "\n\n".join(
        (
            f"{SIZES[given.size]}; {machine()}.",
            table(["in-process, uncached, one at a time", *microseconds], alone),
            table(
                ["a slow question beside", "requests/s", "of those alone", "p50 ms", "p99 ms",
                 "seconds of the slow one"], slow,
            ),
            table(["export", "rows", "seconds", "rows/s", "MB of the worker"], sent),
            table(["the shipped record", "seconds", "MB of the worker"], started),
        )
    )  # fmt: skip
    print(text)
    save(f"trials-{given.size}", {"machine": machine(), "alone": alone, "slow": slow, "sent": sent})
    publish(f"trials {given.size}", text)


if __name__ == "__main__":
    main()
