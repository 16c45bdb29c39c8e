"""Accounting's figures in SQL: written whole, replaced whole, by their keys."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Column, Connection, Table

from guangfu.clock import month_days
from guangfu.income.figures import DailyEnergy, DailyIncome, MonthlyIncome, VillageMonthlyIncome
from guangfu.income.reasons import Reason
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import chunks, insert_rows

F = TypeVar("F", DailyEnergy, DailyIncome, MonthlyIncome, VillageMonthlyIncome)


def write_daily_energy(db: Connection, rows: Sequence[DailyEnergy]) -> None:
    """Inserts or replaces each (station, day); of two rows for one, the last stays."""
    columns = [field.name for field in fields(DailyEnergy)]
    latest = {(row.station_id, row.day): row for row in rows}
    values = [attrgetter(*columns)(latest[key]) for key in sorted(latest)]
    update = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in {"station_id", "day"})
    insert_rows(db, schema.daily_energy, columns, values, f"(station_id, day) DO UPDATE SET {update}")


def read_daily_energy(
    db: Connection, *, start: date, end: date, stations: Iterable[str] | None = None
) -> list[DailyEnergy]:
    """Days from `start` to `end`, both included, sorted by station and day."""
    table = schema.daily_energy
    rows = _read(db, table, DailyEnergy, table.c.day.between(start, end), *_among(table.c.station_id, stations))
    return sorted(rows, key=attrgetter("station_id", "day"))


def sum_energy(db: Connection, station_id: str, *, start: date, before: date) -> int:
    """A station's energy from a day on, before another. [Wh]"""
    row = schema.daily_energy.c
    total = sa.select(sa.func.sum(row.energy_wh)).where(
        row.station_id == station_id, row.day >= start, row.day < before
    )
    return int(db.execute(total).scalar() or 0)


KnownDay = tuple[str, str, int | None, float]
"""Station, ISO day, energy and coverage; no energy of a day that is not complete. A fleet's year is 287,000 of them."""


def read_known_days(db: Connection, *, start: date, end: date, station: str | None = None) -> list[KnownDay]:
    """From `start` to `end`, both included; as text, since a year is read faster without the index of days."""
    row = schema.daily_energy.c
    wanted = _known_days().where(sa.cast(row.day, sa.Text).between(start.isoformat(), end.isoformat()))
    return _rows_of(db, wanted if station is None else wanted.where(row.station_id == station))


def read_known_since(db: Connection, at: datetime) -> list[KnownDay]:
    """Whatever was computed after an instant, of any day: by one pass over the table, which an index would slow."""
    return _rows_of(db, _known_days().where(schema.daily_energy.c.computed_at > at))


def _known_days() -> sa.Select[Any]:
    row = schema.daily_energy.c
    return sa.select(row.station_id, sa.cast(row.day, sa.Text), sa.case((row.complete, row.energy_wh)), row.coverage)


def _rows_of(db: Connection, wanted: sa.Select[Any]) -> list[KnownDay]:
    return [(station, day, wh, coverage) for station, day, wh, coverage in db.execute(wanted)]


def read_in_gaps(db: Connection, *, start: date, end: date) -> list[tuple[str, date]]:
    """Stations and days that like stations tell of, or could, as they lie in gaps; both bounds included."""
    row = schema.daily_energy.c
    in_gap = row.estimated_low_wh.is_not(None) | (row.reason == Reason.GAP_AT_MIDNIGHT)
    days = sa.select(row.station_id, row.day).where(row.day.between(start, end), in_gap)
    return [(station_id, day) for station_id, day in db.execute(days)]


def read_unpriced(db: Connection) -> list[tuple[str, date]]:
    """Stations and days with energy in a month of which the station has no income: no tariff applied."""
    energy, month = schema.daily_energy.c, schema.monthly_income.c
    month_of_day = sa.func.substr(sa.cast(energy.day, sa.Text), 1, 7)
    priced = sa.select(1).where(month.station_id == energy.station_id, month.month == month_of_day)
    days = sa.select(energy.station_id, energy.day).where(energy.energy_wh.is_not(None), ~priced.exists())
    return [(station_id, day) for station_id, day in db.execute(days)]


def first_month(db: Connection) -> str | None:
    """The first month with income of any station."""
    return db.execute(sa.select(sa.func.min(schema.monthly_income.c.month))).scalar()


def replace_month(
    db: Connection,
    month: str,
    stations: Iterable[str],
    *,
    daily: Sequence[DailyIncome],
    monthly: Sequence[MonthlyIncome],
    villages: Sequence[VillageMonthlyIncome],
) -> None:
    """Replaces all income rows of the stations in the month; the rows must be of these stations and this month."""
    names, days = sorted(set(stations)), month_days(month)
    assert {row.station_id for rows in (daily, monthly, villages) for row in rows} <= set(names)
    assert all(days[0] <= row.day <= days[-1] for row in daily)
    assert {row.month for rows in (monthly, villages) for row in rows} <= {month}
    in_month = schema.daily_income.c.day.between(days[0], days[-1])
    _replace(db, schema.daily_income, DailyIncome, in_month, names, daily)
    _replace(db, schema.monthly_income, MonthlyIncome, schema.monthly_income.c.month == month, names, monthly)
    of_month = schema.village_monthly_income.c.month == month
    _replace(db, schema.village_monthly_income, VillageMonthlyIncome, of_month, names, villages)


def read_daily_income(
    db: Connection, *, start: date, end: date, stations: Iterable[str] | None = None
) -> list[DailyIncome]:
    """Days from `start` to `end`, both included, sorted by station and day."""
    table = schema.daily_income
    rows = _read(db, table, DailyIncome, table.c.day.between(start, end), *_among(table.c.station_id, stations))
    return sorted(rows, key=attrgetter("station_id", "day"))


def read_monthly_income(
    db: Connection, *, start: str, end: str, stations: Iterable[str] | None = None
) -> list[MonthlyIncome]:
    """Months from `start` to `end`, both included, sorted by station and month."""
    table = schema.monthly_income
    rows = _read(db, table, MonthlyIncome, table.c.month.between(start, end), *_among(table.c.station_id, stations))
    return sorted(rows, key=attrgetter("station_id", "month"))


def read_village_income(
    db: Connection,
    *,
    start: str,
    end: str,
    villages: Iterable[str] | None = None,
    stations: Iterable[str] | None = None,
) -> list[VillageMonthlyIncome]:
    """Months from `start` to `end`, both included, sorted by village, station and month."""
    table = schema.village_monthly_income
    among = (*_among(table.c.village_id, villages), *_among(table.c.station_id, stations))
    rows = _read(db, table, VillageMonthlyIncome, table.c.month.between(start, end), *among)
    return sorted(rows, key=attrgetter("village_id", "station_id", "month"))


def _among(column: Column[Any], names: Iterable[str] | None) -> tuple[sa.ColumnElement[bool], ...]:
    return () if names is None else (column.in_(sorted(set(names))),)


def _read(db: Connection, table: Table, figure: type[F], *where: sa.ColumnElement[bool]) -> list[F]:
    columns = [table.c[field.name] for field in fields(figure)]
    return [figure(*row) for row in db.execute(sa.select(*columns).where(*where))]


def _replace(
    db: Connection, table: Table, figure: type[F], period: sa.ColumnElement[bool], names: list[str], rows: Sequence[F]
) -> None:
    for part in chunks(names):
        db.execute(sa.delete(table).where(period, table.c.station_id.in_(part)))
    columns = [field.name for field in fields(figure)]
    insert_rows(db, table, columns, [attrgetter(*columns)(row) for row in rows])
