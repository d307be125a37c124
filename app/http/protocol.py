"""uvicorn's HTTP protocol with bounds on what it reads; its refusals are problem documents."""

from __future__ import annotations

import re
import socket
import struct
from asyncio import AbstractEventLoop, TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.errors import BadRequest, HeadersTooLarge, Problem, RequestTimeout, TooLong
from app.http.messages import COMMON_HEADERS, Header, problem_response
from app.http.prefix import prefixed

# The parser cannot split a longer address into its parts, and no question needs longer headers.
LONGEST_READ = 65_535
# Headers are counted in steps of as many bytes.
STEP = 4096
# httptools stops parsing behind a request with this header: the rest of what was read is lost.
OFFER = b"upgrade:"
# No header that offers WebSocket is longer.
LONGEST_OFFER = 64
# A target that names its host: `http://host/path?query`.
ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
# Seconds from the first byte of a request, or from a silent connection, to the request's last byte;
# how often they are looked at, so that a request may have as much longer as lies between two looks.
READ_SECONDS = 20.0
LOOKS = 4
# A client that takes fewer bytes in as many seconds, while more wait for it, is cut off.
WRITE_SECONDS = 20.0
LEAST_WRITTEN = 20 * 1024


class WritePace:
    """Ends a connection whose client reads too slowly while more bytes wait to be sent."""

    def __init__(self, loop: AbstractEventLoop, transport: Transport):
        self.loop = loop
        self.transport = transport
        self.timer: TimerHandle | None = None

    def start(self) -> None:
        self.look(self.transport.get_write_buffer_size() + LEAST_WRITTEN)

    def look(self, before: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting > before - LEAST_WRITTEN:
            connection = self.transport.get_extra_info("socket")
            # What the system still holds for the client is dropped with the connection.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        else:
            self.timer = self.loop.call_later(WRITE_SECONDS, self.look, waiting)

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()


class BoundedProtocol(HttpToolsProtocol):
    """Bounds the bytes of headers and the seconds of a request, and hides offers of HTTP/2."""

    # Without a method while the headers of a request are read.
    scope: dict[str, Any]  # type: ignore[assignment]
    url = b""
    # Bytes of headers that are not complete, and whether the last one ended a line.
    head = 0
    line_ended = True
    # The beginning of a line that may become an offer; not parsed yet.
    held = b""
    refused = False
    watch: TimerHandle
    pace: WritePace
    # The request that was read at the last look, and at how many looks it was.
    waiting_for: object = None
    looks = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.scope = self.waiting_for = {}
        self.watch = self.loop.call_later(READ_SECONDS / LOOKS, self.abort_if_slow)
        self.pace = WritePace(self.loop, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.watch.cancel()
        self.pace.stop()

    def abort_if_slow(self) -> None:
        is_reading = self.refused or "method" not in self.scope or self.cycle.more_body
        same = is_reading and self.scope is self.waiting_for
        self.looks, self.waiting_for = self.looks + 1 if same else 0, self.scope
        if self.looks >= LOOKS:
            self.give_up()
        else:
            self.watch = self.loop.call_later(READ_SECONDS / LOOKS, self.abort_if_slow)

    def give_up(self) -> None:
        """Ends a connection, after telling the client the reason if that is still possible."""
        # Of the request that is answered; None before the first.
        cycle: Any = self.cycle
        is_free = cycle is None or cycle.response_complete
        is_asking = cycle is not None and cycle.scope is self.scope and not cycle.response_started
        if "type" in self.scope and not self.refused and (is_free or is_asking):
            slow = RequestTimeout(f"The request did not come whole in {READ_SECONDS:g} seconds.")
            self.write_problem(slow)
            self.transport.close()
        else:
            self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.pace.start()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.pace.stop()

    def data_received(self, data: bytes) -> None:
        if data[-1:] == b"\n" and len(data) <= STEP and not self.held and OFFER not in data.lower():
            self.parse(data)
            return
        data, self.held = self.held + data, b""
        for step in steps_of(data):
            if self.line_ended and "method" not in self.scope:
                step, self.held = without_offer(step, self.ws_protocol_class is not None)
            if step:
                self.parse(step)

    def parse(self, step: bytes) -> None:
        # After a refusal the rest is read and dropped, so that the client sees the refusal.
        if self.refused:
            return
        scope = self.scope
        super().data_received(step)
        if "method" not in self.scope and not self.refused:
            self.line_ended = step.endswith(b"\n")
            # A step in which a request began is not counted: others may have come before it.
            self.head = self.head + len(step) if self.scope is scope else 0
            if self.head > LONGEST_READ:
                self.send_400_response("The headers are too long.")

    def on_headers_complete(self) -> None:
        if not self.url.startswith(b"/"):
            self.url, self.headers[:] = origin_form(self.url, self.headers)
        # HTTP/1.0 knows no answer before the answer (RFC 9110, section 10.1.1).
        self.expect_100_continue &= self.parser.get_http_version() != "1.0"
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        self.refused = True  # Another protocol reads from here on.
        self.watch.cancel()
        super().handle_websocket_upgrade()

    def write_problem(self, problem: Problem) -> None:
        """Writes a problem document, before the connection is closed."""
        self.transport.write(problem_message(problem, self.app_state.get("prefix", b"")))

    def send_400_response(self, msg: str) -> None:
        self.write_problem(refusal_of(msg, self.url, self.head))
        self.transport.write_eof()
        self.refused = True


def refusal_of(message: str, url: bytes, head: int) -> Problem:
    """Why a request cannot be read: its address or headers are too long, or as `message` says."""
    if len(url) > LONGEST_READ // 2:
        return TooLong("The address is longer than any question needs; ask for less.")
    if head > LONGEST_READ:
        return HeadersTooLarge(f"Headers may have {LONGEST_READ} bytes in all.")
    return BadRequest(message)


def problem_message(problem: Problem, prefix: bytes) -> bytes:
    """The bytes of a response with a problem document, after which the connection is closed."""
    response = problem_response(problem, prefixed(problem.body(), prefix))
    lines = [b": ".join(header) for header in [*response.raw_headers, *COMMON_HEADERS]]
    head = b"\r\n".join([*lines, b"connection: close", b"", b""])
    return STATUS_LINE[problem.status] + head + bytes(response.body)


def steps_of(data: bytes) -> list[bytes]:
    """Bytes as they are parsed: by line where an offer stands or may be about to."""
    tail = data[-len(OFFER) :].rpartition(b"\n")[2].lower()
    if OFFER in data.lower() or (tail and OFFER.startswith(tail)):
        return data.splitlines(keepends=True)
    return [data[start : start + STEP] for start in range(0, len(data), STEP)]


def without_offer(line: bytes, websocket: bool) -> tuple[bytes, bytes]:
    """What to parse of a line of headers, and what to hold until more of it is read.

    `Upgrade: h2c` becomes `X-Upgrade: h2c`: the request is answered as if nothing was offered.
    """
    if not OFFER.startswith(line[:8].lower()):
        return line, b""
    if len(line) < LONGEST_OFFER and not line.endswith(b"\n"):
        return b"", line
    is_websocket = websocket and line[8:].strip().lower() == b"websocket"
    return line if is_websocket else b"x-" + line, b""


def origin_form(url: bytes, headers: list[Header]) -> tuple[bytes, list[Header]]:
    """A target without its host, which replaces `Host` (RFC 9112, section 3.2.2)."""
    absolute = ABSOLUTE.fullmatch(url)
    if absolute is None:
        return url, headers
    host, target = absolute.groups()
    named = [(name, host if name == b"host" else value) for name, value in headers]
    return target if target.startswith(b"/") else b"/" + target, named
