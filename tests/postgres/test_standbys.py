"""A primary and two hot standbys: what clients see while it is seeded and servers are lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from app.db.snapshots import Database, Snapshot, SnapshotLost
from app.entries.result_pages import ResultPage
from app.errors import Unavailable
from tests.postgres.editions import ask_page, editions_of, opened, seed_edition
from tests.postgres.servers import Server, execute, servers

READERS = 4
# Reads that stand in the way of what a standby replays are ended at once.
SETTINGS = "max_standby_streaming_delay = 0\nwal_receiver_status_interval = 1\n"
REPLAYED = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
# Seconds for which a failover may cost answers.
FAILOVER = 5.0


@dataclass
class Cluster:
    """The servers and the one address of all of them."""

    primary: Server
    standbys: list[Server]

    @property
    def url(self) -> str:
        """libpq's list of hosts; readers prefer the standbys, any of them."""
        hosts = ",".join(f"127.0.0.1:{each.port}" for each in (self.primary, *self.standbys))
        options = "target_session_attrs=prefer-standby&load_balance_hosts=random"
        return f"postgresql+psycopg://postgres@{hosts}/postgres?{options}"

    def caught_up(self, standby: Server) -> None:
        """Waits until a standby has all that the primary has written."""
        ((written,),) = execute(self.primary.url(), "SELECT pg_current_wal_lsn()")
        while execute(standby.url(), REPLAYED, (written,)) != [(True,)]:
            time.sleep(0.02)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A primary with the first edition, and two streaming standbys."""
    with servers("primary", "first", "second") as (primary, *standbys):
        primary.create(SETTINGS)
        primary.start()
        seed_edition(primary.url(), tmp_path, 1)
        for standby in standbys:
            standby.follow(primary)
            standby.start()
        yield Cluster(primary, standbys)


@dataclass
class Seen:
    """What clients saw."""

    pages: int = 0
    version: str = ""
    walks: list[list[int]] = field(default_factory=list)
    mixed: list[set[str]] = field(default_factory=list)
    failures: list[float] = field(default_factory=list)
    lost: int = 0

    async def page(self, ask: Snapshot, cursor: str | None) -> ResultPage:
        """A page, and all of the answer beside it; both must be of the snapshot's edition."""
        page = await ask_page(ask, limit=1, cursor=cursor)
        await asyncio.sleep(0.01)
        editions = editions_of(page) | editions_of(await ask_page(ask, limit=500))
        if editions != {ask.revision.version}:
            self.mixed.append(editions)
        self.pages += 1
        self.version = ask.revision.version
        self.walks[-1].append(ask.revision.number)
        return page

    async def walk(self, database: Database) -> None:
        """From the first page to the last one, asking again where there was no answer."""
        self.walks.append([])
        cursor, more = None, True
        while more:
            try:
                async with database.snapshot() as ask:
                    cursor = (await self.page(ask, cursor)).next_cursor
                    more = cursor is not None
            except SnapshotLost:
                self.lost += 1
            except Unavailable:
                self.failures.append(time.monotonic())

    async def until(self, version: str) -> None:
        """Waits until clients see a version."""
        async with asyncio.timeout(15):
            while self.version != version:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[Seen]:
    """Clients that walk all pages again and again, until the block ends."""
    seen = Seen()
    ended = asyncio.Event()

    async def read(database: Database) -> None:
        # Each reader has walks of its own.
        own = Seen()
        while not ended.is_set():
            await own.walk(database)
            seen.version = own.version
            seen.lost, own.lost = seen.lost + own.lost, 0
            seen.pages, own.pages = seen.pages + own.pages, 0
            seen.failures += own.failures
            seen.mixed += own.mixed
            seen.walks += own.walks
            own.failures, own.mixed, own.walks = [], [], []

    async with opened(url, connections=READERS * 2) as database:
        readers = [asyncio.create_task(read(database)) for _ in range(READERS)]
        try:
            yield seen
        finally:
            ended.set()
            await asyncio.gather(*readers)


def test_failover(cluster: Cluster, tmp_path: Path) -> None:
    """Seeded while it is read, then without a standby, then without its primary.

    No answer mixes two revisions, no walk goes back to an older one, and answers are wanting only
    for the seconds of the failover.
    """

    async def seeded(number: int, seen: Seen) -> None:
        await asyncio.to_thread(seed_edition, cluster.url, tmp_path, number)
        await seen.until(str(number))

    async def played() -> tuple[Seen, float]:
        first, second = cluster.standbys
        async with reading(cluster.url) as seen:
            for number in (2, 3, 4):
                await seeded(number, seen)
            await asyncio.to_thread(first.stop)
            await seeded(5, seen)
            await asyncio.to_thread(cluster.caught_up, second)
            stopped = time.monotonic()
            await asyncio.to_thread(cluster.primary.stop)
            await asyncio.sleep(0.5)
            await asyncio.to_thread(second.promote)
            await seeded(6, seen)
        return seen, stopped

    seen, stopped = asyncio.run(played())
    assert seen.mixed == []
    assert seen.pages > 100
    assert {number for walk in seen.walks for number in walk} == {1, 2, 3, 4, 5, 6}
    assert [walk for walk in seen.walks if walk != sorted(walk)] == []
    assert [at for at in seen.failures if not stopped <= at <= stopped + FAILOVER] == []


def test_conflict_at_the_same_revision(cluster: Cluster) -> None:
    """What a standby ends for a conflict goes on by itself where the revision is the same."""
    standby = cluster.standbys[0]

    async def asked() -> None:
        async with opened(standby.url()) as database, database.snapshot() as ask:
            before = (await ask_page(ask)).documents
            # Rewriting a table locks it, on the standby too: whoever reads there is in the way.
            await asyncio.to_thread(execute, cluster.primary.url(), "VACUUM FULL document")
            await asyncio.to_thread(cluster.caught_up, standby)
            assert (await ask_page(ask)).documents == before

    asyncio.run(asked())


def test_conflict_with_a_new_revision(cluster: Cluster, tmp_path: Path) -> None:
    """Where the revision is another one by now, the whole question is to be asked again."""
    standby = cluster.standbys[0]

    async def asked() -> None:
        async with opened(standby.url()) as database:
            async with database.snapshot() as ask:
                assert editions_of(await ask_page(ask)) == {"1"}
                await asyncio.to_thread(seed_edition, cluster.url, tmp_path, 2)
                await asyncio.to_thread(execute, cluster.primary.url(), "VACUUM FULL document")
                await asyncio.to_thread(cluster.caught_up, standby)
                with pytest.raises(SnapshotLost) as lost:
                    await ask_page(ask)
                assert isinstance(lost.value.__context__, SnapshotLost)
                assert isinstance(lost.value.__context__.__cause__, psycopg.OperationalError)
            async with database.snapshot() as ask:
                assert editions_of(await ask_page(ask)) == {"2"}

    asyncio.run(asked())


def test_lagging_standby_does_not_answer(cluster: Cluster, tmp_path: Path) -> None:
    """Once a revision was seen, a standby that does not have it yet is passed over."""
    first, second = cluster.standbys
    execute(second.url(), "SELECT pg_wal_replay_pause()")

    async def asked() -> set[int]:
        await asyncio.to_thread(seed_edition, cluster.url, tmp_path, 2)
        await asyncio.to_thread(cluster.caught_up, first)
        # Which server the first connection leads to is a matter of chance.
        for _ in range(30):
            async with opened(cluster.url) as database:
                async with database.snapshot() as ask:
                    if ask.revision.number != 2:
                        continue
                return {await numbered(database) for _ in range(40)}
        return set()

    async def numbered(database: Database) -> int:
        async with database.snapshot() as ask:
            return ask.revision.number

    assert asyncio.run(asked()) == {2}
