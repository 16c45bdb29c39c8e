"""One look for all: a value that is made by one request and shared by those that come meanwhile."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Shared(Generic[V]):
    """A value that is made again when it is older than `max_age_s`, by one thread at a time.

    While one thread makes it, the others get the previous value, or wait if there is none. A failure
    is raised to whoever waits and is not kept: the next request tries again.
    """

    def __init__(self, make: Callable[[], V], max_age_s: float) -> None:
        self._make = make
        self._max_age_s = max_age_s
        self._making = threading.Lock()
        self._kept: tuple[V, float] | None = None

    def get(self) -> V:
        kept = self._kept
        if kept is not None and self._fresh(kept):
            return kept[0]
        if kept is not None and time.monotonic() - kept[1] < 10 * self._max_age_s:
            return self._make_unless_another_does(kept[0])
        with self._making:
            return self._made()

    def _make_unless_another_does(self, previous: V) -> V:
        if not self._making.acquire(blocking=False):
            return previous
        try:
            return self._made()
        finally:
            self._making.release()

    def _made(self) -> V:
        if self._kept is not None and self._fresh(self._kept):
            return self._kept[0]
        value = self._make()
        self._kept = (value, time.monotonic())
        return value

    def _fresh(self, kept: tuple[V, float]) -> bool:
        return time.monotonic() - kept[1] < self._max_age_s


class SharedByKey(Generic[V]):
    """At most `size` shared values, the least used forgotten first."""

    def __init__(self, max_age_s: float, size: int) -> None:
        self._max_age_s = max_age_s
        self._size = size
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, Shared[V]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        with self._lock:
            shared = self._values.setdefault(key, Shared(make, self._max_age_s))
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return shared.get()
