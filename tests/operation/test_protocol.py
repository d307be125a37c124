"""Answers as they go over a connection: in order, whole, and ended as the client asks."""

from __future__ import annotations

import re
import socket

import pytest

KEPT, NEW, OTHER = b"/v1/events", b"/v1/quotes?limit=1", b"/nothing"


@pytest.fixture(scope="module")
def base(tiny_server: str) -> str:
    """A server over the tiny record."""
    return tiny_server


def asked(path: bytes, *headers: bytes, method: bytes = b"GET", version: bytes = b"1.1") -> bytes:
    """A request as it goes over a connection that stays open."""
    lines = [method + b" " + path + b" HTTP/" + version, b"Host: x", *headers, b"", b""]
    return b"\r\n".join(lines)


def answers(base: str, *requests: bytes) -> list[tuple[int, dict[str, str], bytes]]:
    """Status, headers and body of each answer on one connection, all asked for in one piece."""
    host, port = base.removeprefix("http://").split(":")
    found = []
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(b"".join(requests))
        with connection.makefile("rb") as stream:
            for request in requests:
                found.append(one_answer(stream, has_body=not request.startswith(b"HEAD")))
    return found


def one_answer(stream: object, *, has_body: bool) -> tuple[int, dict[str, str], bytes]:
    """The next answer of a connection."""
    lines = iter(stream.readline, b"\r\n")  # type: ignore[attr-defined]
    status = int(next(lines).split(b" ")[1])
    pairs = (line.decode("latin-1").rstrip("\r\n").split(": ", 1) for line in lines)
    headers = dict(pairs)
    length = int(headers.get("content-length", "0")) if has_body else 0
    return status, headers, stream.read(length)  # type: ignore[attr-defined]


def test_what_is_asked_in_a_row_is_answered_in_that_order(base: str) -> None:
    """Kept pages, new ones, problems and 304s, asked without waiting, come in their order."""
    [(_, first, page)] = answers(base, asked(KEPT))
    known = asked(KEPT, b"If-None-Match: " + first["etag"].encode())
    found = answers(
        base, asked(KEPT), asked(NEW), known, asked(OTHER), asked(KEPT, method=b"HEAD"), asked(KEPT)
    )
    assert [status for status, _, _ in found] == [200, 200, 304, 404, 200, 200]
    assert [body == page for _, _, body in found] == [True, False, False, False, False, True]
    assert found[2][2] == found[4][2] == b""
    assert found[4][1]["content-length"] == str(len(page))
    assert [headers.get("cache-status") for _, headers, _ in found] == [
        "parley; hit",
        "parley; fwd=miss; stored",
        "parley; hit",
        None,
        "parley; hit",
        "parley; hit",
    ]
    ids = [headers["x-request-id"] for _, headers, _ in found]
    assert len(set(ids)) == len(ids)


def test_thousands_in_a_row(base: str) -> None:
    """However many requests wait behind one that takes its time, each is answered."""
    many = [asked(b"/v1/quotes?limit=2"), *[asked(KEPT)] * 3000]
    found = answers(base, *many)
    assert {status for status, _, _ in found} == {200}
    assert len({body for _, _, body in found}) == 2


@pytest.mark.parametrize(
    ("headers", "version"),
    [((b"Connection: close",), b"1.1"), ((), b"1.0")],
)
@pytest.mark.parametrize("path", [KEPT, NEW, OTHER])
def test_a_connection_is_closed_where_that_is_asked(
    path: bytes, headers: tuple[bytes, ...], version: bytes, base: str
) -> None:
    """Whole answers, from memory or not, and then the end."""
    for _ in range(2):
        host, port = base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(asked(path, *headers, version=version))
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        (length,) = re.findall(rb"content-length: (\d+)", head)
        assert len(body) == int(length)
        assert b"\r\nconnection: close" in head


def test_a_body_that_nobody_wants_does_not_disturb(base: str) -> None:
    """A GET with a body is answered, from memory too; what follows it is read as the next one."""
    with_body = asked(KEPT, b"Content-Length: 5") + b"hello"
    found = answers(base, asked(KEPT), with_body, asked(KEPT))
    assert [status for status, _, _ in found] == [200, 200, 200]
    assert len({body for _, _, body in found}) == 1
