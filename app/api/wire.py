"""Requests that never become one: what is no HTTP gets a problem document, too."""

from __future__ import annotations

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.errors import PROBLEM_MEDIA_TYPE, BadRequest, Problem, TooLong

# The parser cannot split a longer address into its parts.
LONGEST_READ = 65_535
# Beyond this, what a client sends for an address is no longer kept.
LONGEST_KEPT = 1 << 20


class Wire(HttpToolsProtocol):
    """uvicorn's protocol, whose own refusals are problem documents."""

    url = b""

    def on_url(self, url: bytes) -> None:
        """A piece of the address."""
        super().on_url(url)
        if len(self.url) > LONGEST_KEPT:
            raise HttpParserError

    def send_400_response(self, msg: str) -> None:
        """Says what is wrong, and closes the connection."""
        problem: Problem = BadRequest(msg)
        if len(self.url) > LONGEST_READ:
            problem = TooLong("The address is longer than any question needs; ask for less.")
        body = problem.body()
        lines = (
            b"content-type: " + PROBLEM_MEDIA_TYPE.encode(),
            b"content-length: %d" % len(body),
            b"cache-control: no-store",
            b"access-control-allow-origin: *",
            b"connection: close",
            b"",
        )
        head = STATUS_LINE[problem.status] + b"\r\n".join(lines) + b"\r\n"
        self.transport.write(head + body)
        self.transport.close()
