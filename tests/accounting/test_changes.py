"""What time, other rules and another registry change in figures that are there already."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from accounting.accountant import Accountant
from guangfu.clock import day_start
from guangfu.ledger.books import AGENCY, CENTRALIZED
from guangfu.stations.models import Household, Registry
from guangfu.storage.sql.figures import replace_month
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.telemetry_store import TelemetryStore
from tests.accounting.county import JUNE, MAY, County, county, registers
from tests.income.small_registry import meter

FIRST_THREE = [MAY + timedelta(days=n) for n in range(3)]


def three_days(of: County) -> Accountant:
    """Three days of s1 and s2 accounted, on the morning of the fourth."""
    for station_id in ("s1", "s2"):
        of.receive(registers(station_id, day_start(MAY), day_start(MAY + timedelta(days=3)), 1000))
    of.clock.at = day_start(MAY + timedelta(days=3)) + timedelta(hours=8)
    accountant = of.accountant()
    accountant.once()
    return accountant


class Dies(Exception):
    """The process is killed here."""


class DiesAfterTheFirstOfMay:
    """`replace_month` until one station's May is written."""

    def __init__(self) -> None:
        self._of_may = 0

    def __call__(self, db: Connection, month: str, stations: Iterable[str], **rows: Any) -> None:
        self._of_may += month == "2026-05"
        if self._of_may > 1:
            raise Dies
        replace_month(db, month, stations, **rows)


def energies(of: County, station_id: str) -> list[int | None]:
    found = of.energy()
    return [found[station_id, day].energy_wh for day in FIRST_THREE]


def register(of: County, registry: Registry) -> None:
    of.clock.advance(timedelta(hours=1))
    write_registry(of.engine, registry, at=of.clock.now())


def with_factor_from_the_second_day(factor: int) -> Registry:
    change = FIRST_THREE[1]
    others = [device for device in county().devices if device.station_id != "s1"]
    of_s1 = [meter("s1", factor=80, valid_to=change), meter("s1", factor=factor, valid_from=change)]
    return replace(county(), devices=(*of_s1, *others))


def test_a_corrected_factor_changes_the_days_on_which_it_holds(another_county: County) -> None:
    accountant = three_days(another_county)
    other = another_county.energy()["s2", MAY].computed_at
    register(another_county, with_factor_from_the_second_day(100))
    accountant.once()
    assert energies(another_county, "s1") == [1_920_000, 2_400_000, 2_400_000]
    assert another_county.months()["s1", "2026-05"].energy_wh == 6_720_000
    assert another_county.energy()["s2", MAY].computed_at == other
    assert another_county.dirty() == []


def test_a_registry_that_changed_while_accounting_was_down(another_county: County) -> None:
    three_days(another_county)
    register(another_county, with_factor_from_the_second_day(100))
    another_county.clock.advance(timedelta(hours=1))
    another_county.account()
    assert energies(another_county, "s1") == [1_920_000, 2_400_000, 2_400_000]


def test_killed_while_it_takes_up_a_registry(another_county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    """In July a household of May comes to v1, which holds units of s1 and s2; it is killed between the two."""
    three_days(another_county)
    another_county.clock.at = day_start(date(2026, 7, 10))
    accountant = another_county.accountant()
    accountant.once()
    register(another_county, replace(county(), households={**county().households, "new": Household("new", "v1", MAY)}))
    monkeypatch.setattr("accounting.accountant._STATIONS_AT_ONCE", 1)
    with monkeypatch.context() as patch:
        patch.setattr("accounting.accountant.replace_month", DiesAfterTheFirstOfMay())
        with pytest.raises(Dies):
            accountant.once()
    another_county.account()
    assert {r.station_id: r.households for r in another_county.villages() if r.village_id == "v1"} == {"s1": 4, "s2": 4}


def test_corrected_shares_and_households_change_the_villages(another_county: County) -> None:
    """s2: 3 days x 24,000 kWh x 0.75 = 54,000.00; v1 24 of 64 units: 20,250.00; then 32: 27,000.00."""
    accountant = three_days(another_county)

    def v1() -> tuple[int, int]:
        row = next(r for r in another_county.villages() if (r.station_id, r.village_id) == ("s2", "v1"))
        return row.estimated_gross_fen, row.households

    assert v1() == (2_025_000, 3)
    shares = [replace(share, units=32) if share.station_id == "s2" else share for share in county().share_units]
    houses = {**county().households, "v1-h9": Household("v1-h9", "v1", MAY)}
    register(another_county, replace(county(), share_units=tuple(shares), households=houses))
    accountant.once()
    assert v1() == (2_700_000, 4)
    assert energies(another_county, "s2") == [24_000_000] * 3


def test_other_rules_change_the_income_and_not_the_energy(another_county: County) -> None:
    three_days(another_county)
    before = another_county.months()["s1", "2026-05"]
    cheaper = [
        replace(rule, prices=dict.fromkeys(rule.prices, Decimal("0.50"))) for rule in another_county.rules.tariffs
    ]
    another_county.rules = replace(another_county.rules, version="other", tariffs=tuple(cheaper))
    another_county.account()
    after = another_county.months()["s1", "2026-05"]
    assert before.estimated_gross_fen == 432_000
    assert (after.estimated_gross_fen, after.rules_version) == (288_000, "other")
    assert after.energy_wh == before.energy_wh


def test_a_new_day_is_due_whether_or_not_anything_comes(another_county: County) -> None:
    accountant = three_days(another_county)
    assert another_county.months()["s1", "2026-05"].days_due == 4
    another_county.clock.advance(timedelta(days=2))
    accountant.once()
    assert another_county.months()["s1", "2026-05"].days_due == 6


def test_a_month_that_ended_is_posted_though_nothing_comes(another_county: County) -> None:
    """The last reading is that of the last midnight, and accounting saw it before the month was over."""
    of = another_county
    of.receive(registers("s1", day_start(MAY), day_start(JUNE), 1000))
    of.clock.at = day_start(JUNE) - timedelta(seconds=1)
    accountant = of.accountant()
    accountant.once()
    assert of.entries(AGENCY) == []
    of.clock.at = day_start(JUNE) + timedelta(hours=1)
    accountant.once()
    accountant.once()
    assert [key for key, _ in of.entries(AGENCY)] == ["estimate/2026-05/s1/base/1", "estimate/2026-05/s1/subsidy/1"]


def test_what_is_owed_to_slots_rests_on_no_reading(another_county: County) -> None:
    """c1 never reports. Its two slots are due 254.80 each for May; from the 11th on one of them has ended.

    To 10 May 3,000.00 x 130/365 = 1,068.49, so ten days of May are 1,068.49 - 986.30 = 82.19.
    """
    of = another_county
    of.receive(registers("s1", day_start(MAY), day_start(JUNE), 1000))
    accountant = of.accountant()
    for hours in (1, 25):
        of.clock.at = day_start(JUNE) + timedelta(hours=hours)
        accountant.once()
    assert of.entries(CENTRALIZED) == [("entitlement/2026-05/c1/1", 50_960)]
    ended, goes_on = county().slots
    slots = (replace(ended, valid_to=date(2026, 5, 11)), goes_on)
    register(of, replace(county(), slots=slots))
    accountant.once()
    assert of.entries(CENTRALIZED)[1:] == [
        ("entitlement/2026-05/c1/1/reversal", -50_960), ("entitlement/2026-05/c1/2", 25_480 + 8_219),
    ]  # fmt: skip


def test_a_tariff_that_comes_later_prices_the_energy_that_is_there(another_county: County) -> None:
    shipped = another_county.rules
    another_county.rules = replace(shipped, version="without", tariffs=())
    three_days(another_county)
    assert another_county.months() == {}
    another_county.rules = shipped
    another_county.account()
    assert another_county.months()["s1", "2026-05"].estimated_gross_fen == 432_000


def test_a_month_during_whose_end_accounting_was_down_is_posted(another_county: County) -> None:
    of = another_county
    of.receive(registers("s1", day_start(MAY), day_start(JUNE), 1000))
    of.clock.at = day_start(JUNE) - timedelta(seconds=1)
    of.account()
    of.clock.at = day_start(date(2026, 9, 1))
    of.account()
    of.account()
    assert [key for key, _ in of.entries(AGENCY)] == ["estimate/2026-05/s1/base/1", "estimate/2026-05/s1/subsidy/1"]


def test_a_station_that_was_closed_is_due_to_its_last_day(another_county: County) -> None:
    accountant = three_days(another_county)
    stations = dict(county().stations)
    stations["s1"] = replace(stations["s1"], closed_on=date(2026, 5, 3))
    register(another_county, replace(county(), stations=stations))
    accountant.once()
    assert another_county.months()["s1", "2026-05"].days_due == 2


def test_a_meters_first_day_is_the_same_whether_computed_alone_or_with_others(
    another_county: County, engine: Engine, store: TelemetryStore
) -> None:
    """It is valid from the 2nd on, spoke before, and is silent from 21:00 to 03:00 around the midnight."""
    second = FIRST_THREE[1]
    others = [device for device in county().devices if device.station_id != "s1"]
    late = replace(county(), devices=(meter("s1", factor=80, valid_from=second), *others))
    rows = registers("s1", day_start(MAY), day_start(MAY + timedelta(days=3)), 1000)
    heard = [row for row in rows if not timedelta(hours=21) < row[1] - day_start(MAY) < timedelta(hours=27)]
    alone, together = another_county, County(store, engine)
    for of in (alone, together):
        of.clock.at = day_start(MAY + timedelta(days=3))
        register(of, late)
    together.receive(heard)
    together.account()
    alone.receive(row for row in heard if row[1] < day_start(second))
    alone.account()
    alone.receive(row for row in heard if row[1] > day_start(second))
    alone.account()
    assert alone.energy()["s1", second].energy_wh == together.energy()["s1", second].energy_wh == 24 * 80_000
