"""What is kept in memory within bounds: what was used least recently is given up first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Values by key, bounded in bytes."""

    def __init__(self, limit: int):
        self.limit = limit
        self.size = 0
        self.held: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """What is kept under a key; None where nothing is, or no longer."""
        found = self.held.get(key)
        if found is None:
            return None
        self.held.move_to_end(key)
        return found[0]

    def some(self, keys: Iterable[K]) -> dict[K, V]:
        """What is kept under some keys."""
        found = {}
        for key in keys:
            value = self.held.get(key)
            if value is not None:
                self.held.move_to_end(key)
                found[key] = value[0]
        return found

    def put(self, key: K, value: V, size: int) -> None:
        """Keeps a value of so many bytes, if there can be room, and gives up others for it."""
        _, freed = self.held.pop(key, (None, 0))
        self.size -= freed
        if size > self.limit:
            return
        self.held[key] = value, size
        self.size += size
        while self.size > self.limit:
            _, (_, freed) = self.held.popitem(last=False)
            self.size -= freed
