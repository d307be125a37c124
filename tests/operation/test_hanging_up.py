"""A client that hangs up spoils nothing for the next one, at whatever stage it goes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Message

from tests.api.asking import Asker
from tests.conftest import SHIPPED, Seeded
from tests.operation.running import Running, running
from tests.operation.sockets import connected, hang_up, request, scope_of

CODINGS = ("identity", "zstd", "gzip")
# Bytes of an answer that are read before the client goes: of its head, its beginning, its middle.
STAGES = (0, 1, 2_000, 100_000)
PUBLIC_URL = "https://parley.example"
DOCS_SCRIPT = "/docs/assets/swagger-ui-bundle.js"


def streamed(ask: Asker) -> list[str]:
    """The paths of all answers that are sent in parts."""
    return [*ask.page("/v1/dataset")["data"]["downloads"].values(), DOCS_SCRIPT]


@pytest.fixture(scope="module")
def undisturbed(cached_files: Seeded) -> Iterator[Asker]:
    """An application of which nobody hangs up."""
    with Asker(cached_files(SHIPPED), public_url=PUBLIC_URL) as asker:
        yield asker


def whole(answer: httpx.Response) -> tuple[int, str | None, bytes]:
    """What is the same in every answer to one question."""
    return answer.status_code, answer.headers.get("etag"), answer.content


def hang_up_everywhere(server: Running, paths: list[str]) -> None:
    """Asks for each path in each coding, and goes at each stage."""
    for path in paths:
        for coding in CODINGS:
            asked = request(path, "Host: a", f"Accept-Encoding: {coding}", "Connection: close")
            for number, stage in enumerate(STAGES):
                connection = connected(server.base)
                connection.sendall(asked)
                read_some(connection, stage)
                hang_up(connection, reset=bool(number % 2))


def read_some(connection: socket.socket, size: int) -> None:
    """Reads as many bytes, or fewer where the answer is shorter."""
    while size > 0 and (part := connection.recv(min(65536, size))):
        size -= len(part)


@pytest.mark.parametrize("workers", [1, 2])
def test_downloads_are_whole_after_others_hung_up(
    workers: int, undisturbed: Asker, cached_files: Seeded, tmp_path: Path
) -> None:
    """Every worker sends every download whole, in every coding, whoever went before."""
    paths = streamed(undisturbed)
    options: dict[str, Any] = {"workers": workers, "public_url": PUBLIC_URL}
    with running(cached_files(SHIPPED), tmp_path / "log", **options) as server:
        hang_up_everywhere(server, paths)
        for path in paths:
            for coding in CODINGS:
                expected = whole(undisturbed(path, headers={"Accept-Encoding": coding}))
                assert expected[0] == 200
                seen: set[str] = set()
                while len(seen) < workers:
                    answer = server.get(path, **{"Accept-Encoding": coding})
                    assert whole(answer) == expected, (path, coding)
                    seen.add(answer.headers["x-request-id"].split("-")[0])
        assert "Traceback" not in server.log.read_text()


async def left_after(app: ASGIApp, path: str, coding: str, sent: int) -> list[Message]:
    """What an application sends to a client that goes away after some messages."""
    gone = asyncio.Event()
    messages: list[Message] = []

    async def receive() -> Message:
        if sent:
            await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        messages.append(message)
        if len(messages) == sent:
            gone.set()
            # The application hears of it before it makes the next part.
            await asyncio.sleep(0)

    await app(scope_of(path, accept_encoding=coding.encode()), receive, send)
    return messages


def ended(messages: list[Message]) -> bool:
    """Whether the client was told that it has the whole body."""
    ends = [each for each in messages if each["type"] == "http.response.body"]
    return bool(ends) and not ends[-1].get("more_body", False)


@pytest.mark.parametrize("coding", CODINGS)
def test_a_body_that_was_cut_is_never_ended(coding: str, cached_files: Seeded) -> None:
    """Whoever goes before the body is whole is not told that it is, after however many messages."""
    with Asker(cached_files(SHIPPED)) as ask:
        for path in streamed(ask)[:-1]:
            expected = whole(ask(path, headers={"Accept-Encoding": coding}))
            for sent in range(4):
                messages = ask.runner.run(left_after(ask.app, path, coding, sent))
                body = b"".join(each.get("body", b"") for each in messages)
                assert ended(messages) <= (len(body) > 0), (path, sent)
                after = ask(path, headers={"Accept-Encoding": coding})
                assert whole(after) == expected, (path, sent)
