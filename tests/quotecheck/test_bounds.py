"""Long, hostile and abandoned texts: all of them end, and none holds up another request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Any

import pytest
from starlette.types import Message

from app.db.work import AT_ONCE, Work
from app.errors import Unavailable
from app.quotecheck.articles import ARTICLE_CHARACTERS
from app.quotecheck.lookup import CHECK_CHARACTERS
from tests.api.asking import Asker
from tests.conftest import SHIPPED, Seeded
from tests.quotecheck.asking import check, mark

UNITS = {
    "one word": "victory ",
    "one name": "Netanyahu said he ",
    "one fragment, quoted": '"total victory" ',
    "one wording": "“We are on the way to an absolute victory” ",
    "common words": "the Gaza Strip and ",
    "opened quotation marks": "“a ‘b „c «d \"e 'f ",
    "paragraphs that open quotation marks": "“a\n\n",
    "opened brackets": "[( a",
    "full stops": ".",
    "dashes and spaces": " -",
    "ampersands": "& ",
    "apostrophes": "a'",
    "contractions": "dog's ",
    "capitals": "Ab Cd ",
    "negations": "not ",
    "numbers": "one hundred and ",
    "ellipses": "a … ",
    "colons": "he said: ",
    "hyphens at line ends": "a-\n",
    "hashtags": "#aB",
    "tags": "<b>",
    "entities": "&amp;",
    "emoji": "😀",
    "lines": "\n",
    "control characters": "\x00\x1b\x7f",
    "right to left": "\u202eשלום\u202c \u200f\u061c",
    "vowel signs": "ب\u064e\u064b",
    "halves of characters": "\ud800 ",
    "ligatures": "ﷺ",
    "binary": bytes(range(256)).decode("latin-1"),
}


@pytest.fixture(scope="module")
def patient(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the shipped record, with time for a busy machine."""
    with Asker(cached_databases(SHIPPED), statement_timeout=60) as asker:
        yield asker


def hostile() -> Iterator[tuple[str, str]]:
    """Texts made to be slow or to break something, each as long as may be."""
    for name, unit in UNITS.items():
        yield name, (unit * (ARTICLE_CHARACTERS // len(unit)))[: ARTICLE_CHARACTERS - 2] + " a"


@pytest.mark.parametrize(("name", "text"), [pytest.param(*each, id=each[0]) for each in hostile()])
def test_hostile_text_is_answered(patient: Asker, name: str, text: str) -> None:
    """Twenty thousand times the same word, or sign, costs about what an article costs."""
    del name
    sent = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    marks = mark(patient, sent)["marks"]
    spans = [(each["start"], each["end"]) for each in marks]
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert check(patient, f"{sent[: CHECK_CHARACTERS - 2]} a")["verdict"]


def test_an_article_ends_at_the_deadline(cached_databases: Seeded) -> None:
    """503 with Retry-After, whatever is left to be done."""
    with Asker(cached_databases(SHIPPED), statement_timeout=0.001) as hurried:
        refused = hurried("/v1/check", "POST", content=b"the talks " * 4000)
    assert refused.status_code == 503
    assert "took longer than 0.001 seconds" in refused.json()["detail"]
    assert refused.headers["retry-after"]


def test_work_ends_when_the_client_hangs_up(patient: Asker) -> None:
    """Nothing is answered but, for the log, that nobody waits; the next one is served."""
    body = ("“We are on the way to an absolute victory,” Netanyahu said. " * 600).encode()
    assert patient.runner.run(post_and_hang_up(patient, body))[0]["status"] == 499
    assert patient("/v1/check", "POST", content=body).status_code == 200


async def post_and_hang_up(patient: Asker, body: bytes) -> list[Message]:
    """What the application sends to a client that goes as soon as its request is read."""
    sent: list[Message] = []
    received: list[Message] = [
        {"type": "http.request", "body": body},
        {"type": "http.disconnect"},
    ]
    messages = iter(received)

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"parley.test"), (b"content-length", str(len(body)).encode())]
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/check",
        "raw_path": b"/v1/check",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await patient.app(scope, receive, send)
    return sent


def test_pages_are_answered_while_articles_are_looked_through(patient: Asker) -> None:
    """Twelve long articles at once leave lists, pages and checks to be answered first."""
    text = "“We are on the way to an absolute victory,” Netanyahu said. " * 600
    finished: list[str] = []

    async def post() -> None:
        response = await patient.client.post("/v1/check", content=text.encode(), timeout=60)
        finished.append(f"article {response.status_code}")

    async def get(path: str) -> None:
        response = await patient.client.get(path)
        finished.append(f"{path} {response.status_code}")

    async def together() -> None:
        articles_at_once = [asyncio.create_task(post()) for _ in range(12)]
        await asyncio.sleep(0.2)
        paths = ("/v1/events", "/check?text=absolute+victory", "/timeline")
        await asyncio.gather(*map(get, paths))
        await asyncio.gather(*articles_at_once)

    patient.runner.run(together())
    assert sorted(finished[:3]) == [
        "/check?text=absolute+victory 200",
        "/timeline 200",
        "/v1/events 200",
    ]
    assert set(finished[3:]) == {"article 200"}


def test_too_many_articles_at_once_are_refused() -> None:
    """Those beyond the bound are refused instead of waiting for all others."""

    def gone() -> Coroutine[Any, Any, None]:
        return asyncio.sleep(60)

    async def together() -> None:
        async with AsyncExitStack() as others:
            for _ in range(AT_ONCE):
                work = Work(time.monotonic(), 60)
                await others.enter_async_context(work.for_client(gone))
            with pytest.raises(Unavailable, match="try again"):
                await others.enter_async_context(Work(time.monotonic(), 60).for_client(gone))
        async with Work(time.monotonic(), 60).for_client(gone):
            pass

    asyncio.run(together())


def test_an_article_of_a_thousand_short_quotations_ends_at_the_deadline(
    cached_databases: Seeded,
) -> None:
    """However many there are, each is a small step, and the deadline is looked at between them."""
    text = " ".join(f"“item {number} of victory,” he said." for number in range(1100))
    with Asker(cached_databases(SHIPPED), statement_timeout=0.2) as hurried:
        refused = hurried("/v1/check", "POST", content=text[:ARTICLE_CHARACTERS].encode())
    assert refused.status_code == 503
    assert "took longer than 0.2 seconds" in refused.json()["detail"]
