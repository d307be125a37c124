"""Downloads of the whole record: the data package, every document, a table for each kind, the file.

They are made while they are sent, from one snapshot, a thousand rows at a time: memory does not
grow with the record. To add one: what makes its parts, and its row in `DOWNLOADS`.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import FastAPI, Query
from sqlalchemy import bindparam, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.models import HEADERS
from app.api.registration import add_question
from app.api.sqlite_file import SqliteFile
from app.db.snapshots import Snapshot
from app.db.sql import Statement
from app.db.tables import csv_line, document
from app.entries.csv_columns import columns_of, header
from app.entries.questions import NoQuestion
from app.errors import NoSuchRange, NotFound
from app.http.request import coded_etag, codings_of, holds
from app.http.responses import Header, StreamedResponse, not_modified
from app.http.route import CACHE_CONTROL, etag_of, service_of
from app.kinds import KINDS
from app.kinds.kind import Kind


async def package(snapshot: Snapshot, public_url: str) -> AsyncGenerator[bytes]:
    """The data package, part by part."""
    # Imported here, as the models of the relational tables are slow to import.
    from app.formats.package import data_package  # noqa: PLC0415

    async with aclosing(data_package(snapshot, public_url)) as made:
        async for part in made:
            yield part


EVERYTHING = Statement(select(document.c.body).order_by(document.c.sort_key))
LINES = Statement(
    select(csv_line.c.body)
    .where(csv_line.c.kind == bindparam("kind"))
    .order_by(csv_line.c.sort_key)
)
# Fast, as it is made while the client waits.
GZIP_LEVEL = 1
GZIP_WINDOW = 31
Parts = Callable[[Snapshot, str], AsyncGenerator[bytes]]


@dataclass(frozen=True)
class Download:
    """A file of the whole record: its name, what it is, and what makes its parts."""

    name: str
    operation_id: str
    summary: str
    description: str
    media_type: str
    parts: Parts

    @property
    def is_text(self) -> bool:
        """Whether compressing it is worth the while."""
        return self.media_type != "application/zip"


async def every_document(snapshot: Snapshot, public_url: str) -> AsyncGenerator[bytes]:
    """The documents of all kinds in the order of their dates, one a line."""
    del public_url
    async with aclosing(snapshot.stream(EVERYTHING)) as chunks:
        async for rows in chunks:
            yield b"\n".join([*[row[0] for row in rows], b""])


def csv_table(kind: Kind) -> Parts:
    """The documents of a kind as the rows of `format=csv`."""

    async def parts(snapshot: Snapshot, public_url: str) -> AsyncGenerator[bytes]:
        del public_url
        yield header(columns_of(kind.document))
        async with aclosing(snapshot.stream(LINES, kind=kind.name)) as chunks:
            async for rows in chunks:
                yield b"".join([row[0] for row in rows])

    return parts


DOWNLOADS = (
    Download(
        "datapackage.zip",
        "downloadDataPackage",
        "Download the record as a data package",
        "A Frictionless Data Package: a CSV for each table of the record, with their columns, "
        "types and keys in `datapackage.json`. Text stands as it is: open it with what reads data "
        "packages, not with a spreadsheet.",
        "application/zip",
        package,
    ),
    Download(
        "entries.ndjson",
        "downloadEntries",
        "Download every entry",
        "The documents of all kinds as NDJSON, one a line, the oldest first.",
        "application/x-ndjson",
        every_document,
    ),
    *(
        Download(
            f"{kind.plural}.csv",
            f"download{kind.plural.capitalize()}",
            f"Download all {kind.plural}",
            f"All {kind.plural} as CSV with the columns of `/v1/{kind.plural}?format=csv`, the "
            "oldest first; safe to open in a spreadsheet.",
            "text/csv",
            csv_table(kind),
        )
        for kind in KINDS.values()
    ),
)
SQLITE_NAME = "parley.sqlite"


def links(engine: str) -> dict[str, str]:
    """The path of each download that there is."""
    names = [each.name for each in DOWNLOADS]
    if engine == "sqlite":
        names.append(SQLITE_NAME)
    return {name: f"/v1/dataset/{name}" for name in names}


class Sending:
    """A download on its way: an ASGI application that asks its own snapshot."""

    def __init__(self, request: Request, download: Download):
        self.request = request
        self.download = download

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it, or that the client has it already."""
        service = service_of(self.request)
        fields = scope["state"]["fields"]
        coding = b"gzip" if self.download.is_text and b"gzip" in codings_of(fields) else b""
        async with service.database.snapshot() as snapshot:
            etag = coded_etag(etag_of(scope, snapshot.revision), coding)
            headers = self.headers(etag, coding, snapshot)
            if holds(fields, etag):
                await not_modified(headers)(scope, receive, send)
                return
            parts = self.download.parts(snapshot, service.settings.public_url)
            coded = gzipped(parts) if coding else parts
            await StreamedResponse(200, headers, coded)(scope, receive, send)

    def headers(self, etag: bytes, coding: bytes, snapshot: Snapshot) -> list[Header]:
        """The headers of the file; each coding has an ETag of its own."""
        content_type = self.download.media_type
        if content_type.startswith("text/"):
            content_type += "; charset=utf-8"
        headers = [
            (b"content-type", content_type.encode()),
            (b"content-disposition", f'attachment; filename="{self.download.name}"'.encode()),
            (b"etag", etag),
            (b"cache-control", CACHE_CONTROL),
            (b"parley-revision", snapshot.revision.digest.encode()),
        ]
        if self.download.is_text:
            headers.append((b"vary", b"Accept-Encoding"))
        return [*headers, (b"content-encoding", coding)] if coding else headers


async def gzipped(parts: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The same parts, compressed."""
    packing = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_WINDOW)
    async with aclosing(parts):
        async for part in parts:
            yield await asyncio.to_thread(packing.compress, part)
    yield packing.flush()


def download_endpoint(download: Download) -> Callable[..., Awaitable[Sending]]:
    """The endpoint of a download."""

    async def endpoint(request: Request, question: Annotated[NoQuestion, Query()]) -> Sending:
        del question
        return Sending(request, download)

    return endpoint


async def sqlite_file(request: Request, question: Annotated[NoQuestion, Query()]) -> SqliteFile:
    """The file that answers questions, whole or in parts."""
    del question
    return SqliteFile(request)


def add_routes(app: FastAPI) -> None:
    """Registers the downloads."""
    for download in DOWNLOADS:
        add_question(
            app,
            f"/v1/dataset/{download.name}",
            download_endpoint(download),
            operation_id=download.operation_id,
            summary=download.summary,
            description=download.description,
            **file_documentation(download.media_type),
        )
    add_question(
        app,
        f"/v1/dataset/{SQLITE_NAME}",
        sqlite_file,
        problems=(NotFound, NoSuchRange),
        more={
            206: {
                "description": "The part of the file that `Range` asks for.",
                "content": {SqliteFile.media_type: {"schema": {"type": "string"}}},
            }
        },
        operation_id="downloadDatabase",
        summary="Download the database",
        description="The SQLite file that answers, with tables to read and join; with `Range` a "
        "part of it, to go on after an interruption. Where the record lies in PostgreSQL there is "
        "no such file.",
        **file_documentation(SqliteFile.media_type),
    )


def file_documentation(media_type: str) -> dict[str, Any]:
    """The documentation of a file."""
    return {
        "answer": "The file.",
        "headers": {name: each for name, each in HEADERS.items() if name != "Link"},
        "content": {media_type: {"schema": {"type": "string"}}},
        "tags": ["dataset"],
        "response_model": None,
        # By the class the documentation knows the media type.
        "response_class": type("File", (Response,), {"media_type": media_type}),
    }
