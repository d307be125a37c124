"""nginx in front, with the configuration in deploy/: hits, 304s, stale answers, no purging."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.http import route
from app.seeding.seed import seed
from tests.conftest import Seeded, settings_of
from tests.operation.running import Running, eventually, running
from tests.ports import free_port
from tests.seeding.folders import Edit, edited

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
DEPLOY = Path(__file__).parents[2] / "deploy"
NEW_TITLE = Edit("events/1998.yaml", "title: A draft is", "title: A first draft is")

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@contextmanager
def cache_before(upstream: str, fresh: int | None = None) -> Iterator[str]:
    """nginx in front of a server; `fresh` seconds instead of those that Parley says."""
    folder = Path(tempfile.mkdtemp(prefix="parley-nginx-"))
    folder.chmod(0o755)
    port = free_port()
    made = subprocess.run(
        [DEPLOY / "nginx-conf", folder, f"127.0.0.1:{port}", upstream.removeprefix("http://")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if fresh is not None:
        shorter = f"proxy_ignore_headers Cache-Control; proxy_cache_valid 200 {fresh}s;"
        made = made.replace("proxy_cache parley;", f"proxy_cache parley; {shorter}")
    (folder / "nginx.conf").write_text(made)
    assert NGINX is not None
    command = [NGINX, "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    base = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: answers(base, process), 60)
        yield base
    finally:
        process.terminate()
        process.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def answers(base: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether nginx listens yet."""
    assert process.poll() is None
    try:
        return httpx.get(f"{base}/health/live").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def server(seeded: Seeded, tiny: Path, tmp_path: Path) -> Iterator[Running]:
    """A server over a copy of the tiny record."""
    with running(seeded(tiny), tmp_path / "log") as started:
        yield started


def test_most_questions_are_answered_by_the_cache(server: Running) -> None:
    """Five pages, forty times each: five misses; 304 to who has it; codings are kept apart."""
    with cache_before(server.base) as base, httpx.Client(base_url=base) as client:
        pages = [f"/v1/events?limit={number}" for number in range(1, 6)]
        seen = [client.get(pages[n % 5]).headers["x-cache"] for n in range(200)]
        assert seen.count("MISS") == 5
        assert seen.count("HIT") == 195
        whole = client.get(pages[4])
        known = client.get(pages[4], headers={"If-None-Match": whole.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")
        plain = client.get(pages[4], headers={"Accept-Encoding": "identity"})
        assert plain.headers["x-cache"] == "MISS"
        assert plain.json() == whole.json()
        assert client.get("/metrics").status_code == 404
        assert client.get("/v1/events?x=1").status_code == 422
        assert client.get("/v1/events?x=1").headers["x-cache"] == "MISS"


def test_a_new_record_is_seen_without_purging(server: Running, tiny: Path, tmp_path: Path) -> None:
    """A stale page is sent at once and asked for again behind it; then the new one is sent."""
    changed = edited(tiny, [NEW_TITLE], tmp_path / "changed")
    with cache_before(server.base, fresh=1) as base, httpx.Client(base_url=base) as client:
        old = client.get("/v1/events").headers["parley-revision"]
        time.sleep(2.2)
        again = client.get("/v1/events")
        assert again.headers["x-cache"] in ("STALE", "UPDATING")
        eventually(lambda: client.get("/v1/events").headers["x-cache"] == "HIT", 5)
        seed(changed, settings_of(tmp_path / "record.db"))

        def is_new() -> bool:
            return client.get("/v1/events").headers["parley-revision"] != old

        # A second until the server looks, one until the page is stale, and the asking behind it.
        assert eventually(is_new, 10) < 6
        assert "A first draft is" in client.get("/v1/events?limit=50").text


def test_the_cache_answers_while_parley_is_away(server: Running) -> None:
    """What was asked before is still answered, though stale; what was not gets 502."""
    with cache_before(server.base, fresh=1) as base, httpx.Client(base_url=base) as client:
        right = client.get("/v1/events").content
        server.process.terminate()
        server.process.wait(timeout=60)
        time.sleep(2.2)
        for _ in range(5):
            answer = client.get("/v1/events")
            assert (answer.status_code, answer.content) == (200, right)
        assert client.get("/v1/quotes").status_code == 502


def test_an_answer_may_be_kept_for_a_minute_at_most() -> None:
    """Fresh and stale together: what the configuration promises."""
    said = route.CACHE_CONTROL.decode()
    seconds = [int(part.split("=")[1]) for part in said.split(", ") if "=" in part]
    assert sum(seconds) <= 60
