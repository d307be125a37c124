"""What happens to the database file while it is served: a refusal, never a wrong answer."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from app.db import sqlite
from app.db.snapshots import LOOK_EVERY
from app.db.sql import Statement
from app.db.sqlite import SqliteDatabase
from app.db.tables import document
from app.errors import Unavailable
from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import SHIPPED, Seeded, sqlite_settings
from tests.operation.running import eventually, running
from tests.seeding.folders import Edit, edited

NEW_TITLE = Edit("events/1998.yaml", "title: A draft is", "title: A first draft is")
PATHS = ("/v1/events", "/v1/quotes?limit=3", "/v1/timeline?format=ndjson", "/v1/actors")
CHANGED = "changed in place"


def cut_short(database: Path) -> None:
    """Cuts half of the file away, in place."""
    os.truncate(database, database.stat().st_size // 2)


def emptied(database: Path) -> None:
    """Nothing is left of the file."""
    os.truncate(database, 0)


def corrupted(database: Path) -> None:
    """Some bytes in the middle are others; SQLite itself would not notice most of them."""
    data = database.read_bytes()
    middle = data.index(b'"title":"')
    with database.open("r+b") as file:
        file.seek(middle)
        file.write(b'"title":"Not ')


def written_over(database: Path) -> None:
    """Another record is copied over the file, in place, as `cp` does."""
    copy = database.with_name("other.db")
    seed(SHIPPED, sqlite_settings(copy))
    with database.open("r+b") as file:
        file.write(copy.read_bytes())


IN_PLACE = (cut_short, emptied, corrupted, written_over)


@pytest.mark.parametrize("cache_bytes", [0, 1 << 20], ids=["fresh", "kept"])
@pytest.mark.parametrize("fault", IN_PLACE)
def test_a_file_changed_in_place_is_refused(
    fault: Callable[[Path], None], cache_bytes: int, seeded: Seeded, tiny: Path
) -> None:
    """Pages from memory stay right; all else is 503 and says why, until a new file is there."""
    database = seeded(tiny)
    with Asker(database, cache_bytes=cache_bytes) as ask:
        right = {path: ask(path).content for path in PATHS}
        fault(database)
        for path in PATHS:
            answer = ask(path)
            assert answer.content == right[path] or answer.status_code == 503, path
        refused = ask.problem("/v1/events?limit=7", 503)
        assert CHANGED in refused["detail"]
        # A browser asked for a page, which names the record, and that cannot be read either.
        page = ask.problem("/events?limit=7", 503, headers={"Accept": "text/html"})
        assert page["type"] == "/problems/unavailable"
        assert CHANGED in ask.problem("/health/ready", 503)["detail"]
        assert ask("/health/live").status_code == 200
        whole = database.with_name("whole.db")
        seed(tiny, sqlite_settings(whole))
        whole.replace(database)
        time.sleep(LOOK_EVERY)
        assert ask("/v1/events?limit=7").status_code == 200
        assert ask("/health/ready").status_code == 200


def test_a_file_cut_short_does_not_end_the_server(
    seeded: Seeded, tiny: Path, tmp_path: Path
) -> None:
    """The process lives on: a file mapped into memory would have killed it."""
    database = seeded(tiny)
    with running(database, tmp_path / "log", cache_bytes=0) as server:
        assert server.get("/v1/events").status_code == 200
        cut_short(database)
        for path in PATHS * 3:
            assert server.get(path).status_code == 503
        assert server.get("/health/live").status_code == 200
        assert server.process.poll() is None
        assert any(CHANGED in line for line in server.lines())


def gone(database: Path) -> None:
    """The file is deleted."""
    database.unlink()


def garbage(database: Path) -> None:
    """A file that is no database comes in its place."""
    database.with_name("new").write_bytes(b"no database" * 1000)
    database.with_name("new").replace(database)


def half(database: Path) -> None:
    """A copy that broke off comes in its place."""
    new = shutil.copyfile(database, database.with_name("new"))
    os.truncate(new, 4096)
    new.replace(database)


def older(database: Path) -> None:
    """A database with an older schema comes in its place."""
    new = shutil.copyfile(database, database.with_name("new"))
    with sqlite3.connect(new) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    new.replace(database)


def never_seeded(database: Path) -> None:
    """An empty database comes in its place."""
    sqlite3.connect(database.with_name("new")).close()
    database.with_name("new").touch()
    database.with_name("new").replace(database)


REPLACED: dict[Callable[[Path], None], str] = {
    gone: "no database at record.db",
    garbage: "not a readable Parley database",
    half: "not a readable Parley database",
    older: "older schema 0000",
    never_seeded: "no Parley schema",
}


@pytest.mark.parametrize("fault", REPLACED)
def test_the_old_file_is_served_on(
    fault: Callable[[Path], None],
    seeded: Seeded,
    tiny: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a usable file under the path the open one answers on; readiness says why."""
    monkeypatch.setattr(sqlite, "LOOP_BUDGET", 10)
    database = seeded(tiny)
    with Asker(database, cache_bytes=0) as ask:
        right = {path: ask(path).content for path in PATHS if "ndjson" not in path}
        fault(database)
        time.sleep(LOOK_EVERY)
        assert {path: ask(path).content for path in right} == right
        unready = ask.problem("/health/ready", 503)
        assert REPLACED[fault] in unready["detail"]
        assert str(tmp_path) not in unready["detail"]
        assert ask("/health/ready").headers["retry-after"] == "60"
        assert ask("/health/live").status_code == 200


@pytest.mark.parametrize("fault", [gone, garbage, half])
def test_long_questions_and_downloads_are_of_the_open_file(
    fault: Callable[[Path], None], seeded: Seeded, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is answered in a thread, and files that are made after the fault, are as before it."""
    monkeypatch.setattr(sqlite, "OPCODES_BETWEEN_LOOKS", 1)
    monkeypatch.setattr(sqlite, "LOOP_BUDGET", 0)
    database = seeded(tiny)
    paths = [*PATHS, *(f"/v1/dataset/{name}" for name in DOWNLOADED)]
    with Asker(seeded(tiny), cache_bytes=0) as undisturbed:
        right = {path: undisturbed(path).content for path in paths}
    before = database.read_bytes()
    with Asker(database, cache_bytes=0) as ask:
        fault(database)
        assert {path: ask(path).content for path in paths} == right
        assert ask("/v1/dataset/parley.sqlite").content == before


DOWNLOADED = ("datapackage.zip", "entries.ndjson", "quotes.csv")


def test_an_export_of_a_replaced_file_goes_on_with_it(
    seeded: Seeded, tiny: Path, tmp_path: Path
) -> None:
    """What has begun on a file, or before a new one is seen, ends there; then comes the new one."""
    database = seeded(tiny)
    changed = edited(tiny, [NEW_TITLE], tmp_path / "changed")
    served = SqliteDatabase(database, 5)

    async def export() -> tuple[str, list[bytes]]:
        async with served.snapshot() as ask:
            return ask.revision.digest, [
                row[0] async for rows in ask.stream(BODIES) for row in rows
            ]

    old = asyncio.run(export())
    seed(changed, sqlite_settings(database))
    assert asyncio.run(export()) == old
    time.sleep(LOOK_EVERY)
    digest, bodies = asyncio.run(export())
    assert digest != old[0]
    assert any(b"A first draft is" in body for body in bodies)
    served.opened.close()


def test_connections_are_bounded_and_give_back_their_caches(
    seeded: Seeded, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question waits for a connection until its time is over; one that was used is empty."""
    monkeypatch.setattr(sqlite, "THREAD_CONNECTIONS", 1)
    served = SqliteDatabase(seeded(tiny), 5)
    opened = served.opened
    with opened.connection(5) as connection:
        connection.rows("SELECT sum(length(body)) FROM document", (), 5)
        with pytest.raises(Unavailable, match="took longer"), opened.connection(0.01):
            pass
    with opened.connection(0.01) as again:
        assert again is connection
    opened.close()


BODIES = Statement(select(document.c.body))


def test_a_read_only_file_is_served(seeded: Seeded, tiny: Path, tmp_path: Path) -> None:
    """Neither the file nor its folder need be writable."""
    database = seeded(tiny)
    database.chmod(0o444)
    with running(database, tmp_path / "log") as server:
        assert server.get("/v1/events").status_code == 200
        assert server.get("/v1/events?format=ndjson").status_code == 200
        assert server.get("/health/ready").status_code == 200


def test_the_server_cannot_write(seeded: Seeded, tiny: Path) -> None:
    """No statement on a server's connection changes anything; the file stays as it was."""
    database = seeded(tiny)
    before = database.read_bytes(), database.stat().st_mtime_ns
    served = SqliteDatabase(database, 5)
    attempts = (
        "DELETE FROM document",
        "CREATE TABLE more (id)",
        "PRAGMA user_version = 7",
        "PRAGMA query_only = OFF; DELETE FROM document",
        "VACUUM",
    )
    with served.opened.connection(5) as other:
        for connection in (served.opened.loop, other):
            for attempt in attempts:
                with pytest.raises(sqlite3.OperationalError, match=r"readonly|read-only"):
                    connection.raw.executescript(attempt)
    served.opened.close()
    assert (database.read_bytes(), database.stat().st_mtime_ns) == before
    beside = {path.name for path in database.parent.iterdir()}
    assert beside == {database.name}


def test_a_new_revision_is_seen_by_every_worker(seeded: Seeded, tiny: Path, tmp_path: Path) -> None:
    """Two workers, seeded again: within two seconds no answer is of the old revision."""
    database = seeded(tiny)
    changed = edited(tiny, [NEW_TITLE], tmp_path / "changed")
    with running(database, tmp_path / "log", workers=2) as server:
        old = {server.get("/v1/dataset").headers["parley-revision"] for _ in range(20)}
        assert len(old) == 1
        seed(changed, sqlite_settings(database))

        def all_new() -> bool:
            seen = {server.get("/v1/dataset").headers["parley-revision"] for _ in range(8)}
            return not seen & old

        # Two seconds, and what asking takes on a busy machine.
        assert eventually(all_new, 10) < 5
        assert "A first draft is" in server.get("/v1/events?limit=50").text


def test_an_export_under_way_gives_out_nothing_of_a_changed_file(
    seeded: Seeded, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before the change stands; the next part is refused, not only the end."""
    monkeypatch.setattr(sqlite, "STREAM_CHUNK", 1)
    database = seeded(tiny)
    given: list[bytes] = []

    async def export() -> None:
        async with SqliteDatabase(database, timeout=5).snapshot() as ask:
            async for rows in ask.stream(BODIES):
                given.extend(row[0] for row in rows)
                corrupted(database)

    with pytest.raises(Unavailable, match=CHANGED):
        asyncio.run(export())
    assert len(given) == 1


@pytest.mark.parametrize(
    "question", ["timeline?q=hosta*", "quotes?q=-hosta* ceasefire", "quotes?q=deal&sort=relevance"]
)
def test_a_file_without_what_a_former_version_did_not_store(
    seeded: Seeded, shipped: Path, ask: Asker, question: str
) -> None:
    """Until the record is seeded again, the same entries are found, if in another order."""
    database = seeded(shipped)
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM state WHERE name LIKE 'words %'")
        connection.execute("DELETE FROM tally WHERE dimension = 'length'")
    connection.close()
    path = f"/v1/{question}&limit=500"
    with Asker(database) as former:
        found = former.ids(path)
        assert sorted(found) == sorted(ask.ids(path))
        assert list(former.walk(f"/v1/{question}&limit=3")) == found
    assert len(found) > 5
