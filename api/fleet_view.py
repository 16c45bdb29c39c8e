"""One look at the fleet that all requests share: registry, present, today's and this month's figures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeVar

from sqlalchemy import Engine

from api.catalog import Catalog, build_catalog
from api.figures import Figure, daily_figure, monthly_figure
from guangfu.clock import Clock, local_day, month_of
from guangfu.stations.models import Registry
from guangfu.storage.present import Present, StateSettings, read_present
from guangfu.storage.sql.figures import read_daily_energy, read_daily_income, read_monthly_income
from guangfu.storage.sql.inbox import read_seen
from guangfu.storage.sql.registry import read_registry, registry_version
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.texts import Lang

T = TypeVar("T")
NO_REGISTRY: Final = Registry({}, {}, {}, {}, (), (), {}, ())


@dataclass(frozen=True)
class FleetView:
    """(n_stations,) each, in the catalog's order; answers made from it are kept with it, one per language."""

    catalog: Catalog
    present: Present
    today: tuple[Figure, ...]
    month: tuple[Figure, ...]
    accounted_at: datetime | None
    _made: dict[tuple[str, Lang], object] = field(default_factory=dict, repr=False, compare=False)

    def kept(self, name: str, lang: Lang, make: Callable[["FleetView", Lang], T]) -> T:
        """What `make` makes of this view, made once."""
        if (name, lang) not in self._made:
            self._made[name, lang] = make(self, lang)
        made: T = self._made[name, lang]  # type: ignore[assignment]
        return made


class FleetLook:
    """Reads a `FleetView`; the registry only when its version or the local day has changed."""

    def __init__(
        self, settings: StateSettings, store: TelemetryStore, engine: Engine, clock: Clock, coverage_floor: float
    ) -> None:
        self._settings = settings
        self._store = store
        self._engine = engine
        self._clock = clock
        self._coverage_floor = coverage_floor
        self._catalog: Catalog | None = None

    def __call__(self) -> FleetView:
        """Raises `Unavailable` if the store or the database can't be reached."""
        now = self._clock.now()
        day = local_day(now)
        catalog = self._current_catalog(day)
        with self._engine.connect() as db:
            seen = read_seen(db)
            energy = {row.station_id: row for row in read_daily_energy(db, start=day, end=day)}
            income = {row.station_id: row for row in read_daily_income(db, start=day, end=day)}
            months = {row.station_id: row for row in read_monthly_income(db, start=month_of(day), end=month_of(day))}
        ids = [station.station_id for station in catalog.stations]
        return FleetView(
            catalog=catalog,
            present=read_present(catalog, self._store, seen, now, self._settings),
            today=tuple(daily_figure(energy.get(i), income.get(i)) for i in ids),
            month=tuple(monthly_figure(months.get(i), self._coverage_floor) for i in ids),
            accounted_at=max((row.computed_at for row in energy.values()), default=None),
        )

    def _current_catalog(self, day: date) -> Catalog:
        version = registry_version(self._engine)
        kept = self._catalog
        if kept is None or kept.version != version:
            registry = read_registry(self._engine) if version else NO_REGISTRY
            self._catalog = build_catalog(registry, version, day)
        elif kept.day != day:
            self._catalog = build_catalog(kept.registry, version, day)
        assert self._catalog is not None
        return self._catalog
