"""The estimate, with figures that an accountant can check, and what must hold for any month."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.clock import month_days
from guangfu.income.estimate import MonthEstimate, energy_fen, estimate_month
from guangfu.income.figures import DailyEnergy
from guangfu.income.rules import load_rules
from guangfu.stations.models import Grid, Station, Zone
from tests.income.small_registry import station

RULES = load_rules()
MONTH = "2026-06"
DAYS = month_days(MONTH)
AT = datetime(2026, 7, 2, tzinfo=UTC)


def day_energy(day: date, energy_wh: int | None, coverage: float = 1.0) -> DailyEnergy:
    reason = None if energy_wh is not None else "no_readings"
    return DailyEnergy("s1", day, energy_wh, 0, coverage, reason, True, RULES.version, AT)


def estimate(energies: Sequence[int | None], of: Station | None = None, today: date = DAYS[-1]) -> MonthEstimate:
    rows = [day_energy(day, wh) for day, wh in zip(DAYS, energies, strict=False)]
    return estimate_month(of or station(), MONTH, rows, RULES, today=today, computed_at=AT)


def test_300_kw_in_zone_ii_at_450_000_kwh() -> None:
    """450,000 kWh x 0.75 = 337,500.00; x 0.3035 = 136,575.00; the rest is 200,925.00."""
    found = estimate([15_000_000] * 30).monthly
    assert found is not None
    assert found.energy_wh == 450_000_000
    assert found.estimated_gross_fen == 33_750_000
    assert found.estimated_base_fen == 13_657_500
    assert found.estimated_subsidy_fen == 20_092_500
    assert (found.days_counted, found.days_due, found.coverage) == (30, 30, 1.0)


def test_a_day_is_the_difference_of_rounded_cumulatives() -> None:
    """0.6 Wh-yuan a day: 20 Wh x 0.75 = 1.5 fen, so the days are 2, 1, 2 and 1 fen."""
    found = estimate([20, 20, 20, 20])
    assert [row.estimated_gross_fen for row in found.daily] == [2, 1, 2, 1]
    assert [row.estimated_base_fen for row in found.daily] == [1, 0, 1, 0]


def test_days_without_energy_have_no_amount_but_are_due() -> None:
    found = estimate([1_000_000, None, 3_000_000], today=DAYS[4])
    assert [row.day for row in found.daily] == [DAYS[0], DAYS[2]]
    assert found.monthly is not None
    assert (found.monthly.days_counted, found.monthly.days_due, found.monthly.coverage) == (2, 5, 0.6)
    assert estimate([None, None]) == MonthEstimate((), None)


def test_days_before_grid_connection_are_neither_due_nor_paid() -> None:
    found = estimate([1000] * 30, station(grid_connected_on=DAYS[10]))
    assert found.daily[0].day == DAYS[10]
    assert found.monthly is not None
    assert found.monthly.days_due == 20


def test_the_base_may_change_within_a_month() -> None:
    """10 kWh a day: the base of the first 14 days at 0.3035, of the other 16 at 0.3."""
    price = RULES.base_prices[-1]
    changed = replace(price, base_id="x", valid_from=DAYS[14], price=Decimal("0.3"))
    rules = replace(RULES, base_prices=(*RULES.base_prices, changed))
    rows = [day_energy(day, 10_000) for day in DAYS]
    found = estimate_month(station(), MONTH, rows, rules, today=DAYS[-1], computed_at=AT).monthly
    assert found is not None
    assert found.estimated_gross_fen == 22_500
    assert found.estimated_base_fen == round(14 * 303.5 + 16 * 300)


energies = st.lists(st.none() | st.integers(0, 60_000_000), min_size=1, max_size=30)


@settings(max_examples=150, deadline=None)
@given(energies, st.sampled_from(list(Zone)), st.sampled_from(list(Grid)))
def test_days_add_up_to_the_month_and_parts_to_gross(energies: list[int | None], zone: Zone, grid: Grid) -> None:
    found = estimate(energies, replace(station(), resource_zone=zone, grid=grid))
    known = [wh for wh in energies if wh is not None]
    assert (found.monthly is None) == (not known)
    if found.monthly is None:
        return
    price = {Zone.I: "0.65", Zone.II: "0.75", Zone.III: "0.85"}[zone]
    assert found.monthly.estimated_gross_fen == energy_fen(sum(known), Decimal(price))
    for part in ("gross", "base", "subsidy"):
        days = [getattr(row, f"estimated_{part}_fen") for row in found.daily]
        assert sum(days) == getattr(found.monthly, f"estimated_{part}_fen")
        assert part == "subsidy" or min(days) >= 0
    assert all(row.estimated_base_fen + row.estimated_subsidy_fen == row.estimated_gross_fen for row in found.daily)


@settings(max_examples=50, deadline=None)
@given(energies, st.randoms())
def test_order_of_days_changes_nothing(energies: list[int | None], random: "st.DataObject") -> None:
    rows = [day_energy(day, wh) for day, wh in zip(DAYS, energies, strict=False)]
    before = estimate_month(station(), MONTH, rows, RULES, today=DAYS[-1], computed_at=AT)
    random.shuffle(rows)  # type: ignore[attr-defined]
    assert estimate_month(station(), MONTH, rows, RULES, today=DAYS[-1] + timedelta(0), computed_at=AT) == before


def test_what_a_meter_counts_after_the_closing_day_is_no_income() -> None:
    found = estimate([1_000_000] * 30, replace(station(), closed_on=DAYS[10])).monthly
    assert found is not None
    assert (found.days_counted, found.days_due, found.energy_wh) == (10, 10, 10_000_000)
