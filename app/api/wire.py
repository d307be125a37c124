"""Requests that never become one: what is no HTTP, too long or too slow gets a problem document."""

from __future__ import annotations

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.errors import PROBLEM_MEDIA_TYPE, BadRequest, HeadersTooLarge, Problem, TooLong

# The parser cannot split a longer address into its parts, and no question needs longer headers.
LONGEST_READ = 65_535
# Seconds from the first byte of a request, or from a silent connection, to the request's last byte.
READ_SECONDS = 20.0


class Wire(HttpToolsProtocol):
    """uvicorn's protocol, bounded in what it reads; its own refusals are problem documents."""

    url = b""
    # When the request that is being read began; None while none is.
    began: float | None = None
    # What was read of headers that are not complete, in bytes; None once they are.
    head: int | None = None
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
        """Some bytes; those of headers without an end are counted."""
        if self.refused:
            # A client that is still sending would not see the refusal if its bytes were not taken.
            return
        super().data_received(data)
        if self.head is not None and not self.refused:
            self.head += len(data)
            if self.head > LONGEST_READ:
                self.send_400_response("The headers have no end.")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self.began, self.head = self.loop.time(), 0

    def on_headers_complete(self) -> None:
        """The headers are read."""
        self.head = None
        super().on_headers_complete()

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
