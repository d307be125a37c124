"""What is kept in memory: whole answers, within their bound, once for each representation."""

from __future__ import annotations

import asyncio
import tracemalloc
from typing import Any

import pytest
from starlette.types import ASGIApp, Message

from tests.api.asking import Asker
from tests.operation.conftest import Asking
from tests.operation.sockets import scope_of

EVENTS = "/v1/events"
HIT, MISS = "parley; hit", "parley; fwd=miss; stored"


def status_of(ask: Asker, path: str, **headers: str) -> str | None:
    """What an answer says of the cache."""
    answer = ask(path, headers=headers)
    assert answer.status_code == 200, answer.text
    said: str | None = answer.headers.get("cache-status")
    return said


def test_the_media_type_is_kept_and_not_the_text_of_accept(asking: Asking) -> None:
    """Whatever `Accept` says, those who get the same representation get the same kept answer."""
    ask = asking()
    json = ("application/json", "*/*", "application/*", "application/json;q=0.2, text/css", "")
    assert status_of(ask, EVENTS) == MISS
    assert [status_of(ask, EVENTS, accept=each) for each in json] == [HIT] * 5
    lines = (
        "application/x-ndjson",
        "application/json;q=0.1, application/x-ndjson",
        "image/*, application/x-ndjson",
    )
    assert [status_of(ask, EVENTS, accept=each) for each in lines] == [MISS, HIT, HIT]
    assert status_of(ask, EVENTS, accept="application/ld+json") == MISS
    # A list of actors is not offered as JSON-LD, so that the second choice is what is sent.
    second = "application/ld+json, application/x-ndjson;q=0.5"
    assert status_of(ask, "/v1/actors", accept=second) == MISS
    assert ask("/v1/actors", headers={"accept": second}).headers["content-type"] == (
        "application/x-ndjson"
    )
    assert status_of(ask, "/v1/actors", accept="application/x-ndjson") == HIT
    # Of what has one representation, `Accept` chooses none.
    assert status_of(ask, f"{EVENTS}?format=csv", accept="text/csv") == MISS
    assert status_of(ask, f"{EVENTS}?format=csv", accept="image/png") == HIT
    assert status_of(ask, "/events", accept="text/html") == MISS
    assert status_of(ask, "/events", accept="image/png") == HIT


def test_a_browser_is_sent_to_the_page_whatever_is_kept(asking: Asking) -> None:
    """The kept JSON is no answer to who prefers HTML, nor to who accepts nothing of it."""
    ask = asking()
    assert status_of(ask, EVENTS) == MISS
    for accept in ("text/html", "text/html,application/xml;q=0.9,*/*;q=0.8"):
        assert ask(EVENTS, headers={"accept": accept}).headers["location"] == "/events"
    assert ask(EVENTS, headers={"accept": "image/png"}).status_code == 406
    assert status_of(ask, EVENTS) == HIT


def test_lines_of_one_header_are_one_list(asking: Asking) -> None:
    """`Accept`, `Accept-Encoding` and `If-None-Match` may be sent in several lines."""
    ask = asking()
    first = ask(EVENTS, headers={"Accept-Encoding": "identity"})
    several = [
        ("Accept", "application/json;q=0.1"),
        ("Accept", "application/x-ndjson"),
        ("Accept-Encoding", "br"),
        ("Accept-Encoding", "gzip"),
    ]
    answer = ask(EVENTS, headers=several)
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["content-encoding"] == "gzip"
    refused = [("Accept-Encoding", "gzip;q=0"), ("Accept-Encoding", "zstd;q=0")]
    assert "content-encoding" not in ask(EVENTS, headers=refused).headers
    held = [("If-None-Match", '"other"'), ("If-None-Match", first.headers["etag"])]
    for known in (held, held[::-1]):
        asked = [("Accept-Encoding", "identity"), *known]
        assert ask(EVENTS, headers=asked).status_code == 304


async def ask_often(app: ASGIApp, accepts: list[bytes]) -> set[Any]:
    """Asks one question with each `Accept`; what the answers say of the cache."""
    seen = set()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.add((message["status"], dict(message["headers"]).get(b"cache-status")))

    for accept in accepts:
        await app(scope_of(EVENTS, accept=accept), receive, send)
    return seen


def test_many_accept_headers_take_no_memory(asking: Asking) -> None:
    """14,000 of them, of 4 kB each: one answer is kept, and the headers are not."""
    ask = asking()
    ask.page(EVENTS)
    accepts = [b"application/json, text/x-%d%s" % (n, b"x" * 4000) for n in range(14_000)]
    asyncio.run(ask_often(ask.app, accepts[:200]))
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        assert asyncio.run(ask_often(ask.app, accepts)) == {(200, HIT.encode())}
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A thousand answers would take ten times as much.
    assert after - before < 1_000_000


def test_long_addresses_count(asking: Asking) -> None:
    """The key of an answer takes room: sixteen short answers at long addresses are too much."""
    ask = asking(cache_bytes=100_000)
    actor = "".join(f"%{ord(letter):02x}" for letter in "united-kingdom")
    long = "&".join([f"actor={actor}"] * 50 + ["&" * 400] + [f"q={'%20' * 150}talks"])
    asked = [f"{EVENTS}?format=csv&limit={n}&{long}" for n in range(1, 17)]
    assert [status_of(ask, path) for path in asked] == [MISS] * 16
    assert status_of(ask, asked[-1]) == HIT
    assert status_of(ask, asked[0]) == MISS
    short = [f"{EVENTS}?format=csv&limit={n}" for n in range(1, 17)]
    assert [status_of(ask, path) for path in short] == [MISS] * 16
    assert [status_of(ask, path) for path in short] == [HIT] * 16


@pytest.mark.parametrize("path", ["/v1/events", "/events", "/v1/dataset", "/openapi.json"])
def test_what_is_whole_is_kept(path: str, asking: Asking) -> None:
    """Answers that an endpoint returns as one object are kept, and a HEAD keeps none."""
    ask = asking()
    assert ask(path, method="HEAD").status_code == 200
    assert status_of(ask, path) == MISS
    assert status_of(ask, path) == HIT
    head = ask(path, method="HEAD")
    assert (head.headers["cache-status"], head.content) == (HIT, b"")


@pytest.mark.parametrize(
    "path", ["/llms.txt", "/v1/events?format=atom", "/v1/dataset/datapackage.zip"]
)
def test_the_etag_depends_on_the_public_url(path: str, asking: Asking) -> None:
    """Bytes that name another address have another ETag, and are no 304 to who has the first."""
    here, there = (asking(public_url=f"https://{host}.example") for host in ("here", "there"))
    first, second = here(path), there(path)
    assert first.content != second.content
    assert first.headers["etag"] != second.headers["etag"]
    known = {"If-None-Match": first.headers["etag"]}
    assert here(path, headers=known).status_code == 304
    assert there(path, headers=known).content == second.content
