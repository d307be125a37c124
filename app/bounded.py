"""What is kept in memory within bounds: what was not used for long is given up first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Values by key, bounded in bytes.

    What is put or asked for is young. When the young ones would take more than half of the room
    they grow old at once, and what was old until then is given up: so using a value that is young
    costs no more than finding it.
    """

    def __init__(self, limit: int, size_of: Callable[[V], int]):
        self.limit = limit
        self.size_of = size_of
        self.young: dict[K, V] = {}
        self.old: dict[K, V] = {}
        # Bytes of the young ones.
        self.size = 0

    def get(self, key: K) -> V | None:
        """What is kept under a key; None where nothing is, or no longer."""
        value = self.young.get(key)
        return value if value is not None else self.young_again(key)

    def some(self, keys: Iterable[K]) -> list[V | None]:
        """What is kept under each of some keys, in their order."""
        found = list(map(self.young.get, keys := tuple(keys)))
        return found if all(found) else [self.get(key) for key in keys]

    def young_again(self, key: K) -> V | None:
        """An old value, which is used again."""
        value = self.old.get(key)
        if value is not None:
            self.put(key, value)
        return value

    def put(self, key: K, value: V) -> None:
        """Keeps a value, if there can be room, and gives up others for it."""
        self.old.pop(key, None)
        before = self.young.pop(key, None)
        if before is not None:
            self.size -= self.size_of(before)
        size = self.size_of(value)
        if size > self.limit // 2:
            return
        if self.size + size > self.limit // 2:
            self.old, self.young, self.size = self.young, {}, 0
        self.young[key] = value
        self.size += size
