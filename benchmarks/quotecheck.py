"""How fast quotations are checked, and how long the event loop is held by that.

    python -m benchmarks.quotecheck sqlite:///parley.db

Texts are drawn from the record: parts of quotes, parts with a word changed, words of several.
Rates are by processor time; beside the whole application (in the same process, without a network)
stands the function that it calls, and a bare loop tells how busy the machine is. The longest time
that the event loop was held is told beside that of an idle loop: where other programs run, both are
long.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import httpx

from app.config import Settings
from app.db.engines import open_database
from app.db.work import Work
from app.main import GARBAGE, SWITCH_SECONDS, create_app
from app.quotecheck.articles import ARTICLE_CHARACTERS
from app.quotecheck.lookup import check_texts, quotation_question

CHECKS = 600
HOLD_SECONDS = 4
SEED = 20240207


def texts_of(path: str, count: int) -> list[str]:
    """Texts to check, the same for the same record."""
    dice = random.Random(SEED)
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        (rows,) = connection.execute("SELECT max(rowid) FROM rendering").fetchone()
        chosen = [dice.randrange(1, rows + 1) for _ in range(count)]
        select = "SELECT text FROM rendering WHERE rowid >= ? LIMIT 1"
        quotes = [connection.execute(select, (each,)).fetchone()[0].split() for each in chosen]
    texts = []
    for number, words in enumerate(quotes):
        start = dice.randrange(max(1, len(words) - 12))
        part = words[start : start + 12]
        if number % 3 == 1:
            part[dice.randrange(len(part))] = "elsewhere"
        if number % 3 == 2:
            part = [dice.choice(dice.choice(quotes)) for _ in range(12)]
        texts.append(" ".join(part))
    return texts


def article_of(texts: Sequence[str], words: int) -> str:
    """An article as long as may be, of quotations of so many words."""
    said = (f"“{' '.join(text.split()[:words])},” he said in the evening. " for text in texts * 9)
    return "".join(said)[: ARTICLE_CHARACTERS - 1]


def additions() -> float:
    """The milliseconds of processor that a million additions take."""
    began, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    return 1000 * (time.process_time() - began)


async def timed(ask: Callable[[str], Awaitable[Any]], texts: Sequence[str]) -> str:
    """The rate and the times of questions that are asked one after the other."""
    for text in texts[:20]:
        await ask(text)
    times, began = [], time.process_time()
    for text in texts:
        start = time.perf_counter()
        await ask(text)
        times.append(1000 * (time.perf_counter() - start))
    rate = len(texts) / (time.process_time() - began)
    times.sort()
    middle, late = times[len(times) // 2], times[len(times) * 99 // 100]
    return f"{rate:>8.0f} per second of processor, p50 {middle:.1f} ms, p99 {late:.1f} ms"


async def holds(beside: Callable[[], Awaitable[Any]] | None) -> str:
    """How long the loop was held at most, beside four clients that ask again and again."""
    until = time.perf_counter() + HOLD_SECONDS
    gaps, busy = [], []

    async def again() -> None:
        while beside is not None and time.perf_counter() < until:
            await beside()
            await asyncio.sleep(0)

    asking = [asyncio.create_task(again()) for _ in range(4)]
    while time.perf_counter() < until:
        start, worked = time.perf_counter(), time.thread_time()
        await asyncio.sleep(0)
        gaps.append(1000 * (time.perf_counter() - start))
        busy.append(1000 * (time.thread_time() - worked))
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    gaps.sort()
    late = gaps[len(gaps) * 999 // 1000]
    return f"longest {gaps[-1]:.1f} ms, p99.9 {late:.1f} ms; at work itself {max(busy):.1f} ms"


async def measure(url: str) -> None:
    """Measures and prints."""
    settings = Settings(database_url=url, statement_timeout=60)
    sys.setswitchinterval(SWITCH_SECONDS)
    app = create_app(settings)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    texts = texts_of(url.removeprefix("sqlite:///"), CHECKS)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://parley.test") as client:

        async def over_http(text: str) -> None:
            answer = await client.get(f"/v1/check?{urlencode({'text': text})}")
            answer.raise_for_status()

        async def post(text: str) -> None:
            answer = await client.post("/v1/check", content=text.encode(), timeout=120)
            answer.raise_for_status()

        async with open_database(settings).snapshot() as snapshot:

            async def function(text: str) -> None:
                asked = await quotation_question(text, None, None, snapshot)
                await check_texts([asked], snapshot, Work(time.monotonic(), 60))

            say("a million additions", f"{additions():.0f} ms of processor")
            say("function", await timed(function, texts))
        say("application", await timed(over_http, texts))
        for words in (12, 2):
            article = article_of(texts, words)
            began, start = time.process_time(), time.perf_counter()
            await post(article)
            took = (time.process_time() - began, time.perf_counter() - start)
            count = article.count("“")
            say(f"article, {count} quotations", f"{took[0]:.2f} s of processor, {took[1]:.2f} s")
        say("loop, idle", await holds(None))
        say("loop, beside checks", await holds(lambda: over_http(random.choice(texts))))
        say("loop, beside articles", await holds(lambda: post(article_of(texts, 12))))


def say(name: str, measured: str) -> None:
    """Prints a line."""
    sys.stdout.write(f"{name:<26}{measured}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quotecheck")
    parser.add_argument("database", help="its URL: sqlite:///parley.db")
    asyncio.run(measure(parser.parse_args().database))
