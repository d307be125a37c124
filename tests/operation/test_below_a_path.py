"""A service below a path: behind a proxy that takes it away, every address has it."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest
from starlette.routing import Route

from app.http.prefix import prefixed
from tests.api.asking import Asker
from tests.conftest import TINY, Seeded
from tests.operation.running import running
from tests.operation.test_cache_in_front import NGINX, cache_before

PREFIX = "/parley"
PUBLIC = f"https://record.example{PREFIX}"
ATTRIBUTE = re.compile(r'(?:href|src|action|data-url|data-page)="([^"]*)"')
IN_TEXT = re.compile(rf"{PUBLIC}(/[^\s\"'<>),;`\\]*)")
IN_JSON = re.compile(r'(?<!"path":)(?<!"from":)"(/[a-z][^"\s]*)"')
IN_LINK = re.compile(r"<([^>]*)>")
STARTS = (
    "/", "/docs", "/llms.txt", "/openapi-full.json", "/timeline?limit=5", "/compare", "/check",
    "/guide", "/llms-full.txt",
    "/v1/dataset", "/v1/changes", "/v1/corrections", "/v1/events?limit=2&facets=actor,topic",
    "/v1/compare?chain=agreement", "/embed/timeline", "/embed.js", "/v1/nothing", "/nothing",
    "/v1/actors?q=irland", "/v1/events?actor=irland", "/v1/events?x=1",
    "/events?utm_source=a&limit=2", "/v1/dataset/entries.ndjson", "/v1/dataset/quotes.csv",
    "/v1/timeline?format=csv",
)  # fmt: skip


def addresses_in(answer: httpx.Response) -> Iterator[str]:
    """The addresses of this service in an answer: in its headers and its text."""
    yield from IN_LINK.findall(answer.headers.get("link", ""))
    if "location" in answer.headers:
        yield answer.headers["location"]
    kind = answer.headers.get("content-type", "")
    if kind.startswith("text/html"):
        yield from map(unescape, ATTRIBUTE.findall(answer.text))
    if "json" in kind and not answer.url.path.startswith(f"{PREFIX}/openapi"):
        yield from IN_JSON.findall(answer.text)
    if kind.startswith(("text/", "application/")) and "sqlite" not in kind and "zip" not in kind:
        yield from (PREFIX + path.rstrip(".") for path in IN_TEXT.findall(unescape(answer.text)))


def shape_of(path: str) -> str:
    """What addresses of one sort have in common, so that a few of each are asked."""
    parts = urlsplit(path)
    form = re.search(r"format=\w+", parts.query)
    steps = parts.path.split("/")
    return f"{'/'.join(steps[:4])} {len(steps)} {form and form[0]} {bool(parts.query)}"


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_a_crawl_below_a_path(cached_databases: Seeded, tmp_path: Path) -> None:
    """From the first page, the API and problems, each address leads to something below the path."""
    with (
        running(cached_databases(TINY), tmp_path / "log", public_url=PUBLIC) as server,
        cache_before(server.base, prefix=PREFIX) as base,
        httpx.Client(timeout=60) as client,
    ):
        root = base.removesuffix(PREFIX)
        waiting = [PREFIX + path for path in STARTS]
        seen, shapes = set(waiting), dict[str, int]()
        # The proxy keeps the metrics, which the description names, from the outside.
        expected = {PREFIX + path for path in ("/v1/nothing", "/nothing", "/metrics")}
        while waiting:
            path = waiting.pop()
            answer = client.get(root + path)
            while answer.status_code == 429:
                answer = client.get(root + path)
            wrong = 404 if path not in expected else 0
            assert answer.status_code not in (wrong, 500, 502), path
            for found in addresses_in(answer):
                if urlsplit(found).netloc or found.startswith(("#", "data:", "mailto:")):
                    continue
                address = urljoin(path, found).split("#")[0]
                assert address.startswith(PREFIX + "/"), (path, found)
                assert not address.startswith(PREFIX * 2), (path, found)
                shapes[shape_of(address)] = shapes.get(shape_of(address), 0) + 1
                if address not in seen and shapes[shape_of(address)] <= 2:
                    seen.add(address)
                    waiting.append(address)
    for path in (
        "/v1/events/talks",
        "/events/talks",
        "/assets/",
        "/v1/timeline?cursor",
        "/problems/",
    ):
        assert any(path.split("?")[0] in each for each in seen), path
    assert len(seen) > 90


def test_answers_differ_by_the_path_alone(cached_databases: Seeded) -> None:
    """The same bytes but for the path before each address, from memory and as downloads, too."""
    database = cached_databases(TINY)
    host = "https://record.example"
    with Asker(database, public_url=host) as plain, Asker(database, public_url=PUBLIC) as below:
        for path in (
            "/v1/events?limit=2&count=exact&facets=actor",
            "/v1/events?format=csv",
            "/v1/timeline?format=ndjson",
            "/v1/events/talks",
            "/v1/nothing",
            "/v1/dataset/entries.ndjson",
            "/v1/dataset/events.csv",
            "/events/talks",
        ):
            for _ in range(2):
                one, other = plain(path), below(path)
                text = one.content.replace(host.encode(), PUBLIC.encode())
                # The address of a page stands in that of its description for other pages, too.
                text = text.replace(quote(host, "").encode(), quote(PUBLIC, "").encode())
                expected = prefixed(text, b"/parley")
                assert other.content == expected != one.content
                assert int(other.headers.get("content-length", 0)) in (0, len(expected)) or (
                    "content-encoding" in other.headers
                )
                if "link" in one.headers:
                    assert other.headers["link"] == one.headers["link"].replace("</", "</parley/")
                if "etag" in one.headers:
                    assert other.headers["etag"] != one.headers["etag"]
        refused = below("/v1/events?" + "q=a&" * 9000)
        assert (refused.status_code, refused.json()["type"]) == (
            414,
            "/parley/problems/uri-too-long",
        )
        assert below("/openapi-full.json").json()["servers"][0]["url"] == PREFIX
        assert plain("/openapi-full.json").json()["servers"][0]["url"] == "/"


@pytest.mark.slow
def test_what_the_protocol_refuses_has_the_path(cached_databases: Seeded, tmp_path: Path) -> None:
    """A request that is none, and one whose headers are too long, are problems below the path."""
    long = b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 70_000
    with running(cached_databases(TINY), tmp_path / "log", public_url=PUBLIC) as server:
        address = urlsplit(server.base)
        for request, name in (
            (b"no request\r\n\r\n", b"bad-request"),
            (long, b"headers-too-large"),
        ):
            with socket.create_connection((address.hostname, address.port), timeout=60) as client:
                client.sendall(request)
                head, _, body = client.makefile("rb").read().partition(b"\r\n\r\n")
            assert json.loads(body)["type"] == f"/parley/problems/{name.decode()}"
            assert b"content-length: %d\r\n" % len(body) in head


def test_every_address_is_known(cached_databases: Seeded) -> None:
    """The first step of each route, so that a new one is not left without the path."""
    with Asker(cached_databases(TINY)) as ask:
        steps = {
            route.path.split("/")[1] for route in ask.routes.routes if isinstance(route, Route)
        }
    for step in filter(None, steps):
        assert prefixed(f'"/{step}/"'.encode(), b"/p") == f'"/p/{step}/"'.encode()


TEXTS = {
    b'{"url":"/v1/events/a","next":null}': b'{"url":"/p/v1/events/a","next":null}',
    b"a,/v1/events/a,b\r\n/v1/quotes,": b"a,/p/v1/events/a,b\r\n/p/v1/quotes,",
    b'<a href="/">x</a><a href="/?q=1">': b'<a href="/p/">x</a><a href="/p/?q=1">',
    b'<link href="/assets/1/a.css"><a href="/quotes?x=1">': (
        b'<link href="/p/assets/1/a.css"><a href="/p/quotes?x=1">'
    ),
    b'</v1/events>; rel="self"': b'</p/v1/events>; rel="self"',
    b"https://a.example/v1/events and either/or, km/events": (
        b"https://a.example/v1/events and either/or, km/events"
    ),
    b'[{"op":"replace","path":"/events/0","value":1}]': (
        b'[{"op":"replace","path":"/events/0","value":1}]'
    ),
    b'data-show="/timeline?q=1"': b'data-show="/timeline?q=1"',
    b"/v12/events /eventsx": b"/v12/events /eventsx",
}


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_an_address(text: bytes) -> None:
    """Addresses from the root get the path, once; parts of others, words and pointers do not."""
    once = prefixed(text, b"/p")
    assert once == TEXTS[text]
    assert prefixed(once, b"/p") == once
    assert prefixed(text, b"") == text
