"""Loads that take memory, connections and processor time, and what others see beside them."""

from __future__ import annotations

import hashlib
import http.client
import json
import multiprocessing
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import quote

from app.seeding.seed import seed
from faults.clients import Clients, fetch, right_answers
from faults.places import folder, memory, served
from tests.conftest import SHIPPED, sqlite_settings
from tests.operation.running import Running, running
from tests.postgres.editions import edition

Seen = tuple[str, str]
FILES = (
    "datapackage.zip",
    "entries.ndjson",
    "events.csv",
    "quotes.csv",
    "proposals.csv",
    "terms.csv",
    "figures.csv",
    "parley.sqlite",
)
CODINGS = ("identity", "gzip")
FORKED = multiprocessing.get_context("fork")
EVERY_KIND = "kind=event&kind=quote&kind=proposal&kind=term&kind=figure"


@contextmanager
def shipped(**options: object) -> Iterator[Running]:
    """A server over the shipped record, warmed."""
    with folder() as place:
        seed(SHIPPED, sqlite_settings(place / "record.db"))
        with running(place / "record.db", place / "log", **options) as server:  # type: ignore[arg-type]
            for path in ("/", "/quotes", "/v1/timeline", "/v1/check?text=victory"):
                fetch(server.base, path)
            yield server


def downloaded(base: str, name: str, coding: str) -> tuple[int, str]:
    """The status of a download, and the hash of its bytes."""
    connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=120)
    connection.request("GET", f"/v1/dataset/{name}", headers={"Accept-Encoding": coding})
    response = connection.getresponse()
    digest = hashlib.sha256()
    while part := response.read(65536):
        digest.update(part)
    connection.close()
    return response.status, digest.hexdigest()


def in_threads(work: Callable[[int], None], times: int, at_once: int) -> None:
    """Does something some times, as many at once."""
    numbers = count()

    def one() -> None:
        while (number := next(numbers)) < times:
            work(number)

    threads = [threading.Thread(target=one) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def many_downloads() -> Seen:
    """500 downloads of every file of the shipped record, 30 at once."""
    with shipped() as server:
        seen: Counter[int] = Counter()
        bytes_seen: dict[tuple[str, str], set[str]] = {}
        before, grown = memory(server), list[float]()

        def one(number: int) -> None:
            name, coding = FILES[number % 8], CODINGS[number // 8 % 2]
            status, digest = downloaded(server.base, name, coding)
            seen[status] += 1
            bytes_seen.setdefault((name, coding), set()).add(digest)

        for times in (240, 260):
            in_threads(one, times, 30)
            grown.append(memory(server) - before)
        same = all(len(each) == 1 for each in bytes_seen.values())
    counted = ", ".join(f"{number} × {status}" for status, number in sorted(seen.items()))
    kept = f"memory +{grown[0]:.0f} MB after 240, +{grown[1]:.0f} MB after 500"
    return f"{counted}; {'each file always the same bytes' if same else 'WRONG bytes'}", kept


def stalled_downloads() -> Seen:
    """80 clients that begin a download and take nothing more, for 45 seconds."""
    with shipped() as server, ExitStack() as stack:
        right = right_answers(server.base)
        for name in FILES:
            downloaded(server.base, name, "identity")
        before = memory(server)
        host, port = server.base.removeprefix("http://").split(":")
        stalled = []
        for _ in range(80):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect((host, int(port)))
            client.sendall(b"GET /v1/dataset/parley.sqlite HTTP/1.1\r\nHost: x\r\n\r\n")
            stalled.append(client)
        with Clients(server.base, right) as clients:
            time.sleep(45)
        grown = memory(server) - before
        cut = sum(1 for each in stalled if is_cut(each))
        return clients.summary(), f"{cut} of 80 were cut off; memory +{grown:.0f} MB"


def is_cut(client: socket.socket) -> bool:
    """Whether a connection was ended before the answer was whole; what waits is read away."""
    client.setblocking(False)
    try:
        while client.recv(1 << 20):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def file_lost_in_downloads() -> Seen:
    """The file seeded over, then deleted, in the middle of 16 downloads."""
    with served() as (server, database):
        place = database.parent
        plain = {name: downloaded(server.base, name, "identity") for name in FILES}
        begun = []
        for name in FILES * 2:
            connection = http.client.HTTPConnection(server.base.removeprefix("http://"), timeout=60)
            connection.request("GET", f"/v1/dataset/{name}")
            response = connection.getresponse()
            begun.append((name, response, response.read(10)))
        seed(edition(place, 1), sqlite_settings(database))
        fetch(server.base, "/v1/events")
        database.unlink()
        time.sleep(1.5)
        as_begun = 0
        for name, response, first in begun:
            whole = hashlib.sha256(first + response.read()).hexdigest()
            as_begun += plain[name] == (response.status, whole)
        after = Counter(downloaded(server.base, name, "gzip")[0] for name in FILES)
        seen = ", ".join(f"{number} × {status}" for status, number in sorted(after.items()))
        return f"{as_begun} of 16 as begun; then {seen}", "nothing"


def bodies_that_never_come() -> Seen:
    """200 clients that announce a body and do not send it, for 30 seconds."""
    with served() as (server, _), ExitStack() as stack:
        right = right_answers(server.base)
        host, port = server.base.removeprefix("http://").split(":")
        waiting = []
        for _ in range(200):
            client = stack.enter_context(socket.create_connection((host, int(port))))
            client.sendall(b"POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nte")
            waiting.append(client)
        with Clients(server.base, right) as clients:
            time.sleep(30)
        answers = Counter(each.recv(4096)[9:12].decode() or "nothing" for each in waiting)
        mistakes = sum("Traceback" in line for line in server.lines())
        told = ", ".join(f"{number} × {status}" for status, number in answers.items())
        return clients.summary(), f"nothing; they were told {told}; {mistakes} tracebacks"


def long_questions(kind: str) -> Callable[[], Seen]:
    """Others beside twelve clients that ask long questions of a kind all the time."""

    def doing() -> Seen:
        with shipped(workers=1) as server:
            alone = others_see(server.base)
            ended, statuses = FORKED.Event(), FORKED.SimpleQueue()
            # A process of its own: what others see is not to include a wait for this interpreter.
            asking = FORKED.Process(target=ask_long, args=(kind, server.base, ended, statuses))
            asking.start()
            beside = others_see(server.base)
            ended.set()
            seen: Counter[int] = statuses.get()
            asking.join()
        counted = ", ".join(f"{number} × {status}" for status, number in sorted(seen.items()))
        return f"alone: {alone}; beside: {beside}", f"nothing; of the long ones {counted}"

    doing.__doc__ = f"Twelve clients that ask for {kind} without a pause, for ten seconds"
    return doing


def ask_long(kind: str, base: str, ended: Event, statuses: SimpleQueue[Counter[int]]) -> None:
    """Asks long questions of a kind, twelve at once, until the end; then tells their statuses."""
    asked, seen = question_of(kind, base), Counter[int]()

    def ask(_: int) -> None:
        while not ended.is_set():
            seen[sent(base, *asked())] += 1

    in_threads(ask, 12, 12)
    statuses.put(seen)


KINDS = (
    "quote checks of 40,000 characters",
    "comparisons of twelve proposals",
    "calendars of all entries",
    "pictures of all entries",
    "pages of 500 entries",
    "quote checks of 90 words",
    "quote checks of forty texts",
)


def question_of(kind: str, base: str) -> Callable[[], tuple[str, bytes | None]]:
    """What makes the next long question: each is another one, so that none comes from memory."""
    numbers = count(1000)
    found = fetch(base, "/v1/quotes?limit=200&format=ndjson")[1].splitlines()
    texts = " ".join(f"Netanyahu said: “{json.loads(line)['text']}”" for line in found)
    article = texts[:39_900].encode()
    named = fetch(base, "/v1/proposals?limit=20&format=ndjson")[1].splitlines()
    proposals = [json.loads(line)["id"] for line in named]

    def compared() -> str:
        return "&".join(f"proposal={each}" for each in random.sample(proposals, 12))

    def some_words(number: int) -> str:
        words = texts.split()
        begin = random.randrange(len(words) - number)
        return " ".join(words[begin : begin + number])

    def forty() -> bytes:
        return json.dumps({"texts": [{"text": some_words(90)} for _ in range(40)]}).encode()

    asked: dict[str, Callable[[], tuple[str, bytes | None]]] = {
        KINDS[0]: lambda: ("/v1/check", article),
        KINDS[1]: lambda: (f"/v1/compare?{compared()}", None),
        KINDS[2]: lambda: (
            f"/v1/timeline?{EVERY_KIND}&format=ics&start_date={next(numbers)}",
            None,
        ),
        KINDS[3]: lambda: (f"/v1/timeline?format=svg&start_date={next(numbers)}", None),
        KINDS[4]: lambda: (f"/timeline?limit=500&start_date={next(numbers)}", None),
        KINDS[5]: lambda: (f"/v1/check?text={quote(some_words(90))}", None),
        KINDS[6]: lambda: ("/v1/check", forty()),
    }
    return asked[kind]


def sent(base: str, path: str, body: bytes | None) -> int:
    """The status of an answer; 0 where the connection was lost."""
    connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=60)
    try:
        kind = {"Content-Type": "application/json"} if body and body[:1] == b"{" else {}
        connection.request("POST" if body else "GET", path, body, kind)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
    return response.status


# What others ask, and the seconds that each of two clients waits between two of its questions.
OTHERS = (
    ("/v1/quotes?limit=20&start_date={:04d}", 0.0),
    ("/quotes?start_date={:04d}", 0.2),
    ("/health/ready", 0.1),
)


def others_see(base: str, seconds: float = 10) -> str:
    """How often lists are answered, and the 99th percentiles of lists, pages and health.

    Each sort of question comes from a process of its own, as threads of one wait for each other.
    """
    seen: list[SimpleQueue[list[float]]] = [FORKED.SimpleQueue() for _ in OTHERS]
    for (path, pause), times in zip(OTHERS, seen, strict=True):
        FORKED.Process(target=ask_others, args=(base, seconds, path, pause, times)).start()
    taken = [times.get() for times in seen]
    lists, pages, health = (sorted(each)[int(len(each) * 0.99)] * 1000 for each in taken)
    rate = len(taken[0]) / seconds
    return f"{rate:.0f} lists/s, p99 {lists:.0f} ms, pages {pages:.0f} ms, health {health:.0f} ms"


def ask_others(
    base: str, seconds: float, path: str, pause: float, times: SimpleQueue[list[float]]
) -> None:
    """Two clients with questions of a sort for some seconds; tells how long each answer took."""
    numbers, stop, taken = count(random.randrange(9000)), time.monotonic() + seconds, list[float]()

    def ask(_: int) -> None:
        connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=60)
        while time.monotonic() < stop:
            began = time.monotonic()
            connection.request("GET", path.format(1000 + next(numbers) % 9000))
            connection.getresponse().read()
            taken.append(time.monotonic() - began)
            time.sleep(pause)
        connection.close()

    in_threads(ask, 2, 2)
    times.put(taken)


def tried(told: str, *tests: str) -> Callable[[], Seen]:
    """What a set of tests does to real servers and files."""

    def doing() -> Seen:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1]
        )
        *_, last = done.stdout.strip().splitlines()
        return last.partition(" in ")[0], "nothing" if done.returncode == 0 else "WRONG"

    doing.__doc__ = told
    return doing


PLACES = "tests/seeding/test_places.py"
TRIED = {
    "A folder, file or volume that may not be written or read, while seeding": (
        PLACES,
        "-k",
        "written or write or read or older",
    ),
    "Another owner, group, mode or ACL of the file that is seeded": (
        PLACES,
        "-k",
        "owner or attributes or copy or another_user",
    ),
    "Symbolic links to the file that is seeded, and two names of it": (
        PLACES,
        "-k",
        "link or names",
    ),
    "No `fcntl`, and no folder for temporary files": (PLACES, "-k", "without or temporary"),
    "A crawl below a path, through nginx, which removes it": (
        "tests/operation/test_below_a_path.py",
    ),
    "nginx in front: the longest headers, its own refusals, a server that is away": (
        "tests/operation/test_cache_in_front.py",
    ),
}
LOADS: tuple[Callable[[], Seen], ...] = (
    many_downloads,
    stalled_downloads,
    file_lost_in_downloads,
    bodies_that_never_come,
    *(long_questions(kind) for kind in KINDS),
    *(tried(told, *tests) for told, tests in TRIED.items()),
)
