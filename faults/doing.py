"""The faults, each a function that does it and says what clients saw and what was lost."""

from __future__ import annotations

import itertools
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg

from app.evidence.fetching import Bounds, LivePages
from app.evidence.texts import NoText
from app.reference.sources import SourceRecord
from app.seeding.seed import seed
from faults.clients import Clients, fetch, right_answers
from faults.cluster import cluster_faults, pooled
from faults.loads import FILES, LOADS, downloaded, sent
from faults.partition import partitioned
from faults.places import children, folder, is_open, memory, served
from faults.refusing import refusals
from tests.conftest import TINY, sqlite_settings
from tests.evidence.pages import ENDLESS
from tests.evidence.pages import served as pages_served
from tests.operation import test_file_faults as files
from tests.operation.running import PARLEY, running
from tests.postgres.editions import edition, seed_edition
from tests.postgres.servers import servers
from tests.seeding.contents import contents

Seen = tuple[str, str]
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


def worker_killed() -> Seen:
    """kill -9 of one of two workers under load."""
    with served(workers=2) as (server, _):
        right = right_answers(server.base)
        with Clients(server.base, right) as clients:
            time.sleep(2)
            os.kill(children(server.process.pid)[-1], signal.SIGKILL)
            time.sleep(8)
        return clients.summary(), "nothing; the worker was started again"


def seed_killed() -> Seen:
    """kill -9 of `parley seed` at KILLS (50) random moments, under load."""
    with served() as (server, database):
        place = database.parent
        records = [edition(place, number) for number in (1, 2)]
        right, whole = [right_answers(server.base)], [contents(database)]
        for number, record in enumerate(records):
            other = place / f"other-{number}.db"
            shutil.copyfile(database, other)
            seed(record, sqlite_settings(other))
            whole.append(contents(other))
            with running(other, place / "other.log") as probe:
                right.append(right_answers(probe.base))
        began = time.monotonic()
        subprocess.run([PARLEY, "seed", records[0], "--dry-run"], check=True, capture_output=True)
        lasting = time.monotonic() - began + 0.5
        lost = done = 0
        kills = int(os.environ.get("KILLS", "50"))
        with Clients(server.base, *right, number=1, pause=0.02) as clients:
            for number in range(kills):
                command = [PARLEY, "seed", str(records[number % 2])]
                environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}"}
                seeding = subprocess.Popen(
                    command,
                    env=environment,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                time.sleep(random.uniform(0.3, lasting))
                seeding.kill()
                done += seeding.wait() == 0
                lost += contents(database) not in whole
        return clients.summary(), f"{lost} of {kills} databases torn ({done} seedings had ended)"


def disk_full() -> Seen:
    """A full disk while seeding."""
    with folder() as place, ExitStack() as stack:
        disk = place / "disk"
        disk.mkdir()
        seed(TINY, sqlite_settings(place / "record.db"))
        size = (place / "record.db").stat().st_size * 3 // 2
        mounting = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
        if subprocess.run(mounting, capture_output=True, check=False).returncode:
            return "not done: only root may mount a small disk", ""
        stack.callback(subprocess.run, ["umount", str(disk)], check=True)
        database = shutil.copyfile(place / "record.db", disk / "record.db")
        server = stack.enter_context(running(database, place / "log"))
        right = right_answers(server.base)
        with Clients(server.base, right) as clients:
            command = [
                PARLEY,
                "seed",
                str(edition(place, 1)),
                "--database",
                f"sqlite:///{database}",
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            time.sleep(2)
        said = done.stderr.replace(f"{disk}/", "")[:90]
        return clients.summary(), f"nothing; seed ended with {done.returncode}: {said}"


def log_full() -> Seen:
    """A full disk while logging every request."""
    with folder() as place:
        database = place / "record.db"
        seed(TINY, sqlite_settings(database))
        with running(database, Path("/dev/full"), log_requests="all") as server:
            right = right_answers(server.base)
            with Clients(server.base, right) as clients:
                time.sleep(5)
        return clients.summary(), "the lines of the log"


def two_seedings() -> Seen:
    """Four seedings of two records at once, under load."""
    with served() as (server, database):
        records = [edition(database.parent, number) for number in (1, 2)]
        with Clients(server.base) as clients:
            seedings = [
                subprocess.Popen(
                    [PARLEY, "seed", str(record), "--database", f"sqlite:///{database}"],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                for record in records * 2
            ]
            codes = [each.wait() for each in seedings]
            time.sleep(2)
        return clients.summary(), f"nothing; each waited for the others, exit codes {codes}"


def file_fault(fault: Callable[[Path], None]) -> Callable[[], Seen]:
    """One thing that happens to the file under a server."""

    def doing() -> Seen:
        with served(cache_bytes=0) as (server, database):
            right = right_answers(server.base)
            with Clients(server.base, right) as clients:
                time.sleep(0.5)
                fault(database)
                time.sleep(3)
            status, body = fetch(server.base, "/health/ready")
            alive = "alive" if server.process.poll() is None else "DEAD"
            detail = body.decode().partition('"detail":"')[2][:70]
            return clients.summary(), f"server {alive}; ready {status} {detail}"

    doing.__doc__ = f"The served file: {fault.__doc__}"
    return doing


def postgres_restarted() -> Seen:
    """PostgreSQL restarted under load."""
    with servers("server") as (database,), folder() as place:
        database.create()
        database.start()
        seed_edition(database.url(), place, 1)
        with running(database.url(), place / "log", cache_bytes=0) as server:
            right = right_answers(server.base)
            with Clients(server.base, right, number=2) as clients:
                time.sleep(2)
                database.stop("fast")
                time.sleep(2)
                database.start()
                time.sleep(6)
        return clients.summary(), "nothing; away for 2 s and the restart"


def connections_exhausted() -> Seen:
    """Every connection of PostgreSQL taken by others for five seconds, then given back."""
    with servers("server") as (database,), folder() as place, ExitStack() as stack:
        database.create("max_connections = 12\n")
        database.start()
        seed_edition(database.url(), place, 1)
        with running(database.url(), place / "log", cache_bytes=0) as server:
            right = right_answers(server.base)
            with Clients(server.base, right, number=8) as clients:
                time.sleep(1)
                with ExitStack() as taken:
                    for _ in range(12):
                        try:
                            plain = database.url().replace("+psycopg", "")
                            taken.enter_context(psycopg.connect(plain))
                        except psycopg.OperationalError:
                            break
                    time.sleep(5)
                time.sleep(3)
            stack.close()
        return clients.summary(), "nothing; the connections that were open answered on"


def clock_moved() -> Seen:
    """The clock moved two days back, then thirty days on, under load with a limit of the rate."""
    if not FAKETIME.exists():
        return "not done: libfaketime is not installed", ""
    with folder() as place:
        clock = place / "clock"
        clock.write_text("+0")
        settings = {
            "ld_preload": FAKETIME,
            "faketime_timestamp_file": clock,
            "faketime_no_cache": 1,
            "faketime_dont_fake_monotonic": 1,
            "rate_limit": "100000/minute",
            "log_requests": "all",
        }
        database = place / "record.db"
        seed(TINY, sqlite_settings(database))
        with running(database, place / "log", **settings) as server:  # type: ignore[arg-type]
            right = right_answers(server.base)
            with Clients(server.base, right) as clients:
                for moved in ("+0", "-2d", "+30d"):
                    clock.write_text(moved)
                    time.sleep(3)
            days = {line[:10] for line in server.lines() if line[:2] == "20"}
        return clients.summary(), f"nothing; the log tells {len(days)} days"


def slow_clients() -> Seen:
    """500 clients that send a byte of their headers a second, for 30 seconds."""
    with served() as (server, _), ExitStack() as stack:
        right = right_answers(server.base)
        host, port = server.base.removeprefix("http://").split(":")
        before = memory(server)
        slow = []
        for _ in range(500):
            connection = stack.enter_context(socket.create_connection((host, int(port))))
            connection.sendall(b"GET /v1/events HTTP/1.1\r\nX-Slow: ")
            slow.append(connection)
        closed: set[socket.socket] = set()
        with Clients(server.base, right) as clients:
            for _ in range(30):
                for connection in slow:
                    try:
                        connection.send(b"x")
                    except OSError:
                        closed.add(connection)
                time.sleep(1)
        grown = memory(server) - before
        return clients.summary(), f"{len(closed)} of 500 were closed; memory +{grown:.0f} MB"


def idle_connections() -> Seen:
    """10,000 connections that ask nothing, for 30 seconds."""
    with served() as (server, _), ExitStack() as stack:
        right = right_answers(server.base)
        host, port = server.base.removeprefix("http://").split(":")
        before = memory(server)
        opened = []
        try:
            for _ in range(10_000):
                opened.append(stack.enter_context(socket.create_connection((host, int(port)))))
        except OSError as error:
            return f"not done: {len(opened)} could be opened: {error}", ""
        with Clients(server.base, right) as clients:
            most = memory(server)
            time.sleep(30)
        open_still = sum(1 for each in opened if is_open(each))
        seen = f"memory +{most - before:.0f} MB; {open_still} open after 30 s"
        return clients.summary(), f"nothing; {seen}"


def soak() -> Seen:
    """SOAK minutes (2) at half of the highest load, seeded again every minute (15 s if short), with
    downloads, quote checks and clients that hang up."""
    minutes = float(os.environ.get("SOAK", "2"))
    with served(workers=2) as (server, database):
        records = [edition(database.parent, number) for number in (1, 2)]
        with Clients(server.base, number=2, pause=0) as highest:
            time.sleep(5)
        busy = sum(highest.seconds) / len(highest.seconds)
        every = 60 if minutes >= 10 else 15
        began, after_warming, number = time.monotonic(), 0.0, 0
        seen, going = Counter[str](), threading.Event()
        beside = threading.Thread(target=mixed, args=(server.base, going, seen))
        beside.start()
        with Clients(server.base, number=2, pause=busy) as clients:
            while time.monotonic() - began < minutes * 60:
                seed(records[number % 2], sqlite_settings(database))
                number += 1
                time.sleep(every)
                if not after_warming and time.monotonic() - began > minutes * 60 / 6:
                    after_warming = memory(server)
            grown = (memory(server) / after_warming - 1) * 100
        going.set()
        beside.join()
        told = ", ".join(f"{number} × {what}" for what, number in sorted(seen.items()))
        rate = len(clients.seconds) / (time.monotonic() - began)
        kept = f"memory {grown:+.1f}% after the first sixth ({after_warming:.0f} MB)"
        return f"{clients.summary()}; beside: {told}", (
            f"nothing; {rate:.0f} answers/s, {number} seedings, {kept}"
        )


def mixed(base: str, going: threading.Event, seen: Counter[str]) -> None:
    """Downloads, quote checks, and hanging up in the middle of an answer, in turn."""
    host, port = base.removeprefix("http://").split(":")
    text = "He said: “We are close to a deal”, and no more. ".encode() * 50
    for number in itertools.count():
        name = FILES[number % len(FILES)]
        if going.wait(0.1):
            return
        if number % 3 == 0:
            seen[f"download {downloaded(base, name, 'gzip')[0]}"] += 1
        elif number % 3 == 1:
            seen[f"check {sent(base, '/v1/check', text)}"] += 1
        else:
            with socket.create_connection((host, int(port))) as client:
                client.sendall(f"GET /v1/dataset/{name} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                client.recv(100)
            seen["hung up"] += 1


def refused_to(work: str, told: str) -> Callable[[], Seen]:
    """One call after another of a work is refused by the system."""

    def doing() -> Seen:
        outcomes = refusals(work, int(os.environ.get("POINTS", "40")))
        if outcomes is None:
            return "not done: there is no C compiler", ""
        counted = ", ".join(f"{number} × {what}" for what, number in sorted(outcomes.items()))
        return counted, "nothing; never a wrong answer" if "WRONG" not in counted else "WRONG"

    doing.__doc__ = told
    return doing


def harmful_pages() -> Seen:
    """Pages for `verify --fetch` that drip, are bombs, keep the parser busy or lead inward."""
    bounds = Bounds(pause=0, timeout=2, seconds=2, bytes=200_000, private=frozenset(("127.0.0.1",)))
    bombs = ("/bomb-gzip-gzip", "/bomb-zstd", "/bomb-deflate-gzip")
    given_up = 0
    paths = (*ENDLESS, *bombs, "/deep", "/inward")
    with pages_served() as pages, LivePages(bounds) as live:
        for path in paths:
            source = SourceRecord(id="page", publisher="A", title="B", url=pages.address(path))
            try:
                live.text_of(source)
            except NoText:
                given_up += 1
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return (
        f"{given_up} of {len(paths)} were given up, each with its reason",
        f"at most {most:.0f} MB",
    )


FILE_FAULTS = (*files.IN_PLACE, *files.REPLACED)
FAULTS: tuple[Callable[[], Seen], ...] = (
    worker_killed,
    seed_killed,
    refused_to(
        "seed",
        "EIO, ENOSPC, half a write or no memory at POINTS (40) calls of each kind, while seeding",
    ),
    refused_to(
        "serve", "EIO or no memory at POINTS (40) calls of each kind, while questions are answered"
    ),
    disk_full,
    log_full,
    two_seedings,
    *(file_fault(fault) for fault in FILE_FAULTS),
    postgres_restarted,
    connections_exhausted,
    cluster_faults,
    partitioned,
    pooled,
    clock_moved,
    slow_clients,
    idle_connections,
    harmful_pages,
    *LOADS,
    soak,
)
