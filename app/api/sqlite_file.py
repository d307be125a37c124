"""The SQLite file as a download: opened once, so that a seeding meanwhile mixes nothing."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncGenerator
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.errors import NoSuchRange, NotFound, Unavailable
from app.http.request import holds
from app.http.responses import Header, StreamedResponse, not_modified
from app.http.route import CACHE_CONTROL, service_of

PART = 256 * 1024
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class SqliteFile:
    """The file that answers questions, whole or the part that `Range` asks for (RFC 9110)."""

    media_type = "application/vnd.sqlite3"

    def __init__(self, request: Request):
        self.request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it; a file that is renamed away meanwhile is sent to its end."""
        service = service_of(self.request)
        path = service.settings.sqlite_path
        if path is None:
            raise NotFound(
                "The record lies in PostgreSQL; /v1/dataset/datapackage.zip has the same tables."
            )
        revision = service.database.current_revision()
        digest = revision.digest if revision is not None else ""
        with opened(path) as file:
            seen = os.fstat(file.fileno())
            headers = headers_of(seen, digest)
            etag = dict(headers)[b"etag"].decode()
            if holds(scope["state"]["fields"], etag.encode()):
                await not_modified(headers)(scope, receive, send)
                return
            status, first, size = self.wanted(seen.st_size, etag)
            headers.append((b"content-length", str(size).encode()))
            if status == 206:
                within = f"bytes {first}-{first + size - 1}/{seen.st_size}"
                headers.append((b"content-range", within.encode()))
            parts = pieces(file, first, size)
            await StreamedResponse(status, headers, parts)(scope, receive, send)

    def wanted(self, size: int, etag: str) -> tuple[int, int, int]:
        """The status, and the first byte and the length of what is sent.

        What is no range, several of them, and a part of a file that is no longer this one, are
        answered with the whole file, as the standard has it.
        """
        match = RANGE.fullmatch(self.request.headers.get("range", ""))
        if match is None or self.request.headers.get("if-range", etag) != etag:
            return 200, 0, size
        first, last = match[1], match[2]
        if (first and last and int(last) < int(first)) or not (first or last):
            return 200, 0, size
        begin = int(first) if first else max(size - int(last), 0)
        end = min(int(last), size - 1) if first and last else size - 1
        if begin >= size:
            raise NoSuchRange(size)
        return 206, begin, end - begin + 1


def opened(path: Path) -> BinaryIO:
    """The file under the path as it is now."""
    try:
        return path.open("rb")
    except OSError as error:
        raise Unavailable("The database file cannot be read now.", retry_after=60) from error


def headers_of(seen: os.stat_result, digest: str) -> list[Header]:
    """The headers; two seedings of one record make files that are not the same bytes."""
    named = f"{digest}\0{seen.st_mtime_ns}\0{seen.st_size}".encode()
    etag = f'"{blake2b(named, digest_size=12).hexdigest()}"'
    return [
        (b"content-type", SqliteFile.media_type.encode()),
        (b"content-disposition", b'attachment; filename="parley.sqlite"'),
        (b"accept-ranges", b"bytes"),
        (b"etag", etag.encode()),
        (b"cache-control", CACHE_CONTROL),
    ]


async def pieces(file: BinaryIO, first: int, size: int) -> AsyncGenerator[bytes]:
    """Some bytes of a file, a piece at a time."""
    file.seek(first)
    while size > 0:
        piece = await asyncio.to_thread(file.read, min(PART, size))
        if not piece:
            raise OSError("The file became shorter while it was sent.")
        size -= len(piece)
        yield piece
