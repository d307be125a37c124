"""What `parley serve --watch` found, for the script of its pages."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse

from app.http.route import service_of


def add_watching(app: FastAPI, report: Path) -> None:
    """Registers the address of the record's digest and the latest report."""

    async def watched(request: Request) -> JSONResponse:
        async with service_of(request).database.snapshot() as snapshot:
            digest = snapshot.revision.digest
        told = report.read_text(encoding="utf-8")
        return JSONResponse(
            {"digest": digest, "report": told}, headers={"cache-control": "no-store"}
        )

    app.router.add_route("/watch", watched, include_in_schema=False)
