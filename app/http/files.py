"""Files over HTTP: whole, or the part that `Range` asks for (RFC 9110, section 14)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from app.db.files import OpenFile
from app.errors import NoSuchRange
from app.http.messages import Fields, Header, StreamedResponse, holds, not_modified

PART = 64 * 1024
RANGE = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class FileResponse:
    """An ASGI application that sends a file, whose headers have its ETag."""

    file: OpenFile
    headers: list[Header]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fields, etag = scope["state"]["fields"], dict(self.headers)[b"etag"]
        if holds(fields, etag):
            await not_modified(self.headers)(scope, receive, send)
            return
        # Ranges are of GET alone (RFC 9110, section 14.2).
        asked = fields if scope["method"] == "GET" else {}
        status, first, size = wanted(asked, self.file.size, etag)
        headers = [
            *self.headers,
            (b"accept-ranges", b"bytes"),
            (b"content-length", b"%d" % size),
        ]
        if status == 206:
            within = (first, first + size - 1, self.file.size)
            headers.append((b"content-range", b"bytes %d-%d/%d" % within))
        await StreamedResponse(status, headers, parts(self.file, first, size))(scope, receive, send)


def wanted(fields: Fields, size: int, etag: bytes) -> tuple[int, int, int]:
    """The status, and the first byte and the length of what is sent.

    An invalid range, several ranges, and a range of an earlier version of the file get the whole
    file (RFC 9110, section 14.2).
    """
    match = RANGE.fullmatch(fields.get(b"range", b""))
    if match is None or fields.get(b"if-range", etag) != etag:
        return 200, 0, size
    first, last = match[1], match[2]
    if (first and last and int(last) < int(first)) or not (first or last):
        return 200, 0, size
    begin = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if begin >= size:
        raise NoSuchRange(size)
    return 206, begin, end - begin + 1


async def parts(file: OpenFile, first: int, size: int) -> AsyncGenerator[bytes]:
    """Some bytes of a file, a part at a time."""
    for begin in range(first, first + size, PART):
        length = min(PART, first + size - begin)
        yield await asyncio.to_thread(file.read, begin, length)
