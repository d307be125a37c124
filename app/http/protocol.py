"""HTTP on the connection, as uvicorn reads and writes it, with bounds and in fewer pieces.

What is no HTTP, too long or too slow gets a problem document. Offers of other protocols than
WebSocket are hidden from the parser. An answer that is whole goes out in one piece.
"""

from __future__ import annotations

import re
from asyncio import TimerHandle, Transport
from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Send
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from app.errors import PROBLEM_MEDIA_TYPE, BadRequest, HeadersTooLarge, Problem, TooLong
from app.http.limits import Guard
from app.http.route import Header

# The parser cannot split a longer address into its parts, and no question needs longer headers.
LONGEST_READ = 65_535
# Headers are counted in steps of as many bytes.
STEP = 4096
# The parser stops after a request that has this header, and its body is lost.
OFFER = b"upgrade:"
# No header that offers WebSocket is longer.
LONGEST_OFFER = 64
# A target that names its host: `http://host/path?query`.
ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
# Seconds from the first byte of a request, or from a silent connection, to the request's last byte.
READ_SECONDS = 20.0
# What no header may have, but for the end of its line and tabs (RFC 9110, section 5.5).
CONTROLS = bytes([*range(9), *range(10, 32), 127])


class Wire(HttpToolsProtocol):
    """uvicorn's protocol, bounded in what it reads; its own refusals are problem documents."""

    url = b""
    # When the request that is being read began; None while none is.
    began: float | None = None
    # What was read of headers that are not complete, in bytes; None once they are.
    head: int | None = None
    # Whether the last byte that was parsed ended a line.
    line_ended = True
    # The beginning of a line that may become an offer; not parsed yet.
    held = b""
    refused = False
    watch: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """A client; it has to ask something."""
        super().connection_made(transport)
        self.began = self.loop.time()
        self.watch = self.loop.call_later(READ_SECONDS, self.give_up_if_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        super().connection_lost(exc)
        if self.watch is not None:
            self.watch.cancel()

    def give_up_if_slow(self) -> None:
        """Closes the connection where a request does not come to its end; else looks again."""
        waited = 0.0 if self.began is None else self.loop.time() - self.began
        if waited >= READ_SECONDS:
            self.transport.abort()
        else:
            self.watch = self.loop.call_later(READ_SECONDS - waited, self.give_up_if_slow)

    def data_received(self, data: bytes) -> None:
        """Some bytes: parsed in steps, and line by line where a line may offer another protocol.

        `Upgrade: h2c` becomes `X-Upgrade: h2c`: the request is answered as if nothing was offered.
        """
        data, self.held = self.held + data, b""
        for step in steps_of(data):
            # A client that is still sending would not see a refusal if its bytes were not taken.
            if self.refused:
                return
            if self.line_ended and self.head is not None and OFFER.startswith(step[:8].lower()):
                if len(step) < LONGEST_OFFER and not step.endswith(b"\n"):
                    self.held = step
                    return
                if step[8:].strip().lower() != b"websocket" or self.ws_protocol_class is None:
                    step = b"x-" + step
            self.parse(step)

    def parse(self, step: bytes) -> None:
        """Lets the parser read some bytes; those of headers without an end are counted."""
        scope = self.scope
        super().data_received(step)
        self.line_ended = step.endswith(b"\n")
        # A step in which a request began is not counted: others may have come before it.
        if self.head is not None and self.scope is scope and not self.refused:
            self.head += len(step)
            if self.head > LONGEST_READ:
                self.send_400_response("The headers are too long.")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self.began, self.head = self.loop.time(), 0

    def on_headers_complete(self) -> None:
        """The headers are read; a host in the target replaces `Host` (RFC 9112, section 3.2.2)."""
        self.head = None
        absolute = ABSOLUTE.fullmatch(self.url)
        if absolute is not None:
            host, target = absolute.groups()
            self.url = target if target.startswith(b"/") else b"/" + target
            self.headers[:] = [
                (name, host if name == b"host" else value) for name, value in self.headers
            ]
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """Another protocol reads from here on."""
        self.refused = True
        super().handle_websocket_upgrade()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        sending = Sending(cycle)
        # Of requests that wait in a row, each is answered in a task of its own, not within another.
        if isinstance(app, Guard) and not self.pipeline and sending.is_plain():
            answer = app.at_once(cycle.scope)  # type: ignore[arg-type]
            if answer is not None:
                sending.send_whole(answer.status, answer.headers, answer.body)
                return
        cycle.send = sending  # type: ignore[assignment,method-assign]
        super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]

    def on_message_complete(self) -> None:
        """The last byte of a request."""
        super().on_message_complete()
        self.began = None

    def send_400_response(self, msg: str) -> None:
        """Says what is wrong, and reads on until the client hangs up, or for a while."""
        problem: Problem = BadRequest(msg)
        if len(self.url) > LONGEST_READ // 2:
            problem = TooLong("The address is longer than any question needs; ask for less.")
        elif self.head is not None and self.head > LONGEST_READ:
            problem = HeadersTooLarge(f"Headers may have {LONGEST_READ} bytes in all.")
        body = problem.body()
        lines = (
            b"content-type: " + PROBLEM_MEDIA_TYPE.encode(),
            b"content-length: %d" % len(body),
            b"cache-control: no-store",
            b"access-control-allow-origin: *",
            b"x-content-type-options: nosniff",
            b"connection: close",
            b"",
        )
        head = STATUS_LINE[problem.status] + b"\r\n".join(lines) + b"\r\n"
        self.transport.write(head + body)
        self.transport.write_eof()
        self.refused, self.began = True, self.loop.time()


def steps_of(data: bytes) -> Sequence[bytes]:
    """Some bytes as they are parsed: by line where an offer stands or may be about to."""
    tail = data[-len(OFFER) :].rpartition(b"\n")[2].lower()
    if OFFER in data.lower() or (tail and OFFER.startswith(tail)):
        return data.splitlines(keepends=True)
    if len(data) <= STEP:
        return (data,)
    return [data[start : start + STEP] for start in range(0, len(data), STEP)]


class Sending:
    """Sends an answer: one that is whole in one piece, any other as uvicorn does.

    uvicorn writes the head and the body apart, and looks at every header by two expressions, which
    takes a third of the time of an answer from memory. Here the head is looked at once.
    """

    __slots__ = ("cycle", "in_parts", "start")

    def __init__(self, cycle: RequestResponseCycle):
        self.cycle = cycle
        self.in_parts: Send = cycle.send  # type: ignore[assignment]
        self.start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """One message of the application; the start waits for what follows it."""
        if message["type"] == "http.response.start":
            self.start = message
            return
        if self.start is not None:
            start, self.start = self.start, None
            if self.is_plain() and is_whole(start, message):
                self.send_whole(start["status"], start["headers"], message["body"])
                return
            await self.in_parts(start)
        await self.in_parts(message)

    def is_plain(self) -> bool:
        """Whether the connection takes an answer now, and others after it."""
        cycle = self.cycle
        return (
            cycle.keep_alive
            and not cycle.disconnected
            and not cycle.flow.write_paused
            and cycle.scope["method"] != "HEAD"
        )

    def send_whole(self, status: int, headers: list[Header], body: bytes) -> None:
        """Writes an answer and ends the exchange; raises `ValueError` as `head_of` does."""
        cycle = self.cycle
        head = head_of(status, [*cycle.default_headers, *headers])
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.transport.writelines((head, body))
        cycle.message_event.set()
        cycle.on_response()


def is_whole(start: Message, message: Message) -> bool:
    """Whether nothing follows a message, and the start told how long its body is."""
    if message.get("more_body", False):
        return False
    length = len(message["body"])
    if start["status"] in (204, 304):
        return length == 0
    return (b"content-length", b"%d" % length) in start["headers"]


def head_of(status: int, headers: list[Header]) -> bytes:
    """The status line and headers; raises `ValueError` where one would break out of its line."""
    lines = b"\r\n".join([b": ".join(header) for header in headers])
    if len(lines.translate(None, CONTROLS)) != len(lines) - 2 * (len(headers) - 1):
        raise ValueError("A header has a control character.")
    return b"%b%b\r\n\r\n" % (STATUS_LINE[status], lines)
