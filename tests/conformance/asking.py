"""Sends requests as bytes, and reads what is answered until the connection ends.

A request for what is not there is sent behind each, so that it shows whether the connection stays.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.api.asking import wait_for
from tests.operation.sockets import connected
from tests.ports import free_port

REQUESTS = Path(__file__).with_name("requests.yaml")
ONE, CHECK, FILE = "/v1/events/talks", "/v1/check", "/v1/dataset/events.csv"
NEXT = b"GET /probe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
# Seconds after which a server waits for more; requests that are asked at the same time.
PATIENCE, AT_ONCE = 6, 24
STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3}) ")


def sections() -> list[dict[str, Any]]:
    """The requests in their sections, with what is answered."""
    found: list[dict[str, Any]] = yaml.safe_load(REQUESTS.read_text())
    return found


def values_of(base: str) -> dict[str, str]:
    """What stands for each name in a request."""
    answers = [httpx.get(base + path, headers={"accept-encoding": ""}) for path in (ONE, FILE)]
    etags = [each.headers.get("etag", '"none"') for each in answers]
    return {
        "one": ONE,
        "check": CHECK,
        "file": FILE,
        "etag": etags[0],
        "bare": etags[0].strip('"'),
        "file_etag": etags[1],
        "long": "a" * 40_000,
        "huge": "a" * 70_000,
        "fields": "\r\n".join(["X-A: a"] * 1000),
        "ranges": ",".join(["0-0"] * 200),
    }


def filled(text: str, values: dict[str, str]) -> bytes:
    """The bytes of a request."""
    return re.sub(r"{(\w+)}", lambda name: values[name[1]], text).encode("latin-1")


def answer_to(base: str, request: bytes) -> tuple[str, bytes]:
    """The statuses with what becomes of the connection, and everything that was read."""
    read, end = b"", "closed"
    with connected(base) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.sendall(request + NEXT)
            while part := connection.recv(65536):
                read += part
        except TimeoutError:
            end = "waits"
        except ConnectionError:
            pass
    statuses = [each.decode() for each in STATUS.findall(read)]
    if statuses[-1:] == ["404"]:
        statuses, end = statuses[:-1], "open"
    return " ".join([*statuses, end]), read


def answers(base: str) -> list[tuple[str, bytes]]:
    """The answer to each request, in their order."""
    values = values_of(base)
    asked = [filled(each["sends"], values) for part in sections() for each in part["requests"]]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(partial(answer_to, base), asked))


@contextmanager
def plain() -> Iterator[str]:
    """FastAPI on uvicorn, by its address."""
    port = free_port()
    command = [sys.executable, "-m", "tests.conformance.plain", str(port)]
    with subprocess.Popen(command) as process:
        try:
            wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
