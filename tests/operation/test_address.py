"""The address that feeds, citations and embeds give where none is configured."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import TINY, Seeded
from tests.engines import url_of
from tests.operation.running import PARLEY, STOP_SECONDS, eventually, running

# What names the service by its whole address, and what stands before the path of it.
NAMING = {
    "/": '<meta property="og:url" content="{}/">',
    "/events": "src=&#34;{}/embed/events",
    "/events/referendums": '<link rel="canonical" href="{}/events/referendums">',
    "/embed/events": '<link rel="canonical" href="{}/events">',
    "/v1/events?format=atom": '<link rel="self" href="{}/v1/events?format=atom"',
    "/v1/events?format=ics": "URL:{}/v1/events/",
    "/v1/events?format=jsonld": "{}/v1/events/referendums",
    "/v1/events/referendums?format=csl-json": '"URL":"{}/v1/events/referendums',
    "/llms.txt": "{}/v1/",
}


@contextmanager
def served(database: Path, log: Path, *options: str) -> Iterator[str]:
    """A server on a port that the system chooses; its address as the log tells it."""
    command = [PARLEY, "serve", "--port", "0", "--database", url_of(database), *options]
    outside = {name: value for name, value in os.environ.items() if name != "PUBLIC_URL"}
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=outside)
    try:
        eventually(lambda: "startup complete" in log.read_text(), 60)
        eventually(lambda: "running on http" in log.read_text(), 60)
        (address,) = re.findall(r"running on (http://\S+)", log.read_text())
        yield address
    finally:
        process.terminate()
        process.wait(timeout=STOP_SECONDS)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_address_served_on(cached_databases: Seeded, tmp_path: Path, workers: int) -> None:
    """Whatever the request says of its host, each answer names the port that is served on."""
    with running(cached_databases(TINY), tmp_path / "log", workers=workers) as server:
        for path, expected in NAMING.items():
            text = server.get(path, host="elsewhere.example").text.replace("\r\n ", "")
            assert expected.format(server.base) in text, path
            assert "elsewhere.example" not in text
            assert ":8000" not in text


def test_the_configured_address(cached_databases: Seeded, tmp_path: Path) -> None:
    """What is configured holds, also in each of several workers."""
    public = "https://record.example"
    with running(cached_databases(TINY), tmp_path / "log", workers=2, public_url=public) as server:
        assert NAMING["/"].format(public) in server.get("/").text


def has_ipv6() -> bool:
    """Whether this machine has the loopback address of IPv6."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


# The server's first process makes the address, whatever the number of workers.
@pytest.mark.parametrize(
    ("host", "name", "workers"),
    [
        ("0.0.0.0", "127.0.0.1", "1"),
        ("127.0.0.2", "127.0.0.2", "1"),
        ("localhost", "localhost", "1"),
        ("::", "[::1]", "1"),
        ("::1", "[::1]", "1"),
        ("0:0:0:0:0:0:0:1", "[::1]", "1"),
        ("0.0.0.0", "127.0.0.1", "2"),
        ("::1", "[::1]", "2"),
    ],
)
def test_the_address_of_any_host(
    cached_databases: Seeded, tmp_path: Path, host: str, name: str, workers: str
) -> None:
    """The address given leads to the server, also where it listens on every address."""
    if ":" in host and not has_ipv6():
        pytest.skip("no IPv6 on this machine")
    options = ("--host", host, "--workers", workers)
    with served(cached_databases(TINY), tmp_path / "log", *options) as logged:
        expected = f"http://{name}:{logged.rpartition(':')[2]}"
        assert NAMING["/"].format(expected) in httpx.get(expected + "/", timeout=60).text
