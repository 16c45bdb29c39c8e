"""Accounting's figures in SQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from guangfu.income.figures import DailyEnergy, DailyIncome, MonthlyIncome, VillageMonthlyIncome
from guangfu.ledger.fen import Fen
from guangfu.storage.sql.figures import (
    read_daily_energy,
    read_daily_income,
    read_known_days,
    read_known_since,
    read_monthly_income,
    read_village_income,
    replace_month,
    write_daily_energy,
)

AT = datetime(2026, 7, 1, 0, 0, 0, 123456, tzinfo=UTC)
DAY = date(2026, 6, 30)


def energy(station_id: str = "S1", day: date = DAY, energy_wh: int | None = 2**40) -> DailyEnergy:
    return DailyEnergy(station_id, day, energy_wh, 0, 0.1 + 0.2, None, complete=True, rules_version="1", computed_at=AT)


def daily(station_id: str, day: date, gross: int = 300) -> DailyIncome:
    return DailyIncome(station_id, day, Fen(gross), Fen(100), Fen(gross - 100), "village-2018", unconfirmed=True)


def monthly(station_id: str, month: str, gross: int = 300) -> MonthlyIncome:
    amounts = (Fen(gross), Fen(100), Fen(gross - 100))
    return MonthlyIncome(
        station_id, month, 10**6, 29, 30, 0.98, *amounts, "village-2018", unconfirmed=False, rules_version="1",
        computed_at=AT,
    )  # fmt: skip


def village(station_id: str, village_id: str, month: str) -> VillageMonthlyIncome:
    amounts = (Fen(300), Fen(100), Fen(200), Fen(-9), Fen(291))
    return VillageMonthlyIncome(station_id, village_id, month, 64, *amounts, households=22, unconfirmed=True)


def test_energy_is_read_as_it_was_written(engine: Engine) -> None:
    missing = DailyEnergy("S2", DAY, None, None, 0.3, "gap_at_midnight", False, "1", AT)
    with engine.begin() as db:
        write_daily_energy(db, [missing, energy()])
        assert read_daily_energy(db, start=DAY, end=DAY) == [energy(), missing]


def test_energy_written_again_replaces_the_day(engine: Engine) -> None:
    with engine.begin() as db:
        write_daily_energy(db, [energy(), energy("S2")])
        write_daily_energy(db, [energy(energy_wh=1), energy(energy_wh=None)])
        write_daily_energy(db, [])
        assert [row.energy_wh for row in read_daily_energy(db, start=DAY, end=DAY)] == [None, 2**40]


def test_known_days_have_no_energy_where_they_are_not_complete(engine: Engine) -> None:
    later = replace(energy("S2"), complete=False, computed_at=AT + timedelta(seconds=1))
    before, yesterday = energy("S1", DAY - timedelta(days=9)), energy("S1", DAY - timedelta(days=1))
    with engine.begin() as db:
        write_daily_energy(db, [energy(), later, before, yesterday])
        found = read_known_days(db, start=DAY - timedelta(days=1), end=DAY)
        since, own = read_known_since(db, AT), read_known_days(db, start=DAY, end=DAY, station="S1")
    assert sorted(found) == [
        ("S1", "2026-06-29", 2**40, 0.1 + 0.2), ("S1", "2026-06-30", 2**40, 0.1 + 0.2),
        ("S2", "2026-06-30", None, 0.1 + 0.2),
    ]  # fmt: skip
    assert since == [("S2", "2026-06-30", None, 0.1 + 0.2)]
    assert own == [("S1", "2026-06-30", 2**40, 0.1 + 0.2)]


def test_energy_of_days_and_stations_that_were_asked_for(engine: Engine) -> None:
    days = [DAY - timedelta(days=n) for n in range(4)]
    with engine.begin() as db:
        write_daily_energy(db, [energy(name, day) for name in ("S1", "S2", "S3") for day in days])
        read = read_daily_energy(db, start=days[2], end=days[1], stations=iter(["S3", "S1", "S3"]))
        assert [(row.station_id, row.day) for row in read] == [
            ("S1", days[2]), ("S1", days[1]), ("S3", days[2]), ("S3", days[1]),
        ]  # fmt: skip
        assert read_daily_energy(db, start=DAY, end=DAY, stations=[]) == []


def test_a_month_is_replaced_whole_and_nothing_else(engine: Engine) -> None:
    june, may = [date(2026, 6, 1), DAY], date(2026, 5, 31)
    with engine.begin() as db:
        for month, days in (("2026-05", [may]), ("2026-06", june)):
            replace_month(
                db, month, ["S1", "S2"],
                daily=[daily(name, day) for name in ("S1", "S2") for day in days],
                monthly=[monthly(name, month) for name in ("S1", "S2")],
                villages=[village(name, v, month) for name in ("S1", "S2") for v in ("V1", "V2")],
            )  # fmt: skip
        replace_month(
            db, "2026-06", ["S1"], daily=[daily("S1", DAY, 900)], monthly=[monthly("S1", "2026-06", 900)],
            villages=[village("S1", "V2", "2026-06")],
        )  # fmt: skip
        assert read_daily_income(db, start=may, end=DAY) == [
            daily("S1", may), daily("S1", DAY, 900), daily("S2", may), daily("S2", june[0]), daily("S2", DAY),
        ]  # fmt: skip
        assert read_monthly_income(db, start="2026-05", end="2026-06") == [
            monthly("S1", "2026-05"), monthly("S1", "2026-06", 900), monthly("S2", "2026-05"), monthly("S2", "2026-06"),
        ]  # fmt: skip
        assert read_village_income(db, start="2026-06", end="2026-06") == [
            village("S2", "V1", "2026-06"), village("S1", "V2", "2026-06"), village("S2", "V2", "2026-06"),
        ]  # fmt: skip


def test_income_that_was_asked_for(engine: Engine) -> None:
    with engine.begin() as db:
        replace_month(
            db, "2026-06", ["S1", "S2"], daily=[daily(s, DAY) for s in ("S1", "S2")],
            monthly=[monthly(s, "2026-06") for s in ("S1", "S2")],
            villages=[village(s, v, "2026-06") for s in ("S1", "S2") for v in ("V1", "V2")],
        )  # fmt: skip
        assert [r.station_id for r in read_daily_income(db, start=DAY, end=DAY, stations=["S2"])] == ["S2"]
        assert [r.station_id for r in read_monthly_income(db, start="2026-06", end="2026-06", stations=["S1"])] == [
            "S1"
        ]
        both = read_village_income(db, start="2026-01", end="2026-12", villages=["V1"], stations=["S2"])
        assert [(r.station_id, r.village_id) for r in both] == [("S2", "V1")]
        assert read_monthly_income(db, start="2026-07", end="2026-12") == []


def test_a_station_without_rows_has_its_month_cleared(engine: Engine) -> None:
    with engine.begin() as db:
        replace_month(db, "2026-06", ["S1"], daily=[daily("S1", DAY)], monthly=[], villages=[])
        replace_month(db, "2026-06", ["S1"], daily=[], monthly=[], villages=[])
        assert read_daily_income(db, start=DAY, end=DAY) == []


@pytest.mark.parametrize("stray", [daily("S2", DAY), daily("S1", date(2026, 7, 1))])
def test_a_row_of_another_station_or_month_is_our_own_mistake(engine: Engine, stray: DailyIncome) -> None:
    with engine.begin() as db, pytest.raises(AssertionError):
        replace_month(db, "2026-06", ["S1"], daily=[stray], monthly=[], villages=[])


def test_a_month_of_the_whole_fleet(engine: Engine) -> None:
    rows = [energy(f"S{n:03}", DAY - timedelta(days=d)) for n in range(786) for d in range(31)]
    with engine.begin() as db:
        write_daily_energy(db, rows)
        write_daily_energy(db, [replace(row, energy_wh=7) for row in rows])
    with engine.connect() as db:
        read = read_daily_energy(db, start=DAY - timedelta(days=30), end=DAY)
    assert (len(read), {row.energy_wh for row in read}) == (786 * 31, {7})
