"""The whole record as NDJSON and CSV: complete, conditional, compressed."""

from __future__ import annotations

import gzip
import zlib

import httpx
import pytest

from tests.api.asking import Asker

KINDS = ("events", "quotes", "proposals", "terms", "figures")
TEXTS = ("entries.ndjson", *(f"{kind}.csv" for kind in KINDS))
PLAIN = {"accept-encoding": "identity"}


def test_every_document_is_there_in_order(ask: Asker) -> None:
    """The lines are the documents of the lists, the oldest first."""
    lines = ask("/v1/dataset/entries.ndjson", headers=PLAIN).content.splitlines(keepends=True)
    asked = "/v1/timeline?" + "&".join(f"kind={kind[:-1]}" for kind in KINDS)
    page, pages = f"{asked}&sort=date&limit=500", b""
    while page:
        response = ask(f"{page}&format=ndjson", headers=PLAIN)
        pages += response.content
        page = ask.page(page)["links"]["next"]
    assert b"".join(lines) == pages
    assert len(lines) == sum(ask.page("/v1/dataset")["data"]["counts"].values())


@pytest.mark.parametrize("kind", KINDS)
def test_tables_are_those_of_the_lists(ask: Asker, kind: str) -> None:
    """The same lines as `format=csv`, all of them."""
    whole = ask(f"/v1/dataset/{kind}.csv", headers=PLAIN).content
    page = ask(f"/v1/{kind}?format=csv&sort=date&limit=500", headers=PLAIN).content
    assert whole == page


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_compressed_for_those_who_ask(tiny_ask: Asker, name: str) -> None:
    """Each coding has an ETag of its own, and is found again by it."""
    path = f"/v1/dataset/{name}"
    plain = tiny_ask(path, headers=PLAIN)
    coded = tiny_ask(path, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert coded.headers["content-encoding"] == "gzip"
    assert coded.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert coded.content == plain.content
    body = tiny_ask.bytes(path, headers={"accept-encoding": "gzip"})
    assert gzip.decompress(body) == plain.content
    assert coded.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'
    for answer, coding in ((plain, "identity"), (coded, "gzip")):
        known = {"accept-encoding": coding, "if-none-match": answer.headers["etag"]}
        again = tiny_ask(path, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == answer.headers["etag"]
    other = {"accept-encoding": "identity", "if-none-match": coded.headers["etag"]}
    assert tiny_ask(path, headers=other).status_code == 200


@pytest.mark.parametrize("name", [*TEXTS, "datapackage.zip", "parley.sqlite"])
def test_downloads_take_no_parameters(tiny_ask: Asker, name: str) -> None:
    """One that is given is refused: it would be taken for a filter."""
    problem = tiny_ask.problem(f"/v1/dataset/{name}?actor=ireland", 422)
    assert problem["errors"][0]["parameter"] == "actor"


def test_a_download_names_its_file_and_its_revision(tiny_ask: Asker) -> None:
    """A browser saves it under its name."""
    headers = tiny_ask("/v1/dataset/quotes.csv").headers
    assert headers["content-disposition"] == 'attachment; filename="quotes.csv"'
    revision = tiny_ask.page("/v1/dataset")["meta"]["revision"]["digest"]
    assert headers["parley-revision"] == revision


def test_a_client_that_goes_away_ends_the_download(server: str) -> None:
    """The server answers the next one as if nothing had been."""
    for _ in range(5):
        with httpx.stream("GET", f"{server}/v1/dataset/entries.ndjson", headers=PLAIN) as response:
            next(response.iter_raw(1000))
    whole = httpx.get(f"{server}/v1/dataset/entries.ndjson", headers=PLAIN)
    with httpx.stream("GET", f"{server}/v1/dataset/entries.ndjson") as coded:
        unpacked = zlib.decompress(b"".join(coded.iter_raw()), 31)
    assert unpacked == whole.content
