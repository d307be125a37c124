"""Clients that offer HTTP/2 in the clear (`Upgrade: h2c`) are answered as others are."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.conftest import TINY, Seeded
from tests.operation.running import running
from tests.operation.sockets import exchanged, halves, request, status_of

CURL = shutil.which("curl")
# As the default client of Java sends it.
OFFER = ("Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAEAAEAA", "Upgrade: h2c")
TEXT = "Blair said: “I feel the hand of history upon our shoulders.”\r\nUpgrade: h2c\r\n".encode()
LAST = request("/v1/events?limit=1", "Host: a", "Connection: close")


@pytest.fixture(scope="module")
def base(cached_databases: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the tiny record."""
    with running(cached_databases(TINY), tmp_path_factory.mktemp("offers") / "log") as server:
        yield server.base


def posted(*headers: str, body: bytes = TEXT) -> bytes:
    """A text to be checked; its connection stays open."""
    described = (f"Content-Length: {len(body)}", "Content-Type: text/plain")
    return request("/v1/check", "Host: a", *headers, *described, method="POST", body=body)


def bodies(answer: bytes) -> list[bytes]:
    """The bodies of the answers on one connection."""
    found = []
    while answer:
        head, _, answer = answer.partition(b"\r\n\r\n")
        assert status_of(head) == 200, head
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        found.append(answer[:length])
        answer = answer[length:]
    return found


@pytest.fixture(scope="module")
def expected(base: str) -> list[bytes]:
    """The answers to the text and to the question behind it, where nothing is offered."""
    answers = bodies(exchanged(base, posted() + LAST))
    assert len(answers) == 2
    return answers


def test_an_offer_does_not_lose_the_body(base: str, expected: list[bytes]) -> None:
    """The text is read, and the request behind it as well, in whatever order headers come."""
    for offer in (
        OFFER,
        OFFER[::-1],
        ("upgrade:h2c", "connection: upgrade"),
        ("UPGRADE:  H2C ", "Connection: Upgrade"),
    ):
        assert bodies(exchanged(base, posted(*offer) + LAST)) == expected


def test_an_offer_that_is_cut_anywhere(base: str, expected: list[bytes]) -> None:
    """It does not matter between which bytes the request comes in two reads."""
    for first, second in halves(posted(*OFFER)):
        assert bodies(exchanged(base, first, second + LAST)) == expected, first


def test_an_offer_that_comes_byte_by_byte(base: str, expected: list[bytes]) -> None:
    """Nor in how many reads."""
    pieces = [bytes([byte]) for byte in posted(*OFFER)]
    assert bodies(exchanged(base, *pieces, LAST)) == expected


def test_offers_behind_other_requests(base: str, expected: list[bytes]) -> None:
    """Several requests in one read, each with an offer, are each answered, cut anywhere."""
    row = posted(*OFFER, body=b"peace") + posted(*OFFER)
    found = bodies(exchanged(base, row + LAST))
    assert (len(found), found[1:]) == (3, expected)
    for cut in range(0, len(row), 7):
        assert bodies(exchanged(base, row[:cut], row[cut:] + LAST)) == found, row[:cut]


@pytest.mark.parametrize(
    "offer",
    ["h2c", "HTTP/2.0", "TLS/1.0, HTTP/1.1", "h2c, websocket", "websocket, h2c", "", "x" * 5000],
)
def test_whatever_is_offered(offer: str, base: str, expected: list[bytes]) -> None:
    """Any other protocol, or several, or one that is long."""
    asked = posted("Connection: Upgrade", f"Upgrade: {offer}")
    assert bodies(exchanged(base, asked + LAST)) == expected
    for cut in (60, 70, 80, 90):
        assert bodies(exchanged(base, asked[:cut], asked[cut:] + LAST)) == expected


def test_what_only_looks_like_an_offer_is_left_alone(base: str) -> None:
    """A body, a value and an address keep the words, cut anywhere."""
    address = "/v1/events?x=upgrade:%20h2c"
    asked = request(address, "Host: a", "X-Note: upgrade: h2c", "Connection: close")
    whole = exchanged(base, asked)
    assert status_of(whole) == 422
    for cut in range(1, len(asked), 3):
        answer = exchanged(base, asked[:cut], asked[cut:])
        assert answer.partition(b"\r\n\r\n")[2] == whole.partition(b"\r\n\r\n")[2]
    body = json.dumps({"text": "peace"}).encode() + b"\nupgrade: h2c\n"
    for cut in range(len(body)):
        asked = posted("Connection: close", body=body)
        answer = exchanged(base, asked[: len(asked) - cut], asked[len(asked) - cut :])
        assert status_of(answer) == 200


def test_websocket_is_left_alone(base: str) -> None:
    """A client that offers it gets what it asks for over HTTP, as there is no such endpoint."""
    offer = (
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    )
    answer = exchanged(base, request("/v1/events?limit=1", "Host: a", *offer) + LAST)
    assert status_of(answer) == 200


@pytest.mark.skipif(CURL is None, reason="curl is not installed")
def test_curl_that_offers_http_2(base: str, expected: list[bytes]) -> None:
    """`curl --http2` posts a text and reads the answer."""
    assert CURL is not None
    described = ["--http2", "-sS", "--max-time", "20", "-H", "Content-Type: text/plain"]
    command = [CURL, *described, "--data-binary", "@-", f"{base}/v1/check"]
    for _ in range(2):
        answer = subprocess.run(command, input=TEXT, capture_output=True, check=True, timeout=60)
        assert answer.stdout == expected[0]
