"""Three nodes of PostgreSQL under Patroni with etcd, HAProxy or PgBouncer in front, on loopback."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template

import psycopg

from faults.clients import Clients, fetch, right_answers
from faults.networks import GATEWAY, RANGE, Host
from faults.places import folder
from tests.operation.running import running
from tests.ports import free_port
from tests.postgres.editions import seed_edition
from tests.postgres.servers import servers

Seen = tuple[str, str]
DEPLOY = Path(__file__).parents[1] / "deploy" / "postgresql"
# Debian: apt-get install patroni etcd-server haproxy postgresql pgbouncer
PROGRAMS = ("patroni", "etcd", "haproxy", "pgbouncer")
BINARIES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
LOCAL = "127.0.0.1"
# Seconds for a cluster to be as it should be.
PATIENCE = 120
# PostgreSQL and PgBouncer refuse to run as root.
USER = "postgres" if os.geteuid() == 0 else None


def written(template: str, place: Path, **values: object) -> Path:
    """A configuration of deploy/ with its values."""
    text = Template((DEPLOY / f"{template}.in").read_text()).substitute(values)
    file = place / template
    file.write_text(text)
    return file


@contextmanager
def program(
    log: Path, *command: object, user: str | None = USER
) -> Iterator[subprocess.Popen[bytes]]:
    """A program with its children; all are ended with the block."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(each) for each in command],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, user=user, start_new_session=True,
            cwd=log.parent, env={"PATH": os.environ["PATH"], "HOME": str(log.parent)},
        )  # fmt: skip
    try:
        yield process
    finally:
        for number in (signal.SIGCONT, signal.SIGKILL):
            signal_all(process.pid, number)
        process.wait()


def descendants(pid: int) -> Iterator[int]:
    """A process, and all that it and its children have started."""
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from descendants(int(child))


def signal_all(pid: int, number: int) -> None:
    """Sends a signal to a process and its descendants."""
    for each in list(descendants(pid)):
        with suppress(ProcessLookupError):
            os.kill(each, number)


@dataclass
class Node:
    """One node: where Patroni and PostgreSQL listen, the network it is in, and its process."""

    name: str
    place: Path
    rest: int
    port: int
    etcd: str
    host: Host | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it is reached."""
        return LOCAL if self.host is None else self.host.address

    def inside(self) -> AbstractContextManager[None]:
        """This thread, and what it starts in the block, is in the network of the node."""
        return nullcontext() if self.host is None else self.host.network.entered()

    def start(self, stack: ExitStack) -> None:
        """Starts it, or starts it again."""
        file = written(
            "patroni.yml", self.place, name=self.name, address=self.address, folder=self.place,
            rest=self.rest, port=self.port, etcd=self.etcd, binaries=BINARIES,
            network=f"{LOCAL}/32" if self.host is None else RANGE,
        )  # fmt: skip
        with self.inside():
            self.process = stack.enter_context(program(self.place / "log", "patroni", file))

    def signal(self, number: int) -> None:
        """Sends a signal to Patroni, and to PostgreSQL below it."""
        assert self.process is not None
        signal_all(self.process.pid, number)

    def is_at(self, path: str) -> bool:
        """Whether Patroni says that the node is that."""
        try:
            return fetch(f"http://{self.address}:{self.rest}", path)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def url(self, database: str = "record") -> str:
        """The address of a database of the node's own."""
        return f"postgresql+psycopg://postgres@{self.address}:{self.port}/{database}"


class Cluster:
    """The nodes, on one machine or each on a host, and the addresses in front of them."""

    def __init__(self, place: Path, stack: ExitStack, hosts: Sequence[Host | None] = (None,) * 3):
        self.stack = stack
        etcd, peer, self.reading, self.seeding = (free_port() for _ in range(4))
        at = f"http://{LOCAL if hosts[0] is None else GATEWAY}:{etcd}"
        own = ("--data-dir", place / "etcd", "--listen-client-urls", at)
        peers = ("--advertise-client-urls", at, "--listen-peer-urls", f"http://{LOCAL}:{peer}")
        stack.enter_context(program(place / "etcd.log", "etcd", *own, *peers))
        self.nodes = []
        for name, host in zip(("one", "two", "three"), hosts, strict=True):
            (place / name).mkdir()
            give(place / name)
            ports = free_port(), free_port()
            self.nodes.append(Node(name, place / name, *ports, at.removeprefix("http://"), host))
            self.nodes[-1].start(stack)
        lines = (
            f"    server {n.name} {n.address}:{n.port} check port {n.rest}" for n in self.nodes
        )
        front = {"reading": f"{LOCAL}:{self.reading}", "seeding": f"{LOCAL}:{self.seeding}"}
        file = written("haproxy.cfg", place, nodes="\n".join(lines), **front)
        stack.enter_context(program(place / "haproxy.log", "haproxy", "-f", file))
        self.wait(3)
        until(lambda: any(each.is_at("/synchronous") for each in self.nodes))
        self.execute("CREATE DATABASE record")

    @property
    def leader(self) -> Node | None:
        """The node that may be written."""
        return next((each for each in self.nodes if each.is_at("/primary")), None)

    def wait(self, replicas: int) -> None:
        """Waits until so many nodes are there, one of them a leader."""
        until(lambda: sum(each.is_at("/read-only") for each in self.nodes) >= replicas)
        until(lambda: self.leader is not None)
        time.sleep(5)

    def url(self, port: int, database: str = "record") -> str:
        """The address of a database at one of the ports in front."""
        return f"postgresql+psycopg://postgres@{LOCAL}:{port}/{database}"

    def execute(self, statement: str) -> None:
        """Executes a statement at the leader."""
        url = self.url(self.seeding, "postgres").replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


def until(holds: Callable[[], bool]) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("the cluster did not come to be as it should")
        time.sleep(0.3)


def give(place: Path) -> None:
    """Lets the user of PostgreSQL have a folder."""
    place.chmod(0o700)
    if USER is not None:
        shutil.chown(place, USER)


def missing(programs: Sequence[str] = PROGRAMS) -> str:
    """Which programs are not installed."""
    lacking = [each for each in programs if shutil.which(each) is None]
    return ", ".join(lacking if BINARIES else [*lacking, "postgresql"])


def cluster_faults() -> Seen:
    """Three nodes under Patroni and HAProxy: the leader killed, stopped, brought back, seeded."""
    if lacking := missing():
        return f"not done: {lacking} is not installed", ""
    with folder() as place, ExitStack() as stack:
        place.chmod(0o755)
        if USER is not None:
            shutil.chown(place, USER)
        cluster = Cluster(place, stack)
        seed_edition(cluster.url(cluster.seeding), place, 1)
        time.sleep(2)
        seen = []
        with running(cluster.url(cluster.reading), place / "serve.log", cache_bytes=0) as server:
            first = right_answers(server.base)
            for told, change in (
                ("killed", lambda node: node.signal(signal.SIGKILL)),
                ("brought back", lambda node: node.start(stack)),
                ("stopped", lambda node: node.signal(signal.SIGSTOP)),
                ("let go on", lambda node: node.signal(signal.SIGCONT)),
            ):
                if told in ("killed", "stopped"):
                    node = cluster.leader
                    assert node is not None
                with Clients(server.base, first, number=2) as clients:
                    time.sleep(1)
                    change(node)
                    began = time.monotonic()
                    if told in ("killed", "stopped"):
                        others = [each for each in cluster.nodes if each is not node]
                        until(lambda among=others: any(n.is_at("/primary") for n in among))
                    else:
                        cluster.wait(3)
                    took = time.monotonic() - began
                    time.sleep(3)
                seen.append(f"{told}: {clients.summary()}, {took:.0f} s until {led(told)}")
            with Clients(server.base, number=2) as clients:
                seed_edition(cluster.url(cluster.seeding), place, 2)
                time.sleep(4)
            version = json.loads(fetch(server.base, "/v1/dataset")[1])["data"]["version"]
        seen.append(f"seeded: {clients.summary()}")
        return "; ".join(seen), "nothing" if version == "2" else f"WRONG: version {version}"


def led(told: str) -> str:
    """What was waited for."""
    return "another led" if told in ("killed", "stopped") else "three nodes answered"


def pooled() -> Seen:
    """PgBouncer in transaction mode before PostgreSQL, eight clients, seeded again under load."""
    if lacking := missing(("pgbouncer",)):
        return f"not done: {lacking} is not installed", ""
    with servers("server") as (database,), folder() as place, ExitStack() as stack:
        give(place)
        database.create()
        database.start()
        seed_edition(database.url(), place, 1)
        listen = free_port()
        values = {"host": LOCAL, "port": database.port, "user": "postgres", "listen": listen}
        file = written("pgbouncer.ini", place, **values)
        file.chmod(0o644)
        stack.enter_context(program(place / "pgbouncer.log", "pgbouncer", file))
        url = database.url().replace(f":{database.port}", f":{listen}")
        with running(url, place / "serve.log", workers=2, cache_bytes=0) as server:
            with Clients(server.base, number=8) as clients:
                time.sleep(5)
                seed_edition(database.url(), place, 2)
                time.sleep(5)
            version = json.loads(fetch(server.base, "/v1/dataset")[1])["data"]["version"]
        return clients.summary(), "nothing" if version == "2" else f"WRONG: version {version}"
