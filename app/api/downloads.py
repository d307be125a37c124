"""Downloads of the whole record: the data package, every document, a table for each kind, the file.

Each is made at its first asking after a seeding, from one snapshot, a thousand rows at a time, into
a temporary file that answers from then on: memory does not grow with the record or with the number
of clients. To add one: what makes its parts, and its row in `DOWNLOADS`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.models import HEADERS
from app.api.registration import add_question
from app.db.files import OpenFile
from app.db.snapshots import Revision, Snapshot
from app.db.sql import Statement, given
from app.db.tables import csv_line, document
from app.entries.csv_columns import columns_of, header
from app.entries.questions import NoQuestion
from app.errors import NoSuchRange, NotFound, Unavailable
from app.http.files import FileResponse
from app.http.messages import Header, accepted_codings, coded_etag
from app.http.prefix import prefix_of, prefixed
from app.http.route import CACHE_CONTROL, Service, etag_of, service_of
from app.kinds import KINDS
from app.kinds.kind import Kind
from app.seeding.temporary import temporary_file

log = logging.getLogger(__name__)


async def package(snapshot: Snapshot, public_url: str) -> AsyncGenerator[bytes]:
    """The data package, part by part."""
    # Imported here, as the models of the relational tables are slow to import.
    from app.formats.package import data_package  # noqa: PLC0415

    async with aclosing(data_package(snapshot, public_url)) as made:
        async for part in made:
            yield part


EVERYTHING = Statement(select(document.c.body).order_by(document.c.sort_key))
LINES = Statement(
    select(csv_line.c.body).where(given(csv_line.c.kind)).order_by(csv_line.c.sort_key)
)
# Fast, as it is made while the client waits.
GZIP_LEVEL = 1
# Each takes a connection to the database while it is made.
MADE_AT_ONCE = 2
GZIP_WINDOW = 31
Parts = Callable[[Snapshot, str], AsyncGenerator[bytes]]


@dataclass(frozen=True)
class Download:
    """A file of the whole record: its name, what makes its parts, and of what kind it is alone."""

    name: str
    operation_id: str
    media_type: str
    parts: Parts
    of: str = ""

    @property
    def is_text(self) -> bool:
        """Whether compressing it is worth the while."""
        return self.media_type != "application/zip"


def stored_lines(statement: Statement, head: bytes = b"", end: bytes = b"", **values: str) -> Parts:
    """What makes a file of stored lines: those of a statement with some values, under a head."""

    async def parts(snapshot: Snapshot, public_url: str) -> AsyncGenerator[bytes]:
        del public_url
        yield head
        async with aclosing(snapshot.stream(statement, **values)) as chunks:
            async for rows in chunks:
                yield b"".join([row[0] + end for row in rows])

    return parts


def csv_download(kind: Kind) -> Download:
    """The documents of a kind as the rows of `format=csv`."""
    parts = stored_lines(LINES, header(columns_of(kind.document)), kind=kind.name)
    return Download(f"{kind.plural}.csv", "download{Plural}", "text/csv", parts, kind.name)


DOWNLOADS = (
    Download("datapackage.zip", "downloadDataPackage", "application/zip", package),
    Download(
        "entries.ndjson",
        "downloadEntries",
        "application/x-ndjson",
        stored_lines(EVERYTHING, end=b"\n"),
    ),
    *map(csv_download, KINDS.values()),
)
SQLITE_NAME, SQLITE_TYPE = "parley.sqlite", "application/vnd.sqlite3"


def links(engine: str) -> dict[str, str]:
    """The path of each download that there is."""
    names = [each.name for each in DOWNLOADS]
    if engine == "sqlite":
        names.append(SQLITE_NAME)
    return {name: f"/v1/dataset/{name}" for name in names}


# A download as it was made of a revision.
Made = tuple[Revision, OpenFile]


class Maker:
    """Makes a download in a coding, once for each revision."""

    def __init__(self, download: Download, coding: bytes, turns: asyncio.Semaphore):
        self.download = download
        self.coding = coding
        self.turns = turns
        self.asked: Revision | None = None
        self.making: asyncio.Task[Made] | None = None

    async def file(self, service: Service) -> Made:
        """The file of the revision that answers now; all who ask meanwhile wait for the same one.

        It is made to its end when they have gone, for those who ask again.
        """
        revision = service.database.current_revision()
        has_failed = self.making is not None and self.making.done() and self.making.exception()
        if self.making is None or has_failed or revision != self.asked:
            self.asked, self.making = revision, asyncio.create_task(self.make(service))
        return await asyncio.shield(self.making)

    async def make(self, service: Service) -> Made:
        async with self.turns, service.database.snapshot() as snapshot:
            parts = self.download.parts(snapshot, service.settings.public_url)
            if self.download.is_text:
                parts = with_prefix(parts, prefix_of(service.settings.public_url))
            async with aclosing(gzipped(parts) if self.coding else parts) as made:
                try:
                    file = OpenFile(temporary_file())
                    async for part in made:
                        await asyncio.to_thread(file.append, part)
                    return snapshot.revision, file
                except OSError as error:
                    log.error("A download cannot be made: %s", error)
                    raise Unavailable("The file cannot be made now.", retry_after=60) from error

    def headers(self, scope: Scope, revision: Revision) -> list[Header]:
        """The headers of the file; each coding has an ETag of its own."""
        etag = coded_etag(etag_of(scope, revision), self.coding)
        return [
            *file_headers(self.download.name, self.download.media_type, etag),
            (b"parley-revision", revision.digest.encode()),
            *([(b"vary", b"Accept-Encoding")] if self.download.is_text else []),
            *([(b"content-encoding", self.coding)] if self.coding else []),
        ]


def file_headers(name: str, media_type: str, etag: bytes) -> list[Header]:
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return [
        (b"content-type", f"{media_type}{charset}".encode()),
        (b"content-disposition", f'attachment; filename="{name}"'.encode()),
        (b"etag", etag),
        (b"cache-control", CACHE_CONTROL),
    ]


async def with_prefix(parts: AsyncGenerator[bytes], prefix: bytes) -> AsyncGenerator[bytes]:
    """The same parts, each of whole lines, with a prefix before their addresses."""
    async with aclosing(parts):
        async for part in parts:
            yield prefixed(part, prefix)


async def gzipped(parts: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The same parts, compressed."""
    packing = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_WINDOW)
    async with aclosing(parts):
        async for part in parts:
            yield await asyncio.to_thread(packing.compress, part)
    yield packing.flush()


def download_endpoint(
    download: Download, turns: asyncio.Semaphore
) -> Callable[..., Awaitable[FileResponse]]:
    """The endpoint of a download."""
    plain, packed = Maker(download, b"", turns), Maker(download, b"gzip", turns)

    async def endpoint(request: Request, _: NoQuestion) -> FileResponse:
        fields = request.scope["state"]["fields"]
        # Clients cannot unpack a part by itself.
        accepted = accepted_codings(fields.get(b"accept-encoding", b""))
        is_packed = download.is_text and b"range" not in fields and b"gzip" in accepted
        maker = packed if is_packed else plain
        revision, file = await maker.file(service_of(request))
        return FileResponse(file, maker.headers(request.scope, revision))

    return endpoint


async def sqlite_file(request: Request, _: NoQuestion) -> ASGIApp:
    """What sends the file that answers questions, whole or in parts; it is open meanwhile."""
    database = service_of(request).database

    async def send_file(scope: Scope, receive: Receive, send: Send) -> None:
        # A file that has just come is looked for, not only once a second.
        async with database.snapshot(at_least=sys.maxsize) as snapshot:
            if snapshot.file is None:
                raise NotFound(
                    "The record lies in PostgreSQL; /v1/dataset/datapackage.zip has the same "
                    "tables."
                )
            # Two seedings of one record make files that are not the same bytes.
            seen = os.fstat(snapshot.file.file.fileno())
            named = repr((snapshot.revision.digest, seen.st_size, seen.st_mtime_ns)).encode()
            etag = f'"{blake2b(named, digest_size=12).hexdigest()}"'.encode()
            headers = file_headers(SQLITE_NAME, SQLITE_TYPE, etag)
            await FileResponse(snapshot.file, headers)(scope, receive, send)

    return send_file


def add_routes(app: FastAPI) -> None:
    """Registers the downloads."""
    turns = asyncio.Semaphore(MADE_AT_ONCE)
    for each in DOWNLOADS:
        endpoint = download_endpoint(each, turns)
        add_file(app, each.name, endpoint, each.operation_id, each.media_type, of=each.of)
    problems = (NotFound, NoSuchRange)
    add_file(app, SQLITE_NAME, sqlite_file, "downloadDatabase", SQLITE_TYPE, problems=problems)


def add_file(
    app: FastAPI, name: str, endpoint: Any, operation_id: str, media_type: str, **documented: Any
) -> None:
    """Registers a file."""
    part = {media_type: {"schema": {"type": "string"}}}
    add_question(
        app,
        f"/v1/dataset/{name}",
        endpoint,
        operation_id=operation_id,
        media_type=media_type,
        headers={name: each for name, each in HEADERS.items() if name != "Link"},
        more={206: {"description": "The part of the file that `Range` asks for.", "content": part}},
        **{"problems": (NoSuchRange,), **documented},
    )
