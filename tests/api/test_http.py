"""HTTP as caches and browsers know it: conditions, codings, CORS, and what is kept in memory."""

from __future__ import annotations

import gzip
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.config import Settings
from app.seeding.seed import seed
from tests.api.asking import Asker, raw, serving
from tests.conftest import SHIPPED, TINY, Seeded, settings_of

PLAIN = {"Accept-Encoding": "identity"}
GZIP = {"Accept-Encoding": "gzip"}
PAGES = (
    "/v1/events",
    "/v1/timeline?date=1998-04-10&sort=date",
    "/v1/events?format=csv",
    "/v1/events?format=ndjson",
    "/v1/events?fields=id",
    "/v1/events/talks",
    "/v1/actors",
    "/v1/actors/mowlam",
    "/v1/dataset",
    "/openapi.json",
)


@pytest.fixture(scope="module")
def keeping(cached_databases: Seeded) -> Iterator[Asker]:
    """An application over the tiny record that nobody else asks."""
    with Asker(cached_databases(TINY)) as ask:
        yield ask


@pytest.fixture(scope="module")
def forgetful(cached_databases: Seeded) -> Iterator[Asker]:
    """The same without memory for pages."""
    with Asker(cached_databases(TINY), cache_bytes=0) as ask:
        yield ask


@pytest.fixture(params=["kept", "fresh"])
def either(request: pytest.FixtureRequest, keeping: Asker, forgetful: Asker) -> Asker:
    """With memory for pages, and without."""
    return keeping if request.param == "kept" else forgetful


@pytest.mark.parametrize("headers", [PLAIN, GZIP], ids=["plain", "gzip"])
@pytest.mark.parametrize("path", PAGES)
def test_kept_and_fresh_answers_are_equal(
    path: str, headers: dict[str, str], keeping: Asker, forgetful: Asker
) -> None:
    """The second answer comes from memory and equals the first, byte for byte."""
    first, second = keeping(path, headers=headers), keeping(path, headers=headers)
    uncached = [forgetful(path, headers=headers) for _ in range(2)][1]
    assert first.headers.pop("cache-status") == "parley; fwd=miss; stored"
    assert second.headers.pop("cache-status") == "parley; hit"
    uncached.headers.pop("cache-status", None)
    for response in (first, second, uncached):
        del response.headers["x-request-id"]
    assert first.content == second.content == uncached.content
    assert dict(first.headers) == dict(second.headers) == dict(uncached.headers)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("headers", [PLAIN, GZIP], ids=["plain", "gzip"])
def test_who_has_it_already_gets_304(path: str, headers: dict[str, str], either: Asker) -> None:
    """An ETag, weak or in a list, and `*`, from memory or not: 304 without a body."""
    whole = either(path, headers=headers)
    etag = whole.headers["etag"]
    assert etag.startswith('"')
    for known in (etag, f"W/{etag}", f'"x", {etag}', f'W/"y" ,W/{etag},"z"', "*", " * "):
        response = either(path, headers={**headers, "If-None-Match": known})
        assert response.status_code == 304, known
        assert response.content == b""
        assert "content-type" not in response.headers
        assert "content-length" not in response.headers
        for name in ("etag", "cache-control", "vary", "parley-revision"):
            assert response.headers[name] == whole.headers[name]
        assert response.headers["access-control-allow-origin"] == "*"
    for unknown in ('"x"', f'{etag[:-2]}"', "", "x", etag.strip('"')):
        response = either(path, headers={**headers, "If-None-Match": unknown})
        assert response.status_code == 200, unknown


def test_each_coding_has_an_etag_of_its_own(either: Asker) -> None:
    """Compressed bytes are another representation, equal after decoding; one condition is not
    taken for the other's."""
    plain, packed = either("/v1/events", headers=PLAIN), either("/v1/events", headers=GZIP)
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.content == packed.content
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert packed.headers["etag"] != plain.headers["etag"]
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept, Accept-Encoding"
    for headers, other in ((PLAIN, packed), (GZIP, plain)):
        known = {"If-None-Match": other.headers["etag"]}
        assert either("/v1/events", headers={**headers, **known}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0, gzip", "gzip"),
        ("br;q=1.0, gzip;q=0.8", "gzip"),
        ("*", "gzip"),
        ("x-gzip", None),
        ("gzip;q=0", None),
        ("gzip; q=0.000", None),
        ("*, gzip;q=0", None),
        ("gzip;q=1, *;q=0", "gzip"),
        ("identity", None),
        ("", None),
        ("deflate", None),
    ],
)
def test_the_coding_is_one_that_is_accepted(
    accepted: str, coding: str | None, tiny_ask: Asker
) -> None:
    """zstd, else gzip, where it is accepted and not refused by a weight of 0."""
    response = tiny_ask("/v1/events", headers={"Accept-Encoding": accepted})
    assert response.headers.get("content-encoding") == coding


def test_a_small_answer_is_not_compressed(tiny_ask: Asker) -> None:
    """What is small would only grow."""
    response = tiny_ask("/v1/events?fields=id&limit=1", headers=GZIP)
    assert "content-encoding" not in response.headers
    assert not response.headers["etag"].endswith('-gzip"')


@pytest.mark.parametrize("headers", [PLAIN, GZIP], ids=["plain", "gzip"])
@pytest.mark.parametrize("path", [*PAGES, "/docs", "/v1/events?limit=0", "/v1/nothing"])
def test_head_is_get_without_a_body(path: str, headers: dict[str, str], tiny_ask: Asker) -> None:
    """The same status and headers, from memory or not."""
    for _ in range(2):
        head, got = tiny_ask(path, "HEAD", headers=headers), tiny_ask(path, headers=headers)
        for response in (head, got):
            del response.headers["x-request-id"]
            response.headers.pop("cache-status", None)
        assert head.status_code == got.status_code
        assert dict(head.headers) == dict(got.headers)
        assert head.content == b""


@pytest.mark.parametrize("path", ["/v1/events", "/v1/events?format=csv", "/docs", "/health/live"])
def test_head_has_no_body_on_the_wire(path: str, server: str) -> None:
    """Nothing follows the headers, and the length is that of the GET."""
    _, answer = raw(server, path.encode(), method=b"HEAD")
    assert answer.endswith(b"\r\n\r\n")
    length = httpx.get(f"{server}{path}", headers=PLAIN).headers["content-length"]
    assert f"content-length: {length}\r\n".encode() in answer


@pytest.mark.parametrize("path", ["/v1/events", "/v1/events/talks", "/v1/dataset", "/", "/v1/x"])
def test_options_says_what_is_possible(path: str, tiny_ask: Asker) -> None:
    """Allow, and what a preflight of any origin needs."""
    origin = {"Origin": "https://news.example", "Access-Control-Request-Method": "GET"}
    asked = {**origin, "Access-Control-Request-Headers": "if-none-match"}
    response = tiny_ask(path, "OPTIONS", headers=asked)
    assert response.status_code == 204
    assert response.content == b""
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in response.headers["access-control-allow-headers"]


@pytest.mark.parametrize("path", [*PAGES, "/v1/events?limit=0", "/health/ready"])
def test_every_origin_may_read_every_answer(path: str, tiny_ask: Asker) -> None:
    """CORS is open, and the headers that scripts need are exposed."""
    response = tiny_ask(path, headers={"Origin": "https://news.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    exposed = response.headers["access-control-expose-headers"].split(", ")
    assert {"ETag", "Link", "Parley-Revision", "Cache-Status", "Retry-After"} <= set(exposed)


def test_how_long_an_answer_may_be_kept(tiny_ask: Asker) -> None:
    """A corrected quotation is out of every cache within a minute."""
    response = tiny_ask("/v1/quotes")
    assert response.headers["cache-control"] == "public, max-age=30, stale-while-revalidate=30"
    assert tiny_ask("/health/ready").headers["cache-control"] == "no-store"


def test_the_revision_is_in_a_header_and_in_meta(tiny_ask: Asker) -> None:
    """The digest names the record that answered."""
    response = tiny_ask("/v1/quotes")
    meta = response.json()["meta"]["revision"]
    assert response.headers["parley-revision"] == meta["digest"]
    assert meta["number"] == 1
    assert meta["version"] == "1.10"


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/v1/events", "application/json"),
        ("/v1/events", "application/x-ndjson"),
        ("/v1/actors", "application/x-ndjson;q=0.9, application/json;q=0.1"),
    ],
)
def test_what_is_negotiated_is_kept_apart(path: str, accept: str, tiny_ask: Asker) -> None:
    """One address, several representations: each its own type, bytes and ETag."""
    wanted = accept.split(";")[0]
    for _ in range(2):
        chosen, standard = tiny_ask(path, headers={"Accept": accept}), tiny_ask(path)
        assert chosen.headers["content-type"] == wanted
        assert standard.headers["content-type"] == "application/json"
        assert (chosen.headers["etag"] == standard.headers["etag"]) == (
            wanted == "application/json"
        )


def test_answers_do_not_depend_on_host(cached_databases: Seeded) -> None:
    """Whatever the Host header says, nothing of it gets into an answer or a cache."""
    with Asker(cached_databases(TINY)) as ask:
        for path in ("/v1/events", "/v1/events?limit=1", "/v1/events/talks", "/openapi.json"):
            evil = ask(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
            assert b"evil" not in evil.content
            assert "evil" not in str(evil.headers)
            assert ask(path).content == evil.content


def corrected(folder: Path) -> None:
    """Changes one title in a copy of the tiny record."""
    shutil.copytree(TINY, folder, dirs_exist_ok=True)
    events = folder / "events" / "1998.yaml"
    title = "Agreement is reached at Stormont"
    events.write_text(events.read_text().replace(title, "Agreement is reached in Belfast"))


def test_a_new_revision_is_answered_within_a_second(tmp_path: Path, seeded: Seeded) -> None:
    """After a re-seeding: other bytes, another ETag, no 304 for the old one, no kept page."""
    database = seeded(TINY)
    corrected(tmp_path / "seed")
    with serving(database) as base, httpx.Client(base_url=base) as client:
        before = client.get("/v1/events/agreement-reached")
        for _ in range(2):
            assert client.get("/v1/events").status_code == 200
        seed(tmp_path / "seed", settings_of(database))
        time.sleep(1.1)
        after = client.get(
            "/v1/events/agreement-reached", headers={"If-None-Match": before.headers["etag"]}
        )
        listed = client.get("/v1/events")
    assert after.status_code == 200
    assert before.json()["data"]["title"] == "Agreement is reached at Stormont"
    assert after.json()["data"]["title"] == "Agreement is reached in Belfast"
    assert after.headers["etag"] != before.headers["etag"]
    assert after.headers["parley-revision"] != before.headers["parley-revision"]
    assert after.json()["meta"]["revision"]["number"] == 2
    assert listed.headers["cache-status"] == "parley; fwd=miss; stored"


def test_two_workers_answer_alike(seeded: Seeded, tmp_path: Path) -> None:
    """Whichever worker answers, before and after a re-seeding: the same bytes and ETags."""
    database = seeded(TINY)
    corrected(tmp_path / "seed")
    with serving(database, "--workers", "2") as base:
        before = answers(base)
        seed(tmp_path / "seed", settings_of(database))
        time.sleep(1.1)
        after = answers(base)
    assert len(before) == len(after) == 1
    assert before != after


def answers(base: str) -> set[tuple[bytes, bytes]]:
    """ETag and bytes of thirty answers, each over a connection of its own."""
    seen = set()
    for _ in range(30):
        head, _, body = raw(base, b"/v1/timeline")[1].partition(b"\r\n\r\n")
        etag = next(line for line in head.splitlines() if line.startswith(b"etag: "))
        seen.add((etag, body))
    return seen


def test_memory_for_pages_is_bounded(cached_databases: Seeded) -> None:
    """The least recently used pages are given up; a page that is too large is not kept."""
    limit = 100_000
    with Asker(cached_databases(SHIPPED), cache_bytes=limit) as ask:
        paths = [f"/v1/quotes/{each}" for each in ask.ids("/v1/quotes?limit=60")]
        total = sum(len(ask(path, headers=PLAIN).content) for path in paths)
        hits = [ask(path, headers=PLAIN).headers["cache-status"] for path in (paths[-1], paths[0])]
        large = [ask("/v1/events?limit=500", headers=PLAIN) for _ in range(2)][1]
    assert total > limit
    assert hits == ["parley; hit", "parley; fwd=miss; stored"]
    assert len(large.content) > limit // 8
    assert large.headers["cache-status"] != "parley; hit"


def test_compressed_bytes_are_the_same_everywhere(cached_databases: Seeded) -> None:
    """No time of the compression gets into them, so that ETags stay strong across workers."""
    whole = []
    for _ in range(2):
        with Asker(cached_databases(TINY)) as ask:
            whole.append(ask.bytes("/v1/events", headers=GZIP))
        time.sleep(1)
    assert whole[0] == whole[1]
    assert gzip.decompress(whole[0]).startswith(b'{"data":[')


def test_settings_bound_the_address(cached_databases: Seeded) -> None:
    """A service with another limit refuses at that one."""
    assert Settings().max_url_length == 32_000
    with Asker(cached_databases(TINY), max_url_length=300) as ask:
        fits = "/v1/events?q=" + "a" * (300 - len("/v1/events?q="))
        assert ask(fits).status_code == 200
        assert ask(fits + "a").status_code == 414
