"""How tests ask: an application without a network, and a real server on a port of its own."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp, Message

from app.config import Settings
from app.main import create_app
from tests.engines import url_of
from tests.ports import free_port

BASE = "http://parley.test"
START_SECONDS = 60


class Asker:
    """Asks an application over a database or its URL; `ask("/v1/events").json()`."""

    def __init__(self, database: Path | str, **settings: Any):
        url = database if isinstance(database, str) else url_of(database)
        self.app: ASGIApp = create_app(Settings(database_url=url, **settings))
        self.runner = asyncio.Runner()
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url=BASE)

    @property
    def routes(self) -> FastAPI:
        """The application behind its middleware."""
        app: Any = self.app
        while not isinstance(app, FastAPI):
            app = app.app
        return app

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.runner.run(self._close())
        self.runner.close()

    async def _close(self) -> None:
        await self.client.aclose()
        messages = iter(({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))

        async def receive() -> Message:
            return next(messages)

        async def send(message: Message) -> None:
            assert message["type"].endswith(".complete"), message

        await self.app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)

    def __call__(self, path: str, method: str = "GET", **options: Any) -> httpx.Response:
        """One request."""
        return self.runner.run(self.client.request(method, path, **options))

    def bytes(self, path: str, **options: Any) -> bytes:
        """The body of an answer as it goes over the wire, still compressed."""

        async def asked() -> bytes:
            async with self.client.stream("GET", path, **options) as response:
                return b"".join([part async for part in response.aiter_raw()])

        return self.runner.run(asked())

    def page(self, path: str) -> Any:
        """The JSON of a 200."""
        response = self(path)
        assert response.status_code == 200, response.text
        return response.json()

    def ids(self, path: str) -> list[str]:
        """The ids of a page."""
        return [each["id"] for each in self.page(path)["data"]]

    def walk(self, path: str) -> Iterator[str]:
        """The ids of all pages, following `links.next`."""
        following: str | None = path
        while following is not None:
            page = self.page(following)
            yield from (each["id"] for each in page["data"])
            following = page["links"]["next"]

    def problem(self, path: str, status: int, **options: Any) -> dict[str, Any]:
        """The problem document of an answer that is one."""
        response = self(path, **options)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        document: dict[str, Any] = response.json()
        assert document["status"] == status
        assert {"type", "title", "status", "detail"} <= document.keys()
        return document


@contextmanager
def serving(database: Path, *options: str) -> Iterator[str]:
    """A running server, by its address; it is ended with the block."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("parley")), "serve", "--port", str(port)]
    asked = [*command, "--database", url_of(database), *options]
    with subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Waits until the server answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            status, _ = raw(f"http://127.0.0.1:{port}", b"/health/live")
        except OSError:
            time.sleep(0.05)
        else:
            assert status == 200
            return
    raise AssertionError(f"the server did not start: exit code {process.poll()}")


def raw(base: str, target: bytes, *headers: bytes, method: bytes = b"GET") -> tuple[int, bytes]:
    """Status and whole answer to a request whose target goes over the wire as it is."""
    host, port = base.removeprefix("http://").split(":")
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: x", b"Connection: close", *headers]
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(b"\r\n".join([*lines, b"", b""]))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(answer.split(b" ", 2)[1]), answer
