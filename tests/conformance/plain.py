"""The same paths with FastAPI and uvicorn as they are, to compare with."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse

from tests.conformance.asking import CHECK, FILE, ONE

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.get(ONE)
async def one() -> dict[str, str]:
    """One entry."""
    return {"id": "talks"}


@app.post(CHECK)
async def check(request: Request) -> dict[str, int]:
    """A text."""
    return {"length": len(await request.body())}


@app.get("/health/live")
async def live() -> None:
    """The server answers."""


@app.get(FILE)
async def file() -> FileResponse:
    """A file."""
    return FileResponse(table, media_type="text/csv")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        table = Path(place) / "events.csv"
        table.write_text("id,title\n" * 300)
        uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="critical")
