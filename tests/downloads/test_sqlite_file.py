"""The database file: whole, in parts, and one and the same while it is sent."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import httpx
import pytest

from app.seeding.seed import seed
from tests.api.asking import Asker, serving
from tests.conftest import TINY, Seeded, sqlite_settings

PATH = "/v1/dataset/parley.sqlite"


def test_it_is_the_file_that_answers(
    tiny_ask: Asker, cached_databases: Seeded, tmp_path: Path
) -> None:
    """It opens, it is whole, every table can be read, and tables can be joined."""
    response = tiny_ask(PATH)
    assert response.headers["content-type"] == "application/vnd.sqlite3"
    assert response.headers["accept-ranges"] == "bytes"
    assert "content-encoding" not in response.headers
    assert response.content == cached_databases(TINY).read_bytes()
    copy = tmp_path / "copy.db"
    copy.write_bytes(response.content)
    database = sqlite3.connect(copy)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        assert database.execute(f'SELECT * FROM "{table}"').fetchall() is not None, table
    found = database.execute("SELECT rowid FROM words WHERE words MATCH 'absolute'").fetchall()
    assert (
        found
        == database.execute(
            "SELECT sort_key FROM document WHERE id = 'q-peaceful-means'"
        ).fetchall()
    )
    said = database.execute(
        "SELECT actor.name FROM quote_speaker JOIN actor ON actor.id = actor_id"
        " WHERE quote_id = 'q-name-of-the-state'"
    ).fetchall()
    assert said == [("Ireland",)]
    database.close()


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-15", 0, 15),
        ("bytes=16-", 16, None),
        ("bytes=-100", -100, None),
        ("bytes=4096-9999999999", 4096, None),
        ("bytes=-9999999999", 0, None),
    ],
)
def test_a_part_of_it(
    tiny_ask: Asker, cached_databases: Seeded, asked: str, first: int, last: int | None
) -> None:
    """The bytes asked for, and which ones they are."""
    whole = cached_databases(TINY).read_bytes()
    part = whole[first:] if last is None else whole[first : last + 1]
    response = tiny_ask(PATH, headers={"range": asked})
    assert response.status_code == 206
    assert response.content == part
    begin = len(whole) + first if first < 0 else first
    end = begin + len(part) - 1
    assert response.headers["content-range"] == f"bytes {begin}-{end}/{len(whole)}"
    assert response.headers["content-length"] == str(len(part))


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,5-6", "bytes=9-3", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=" + "9" * 30],
)
def test_what_is_no_single_range_is_answered_with_all_of_it(tiny_ask: Asker, asked: str) -> None:
    """As the standard allows; never an error, never a wrong part."""
    response = tiny_ask(PATH, headers={"range": asked})
    assert response.status_code == 200
    assert len(response.content) == int(response.headers["content-length"])


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_part_beyond_the_end_is_refused(
    tiny_ask: Asker, cached_databases: Seeded, asked: str
) -> None:
    """With the length of the file."""
    size = cached_databases(TINY).stat().st_size
    response = tiny_ask(PATH, headers={"range": asked})
    assert response.status_code == 416
    assert response.json()["type"] == "/problems/no-such-range"
    assert response.headers["content-range"] == f"bytes */{size}"


def test_conditions(tiny_ask: Asker) -> None:
    """A known file is not sent again; a part only goes on with the file it belongs to."""
    etag = tiny_ask(PATH, "HEAD").headers["etag"]
    assert tiny_ask(PATH, headers={"if-none-match": etag}).status_code == 304
    part = {"range": "bytes=0-9"}
    assert tiny_ask(PATH, headers={**part, "if-range": etag}).status_code == 206
    assert tiny_ask(PATH, headers={**part, "if-range": '"another"'}).status_code == 200


def test_a_seeding_meanwhile_mixes_nothing(seeded: Seeded, tiny: Path, tmp_path: Path) -> None:
    """A download that has begun ends with the file it began with; the next one has another ETag."""
    database = seeded(tiny)
    before = database.read_bytes()
    changed = tmp_path / "changed"
    shutil.copytree(tiny, changed)
    topics = changed / "topics.yaml"
    topics.write_text(topics.read_text().replace("label: Prisoners", "label: Released prisoners"))
    with serving(database) as base, httpx.stream("GET", base + PATH) as response:
        parts = response.iter_raw(1024)
        received = [next(parts)]
        seed(changed, sqlite_settings(database))
        received.extend(parts)
        assert b"".join(received) == before
        after = httpx.get(base + PATH)
        assert after.content == database.read_bytes()
        assert after.content != before
        assert after.headers["etag"] != response.headers["etag"]
