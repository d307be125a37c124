"""The leader of three nodes cut off while it goes on: who may seed, and who reads what."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.errors import SeedRefused
from faults.clients import Clients, right_answers, unnumbered
from faults.cluster import PROGRAMS, USER, Cluster, Seen, missing, until
from faults.networks import Host, switched
from faults.places import folder
from tests.operation.running import Running, running
from tests.postgres.editions import seed_edition
from tests.postgres.servers import execute


def partitioned() -> Seen:
    """Three nodes in networks of their own: the leader's cut off from etcd, HAProxy and the others
    while it goes on, seeded on both sides, let in again."""
    if lacking := missing((*PROGRAMS, "ip")):
        return f"not done: {lacking} is not installed", ""
    with folder() as place, ExitStack() as stack:
        place.chmod(0o755)
        if USER is not None:
            shutil.chown(place, USER)
        try:
            hosts = stack.enter_context(switched(3))
        except OSError as error:
            return f"not done: no network of its own: {error}", ""
        partition = Partition(place, stack, hosts)
        return f"{partition.cut()}; {partition.let_in()}", partition.lost()


class Others(Clients):
    """Clients where the former leader is, who may see a seeding that was not acknowledged."""

    refused: dict[str, bytes]

    def note(self, path: str, status: int, body: bytes, seconds: float) -> None:
        """One answer, as of other clients, or of that seeding."""
        if status == 200 and unnumbered(body) == self.refused[path] not in [
            each[path] for each in self.right
        ]:
            self.seen["200 of the refused seeding"] += 1
        else:
            super().note(path, status, body, seconds)


class Partition:
    """A cluster, a server behind HAProxy, and one that reads the leader in the leader's network.

    Edition 1 is seeded at first; 2 behind HAProxy and 3 at the former leader while it is cut off.
    """

    def __init__(self, place: Path, stack: ExitStack, hosts: list[Host]):
        self.place = place
        self.cluster = Cluster(place, stack, hosts)
        self.answers = {number: self.answers_of(number) for number in (1, 2, 3)}
        self.front = self.cluster.url(self.cluster.seeding)
        self.acknowledged = [self.seed(self.front, 1)]
        self.server = self.served(stack, self.cluster.url(self.cluster.reading), "server.log")
        leader = self.cluster.leader
        assert leader is not None
        assert leader.host is not None
        self.leader, self.host = leader, leader.host
        with self.leader.inside():
            self.beside = self.served(stack, self.leader.url(), "beside.log")

    def answers_of(self, number: int) -> dict[str, bytes]:
        """What is answered of an edition, by a database of its own."""
        name = f"edition{number}"
        self.cluster.execute(f"CREATE DATABASE {name}")
        url = self.cluster.url(self.cluster.seeding, name)
        # Cursors name the number of the revision.
        for each in sorted({1, number}):
            self.seed(url, each)
        with running(url, self.place / "answers.log") as server:
            return right_answers(server.base)

    def seed(self, url: str, number: int) -> str:
        """Seeds an edition, and says its digest."""
        with folder() as place:
            return seed_edition(url, place, number).digest

    def served(self, stack: ExitStack, url: str, log: str) -> Running:
        """A server that keeps nothing in memory."""
        return stack.enter_context(running(url, self.place / log, cache_bytes=0))

    @contextmanager
    def clients(self, *editions: int) -> Iterator[tuple[Clients, Clients]]:
        """Clients of both servers, each in its network; these editions are right behind HAProxy."""
        right = [self.answers[each] for each in editions]
        with ExitStack() as stack:
            front = stack.enter_context(Clients(self.server.base, *right, number=2))
            with self.leader.inside():
                others = Others(self.beside.base, self.answers[1], self.answers[2], number=1)
                others.refused = self.answers[3]
                stack.enter_context(others)
            yield front, others

    def cut(self) -> str:
        """Cuts the leader off, and seeds on its side, then on the other one."""
        others = [each for each in self.cluster.nodes if each is not self.leader]
        with self.clients(1, 2) as (front, beside):
            time.sleep(1)
            began = time.monotonic()
            self.host.cut()
            with self.leader.inside():
                told = "ACKNOWLEDGED" if self.is_seeded(self.leader.url(), 3) else "refused"
            refused = time.monotonic() - began
            until(lambda: any(each.is_at("/primary") for each in others))
            led = time.monotonic() - began
            until(lambda: self.is_seeded(self.front, 2))
            seeded = time.monotonic() - began
            time.sleep(3)
        return (
            f"cut off: {front.summary()}, {led:.0f} s until another led, {seeded:.0f} s until that "
            f"one was seeded; on the side of the former leader: {beside.summary()}, seeding there "
            f"{told} after {refused:.0f} s"
        )

    def is_seeded(self, url: str, number: int) -> bool:
        """Seeds an edition, and says whether that was acknowledged."""
        try:
            self.acknowledged.append(self.seed(url, number))
        except SeedRefused:
            return False
        return True

    def let_in(self) -> str:
        """Lets the former leader in, until its server has what was seeded behind HAProxy."""
        with self.clients(2) as (front, beside):
            began = time.monotonic()
            self.host.join()
            with self.leader.inside():
                until(lambda: right_answers(self.beside.base) == self.answers[2])
            took = time.monotonic() - began
            self.cluster.wait(3)
        return (
            f"let in again: {front.summary()}; on the side of the former leader: "
            f"{beside.summary()}, {took:.0f} s until the new record answered there"
        )

    def lost(self) -> str:
        """What the nodes have that was not acknowledged, or do not have that was."""
        statement = "SELECT digest FROM revision ORDER BY number"
        found = [execute(each.url(), statement) for each in self.cluster.nodes]
        if found != [[(digest,) for digest in self.acknowledged]] * 3:
            return f"WRONG: {found}"
        return "nothing; each node has the two seedings that were acknowledged, and no other"
