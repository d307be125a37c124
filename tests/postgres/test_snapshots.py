"""Snapshots of PostgreSQL: one revision each, bounded in time; what is said where one is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, insert, select

from app.config import Settings
from app.db.postgres import PostgresDatabase
from app.db.snapshots import LOOK_EVERY, Database, SnapshotLost
from app.db.sql import Statement
from app.db.tables import document, state
from app.errors import Unavailable
from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY
from tests.ports import free_port
from tests.postgres.editions import (
    ask_page,
    editions_of,
    opened,
    page_of,
    seed_edition,
    version_of,
)
from tests.postgres.servers import execute, servers

SORT_KEYS = Statement(select(document.c.sort_key).order_by(document.c.sort_key))
COUNT = Statement(select(func.count()).select_from(document))
SLEEP = Statement(select(func.pg_sleep(10)))
WRITE = Statement(insert(state))
END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def eventually(ask: Callable[[], Awaitable[str]], seconds: float) -> tuple[str, float]:
    """What is answered as soon as something is, and after how many seconds."""
    started = time.monotonic()
    while True:
        try:
            return await ask(), time.monotonic() - started
        except Unavailable:
            if time.monotonic() - started > seconds:
                raise


def test_snapshot_is_one_revision(empty_url: str, tmp_path: Path) -> None:
    """A seeding during a snapshot is seen by the next one, not by this one."""

    async def asked() -> None:
        seed_edition(empty_url, tmp_path, 1)
        async with opened(empty_url) as database, database.snapshot() as ask:
            assert (ask.revision.number, ask.revision.version) == (1, "1")
            await asyncio.to_thread(seed_edition, empty_url, tmp_path, 2)
            assert editions_of(await ask_page(ask)) == {"1"}
            async with database.snapshot() as later:
                assert (later.revision.number, later.revision.version) == (2, "2")
                assert editions_of(await ask_page(later)) == {"2"}
                assert later.memory.kept is not ask.memory.kept

    asyncio.run(asked())


def test_what_is_in_memory_needs_no_transaction(
    tiny_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of which everything is in memory is answered without the database, for a second."""

    async def asked() -> None:
        async with opened(tiny_url) as database:
            assert isinstance(database, PostgresDatabase)
            begin, begun = database.begin, []

            async def counted(at_least: int = 0) -> Any:
                begun.append(at_least)
                return await begin(at_least)

            monkeypatch.setattr(database, "begin", counted)
            async with database.snapshot(from_memory=True) as ask:
                page = await page_of(ask)
            assert begun == [0]
            async with database.snapshot(from_memory=True) as ask:
                assert await page_of(ask) == page
                assert begun == [0]
                assert (await ask.rows(COUNT))[0][0] > len(page.documents)
                assert begun == [0, 0]
            monkeypatch.setattr(database, "seen_at", database.seen_at - LOOK_EVERY)
            async with database.snapshot(from_memory=True):
                assert begun == [0, 0, 0]

    asyncio.run(asked())


def test_memory_is_not_mixed_with_another_revision(empty_url: str, tmp_path: Path) -> None:
    """What has to be read ends an answer from memory where the record is a newer one by then."""

    async def asked() -> None:
        seed_edition(empty_url, tmp_path, 1)
        async with opened(empty_url) as database:
            async with database.snapshot() as ask:
                old = await page_of(ask)
            await asyncio.to_thread(seed_edition, empty_url, tmp_path, 2)
            assert isinstance(database, PostgresDatabase)
            database.seen_at = time.monotonic()
            async with database.snapshot(from_memory=True) as ask:
                assert await page_of(ask) == old
                with pytest.raises(SnapshotLost):
                    await ask.rows(COUNT)
            async with database.snapshot(from_memory=True) as ask:
                assert editions_of(await page_of(ask)) == {"2"}

    asyncio.run(asked())


def test_new_revision_is_noticed(empty_url: str, tmp_path: Path) -> None:
    """The revision that answers is the new one two seconds later, though nothing was asked since.

    Otherwise a page in the memory of an idle server would be sent however old it is.
    """

    async def asked() -> None:
        seed_edition(empty_url, tmp_path, 1)
        async with opened(empty_url) as database:
            before = database.current_revision()
            digest = (await asyncio.to_thread(seed_edition, empty_url, tmp_path, 2)).digest
            await asyncio.sleep(2)
            newest = database.current_revision()
            assert newest is not None
            assert newest != before
            assert newest.digest == digest

    asyncio.run(asked())


def test_export_is_streamed(shipped_url: str) -> None:
    """An answer without a bound comes in chunks, in order, and may be left before its end."""

    async def asked() -> None:
        async with opened(shipped_url) as database, database.snapshot() as ask:
            whole = [row[0] async for rows in ask.stream(SORT_KEYS) for row in rows]
            assert whole == sorted(set(whole))
            assert len(whole) > 300
            async for _ in ask.stream(COUNT):
                break
            assert (await ask.rows(COUNT))[0][0] == len(whole)

    asyncio.run(asked())


def test_statement_timeout(tiny_url: str) -> None:
    """A question past its time gets a 503 that says what to do, and leaves nothing running."""

    async def asked() -> None:
        async with opened(tiny_url, timeout=0.3, connections=1) as database:
            # On a busy machine the first connection takes longer than that.
            await eventually(lambda: version_of(database), 10)
            with pytest.raises(Unavailable, match=r"longer than 0.3 seconds") as late:
                async with database.snapshot() as ask:
                    await ask.rows(SLEEP)
            assert late.value.headers["Retry-After"]
            assert await version_of(database) == "1.10"

    asyncio.run(asked())


def test_cancelled_question_gives_its_connection_back(tiny_url: str) -> None:
    """A client that goes away leaves the connection to the next one."""

    async def sleeping(database: Database) -> None:
        async with database.snapshot() as ask:
            await ask.rows(SLEEP)

    async def asked() -> None:
        async with opened(tiny_url, connections=1) as database:
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(sleeping(database), 0.2)
            assert await version_of(database) == "1.10"

    asyncio.run(asked())


def test_connections_exhausted(tiny_url: str) -> None:
    """Where every connection is taken for too long, a 503 says so."""

    async def asked() -> None:
        async with opened(tiny_url, timeout=0.3, connections=1) as database:
            async with database.snapshot():
                with pytest.raises(Unavailable, match="is asked too much at once") as busy:
                    await version_of(database)
                assert busy.value.headers["Retry-After"]
            assert await version_of(database) == "1.10"

    asyncio.run(asked())


def test_nothing_can_be_written(tiny_url: str) -> None:
    """The database refuses whatever the server would write."""

    async def asked() -> None:
        async with opened(tiny_url) as database, database.snapshot() as ask:
            with pytest.raises(Unavailable) as refused:
                await ask.rows(WRITE, name="x", value=b"x")
            assert isinstance(refused.value.__cause__, psycopg.errors.ReadOnlySqlTransaction)

    asyncio.run(asked())


def test_lost_connection_is_replaced(tiny_url: str) -> None:
    """A snapshot goes on over another connection to the same revision; idle ones are replaced."""

    async def asked() -> None:
        async with opened(tiny_url) as database:
            async with database.snapshot() as ask:
                before = (await ask_page(ask)).documents
                execute(tiny_url, END_ALL)
                assert (await ask_page(ask)).documents == before
            execute(tiny_url, END_ALL)
            assert await version_of(database) == "1.10"

    asyncio.run(asked())


def test_lost_snapshot_is_never_mixed(empty_url: str, tmp_path: Path) -> None:
    """A snapshot that cannot go on at its own revision ends with a 503, not at another one."""

    async def asked() -> None:
        seed_edition(empty_url, tmp_path, 1)
        async with opened(empty_url) as database:
            async with database.snapshot() as ask:
                assert editions_of(await ask_page(ask)) == {"1"}
                await asyncio.to_thread(seed_edition, empty_url, tmp_path, 2)
                execute(empty_url, END_ALL)
                with pytest.raises(SnapshotLost) as lost:
                    await ask_page(ask)
                assert lost.value.headers["Retry-After"] == "1"
            assert await version_of(database) == "2"

    asyncio.run(asked())


UNREADY = {
    "UPDATE alembic_version SET version_num = '9999'": "has the newer schema 9999, which this",
    "UPDATE alembic_version SET version_num = '0001'": "older schema 0001 and this version needs",
    "DELETE FROM alembic_version": "holds no Parley schema; run `parley seed`",
    "DROP TABLE alembic_version": "holds no Parley schema; run `parley seed`",
    "TRUNCATE revision CASCADE": "has no record yet; run `parley seed`",
}


@pytest.mark.parametrize("done", UNREADY)
def test_readiness_says_why(done: str, empty_url: str) -> None:
    """What becomes of a database while it is served: 503 with the reason, until it is mended."""
    seed(TINY, Settings(database_url=empty_url))
    with Asker(empty_url, cache_bytes=0) as ask:
        assert ask("/health/ready").status_code == 200
        # Beside the application's own work, which may hold the table for a moment.
        ask.runner.run(asyncio.to_thread(execute, empty_url, done))
        for path in ("/health/ready", "/v1/events"):
            assert UNREADY[done] in ask.problem(path, 503)["detail"]
        unready = ask("/health/ready")
        assert unready.headers["retry-after"] == "60"
        assert "127.0.0.1" not in unready.text
        assert "parley_test" not in unready.text
        assert ask("/health/live").status_code == 200


def test_readiness_without_a_server() -> None:
    """A server that is gone: what is said names no host, no database and no driver."""
    nowhere = f"postgresql+psycopg://someone:secret@127.0.0.1:{free_port()}/nothing"
    with Asker(nowhere, statement_timeout=0.3) as ask:
        for path in ("/health/ready", "/v1/events"):
            assert ask.problem(path, 503)["detail"] == "The database cannot be reached."
        assert ask("/health/live").status_code == 200


def test_server_stops_and_starts() -> None:
    """Without a server every question gets a 503 in time; seconds after its return, answers."""

    async def asked() -> None:
        with servers("fleeting") as (server,):
            server.create()
            server.start()
            seed(TINY, Settings(database_url=server.url()))
            async with opened(server.url(), timeout=1) as database:
                assert await version_of(database) == "1.10"
                server.stop()
                for _ in range(3):
                    with pytest.raises(Unavailable, match="cannot be reached"):
                        await version_of(database)
                server.start()
                version, seconds = await eventually(lambda: version_of(database), 10)
                assert version == "1.10"
                assert seconds < 5

    asyncio.run(asked())


def test_serving_before_the_server_is_there(caplog: pytest.LogCaptureFixture) -> None:
    """A server that cannot be reached yet is waited for, and that is logged."""

    async def asked() -> None:
        nowhere = f"postgresql+psycopg://postgres@127.0.0.1:{free_port()}/nothing"
        async with opened(nowhere, timeout=0.2) as database:
            assert "cannot be reached yet" in caplog.text
            assert database.current_revision() is None
            with pytest.raises(Unavailable, match="cannot be reached"):
                await database.check()

    asyncio.run(asked())


def test_snapshot_of_a_revision_that_another_process_has_seen(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for where a standby may lag; where it never comes, what there is answers."""
    monkeypatch.setattr("app.db.postgres.AHEAD_LIMIT", 0.5)

    async def asked() -> None:
        seed_edition(empty_url, tmp_path, 1)
        async with opened(empty_url) as database:
            started = time.monotonic()
            async with database.snapshot(2) as ask:
                assert ask.revision.number == 1
            assert time.monotonic() - started >= 0.5
            monkeypatch.setattr("app.db.postgres.AHEAD_LIMIT", 30)
            seeding = asyncio.to_thread(seed_edition, empty_url, tmp_path, 2)
            _, number = await asyncio.gather(seeding, number_of(database))
            assert number == 2

    async def number_of(database: Database) -> int:
        async with database.snapshot(2) as ask:
            return ask.revision.number

    asyncio.run(asked())
