"""Every file of the whole record over HTTP: its length, its parts, and clients that stall."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from pathlib import Path
from typing import IO

import httpx
import pytest
import uvicorn

from app.http import protocol
from app.http.protocol import BoundedProtocol
from app.main import create_app
from app.seeding.temporary import temporary_file
from tests.api.asking import Asker
from tests.conftest import SHIPPED, TINY, Seeded, settings_of
from tests.operation.sockets import request

KINDS = ("events", "quotes", "proposals", "terms", "figures")
NAMES = ("entries.ndjson", *(f"{kind}.csv" for kind in KINDS), "datapackage.zip")
CODINGS = ("identity", "gzip")
FILES = [(f"/v1/dataset/{name}", coding) for name in NAMES for coding in CODINGS]


@pytest.mark.parametrize(("path", "coding"), FILES)
def test_its_length_and_its_parts(tiny_ask: Asker, path: str, coding: str) -> None:
    """HEAD and GET say how long it is, in either coding; parts are those of the plain file."""
    asked = {"accept-encoding": coding}
    for method in ("HEAD", "GET"):
        headers = tiny_ask(path, method, headers=asked).headers
        assert headers["content-length"] == str(len(tiny_ask.bytes(path, headers=asked)))
        assert headers["accept-ranges"] == "bytes"
    whole = tiny_ask(path).content
    etag = tiny_ask(path, "HEAD", headers={"accept-encoding": "identity"}).headers["etag"]
    for given, part in {
        "bytes=0-0": whole[:1],
        "bytes=7-": whole[7:],
        "bytes=-9": whole[-9:],
        "bytes=5-99999999": whole[5:],
    }.items():
        wanted = {**asked, "range": given, "if-range": etag}
        answer = tiny_ask(path, headers=wanted)
        assert (answer.status_code, answer.content) == (206, part)
        first = len(whole) - len(part) if part != whole[:1] else 0
        within = f"bytes {first}-{first + len(part) - 1}/{len(whole)}"
        assert answer.headers["content-range"] == within
        assert answer.headers["content-length"] == str(len(part))
    beyond = tiny_ask(path, headers={**asked, "range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(whole)}"
    assert beyond.headers["content-type"] == "application/problem+json"
    for other in ('"another"', "Wed, 21 Oct 2026 07:28:00 GMT"):
        answer = tiny_ask(path, headers={**asked, "range": "bytes=1-2", "if-range": other})
        assert answer.status_code == 200


@pytest.fixture(scope="module")
def base(tiny_server: str) -> str:
    """A server over the tiny record."""
    return tiny_server


@pytest.mark.parametrize("name", [*NAMES, "parley.sqlite"])
def test_curl_goes_on_where_it_was_interrupted(base: str, name: str, tmp_path: Path) -> None:
    """`curl -C -` appends what is missing."""
    whole = httpx.get(f"{base}/v1/dataset/{name}", headers={"accept-encoding": "identity"}).content
    saved = tmp_path / name
    saved.write_bytes(whole[:1000])
    command = ["curl", "-sS", "-C", "-", "-o", str(saved), f"{base}/v1/dataset/{name}"]
    subprocess.run(command, check=True)
    assert saved.read_bytes() == whole


def test_every_server_makes_the_same_bytes(cached_databases: Seeded, tiny_ask: Asker) -> None:
    """So a part of one goes on with a part of another."""
    with Asker(cached_databases(TINY), public_url="https://record.example") as other:
        for path, coding in FILES:
            asked = {"accept-encoding": coding}
            assert other.bytes(path, headers=asked) == tiny_ask.bytes(path, headers=asked)


def test_many_at_once_wait_for_one_making(
    cached_databases: Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty that ask at once for a file that is not made yet get one and the same."""
    made: list[IO[bytes]] = []

    def noted() -> IO[bytes]:
        made.append(temporary_file())
        return made[-1]

    monkeypatch.setattr("app.api.downloads.temporary_file", noted)
    with Asker(cached_databases(TINY)) as ask:

        async def asked() -> list[httpx.Response]:
            path = "/v1/dataset/entries.ndjson"
            return await asyncio.gather(*(ask.client.get(path) for _ in range(30)))

        bodies = {answer.content for answer in ask.runner.run(asked())}
    assert (len(bodies), len(made)) == (1, 1)


def test_all_files_are_made_at_once(cached_databases: Seeded) -> None:
    """More makings than connections and threads wait for each other, not for the deadline."""
    with Asker(cached_databases(SHIPPED), statement_timeout=2) as ask:

        async def asked() -> list[int]:
            answers = await asyncio.gather(
                *(
                    ask.client.get(path, headers={"accept-encoding": coding})
                    for path, coding in FILES
                ),
                *(ask.client.get(f"/v1/events?limit={number}") for number in range(1, 9)),
            )
            return [answer.status_code for answer in answers]

        assert set(ask.runner.run(asked())) == {200}


def test_without_a_folder_for_temporary_files(
    cached_databases: Seeded, tiny_ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are in memory."""

    def refused(**_: object) -> IO[bytes]:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.TemporaryFile", refused)
    with Asker(cached_databases(TINY), public_url="https://record.example") as ask:
        for path, _ in FILES:
            assert ask(path).content == tiny_ask(path).content


def test_a_disk_without_room_is_a_problem_and_no_half_file(
    cached_databases: Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, and the file as soon as there is room."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    with Asker(cached_databases(TINY)) as ask, monkeypatch.context() as patched:
        patched.setattr("app.api.downloads.temporary_file", lambda: full.open("wb", buffering=0))
        for path, _ in FILES:
            problem = ask.problem(path, 503)
            assert problem["detail"] == "The file cannot be made now."
        patched.undo()
        assert ask(FILES[0][0]).status_code == 200


def test_a_client_that_takes_nothing_is_cut_off(
    cached_databases: Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that reads steadily, however slowly it begins, gets all."""
    monkeypatch.setattr(protocol, "WRITE_SECONDS", 0.5)
    database = cached_databases(SHIPPED)
    app = create_app(settings_of(database))

    async def clients() -> tuple[int, int]:
        config = uvicorn.Config(app, http=BoundedProtocol, port=0, log_config=None)
        server = uvicorn.Server(config)
        listener = socket.create_server(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        read = await asyncio.gather(taking(listener, 0.01), taking(listener, 5))
        server.should_exit = True
        await serving
        listener.close()
        return read[0], read[1]

    async def taking(listener: socket.socket, pause: float) -> int:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, listener.getsockname())
        asked = request("/v1/dataset/parley.sqlite", "Host: x", "Connection: close")
        await loop.sock_sendall(client, asked)
        taken = 0
        with client:
            await asyncio.sleep(pause)
            while part := await received(client):
                taken += len(part)
        return taken

    async def received(client: socket.socket) -> bytes:
        try:
            return await asyncio.get_running_loop().sock_recv(client, 65536)
        except ConnectionResetError:
            return b""

    steady, stalled = asyncio.run(clients())
    size = database.stat().st_size
    assert stalled < size < steady
