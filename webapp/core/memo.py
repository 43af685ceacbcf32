"""Results that are remembered in this process, by everything that they follow from.

A key holds the rows that the database has just given: what has changed since has another key, so that nothing here is
ever out of date, in any worker. What is remembered is only the work of turning rows into pages.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Memo(Generic[T]):
    """The `entries` that were used last. Safe to use from several threads."""

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
