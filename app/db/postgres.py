"""Reading from PostgreSQL: a snapshot is one repeatable-read transaction on a pooled connection.

The address is libpq's own: several hosts, `target_session_attrs` and `load_balance_hosts` mean what
they mean there. Standbys may lag: a process that has seen a revision does not go back to an older
one, unless the newer one is lost for good.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import psycopg
from cachetools import FIFOCache
from psycopg import AsyncConnection
from psycopg.adapt import AdaptersMap
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from app.db.conninfo import conninfo_of
from app.db.files import OpenFile
from app.db.schema_version import NO_RECORD, NO_SCHEMA, UNREADY, refuse_other_schema
from app.db.snapshots import (
    LOOK_EVERY,
    STREAM_CHUNK,
    Memory,
    Revision,
    RevisionCache,
    Snapshot,
    SnapshotLost,
)
from app.db.sql import Compiled, Row, Statement
from app.db.work import overdue
from app.errors import DatabaseUnusable, Unavailable

log = logging.getLogger(__name__)

Connection = AsyncConnection[Row]

# Seconds for which an older revision is not taken where a newer one was seen.
LAG_LIMIT = 5.0
LAG_PAUSE = 0.05
# Seconds for which another process may have seen a revision that this one finds nowhere.
AHEAD_LIMIT = 2.0
WAITING_LIMIT = 1000
# Clients are not told the host, nor the driver's message; the log has both.
UNREACHABLE = "The database cannot be reached."
ASKED_TOO_MUCH = "The database is asked too much at once."
# Seconds between attempts to connect again, and until a connection gives way to a new one.
RECONNECT_EVERY = 1.0
CONNECTION_LIFETIME = 600.0
PREPARED_STATEMENTS = 1000
KNOWN_REVISIONS = 2

# Plans are made for the values of each question, as words are rare or frequent; and for indexes
# that lie in memory, as those of a served record do.
CONFIGURE = "SET plan_cache_mode = force_custom_plan; SET random_page_cost = 1.1"
# One round trip: the transaction, its deadline, and, as its first look at the record, what answers.
BEGIN = """
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL statement_timeout = {milliseconds};
SELECT s.version_num, r.number, r.digest, r.version,
       (SELECT value FROM state WHERE name = 'document_format')
FROM alembic_version AS s
LEFT JOIN (
    SELECT number, digest, version FROM revision ORDER BY number DESC LIMIT 1
) AS r ON true
"""


class RecordState(NamedTuple):
    """A revision and the format of its documents; if both are equal, the documents are."""

    revision: Revision
    document_format: bytes | None


def wide_integers() -> AdaptersMap:
    """Every whole number is sent as a bigint, so that one statement is prepared but once."""
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(int, Int8BinaryDumper)
    return adapters


def state_of(row: Sequence[Any] | None) -> RecordState:
    """What BEGIN returns; raises `DatabaseUnusable` for another schema or an empty record."""
    refuse_other_schema(str(row[0]) if row is not None else None)
    assert row is not None
    if row[1] is None:
        raise DatabaseUnusable(NO_RECORD)
    return RecordState(Revision(row[1], row[2], row[3]), row[4])


def problem_of(error: psycopg.Error, timeout: float) -> Exception:
    """What a failed statement means for the question; mistakes of ours are left as they are."""
    # libpq says why a query was cancelled in words alone.
    if isinstance(error, psycopg.errors.QueryCanceled) and "recovery" not in str(error):
        return overdue(timeout)
    if isinstance(error, psycopg.OperationalError):
        return SnapshotLost()
    if isinstance(error, psycopg.InternalError):
        log.error("The database cannot answer: %s", error)
        return Unavailable(UNREADY, retry_after=60)
    return error


def arguments_of(compiled: Compiled, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """The parameters in order.

    PostgreSQL's texts cannot hold NUL. It is replaced by U+FFFD, which stands in no id, name or
    word, so that nothing is found.
    """
    arguments = compiled.arguments(values)
    return tuple(
        [each.replace("\0", "\ufffd") if type(each) is str else each for each in arguments]
    )


class PostgresSnapshot:
    """Questions to one snapshot."""

    engine = "postgresql"
    file: OpenFile | None = None

    def __init__(
        self, database: PostgresDatabase, connection: Connection | None, state: RecordState
    ):
        self.database = database
        self.connection = connection
        self.state = state
        self.began = time.monotonic()
        self.timeout = database.timeout
        self.revision = state.revision
        self.memory = Memory(state.revision, database.kept.setdefault(state, RevisionCache()))

    async def rows(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows; reads again if the snapshot was lost and another one equals it."""
        compiled = statement.postgresql
        arguments = arguments_of(compiled, values)
        connection = self.connection or await self._resumed()
        try:
            return await self._rows(connection, compiled, arguments)
        except SnapshotLost:
            return await self._rows(await self._resumed(), compiled, arguments)

    async def _rows(
        self, connection: Connection, compiled: Compiled, arguments: tuple[Any, ...]
    ) -> list[Row]:
        try:
            cursor = await connection.execute(compiled.text, arguments, prepare=True, binary=True)
            return await cursor.fetchall()
        except psycopg.Error as error:
            raise problem_of(error, self.timeout) from error

    async def _resumed(self) -> Connection:
        """Continues in another transaction on the same revision and format, or raises
        `SnapshotLost`.

        Rows that were read before may be in use already; they must not be mixed with those of
        another revision.
        """
        connection, state = await self.database.begin()
        if state != self.state:
            self.database.release(connection)
            raise SnapshotLost
        self.end()
        self.connection = connection
        return connection

    def end(self) -> None:
        if self.connection is not None:
            self.database.release(self.connection)

    async def stream(self, statement: Statement, **values: Any) -> AsyncGenerator[Sequence[Row]]:
        """The rows in chunks from a cursor of the server's; each chunk has the deadline."""
        compiled = statement.postgresql
        connection = self.connection or await self._resumed()
        cursor = connection.cursor(name="walk")
        try:
            await cursor.execute(compiled.text, arguments_of(compiled, values), binary=True)
            while rows := await cursor.fetchmany(STREAM_CHUNK):
                yield rows
        except psycopg.Error as error:
            raise problem_of(error, self.timeout) from error
        finally:
            with suppress(psycopg.Error):
                await cursor.close()


class PostgresDatabase:
    """A primary, a standby, or several of either behind one address."""

    def __init__(self, url: str, timeout: float, connections: int):
        self.timeout = timeout
        self.conninfo = conninfo_of(url)
        self.begin_text = BEGIN.format(milliseconds=max(1, round(timeout * 1000)))
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            self.conninfo,
            min_size=1,
            max_size=connections,
            open=False,
            kwargs={"autocommit": True, "context": wide_integers()},
            configure=configure,
            max_waiting=WAITING_LIMIT,
            max_lifetime=CONNECTION_LIFETIME,
            reconnect_timeout=RECONNECT_EVERY,
            reconnect_failed=connect_again,
        )
        self.kept: FIFOCache[RecordState, RevisionCache] = FIFOCache(KNOWN_REVISIONS)
        # What the newest revision stood on when it was seen, and when that was, by the clock.
        self.seen: RecordState | None = None
        self.seen_at = 0.0
        self.behind_since: float | None = None
        self.complaint = ""
        self.taken = 0
        self.looking: asyncio.Task[None] | None = None
        self.closing = False
        self.tasks: set[asyncio.Task[None]] = set()
        self.refuse_unusable()

    def refuse_unusable(self) -> None:
        """Raises `DatabaseUnusable` for another schema or an empty record.

        A server that cannot be reached is waited for: until then, every question gets a 503.
        """
        try:
            with psycopg.connect(self.conninfo, autocommit=True) as connection:
                cursor = connection.execute(self.begin_text)
                state = state_of(cursor.set_result(-1).fetchone())
        except psycopg.errors.UndefinedTable as error:
            raise DatabaseUnusable(NO_SCHEMA) from error
        except psycopg.OperationalError as error:
            log.warning("The database cannot be reached yet: %s", error)
        else:
            self.note(state)

    @asynccontextmanager
    async def snapshot(
        self, at_least: int = 0, *, from_memory: bool = False
    ) -> AsyncIterator[Snapshot]:
        """One revision of the record; of that number or a later one, if there is any here.

        Where memory may be enough, the transaction begins when something has to be read.
        """
        seen = self.seen_lately(at_least) if from_memory else None
        connection, state = (None, seen) if seen else await self.begin(at_least)
        snapshot = PostgresSnapshot(self, connection, state)
        try:
            yield snapshot
        finally:
            snapshot.end()

    def seen_lately(self, at_least: int) -> RecordState | None:
        """The newest revision and format, as of `LOOK_EVERY` seconds ago or later."""
        seen = self.seen
        if seen is None or time.monotonic() - self.seen_at > LOOK_EVERY:
            return None
        return seen if at_least <= seen.revision.number else None

    async def begin(self, at_least: int = 0) -> tuple[Connection, RecordState]:
        """A transaction with its revision and format; raises `Unavailable` if none can begin."""
        give_up = time.monotonic() + self.timeout
        hopeful_until = time.monotonic() + AHEAD_LIMIT
        while True:
            connection = await self.take(give_up)
            try:
                state = await self.begun(connection)
            except psycopg.OperationalError:
                # A connection that broke while it lay idle; the pool makes another one.
                self.release(connection)
                continue
            except BaseException:
                self.release(connection)
                raise
            ahead = state.revision.number < at_least and time.monotonic() < hopeful_until
            if self.is_current(state) and not ahead:
                return connection, state
            # A standby that lags; another connection may lead to one that does not.
            await connection.close()
            self.release(connection)
            await asyncio.sleep(LAG_PAUSE)

    async def take(self, give_up: float) -> Connection:
        if self.pool.closed:
            await self.pool.open()
        try:
            connection = await self.pool.getconn(timeout=max(0.0, give_up - time.monotonic()))
        except (PoolTimeout, TooManyRequests) as error:
            is_full = self.taken >= self.pool.max_size
            raise Unavailable(ASKED_TOO_MUCH if is_full else UNREACHABLE) from error
        self.taken += 1
        return connection

    async def begun(self, connection: Connection) -> RecordState:
        try:
            cursor = await connection.execute(self.begin_text)
            await cursor.set_result(-1)
            return state_of(await cursor.fetchone())
        except psycopg.errors.QueryCanceled as error:
            raise overdue(self.timeout) from error
        except psycopg.errors.UndefinedTable as error:
            raise self.unready(NO_SCHEMA) from error
        except DatabaseUnusable as unusable:
            raise self.unready(str(unusable)) from unusable

    def unready(self, reason: str) -> Unavailable:
        """The error for a database that cannot be used; logged once for each reason."""
        if reason != self.complaint:
            log.error("The database cannot be served: %s", reason)
        self.complaint = reason
        return Unavailable(reason, retry_after=60)

    def is_current(self, state: RecordState) -> bool:
        """Whether a revision may answer, and notes it as the newest one if so."""
        now = time.monotonic()
        if self.seen is not None and state.revision.number < self.seen.revision.number:
            if self.behind_since is None:
                self.behind_since = now
            if now - self.behind_since < LAG_LIMIT:
                return False
            # Nothing has the newer revision any more: it was lost with the server that had it.
        self.note(state)
        return True

    def note(self, state: RecordState) -> None:
        self.seen, self.seen_at, self.behind_since = state, time.monotonic(), None

    def release(self, connection: Connection) -> None:
        """Ends the transaction and gives the connection back; no client waits for that."""
        task = asyncio.get_running_loop().create_task(self.give_back(connection))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def give_back(self, connection: Connection) -> None:
        """As `release`, in a task of its own, which a client that goes away cannot cancel."""
        if connection.info.transaction_status != TransactionStatus.UNKNOWN:
            with suppress(psycopg.Error):
                await connection.rollback()
        self.taken -= 1
        await self.pool.putconn(connection)

    def current_revision(self) -> Revision | None:
        """The newest revision seen; from the first question on, it is looked for all the time."""
        if self.looking is None or self.looking.done():
            self.looking = asyncio.get_running_loop().create_task(self.keep_looking())
        return self.seen.revision if self.seen is not None else None

    async def keep_looking(self) -> None:
        """Notes the newest revision once a second: pages kept in memory are answered by it."""
        while not self.closing:
            with suppress(Unavailable):
                await self.check()
            await asyncio.sleep(LOOK_EVERY)

    async def check(self) -> None:
        async with self.snapshot():
            pass

    async def close(self) -> None:
        self.closing = True
        if self.looking is not None:
            # Python 3.11 may lose a cancellation that meets an answer of the server.
            self.looking.cancel()
            await asyncio.wait([self.looking])
        while self.tasks:
            await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.pool.close()


async def configure(connection: Connection) -> None:
    """Sets how statements are planned, and how many stay prepared."""
    await connection.execute(CONFIGURE)
    connection.prepared_max = PREPARED_STATEMENTS
    # Behind a pooler, whose keys are its own, each transaction may have another connection: none.
    found = await (await connection.execute("SELECT pg_backend_pid()")).fetchone()
    if found != (connection.info.backend_pid,):
        connection.prepare_threshold = None


async def connect_again(pool: AsyncConnectionPool[Connection]) -> None:
    """Tries again, every `RECONNECT_EVERY` seconds, as long as the database cannot be reached."""
    await pool.check()
