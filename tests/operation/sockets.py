"""Requests as bytes and as ASGI scopes, and clients that hang up."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterable

from starlette.types import Scope

# Long enough for the server to read what was sent before, on a machine that is not busy.
PAUSE = 0.004


def connected(base: str) -> socket.socket:
    """A connection that sends each piece at once."""
    host, port = base.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def exchanged(base: str, *pieces: bytes) -> bytes:
    """Everything that a server answers to some pieces, until it closes the connection."""
    with connected(base) as connection:
        for number, piece in enumerate(pieces):
            if number:
                time.sleep(PAUSE)
            connection.sendall(piece)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def request(
    target: str, *headers: str, method: str = "GET", version: str = "1.1", body: bytes = b""
) -> bytes:
    """A request as it goes over the wire; it has no headers but those that are given."""
    lines = [f"{method} {target} HTTP/{version}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def status_of(answer: bytes) -> int:
    """The status of an answer; 0 where there is none."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


def halves(request: bytes) -> Iterable[tuple[bytes, bytes]]:
    """A request in two pieces, cut before each of its bytes but the first."""
    return ((request[:cut], request[cut:]) for cut in range(1, len(request)))


def hang_up(connection: socket.socket, *, reset: bool) -> None:
    """Closes a connection, in the usual way or by a reset."""
    if reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def scope_of(path: str, **headers: bytes) -> Scope:
    """A GET without a query, as a server hands it to an application."""
    given = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"parley.test"), *given],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
