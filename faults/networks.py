"""Networks of their own on a switch, by Linux's network namespaces: root alone may make them."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# What `unshare(2)` and `setns(2)` call a network; Python has them from version 3.12 on.
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
SUBNET = "10.73.0"
RANGE = f"{SUBNET}.0/24"
GATEWAY = f"{SUBNET}.1"


def ip(*words: str) -> None:
    """Changes the network that this thread is in."""
    subprocess.run(["ip", *words], check=True)


def checked(result: int) -> None:
    """Raises what the system said of a call."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


@contextmanager
def returning() -> Iterator[None]:
    """This thread is in its network again afterwards."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        yield
    finally:
        checked(LIBC.setns(before, CLONE_NEWNET))
        os.close(before)


class Network:
    """A network with nothing but its own loopback; it is there until this process ends."""

    def __init__(self) -> None:
        with returning():
            checked(LIBC.unshare(CLONE_NEWNET))
            self.file = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
            ip("link", "set", "lo", "up")

    @contextmanager
    def entered(self) -> Iterator[None]:
        """This thread, and what it starts in the block, is in the network."""
        with returning():
            checked(LIBC.setns(self.file, CLONE_NEWNET))
            yield


@dataclass(frozen=True)
class Host:
    """A network on the switch: its address, and the port of the switch that leads to it."""

    network: Network
    address: str
    port: str

    def cut(self) -> None:
        """Takes its cable out of the switch; nothing in it is told."""
        ip("link", "set", self.port, "nomaster")

    def join(self) -> None:
        """Puts its cable into the switch."""
        ip("link", "set", self.port, "master", "switch")


@contextmanager
def switched(number: int) -> Iterator[list[Host]]:
    """Hosts on a switch; this thread is in the network of the switch meanwhile."""
    with Network().entered():
        ip("link", "add", "switch", "type", "bridge")
        ip("addr", "add", f"{GATEWAY}/24", "dev", "switch")
        ip("link", "set", "switch", "up")
        yield [attached(f"port{each}", f"{SUBNET}.{each + 2}") for each in range(number)]


def attached(port: str, address: str) -> Host:
    """A new host on the switch."""
    host = Host(Network(), address, port)
    inside = f"/proc/{os.getpid()}/fd/{host.network.file}"
    ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", inside)
    with host.network.entered():
        ip("addr", "add", f"{address}/24", "dev", "eth0")
        ip("link", "set", "eth0", "up")
    ip("link", "set", port, "up")
    host.join()
    return host
