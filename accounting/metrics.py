"""What accounting counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class Metrics:
    """The program's metrics in a registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.last_run = Gauge(
            "guangfu_accounting_last_run_timestamp_seconds", "when the last pass ended well", registry=registry
        )
        self.dirty_days = Gauge("guangfu_accounting_dirty_days", "station-days that wait", registry=registry)
        self.pass_seconds = Gauge("guangfu_accounting_pass_seconds", "how long the last pass took", registry=registry)
        self.days = Counter("guangfu_accounting_days_computed", "station-days computed", registry=registry)
        self.entries = Counter("guangfu_accounting_entries_posted", "journal entries posted", registry=registry)
        self.failures = Counter(
            "guangfu_accounting_failures", "passes broken off because a database was away", registry=registry
        )
