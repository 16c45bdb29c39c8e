"""What ingest counts, for Prometheus."""

import shutil

from prometheus_client import CollectorRegistry, Counter, Gauge

from guangfu.clock import Clock, to_ms
from guangfu.storage.spool import Spool


class Counters:
    """The program's metrics in a registry; those of the spool are read when somebody asks."""

    def __init__(self, registry: CollectorRegistry, spool: Spool, clock: Clock) -> None:
        self._spool, self._clock = spool, clock
        self.received = Counter("guangfu_ingest_messages_received", "messages on disk", registry=registry)
        self.stored = Counter("guangfu_ingest_readings_stored", "readings written to the store", registry=registry)
        self.dead_letters = Counter(
            "guangfu_ingest_dead_letters",
            "messages and readings that could not be taken",
            ["reason"],
            registry=registry,
        )
        self.replayed = Counter("guangfu_ingest_replayed", "dead letters that were taken again", registry=registry)
        self.suspect = Counter(
            "guangfu_ingest_readings_suspect", "readings that were stored with a mark", ["mark"], registry=registry
        )
        self.store_failures = Counter(
            "guangfu_ingest_store_failures", "writes that the store had no time for", registry=registry
        )
        self.sql_failures = Counter("guangfu_ingest_sql_failures", "times that SQL was away", registry=registry)
        self.connections = Counter("guangfu_ingest_connections", "connections to the broker", registry=registry)
        self.connected = Gauge("guangfu_ingest_connected", "1 while connected to the broker", registry=registry)
        self.registry_version = Gauge(
            "guangfu_ingest_registry_version",
            "version of the registry in force, 0 while there is none",
            registry=registry,
        )
        self.paused = Gauge("guangfu_ingest_paused", "1 while the broker must keep messages", registry=registry)
        self.last_write = Gauge(
            "guangfu_ingest_last_write_timestamp_seconds", "when the store last took readings", registry=registry
        )
        depths = {
            "messages": "messages in the spool", "bytes": "bytes of messages in the spool",
            "outbox_rows": "rows that wait for SQL", "set_aside": "damaged groups and rows no database takes",
        }  # fmt: skip
        for name, words in depths.items():
            gauge = Gauge(f"guangfu_ingest_spool_{name}", words, registry=registry)
            gauge.set_function(lambda name=name: float(getattr(spool.depth(), name)))  # type: ignore[misc]
        age = Gauge("guangfu_ingest_spool_oldest_age_seconds", "age of the oldest message", registry=registry)
        age.set_function(self._oldest_age_s)
        disks = {"free": "free bytes of the spool's disk", "total": "size of the spool's disk"}
        for name, words in disks.items():
            gauge = Gauge(f"guangfu_ingest_spool_disk_{name}_bytes", words, registry=registry)
            gauge.set_function(lambda name=name: float(getattr(self.disk(), name)))  # type: ignore[misc]

    def disk(self) -> "shutil._ntuple_diskusage":
        """The disk that the spool is on. [bytes]"""
        return shutil.disk_usage(self._spool.path.parent)

    def _oldest_age_s(self) -> float:
        oldest_at_ms = self._spool.depth().oldest_at_ms
        return 0.0 if oldest_at_ms is None else max(0.0, (to_ms(self._clock.now()) - oldest_at_ms) / 1000)
