"""nginx in front, with the configuration in deploy/: hits, 304s, stale answers, no purging."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
def cache_before(upstream: str, fresh: int | None = None, prefix: str = "") -> Iterator[str]:
    """nginx in front of a server, below a path; with `fresh` seconds for those of Parley."""
    folder = Path(tempfile.mkdtemp(prefix="parley-nginx-"))
    folder.chmod(0o755)
    port = free_port()
    made = subprocess.run(
        [
            DEPLOY / "nginx-conf",
            folder,
            f"127.0.0.1:{port}",
            upstream.removeprefix("http://"),
            prefix,
        ],
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
    base = f"http://127.0.0.1:{port}{prefix}"
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


def test_the_longest_answer_headers_pass(server: Running) -> None:
    """The address of a question may have 32,000 bytes, and stands in the header `Link`."""
    with cache_before(server.base) as base:
        for path in ("/v1/timeline?format=ndjson&", "/v1/timeline?limit=1&"):
            longest = path + "&".join(["id=talks", "id=agreement-reached", *["id=talks"] * 40])
            longest += "&q=" + "%61" * ((31_900 - len(longest)) // 3)
            direct, passed = (httpx.get(at + longest, timeout=60) for at in (server.base, base))
            assert passed.status_code == direct.status_code != 502
            assert passed.content == direct.content
        ids = [each["id"] for each in httpx.get(f"{base}/v1/timeline?limit=500").json()["data"]]
        many = "/v1/timeline?limit=1&" + "&".join(
            f"id={encoded(each)}" for each in [*ids * 50][:45]
        )
        many += "&q=" + "+OR+".join(["%61greement", "%74alks"] * 30)
        answer = httpx.get(base + many)
        assert answer.status_code == 200, answer.text
        assert len(answer.headers["link"]) > 4096


def encoded(name: str) -> str:
    """A name with each of its bytes percent-encoded."""
    return "".join(f"%{byte:02X}" for byte in name.encode())


ACCEPTED = {
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "MISS",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8": "HIT",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/apng,*/*;q=0.8": "HIT",
    "*/*": "MISS",
    "": "HIT",
    "application/json": "MISS",
    "application/x-ndjson": "MISS",
    "application/x-ndjson;q=0.5, application/json;q=0.1": "BYPASS",
    "text/html;q=0.1, application/json": "BYPASS",
}


def test_few_variants_of_a_page_are_kept(server: Running) -> None:
    """Every browser gets the same page, and each media type what it gets without the cache."""
    with cache_before(server.base) as base:
        for path in ("/events?limit=2", "/v1/events?limit=2"):
            for accept, seen in ACCEPTED.items():
                asked = {"Accept": accept, "Accept-Encoding": "gzip"}
                direct, passed = (httpx.get(at + path, headers=asked) for at in (server.base, base))
                assert passed.status_code == direct.status_code
                assert passed.content == direct.content
                assert passed.headers["vary"] == direct.headers["vary"]
                if passed.status_code == 200:
                    assert passed.headers["x-cache"] == seen, accept


def test_what_the_cache_refuses_is_a_problem_document(server: Running) -> None:
    """Too many, too long, too large, and Parley away: as Parley itself would say it."""
    with cache_before(server.base) as base:
        large = httpx.post(f"{base}/v1/check", content=b"x" * 2**21)
        long = httpx.get(f"{base}/v1/events?q={'x' * 50_000}")
        asked = [("GET", "/v1/quotes"), ("GET", "/quotes")] * 150
        with httpx.Client(base_url=base) as client, ThreadPoolExecutor(16) as threads:
            answers = [*threads.map(lambda each: client.request(*each), asked)]
        many = next(each for each in answers if each.status_code == 429)
        server.process.terminate()
        server.process.wait(timeout=60)
        time.sleep(1)
        away = httpx.get(f"{base}/v1/topics")
    for refused, status in ((large, 413), (long, 414), (many, 429), (away, 502)):
        assert refused.status_code == status
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers.get_list("access-control-allow-origin") == ["*"]
        assert refused.headers["cache-control"] == "no-store"
        assert refused.json()["status"] == status
    assert many.headers["retry-after"] == "1"
    assert away.headers["retry-after"] == "2"
