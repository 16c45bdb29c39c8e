"""A worker that is given up: it takes what the broker still holds for it, and ends."""

import threading
import time
from typing import Final

from prometheus_client import CollectorRegistry

from guangfu.storage.spool import Spool

QUIET_S: Final = 3.0
"""So long nothing may come or wait before it is over."""
_LOOK_S: Final = 0.1


class Leaver:
    """Sets `stop` once the worker is connected, its spool is empty and SQL knows all, for `QUIET_S`."""

    def __init__(self, spool: Spool, metrics: CollectorRegistry, stop: threading.Event) -> None:
        self._spool, self._metrics, self._stop = spool, metrics, stop

    def run(self, halt: threading.Event) -> None:
        quiet_from_s, cursor = time.monotonic(), self._spool.cursor
        while not halt.wait(_LOOK_S):
            if self._is_busy() or cursor != self._spool.cursor:
                quiet_from_s, cursor = time.monotonic(), self._spool.cursor
            elif time.monotonic() - quiet_from_s >= QUIET_S:
                self._stop.set()

    def _is_busy(self) -> bool:
        depth = self._spool.depth()
        connected = self._metrics.get_sample_value("guangfu_ingest_connected") == 1
        return bool(depth.messages or depth.outbox_rows) or not connected
