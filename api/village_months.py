"""What a village's rows rest on: its stations' days, and which of their months have days enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.figures import MISSING, Figure, monthly_figure, reason_text, sum_figures
from api.parameters import Period
from api.parts import Parts
from guangfu.clock import month_days, month_of
from guangfu.income.figures import DailyEnergy, DailyIncome, MonthlyIncome
from guangfu.income.reasons import Reason
from guangfu.income.sharing import By, village_stations
from guangfu.stations.models import Registry
from guangfu.storage.sql.figures import read_daily_energy, read_daily_income, read_monthly_income
from guangfu.texts import Text


@dataclass(frozen=True)
class Daily:
    """Days of a village's stations, from the start of the first month; `months` has their figures of each month.

    By month, `income` is without the months of stations of which too few days have a figure, so that a village's
    month leaves out what a station's own page does not tell either. By day nothing is left out.
    """

    energy: Sequence[DailyEnergy] = ()
    income: Sequence[DailyIncome] = ()
    months: Mapping[str, Sequence[Figure]] = field(default_factory=dict)

    def reason(self, period: str, otherwise: Reason | None) -> Text | None:
        """What is said beside a period: of one station what is said of its own month, of several as of any sum."""
        figures = self.months.get(period, ())
        if not any(figure.days for figure in figures):
            return stored_reason(otherwise)
        told = figures[0].reason if len(figures) == 1 else sum_figures(figures, [1.0] * len(figures)).reason
        return told or stored_reason(otherwise)


def stored_reason(reason: Reason | None) -> Text | None:
    return reason_text(reason) if reason else None


def read_daily(parts: Parts, village_id: str, asked: Period) -> Daily:
    """Reads what the rows of the period are made of."""
    first, end = asked.start.replace(day=1), asked.end
    stations = village_stations(parts.registry, village_id, first, end) if first <= end else []
    if not stations:
        return Daily()
    with parts.engine.connect() as db:
        energy = read_daily_energy(db, start=first, end=end, stations=stations)
        income = read_daily_income(db, start=first, end=end, stations=stations)
        if asked.by is By.DAY:
            return Daily(energy, income)
        monthly = read_monthly_income(db, start=month_of(first), end=month_of(end), stations=stations)
    figures = _figures(parts.registry, village_id, asked, monthly, parts.rules.energy.coverage_floor)
    left_out = {key for key, figure in figures.items() if figure.days and figure.gross_fen is None}
    counted = {month for (_, month), figure in figures.items() if figure.gross_fen is not None}
    return Daily(
        # A month without any amounts keeps its coverage: it says how much there is.
        energy=[row for row in energy if _key(row) not in left_out or month_of(row.day) not in counted],
        income=[row for row in income if _key(row) not in left_out],
        months={name: [f for (_, month), f in figures.items() if month == name] for name in asked.names()},
    )


def _key(row: DailyEnergy | DailyIncome) -> tuple[str, str]:
    return row.station_id, month_of(row.day)


def _figures(
    registry: Registry, village_id: str, asked: Period, monthly: Sequence[MonthlyIncome], floor: float
) -> dict[tuple[str, str], Figure]:
    """By station and month; `MISSING` where accounting has no month of a station that the village holds units of."""
    rows = {(row.station_id, row.month): monthly_figure(row, floor) for row in monthly}
    return {
        (station, month): rows.get((station, month), MISSING)
        for month in asked.names()
        for station in village_stations(registry, village_id, month_days(month)[0], month_days(month)[-1])
    }
