"""Waiting longer and longer, with jitter, so that many workers do not come back at once."""

import random
import threading


class Backoff:
    """The waits double from `first_s` to `longest_s`; `reset` begins anew. [s]"""

    def __init__(self, first_s: float = 0.2, longest_s: float = 15) -> None:
        self._first_s, self._longest_s = first_s, longest_s
        self._next_s = first_s

    def reset(self) -> None:
        self._next_s = self._first_s

    def wait(self, stop: threading.Event) -> None:
        """Waits between half and the whole of the next step, or until `stop`."""
        stop.wait(self._next_s * random.uniform(0.5, 1))
        self._next_s = min(self._next_s * 2, self._longest_s)
