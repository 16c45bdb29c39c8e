"""What ingest says of itself to SQL every few seconds, for dashboards and alerts.

The counts are those of the metrics. While SQL is away nothing is said, and a silence is itself a sign; the rest of
ingest does not notice.
"""

import logging
import shutil
import threading
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.clock import Clock
from guangfu.storage.errors import StorageError
from guangfu.storage.sql.operations import IngestHealth, forget_ingest_health, write_ingest_health
from ingest.settings import Settings

log = logging.getLogger(__name__)

KEPT: Final = timedelta(days=30)
_FORGET_EVERY: Final = 240
_PREFIX: Final = "guangfu_ingest_"


class Health:
    """A part of ingest, in a thread of its own, so that a slow database holds nobody up."""

    def __init__(self, settings: Settings, engine: Engine, clock: Clock, metrics: CollectorRegistry) -> None:
        self._settings, self._engine, self._clock, self._metrics = settings, engine, clock, metrics
        self._started_at = clock.now()

    def run(self, stop: threading.Event) -> None:
        told = 0
        while not stop.wait(self._settings.health_interval_s if told else 0):
            told += 1
            try:
                self.tell(forget=told % _FORGET_EVERY == 1)
            except StorageError as error:
                log.debug("SQL is away, ingest's health is not told: %s", error)

    def tell(self, *, forget: bool = False) -> None:
        """Writes one row, and takes away those of more than a month ago where `forget` says so.

        Raises:
            Unavailable: SQL can't be reached.
        """
        row = self.row(self._clock.now())
        with self._engine.begin() as db:
            write_ingest_health(db, row)
            if forget:
                forget_ingest_health(db, before=row.at - KEPT)

    def row(self, now: datetime) -> IngestHealth:
        values = self._values()
        return IngestHealth(
            worker=self._settings.worker,
            at=now,
            started_at=self._started_at,
            received=int(values["messages_received"]),
            stored=int(values["readings_stored"]),
            dead_letters=int(values["dead_letters"]),
            store_failures=int(values["store_failures"]),
            sql_failures=int(values["sql_failures"]),
            spool_messages=int(values["spool_messages"]),
            spool_bytes=int(values["spool_bytes"]),
            spool_oldest_s=values["spool_oldest_age_seconds"],
            outbox_rows=int(values["spool_outbox_rows"]),
            set_aside=int(values["spool_set_aside"]),
            disk_free_bytes=shutil.disk_usage(self._settings.spool_file.parent).free,
            connected=bool(values["connected"]),
            paused=bool(values["paused"]),
        )

    def _values(self) -> dict[str, float]:
        """Every metric of ingest by its name, those with labels summed."""
        return {
            family.name.removeprefix(_PREFIX): sum(s.value for s in family.samples if not s.name.endswith("_created"))
            for family in self._metrics.collect()
            if family.name.startswith(_PREFIX) and family.type in {"counter", "gauge"}
        }
