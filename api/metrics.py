"""Prometheus' text: what the API sees of the fleet, and the registries of programs beside it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from api import answers
from api.fleet_view import FleetView
from api.parts import Parts
from guangfu.clock import local_day
from guangfu.monitor.states import StationState
from guangfu.stations.models import StationKind
from guangfu.storage.errors import StorageError
from guangfu.storage.sql.completeness import StationDay, read_completeness
from guangfu.storage.sql.findings import count_open_findings
from guangfu.storage.sql.inbox import count_dead_letters
from guangfu.texts import Lang


def metrics_text(parts: Parts) -> bytes:
    own = CollectorRegistry()
    own.register(FleetCollector(parts))
    return b"".join(generate_latest(registry) for registry in (own, *parts.metric_registries))


class FleetCollector:
    """Reads the shared view; what can't be read is left out, and `guangfu_api_view_up` is 0."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("guangfu_api_view_up", "1 if the stores answered the API's last look at the fleet")
        try:
            view, waiting, findings = self._parts.look.get(), *self._counted()
            complete = list(self._completeness())
        except StorageError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from fleet_metrics(view)
        yield letters_metric(waiting)
        yield findings_metric(findings)
        yield from complete

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is read only to be registered."""
        yield from ()

    def _completeness(self) -> Iterator[GaugeMetricFamily]:
        today = local_day(self._parts.clock.now())
        days = {"today": today, "yesterday": today - timedelta(days=1)}
        with self._parts.engine.connect() as db:
            rows = read_completeness(db, start=days["yesterday"], end=today)
        known = self._parts.registry.stations
        of_day = {name: [r for r in rows if r.day == day and r.station_id in known] for name, day in days.items()}
        yield from completeness_metrics(of_day)

    def _counted(self) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
        with self._parts.engine.connect() as db:
            return count_dead_letters(db), count_open_findings(db)


def fleet_metrics(view: FleetView) -> Iterator[GaugeMetricFamily]:
    yield _stations(view)
    fleet = view.kept("fleet", Lang.EN, answers.fleet)
    yield _gauge("guangfu_power_watts", "Sum of the stations' present power at the gateway meters", fleet.power_w)
    yield _gauge(
        "guangfu_power_stations", "Stations whose present power is in guangfu_power_watts", fleet.power_stations
    )
    yield _gauge("guangfu_energy_today_watthours", "On-grid energy of the local day so far", fleet.energy_today_wh)
    yield _gauge("guangfu_income_today_estimated_fen", "Estimated income of the day", fleet.income_today.gross_fen)
    yield _gauge("guangfu_income_today_coverage_ratio", "What the estimate rests on", fleet.income_today.coverage)
    accounted_at = view.accounted_at.timestamp() if view.accounted_at else None
    yield _gauge("guangfu_accounted_timestamp_seconds", "When accounting last computed a figure of today", accounted_at)


def _stations(view: FleetView) -> GaugeMetricFamily:
    family = GaugeMetricFamily("guangfu_stations", "Stations by kind and state", labels=["kind", "state"])
    stations, states = view.catalog.stations, view.present.states
    counts = Counter((station.kind, state) for station, state in zip(stations, states, strict=True))
    for kind in StationKind:
        for state in StationState:
            family.add_metric([kind.value, state.value], counts[kind, state])
    return family


def letters_metric(waiting: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily("guangfu_dead_letters", "Dead letters that wait, by reason", labels=["reason"])
    for reason, count in sorted(waiting.items()):
        family.add_metric([reason], count)
    return family


def findings_metric(still_open: Mapping[tuple[str, str], int]) -> GaugeMetricFamily:
    """A check that found something once stays, at 0 when all of it is explained or gone."""
    words = "Findings of audit checks that are open, by check and severity"
    family = GaugeMetricFamily("guangfu_findings_open", words, labels=["check", "severity"])
    for (check, severity), count in sorted(still_open.items()):
        family.add_metric([check, severity], count)
    return family


def completeness_metrics(of_day: Mapping[str, Sequence[StationDay]]) -> Iterator[GaugeMetricFamily]:
    """Sums over the fleet; which station it is, `/v1/completeness` tells."""
    words = "Messages of the local day by their numbers; late ones are received, doubled ones are further copies"
    messages = GaugeMetricFamily("guangfu_completeness_messages", words, labels=["day", "kind"])
    gaps = GaugeMetricFamily("guangfu_completeness_stations_missing", "Stations with missing messages", labels=["day"])
    for name, rows in of_day.items():
        for kind in ("received", "missing", "doubled", "late", "unnumbered"):
            messages.add_metric([name, kind], sum(getattr(row, kind) for row in rows))
        gaps.add_metric([name], sum(row.missing > 0 for row in rows))
    yield messages
    yield gaps


def _gauge(name: str, words: str, value: float | None) -> GaugeMetricFamily:
    """A gauge without a sample where there is no value: missing is not 0."""
    family = GaugeMetricFamily(name, words)
    if value is not None:
        family.add_metric([], value)
    return family
