"""What takes long ends at its deadline and with its client, and keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from starlette.types import Message

from app.db.snapshots import Memory, find
from app.db.sqlite import SqliteDatabase
from app.db.work import PAUSE, THREAD, TURN, Abandoned, Work, check_work
from app.errors import Unavailable
from tests.api.asking import Asker
from tests.conftest import SHIPPED, Seeded
from tests.operation.sockets import scope_of

KINDS = "kind=event&kind=quote&kind=proposal&kind=term&kind=figure"
COMPARED = "proposal=prop-2024-05-israel-biden&proposal=prop-2025-01-agreement"
LONG = (
    f"/v1/compare?{COMPARED}",
    f"/v1/compare?{COMPARED}&format=csv",
    f"/compare?{COMPARED}",
    f"/v1/timeline?{KINDS}&format=csv",
    f"/v1/timeline?{KINDS}&format=atom",
    f"/v1/timeline?{KINDS}&format=ics",
    f"/v1/timeline?{KINDS}&format=jsonld&limit=500",
    f"/v1/timeline?{KINDS}&limit=300&q=the&snippets=true",
    "/v1/timeline?format=svg",
    "/timeline?limit=300",
    f"/timeline?{KINDS}&limit=300&q=the",
    "/sources?limit=300",
)


@pytest.fixture(scope="module")
def hurried(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the shipped record, and does not wait for long."""
    with Asker(cached_databases(SHIPPED), statement_timeout=0.5, cache_bytes=0) as asker:
        yield asker


@pytest.fixture(scope="module")
def patient(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the shipped record, with time for a busy machine."""
    with Asker(cached_databases(SHIPPED), statement_timeout=60, cache_bytes=0) as asker:
        yield asker


@pytest.fixture
def stopped() -> Iterator[threading.Event]:
    """The thread for long work is taken until the event is set."""
    going_on = threading.Event()
    THREAD.submit(going_on.wait)
    yield going_on
    going_on.set()


@pytest.mark.parametrize("path", LONG)
def test_long_answers_are_given_up_at_the_deadline(
    path: str, stopped: threading.Event, hurried: Asker, patient: Asker
) -> None:
    """503 with Retry-After, even where the work could not begin; the next one is answered."""
    refused = hurried(path)
    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    assert "took longer than 0.5 seconds" in refused.text
    stopped.set()
    assert patient(path).status_code == 200


def test_nobody_waits_for_long_answers(stopped: threading.Event, patient: Asker) -> None:
    """Lists, entries, pages, short feeds, downloads and health are answered beside them."""
    del stopped
    paths = (
        "/v1/quotes?limit=20&count=exact&facets=actor",
        "/v1/events/ev-2023-10-07-attack",
        "/v1/events?format=atom&limit=20",
        "/v1/check?text=absolute%20victory",
        "/v1/dataset/quotes.csv",
        "/timeline",
        "/events/ev-2023-10-07-attack",
        "/",
        "/health/ready",
        "/health/live",
    )

    async def asked() -> list[int]:
        long = [asyncio.create_task(patient.client.get(path)) for path in LONG]
        await asyncio.sleep(0)
        answers = [await patient.client.get(path) for path in paths]
        assert not any(each.done() for each in long)
        for each in long:
            each.cancel()
        await asyncio.gather(*long, return_exceptions=True)
        return [answer.status_code for answer in answers]

    assert patient.runner.run(asked()) == [200] * len(paths)


@pytest.mark.parametrize("path", LONG)
def test_what_a_client_has_left_is_given_up(
    path: str, stopped: threading.Event, patient: Asker
) -> None:
    """Its work does not begin any more, and the log says that nobody waited."""

    async def left() -> list[Message]:
        sent: list[Message] = []
        gone = asyncio.Event()

        async def receive() -> Message:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        at, _, query = path.partition("?")
        scope = {**scope_of(at), "query_string": query.encode()}
        asked = asyncio.ensure_future(patient.app(scope, receive, send))
        await asyncio.sleep(0.3)
        gone.set()
        await asyncio.sleep(0.05)
        stopped.set()
        await asked
        return sent

    assert patient.runner.run(left())[0]["status"] == 499


def test_the_work_itself_looks_at_its_deadline_and_its_client() -> None:
    """It ends between two of its steps, so that the thread is free for the next one."""

    def endless() -> None:
        while True:
            time.sleep(0.001)
            check_work()

    async def gone() -> None:
        await asyncio.sleep(0.05)

    async def work() -> None:
        for thread in (Work.in_thread, Work.in_short_thread):
            late = Work(time.monotonic(), 0.05)
            with pytest.raises(Unavailable, match=r"longer than 0\.05 seconds"):
                await thread(late, endless)
        left = Work(time.monotonic(), 60)
        with pytest.raises(Abandoned):
            async with left.for_client(gone):
                await left.in_thread(endless)
        next_one = Work(time.monotonic(), 60)
        assert await next_one.in_thread(str, 7) == "7"

    asyncio.run(work())


def test_long_work_pauses_while_others_ask(patient: Asker) -> None:
    """Between two turns it sleeps, so that the event loop has the interpreter for itself."""

    def seconds_asleep() -> float:
        began, used = time.monotonic(), time.thread_time()
        while time.thread_time() < used + 5 * TURN:
            check_work()
        return time.monotonic() - began - 5 * TURN

    async def asked() -> float:
        work = Work(time.monotonic(), 60)
        assert (await patient.client.get("/health/live")).status_code == 200
        return await work.in_thread(seconds_asleep)

    assert patient.runner.run(asked()) >= 3 * PAUSE


def test_work_does_not_pause_for_other_work(patient: Asker) -> None:
    """Checks are no others for which checks would pause; a list is one."""

    async def asked() -> tuple[float, float]:
        await patient.client.get("/v1/events?limit=1")
        after_list = Work.last_asked
        await patient.client.get("/v1/check?text=no%20words%20of%20anybody")
        return after_list, Work.last_asked

    after_list, after_check = patient.runner.run(asked())
    assert after_list > 0
    assert after_check == 0


def test_what_is_found_as_work_is_found_in_its_thread(cached_databases: Seeded) -> None:
    """Not in the event loop first, and not in the threads of others; until its own deadline."""

    def where(memory: Memory) -> tuple[str, Work | None]:
        return threading.current_thread().name, memory.work

    async def found() -> tuple[str, bool]:
        database = SqliteDatabase(cached_databases(SHIPPED), 5)
        work = Work(time.monotonic(), 60)
        async with database.snapshot() as snapshot:
            name, asked = await find(snapshot, where, work=work)
            _, later = await find(snapshot, where)
        await database.close()
        return name, asked is work and later is None

    name, is_bound = asyncio.run(found())
    assert name.startswith("expensive")
    assert is_bound
