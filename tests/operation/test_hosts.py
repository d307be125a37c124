"""One valid host in each request, and no way around `TRUSTED_HOSTS` (RFC 9112, section 3.2)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import TINY, Seeded
from tests.operation.running import running
from tests.operation.sockets import exchanged, request, status_of

PATH = "/v1/events?limit=1"
OURS, OTHER = "parley.example", "other.example"
MALFORMED = (
    "parley.example other.example",
    "parley.example, other.example",
    "parley.example,other.example",
    "parley.example/path",
    "parley.example:port",
    "parley.example:80:80",
    "parley.example?",
    "user@parley.example",
    "http://parley.example",
    "par\\ley.example",
    "parley.example\x80",
    "parley%2.example",
    '"parley.example"',
    "<parley>",
    "[::1",
    "::1]",
    "[::1]x",
    "[parley.example]",
    "[:::]",
    "x" * 300,
)
VALID = (
    OURS,
    f"{OURS}:8000",
    f"{OURS}:",
    "PARLEY.Example",
    "127.0.0.1",
    "127.0.0.1:65535",
    "[::1]",
    "[2001:db8::1]:443",
    "a_b.example",
    "parley%2Eexample",
)


@pytest.fixture(scope="module")
def base(cached_databases: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that answers for any host."""
    with running(cached_databases(TINY), tmp_path_factory.mktemp("any") / "log") as server:
        yield server.base


@pytest.fixture(scope="module")
def trusting(cached_databases: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that answers for one host."""
    log: Path = tmp_path_factory.mktemp("one") / "log"
    with running(cached_databases(TINY), log, trusted_hosts=f'["{OURS}"]') as server:
        yield server.base


def asked(base: str, *hosts: str, target: str = PATH, version: str = "1.1") -> bytes:
    """The answer to a request with these hosts, which closes its connection."""
    headers = [f"Host: {host}" for host in hosts]
    return exchanged(base, request(target, *headers, "Connection: close", version=version))


@pytest.mark.parametrize("host", MALFORMED)
def test_a_malformed_host_is_400(host: str, base: str) -> None:
    """What is no host with an optional port is refused as a problem document."""
    answer = asked(base, host)
    assert status_of(answer) == 400
    assert b"content-type: application/problem+json" in answer
    assert b'"type":"/problems/bad-request"' in answer


@pytest.mark.parametrize("host", VALID)
def test_a_valid_host_is_answered(host: str, base: str) -> None:
    """Names, addresses and ports in every form that there is."""
    assert status_of(asked(base, host)) == 200


@pytest.mark.parametrize("path", [PATH, "/health/ready", "/metrics", "/", "/nothing"])
def test_no_host_or_two_are_400(path: str, base: str, trusting: str) -> None:
    """HTTP/1.1 names its host once, wherever it asks; two equal ones are two."""
    for server in (base, trusting):
        assert status_of(asked(server, target=path)) == 400
        assert status_of(asked(server, OURS, OURS, target=path)) == 400
        assert status_of(asked(server, OURS, OTHER, target=path)) == 400
        assert status_of(asked(server, OTHER, OURS, target=path)) == 400


def test_http_1_0_may_leave_the_host_out(base: str, trusting: str) -> None:
    """It is answered where any host is; two hosts are refused there, too."""
    assert status_of(asked(base, version="1.0")) == 200
    assert status_of(asked(trusting, version="1.0")) == 421
    assert status_of(asked(trusting, OURS, version="1.0")) == 200
    assert status_of(asked(base, OURS, OTHER, version="1.0")) == 400


def test_the_host_of_an_absolute_target_counts(base: str, trusting: str) -> None:
    """`GET http://host/path` asks that host, whatever `Host` says; `Host` is still needed once."""
    for host in (OURS, OTHER):
        assert status_of(asked(trusting, host, target=f"http://{OURS}{PATH}")) == 200
        assert status_of(asked(trusting, host, target=f"HTTP://{OURS.upper()}:80{PATH}")) == 200
        assert status_of(asked(trusting, host, target=f"http://{OTHER}{PATH}")) == 421
        assert status_of(asked(trusting, host, target=f"https://{OTHER}")) == 421
        assert status_of(asked(trusting, host, target=f"http://{OURS}@{OTHER}{PATH}")) == 400
    assert status_of(asked(trusting, target=f"http://{OURS}{PATH}")) == 400
    assert status_of(asked(trusting, OURS, OURS, target=f"http://{OURS}{PATH}")) == 400
    plain = asked(base, OURS).partition(b"\r\n\r\n")[2]
    absolute = asked(base, OURS, target=f"http://{OURS}{PATH}").partition(b"\r\n\r\n")[2]
    assert absolute == plain
    assert status_of(asked(base, OURS, target=f"http://{OURS}")) == 200
    assert status_of(asked(base, OURS, target=f"http://{OURS}?utm_source=x")) == 308


def test_only_trusted_hosts_are_answered(trusting: str) -> None:
    """Another host is 421, and so is the name of a trusted one within it."""
    assert status_of(asked(trusting, OURS)) == 200
    for host in (OTHER, f"{OURS}.evil.example", f"evil-{OURS}", f"{OURS}.", ""):
        assert status_of(asked(trusting, host)) == 421, host
