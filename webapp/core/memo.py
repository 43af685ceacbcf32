"""A cache in the memory of this process, keyed by everything that determines a result.

A key contains the rows just read from the database: changed rows give another key, so no entry is ever stale, in any
process. Only the work of rendering rows into pages is saved.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Memo(Generic[T]):
    """Keeps the `entries` most recently used results. Thread-safe."""

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._known: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            if key not in self._known:
                return None
            self._known.move_to_end(key)
            return self._known[key]

    def clear(self) -> None:
        with self._lock:
            self._known.clear()

    def keep(self, key: Hashable, value: T) -> None:
        with self._lock:
            self._known[key] = value
            self._known.move_to_end(key)
            while len(self._known) > self._entries:
                self._known.popitem(last=False)
