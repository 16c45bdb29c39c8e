"""Accounting's figures in SQL: written whole, replaced whole, by their keys."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection

from guangfu.income.figures import DailyEnergy, DailyIncome, MonthlyIncome, VillageMonthlyIncome


def write_daily_energy(db: Connection, rows: Sequence[DailyEnergy]) -> None:
    """Inserts or replaces each (station, day)."""
    raise NotImplementedError


def read_daily_energy(
    db: Connection, *, start: date, end: date, stations: Iterable[str] | None = None
) -> list[DailyEnergy]:
    """Days from `start` to `end`, both included, sorted by station and day."""
    raise NotImplementedError


def replace_month(
    db: Connection,
    month: str,
    stations: Iterable[str],
    *,
    daily: Sequence[DailyIncome],
    monthly: Sequence[MonthlyIncome],
    villages: Sequence[VillageMonthlyIncome],
) -> None:
    """Replaces all income rows of the stations in the month."""
    raise NotImplementedError


def read_daily_income(
    db: Connection, *, start: date, end: date, stations: Iterable[str] | None = None
) -> list[DailyIncome]:
    raise NotImplementedError


def read_monthly_income(
    db: Connection, *, start: str, end: str, stations: Iterable[str] | None = None
) -> list[MonthlyIncome]:
    """Months from `start` to `end`, both included."""
    raise NotImplementedError


def read_village_income(
    db: Connection,
    *,
    start: str,
    end: str,
    villages: Iterable[str] | None = None,
    stations: Iterable[str] | None = None,
) -> list[VillageMonthlyIncome]:
    raise NotImplementedError
