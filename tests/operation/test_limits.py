"""What is too much gets a problem document, and memory does not grow."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import sqlite
from app.http import protocol
from app.http.protocol import BoundedProtocol
from tests.api.asking import BASE, raw
from tests.operation.conftest import Asking
from tests.operation.sockets import exchanged, request, scope_of, status_of

PROBLEM = b"content-type: application/problem+json"


def test_too_many_at_once_get_503(asking: Asking) -> None:
    """Beyond `MAX_REQUESTS` at once: 503 with Retry-After; the others are answered, then all."""
    asker = asking(max_requests=3)
    going_on = asyncio.Event()

    async def slow() -> Response:
        await going_on.wait()
        return Response()

    asker.routes.router.add_api_route("/slow", slow, response_model=None)

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(asker.app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            asked = [asyncio.create_task(client.get("/slow")) for _ in range(5)]
            await asyncio.sleep(0.1)
            going_on.set()
            return [*await asyncio.gather(*asked), await client.get("/v1/events")]

    answers = asyncio.run(ask())
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 503, 503]
    assert answers[-1].status_code == 200
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "/problems/unavailable"


def test_a_long_body_gets_413(asking: Asking) -> None:
    """By its stated length, or as soon as more has come than a body may have."""
    ask = asking(max_body=100)
    options: dict[str, Any] = {"method": "POST", "headers": {"Content-Type": "text/plain"}}
    assert ask.problem("/v1/check", 413, content=b"x" * 101, **options)["type"] == (
        "/problems/content-too-large"
    )

    async def parts(number: int) -> AsyncIterator[bytes]:
        for _ in range(number):
            yield b"the talks "

    for path in ("/v1/check", "/v1/check?format=csv"):
        assert ask(path, content=parts(10), **options).status_code == 200
        assert ask.problem(path, 413, content=parts(11), **options)["status"] == 413
    whole = ask("/v1/check", content=b"the talks " * 10, **options)
    assert ask("/v1/check", content=parts(10), **options).json() == whole.json()


BODIES = {
    "": 411,
    "Content-Length: 0": 422,
    "Transfer-Encoding: chunked": 200,
    "Transfer-Encoding: Chunked": 200,
    "Transfer-Encoding: gzip, chunked": 400,
    "Content-Length: x": 400,
    "Content-Length: 600000": 413,
}


@pytest.mark.parametrize("header", BODIES)
def test_how_a_body_comes(header: str, tiny_server: str) -> None:
    """With its length or in chunks; what says neither gets 411, what is no length 400."""
    lines = ["Host: x", "Content-Type: text/plain", "Connection: close", *filter(None, [header])]
    body = b"3\r\nthe\r\n6\r\n talks\r\n0\r\n\r\n" if BODIES[header] == 200 else b""
    answer = exchanged(tiny_server, request("/v1/check", *lines, method="POST", body=body))
    assert status_of(answer) == BODIES[header]
    if BODIES[header] != 200:
        assert PROBLEM in answer.lower()
        assert b"access-control-allow-origin: *" in answer.lower()


def test_a_body_that_never_comes_is_the_doing_of_the_client(
    asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    """408, not 500 and no traceback, whether all or the rest of it is missing."""
    ask = asking()

    async def left_after(path: str, messages: Iterator[Message]) -> Message:
        sent: list[Message] = []

        async def receive() -> Message:
            return next(messages)

        async def send(message: Message) -> None:
            sent.append(message)

        form = b"application/x-www-form-urlencoded" if path == "/check" else b"text/plain"
        scope = {**scope_of(path, content_length=b"9", content_type=form), "method": "POST"}
        await ask.app(scope, receive, send)
        return sent[0]

    part: Message = {"type": "http.request", "body": b"text=a", "more_body": True}
    for path in ("/v1/check", "/check"):
        for first in ([], [part]):
            messages = iter([*first, {"type": "http.disconnect"}])
            start = ask.runner.run(left_after(path, messages))
            assert start["status"] == 408
            assert dict(start["headers"])[b"content-type"] == b"application/problem+json"
    assert "Traceback" not in caplog.text


def test_a_mistake_in_front_of_the_routes_is_a_problem_with_cors(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where even the cache fails, nothing bare is sent, and nothing is told of it."""
    ask = asking()
    with monkeypatch.context() as patched:
        patched.setattr("app.http.cache.Cache.__call__", failing)
        answer = ask("/v1/events")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-request-id"]
    assert answer.json()["type"] == "/problems/internal-error"
    assert "secret" not in answer.text


async def failing(cache: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """An application that does not answer."""
    del cache, scope, receive, send
    raise RuntimeError("secret")


TRACES = (
    "traceparent", "tracestate", "baggage", "sentry-trace", "b3", "x-b3-traceid", "x-request-id",
    "x-correlation-id", "uber-trace-id", "x-amzn-trace-id",
)  # fmt: skip


@pytest.mark.parametrize("path", ["/v1/events", "/v1/check", "/v1/dataset/quotes.csv"])
def test_what_instrumented_clients_send_passes_the_preflight(asking: Asking, path: str) -> None:
    """Each header by name, and any other one by `*`."""
    asked = {"Origin": "https://a.example", "Access-Control-Request-Headers": ",".join(TRACES)}
    answer = asking()(path, "OPTIONS", headers=asked)
    assert answer.status_code == 204
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {*TRACES, "content-type", "range", "*"} <= {*allowed}


COSTS = {
    "/v1/events": 1,
    "/v1/events?limit=50": 1,
    "/v1/events?limit=500": 6,
    "/v1/events?format=csv": 5,
    "/v1/events?format=ics&limit=10": 1,
    "/v1/compare?chain=a": 10,
    "/compare": 10,
    "/embed/compare": 10,
    "/cards/compare.png": 10,
    "/oembed": 10,
    "/events": 1,
}


def test_what_costs_more_counts_as_more(asking: Asking) -> None:
    """A check of 40,000 characters counts as 21 questions, a list as one."""
    ask = asking(rate_limit="100/minute")
    left = 100
    for path, cost in COSTS.items():
        left -= cost
        assert f"r={left};" in ask(path).headers["ratelimit"], path
    for size, cost in ((1000, 1), (40_000, 21)):
        left -= cost
        checked = ask("/v1/check", "POST", content=b"a " * (size // 2))
        assert checked.status_code == 200
        assert f"r={left};" in checked.headers["ratelimit"]
    small = asking(rate_limit="5/minute")
    assert small("/v1/check", "POST", content=b"a " * 20_000).status_code == 200
    assert small("/v1/events").status_code == 429


HOSTS = {
    "parley.example": 200,
    "PARLEY.example:8000": 200,
    "[::1]:8000": 200,
    "other.example": 421,
    "parley.example.evil": 421,
    "": 421,
}


@pytest.mark.parametrize("host", HOSTS)
def test_unknown_hosts_get_421(host: str, asking: Asking) -> None:
    """With `TRUSTED_HOSTS`, other names are refused; without, none is."""
    ask = asking(trusted_hosts=("parley.example", "[::1]"))
    headers = {"Host": host}
    if HOSTS[host] == 421:
        problem = ask.problem("/v1/events", 421, headers=headers)
        assert problem["type"] == "/problems/misdirected-request"
    else:
        assert ask("/v1/events", headers=headers).status_code == 200
    assert asking()("/v1/events", headers=headers).status_code == 200
    # A container asks for its own health by its address.
    assert ask("/health/ready", headers=headers).status_code == 200


def test_who_asks_too_often_gets_429(asking: Asking) -> None:
    """With `RATE_LIMIT`: what is left in every answer, then 429 with Retry-After."""
    ask = asking(rate_limit="3/minute")
    for left in (2, 1, 0):
        answer = ask("/v1/events")
        assert answer.status_code == 200
        assert answer.headers["ratelimit-policy"] == '"default";q=3;w=60'
        assert answer.headers["ratelimit"].startswith(f'"default";r={left};t=')
    refused = ask("/v1/events")
    assert refused.status_code == 429
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    assert refused.headers["ratelimit"].startswith('"default";r=0;t=')
    assert ask("/health/live").status_code == 200
    assert "ratelimit" not in asking()("/v1/events").headers


def test_every_refusal_has_a_request_id_and_cors(asking: Asking) -> None:
    """A refusal in front of the application has the headers that every answer has."""
    refused = asking(trusted_hosts=("a.example",))("/v1/events")
    assert refused.status_code == 421
    assert refused.headers["x-request-id"]
    assert refused.headers["access-control-allow-origin"] == "*"
    assert refused.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/v1/events", "/", "/docs", "/nothing", "/v1/events?x=1"])
def test_security_headers(path: str, asking: Asking) -> None:
    """No sniffing, no addresses given away; pages say what they may load; no server is named."""
    headers = asking()(path, headers={"Accept": "text/html"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "server" not in headers
    if headers.get("content-type", "").startswith("text/html"):
        assert "default-src 'none'" in headers["content-security-policy"]


def test_long_addresses_and_headers_over_the_wire(tiny_server: str) -> None:
    """414 and 431, as problem documents, however the bytes come."""
    for size in (33_000, 60_000, 70_000, 3_000_000):
        status, answer = raw(tiny_server, b"/v1/events?q=" + b"x" * size)
        assert status == 414, size
        assert PROBLEM in answer.lower()
    status, answer = raw(tiny_server, b"/v1/events", b"X-Much: " + b"y" * 3_000_000)
    assert status == 431
    assert PROBLEM in answer.lower()
    many = [b"X-%d: %s" % (number, b"z" * 1000) for number in range(2000)]
    assert raw(tiny_server, b"/v1/events", *many)[0] == 431
    assert httpx.get(f"{tiny_server}/v1/events").status_code == 200


def test_headers_are_counted_from_the_first_byte(tiny_server: str) -> None:
    """431 whether the headers end or not, and whether requests stand before them in one piece."""
    usual = request("/v1/events?limit=1", "Host: x")
    short = request("/v1/events?limit=1", "Host: x", "X-Much: " + "y" * 60_000, "Connection: close")
    long = b"GET /v1/events HTTP/1.1\r\nHost: x\r\nX-Much: " + b"y" * 80_000
    for before in (0, 1, 40):
        for ending in (b"\r\n\r\n", b"", b"\r\nX: "):
            refused = exchanged(tiny_server, usual * before + long + ending)
            assert refused.count(b"HTTP/1.1 431") == 1
        answered = exchanged(tiny_server, usual * before + short)
        assert answered.count(b"HTTP/1.1 200") == before + 1


def test_slow_requests_are_given_up(monkeypatch: pytest.MonkeyPatch, asking: Asking) -> None:
    """A request that does not come to its end in time, or never begins, loses its connection."""
    monkeypatch.setattr(protocol, "READ_SECONDS", 0.3)
    app = asking().app

    async def clients() -> list[tuple[float, bytes]]:
        config = uvicorn.Config(app, http=BoundedProtocol, port=0, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        listener = socket.create_server(("127.0.0.1", 0))
        running = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        port = listener.getsockname()[1]
        slow = [slowly(port, each) for each in (b"", b"GET /v1/events HTTP/1.1\r\nX: ", POSTED)]
        waited = await asyncio.gather(*slow)
        server.should_exit = True
        await running
        listener.close()
        return waited

    async def slowly(port: int, first: bytes) -> tuple[float, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        began, answer = time.monotonic(), b""
        writer.write(first)
        try:
            while not reader.at_eof() and time.monotonic() - began < 5:
                if first:
                    writer.write(b"x")
                    await writer.drain()
                with contextlib.suppress(TimeoutError):
                    answer += await asyncio.wait_for(reader.read(4096), 0.05)
        except OSError:
            pass
        writer.close()
        return time.monotonic() - began, answer

    silent, headers, body = asyncio.run(clients())
    assert all(waited < 3 for waited, _ in (silent, headers, body))
    assert silent[1] == b""
    for _, answer in (headers, body):
        assert status_of(answer) == 408
        assert PROBLEM in answer.lower()


POSTED = b"POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n"


def test_the_deadline_of_a_statement(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that takes longer than `STATEMENT_TIMEOUT`: 503 with Retry-After, and why."""
    monkeypatch.setattr(sqlite, "OPCODES_BETWEEN_LOOKS", 1)
    monkeypatch.setattr(sqlite, "LOOP_BUDGET", 0)
    ask = asking(statement_timeout=0.000_001)
    refused = ask("/v1/events")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "5"
    assert "took longer than 1e-06 seconds" in refused.json()["detail"]
    assert ask("/health/live").status_code == 200
    assert asking()("/v1/events").status_code == 200


@pytest.mark.parametrize("more", ["", "&count=exact", "&sort=relevance", "&facets=actor"])
def test_the_deadline_of_a_question(asking: Asking, more: str) -> None:
    """What the full text has to prove in many statements ends at the deadline, too."""
    asked = f'/v1/quotes?q="of the"{more}'
    refused = asking(statement_timeout=0.000_001)(asked)
    assert refused.status_code == 503
    assert "took longer than 1e-06 seconds" in refused.json()["detail"]
    assert asking()(asked).status_code == 200
