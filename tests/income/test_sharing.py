"""Both models: shares and deductions of village-level stations, entitlements of centralized ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.clock import month_days
from guangfu.income.estimate import estimate_month
from guangfu.income.figures import DailyEnergy, DailyIncome
from guangfu.income.reasons import Reason
from guangfu.income.rules import Rules, load_rules
from guangfu.income.sharing import (
    Basis,
    By,
    VillagePeriod,
    entitlement_fen,
    household_rows,
    month_villages,
    village_households,
    village_rows,
    village_stations,
)
from guangfu.ledger.fen import Fen
from guangfu.stations.models import Household, Registry, ShareUnits, Slot, StationKind
from tests.income.small_registry import BEGIN, meter, registry, station

RULES = load_rules()
JUNE = month_days("2026-06")
AT = datetime(2026, 7, 2, tzinfo=UTC)
V = ("v1", "v2", "v3")


def joint(units: Sequence[int] = (32, 20, 12), households: int = 3, merged_on: date | None = None) -> Registry:
    """A joint station of 64 units; on `merged_on`, if given, v2's units become v1's."""
    shares = [ShareUnits("s1", v, n, BEGIN, merged_on if v == "v2" else None) for v, n in zip(V, units, strict=True)]
    if merged_on:
        shares.append(ShareUnits("s1", "v1", units[1], merged_on))
    houses = [Household(f"{v}-h{n}", v, BEGIN) for v in V for n in range(households)]
    return registry([station(joint=True, capacity_kw=5000)], [meter()], shares, houses)


def figures(energies: Sequence[int | None], days: Sequence[date] = JUNE) -> tuple[list[DailyEnergy], list[DailyIncome]]:
    energy = [
        DailyEnergy("s1", day, wh, 0, 1.0, None if wh is not None else "no_readings", True, RULES.version, AT)
        for day, wh in zip(days, energies, strict=False)
    ]
    of = station(joint=True, capacity_kw=5000)
    months = {f"{row.day:%Y-%m}" for row in energy}
    estimates = [
        estimate_month(of, m, [e for e in energy if f"{e.day:%Y-%m}" == m], RULES, today=days[-1], computed_at=AT)
        for m in sorted(months)
    ]
    return energy, [row for one in estimates for row in one.daily]


def rows(
    of: Registry, village: str, by: By, energies: Sequence[int | None], rules: Rules = RULES, end: date = JUNE[-1]
) -> list[VillagePeriod]:
    energy, income = figures(energies)
    return village_rows(of, village, by=by, start=JUNE[0], end=end, energy=energy, income=income, rules=rules)


def test_a_joint_stations_month_by_hand() -> None:
    """1,000 kWh x 30 x 0.75 = 22,500.00, base 9,105.00, subsidy 13,395.00; O&M 2.9 % 652.50, reserve 2 % 450.00.

    32 of 64 units: 11,250.00 gross less 551.25; 20: 7,031.25 less 344.53; 12: 4,218.75 less 206.72.
    """
    found = month_villages(joint(), "s1", "2026-06", figures([1_000_000] * 30)[1], RULES)
    assert [(row.village_id, row.units) for row in found] == [("v1", 32), ("v2", 20), ("v3", 12)]
    assert [row.estimated_gross_fen for row in found] == [1_125_000, 703_125, 421_875]
    assert [row.estimated_base_fen for row in found] == [455_250, 284_531, 170_719]
    assert [row.estimated_deductions_fen for row in found] == [55_125, 34_453, 20_672]
    assert sum(row.estimated_deductions_fen for row in found) == 65_250 + 45_000
    assert [row.estimated_distributable_fen for row in found] == [1_069_875, 668_672, 401_203]
    assert [row.households for row in found] == [3, 3, 3]
    assert all(row.unconfirmed for row in found)


def test_a_villages_part_of_estimated_energy_has_an_interval() -> None:
    """The third day is good to a half, and adds a tenth of a day to the month's doubt; the village has half of it."""
    energy, income = figures([64_000] * 30)
    energy[2] = replace(
        energy[2], estimated_low_wh=32_000, estimated_high_wh=96_000, estimated_margin_wh=6_400, reason="shaped_gap"
    )
    days, (month,) = (
        village_rows(
            joint(), "v1", by=by, start=JUNE[0], end=JUNE[-1], energy=energy, income=income, rules=RULES
        )
        for by in (By.DAY, By.MONTH)
    )  # fmt: skip
    assert (days[2].energy_wh, days[2].estimated_low_wh, days[2].estimated_high_wh) == (32_000, 16_000, 48_000)
    assert (days[3].estimated_low_wh, days[3].estimated_high_wh) == (None, None)
    whole = 30 * 32_000
    assert (month.energy_wh, month.estimated_low_wh, month.estimated_high_wh) == (whole, whole - 3_200, whole + 3_200)


def test_units_that_change_within_a_month_count_by_their_days() -> None:
    """v2's 20 units are v1's from the 16th. Each half: base 4,552.50, subsidy 6,697.50.

    First half, 32 : 20 : 12: base 2,276.25, 1,422.66, 853.59; subsidy 3,348.75, 2,092.97, 1,255.78.
    Second half, 52 : 12: base 3,698.91, 853.59; subsidy 5,441.72, 1,255.78.
    """
    of = joint(merged_on=JUNE[15])
    found = {row.village_id: row for row in month_villages(of, "s1", "2026-06", figures([1_000_000] * 30)[1], RULES)}
    assert found["v1"].estimated_gross_fen == 562_500 + 914_063
    assert found["v2"].estimated_gross_fen == 351_563
    assert found["v3"].estimated_gross_fen == 2 * 210_937
    assert (found["v1"].units, found["v2"].units) == (52, 20)


def test_deductions_never_take_more_than_there_is() -> None:
    heavy = [replace(d, share_of_gross=Decimal("0.7")) for d in RULES.deductions[:2]]
    rules = replace(RULES, deductions=tuple(heavy))
    found = rows(joint(), "v1", By.MONTH, [1_000_000] * 30, rules)[0]
    assert (found.estimated_deductions_fen, found.estimated_distributable_fen) == (1_125_000, 0)
    assert found.capped


def test_a_year_s_limit_bounds_the_estimate_as_it_bounds_the_settlement_and_a_part_of_the_month_by_its_days() -> None:
    """0.72 yuan/kW a year, 5,000 kW: 300.00 a month, 10.00 a day; 2.9 % would be 652.50. Reserve 2 %: 450.00."""
    limited = [replace(d, limit=Decimal("0.72")) if d.deduction_id == "operation" else d for d in RULES.deductions]
    rules = replace(RULES, deductions=tuple(limited))
    month, half = ([1_000_000] * 30, [1_000_000] * 15 + [None] * 15)
    for energies, deducted in ((month, 30_000 + 45_000), (half, 15_000 + 22_500)):
        found = month_villages(joint(), "s1", "2026-06", figures(energies)[1], rules)
        assert sum(row.estimated_deductions_fen for row in found) == deducted
    moved = month_villages(joint(merged_on=JUNE[15]), "s1", "2026-06", figures(month)[1], rules)
    assert sum(row.estimated_deductions_fen for row in moved) == 75_000


def test_where_a_market_price_is_below_zero_a_village_at_minus_one_fen_bears_no_deduction() -> None:
    """Base -0.24, subsidy 0.26, in 50 units: 1 unit has -0.01 of the base and nothing of the subsidy."""
    shares = [ShareUnits("s1", v, n, BEGIN) for v, n in zip(("v1", "v2", "v3", "v4"), (4, 1, 5, 40), strict=True)]
    of = registry([station(joint=True)], [meter()], shares)
    income = [DailyIncome("s1", JUNE[0], Fen(2), Fen(-24), Fen(26), "t", unconfirmed=False)]
    heavy = replace(RULES, deductions=(replace(RULES.deductions[4], share_of_gross=Decimal("0.9")),))
    found = month_villages(of, "s1", "2026-06", income, heavy)
    assert min(row.estimated_gross_fen for row in found) == -1
    assert sum(row.estimated_deductions_fen for row in found) == 2
    assert all(row.estimated_deductions_fen <= max(row.estimated_gross_fen, 0) for row in found)


def test_a_village_without_units_and_one_without_figures() -> None:
    assert rows(joint(), "v9", By.MONTH, [1] * 30)[0].reason is Reason.NO_SHARES
    nothing = rows(joint(), "v1", By.MONTH, [None] * 30)[0]
    assert (nothing.estimated_gross_fen, nothing.reason) == (None, Reason.NO_READINGS)
    some = rows(joint(), "v1", By.MONTH, [None, *[1_000_000] * 29])[0]
    assert (some.estimated_gross_fen, some.reason) == (1_087_500, Reason.PARTIAL)


def test_village_stations_are_those_of_the_days() -> None:
    of = joint(merged_on=date(2026, 5, 1))
    assert village_stations(of, "v2", date(2026, 4, 30), JUNE[-1]) == ["s1"]
    assert village_stations(of, "v2", date(2026, 5, 1), JUNE[-1]) == []


month_energies = st.lists(st.none() | st.integers(0, 40_000_000), min_size=30, max_size=30)
some_units = st.lists(st.integers(0, 64), min_size=3, max_size=3).filter(any)


@settings(max_examples=40, deadline=None)
@given(month_energies, some_units, st.none() | st.sampled_from(JUNE[1:]))
def test_villages_add_up_to_the_station_and_days_to_the_month(
    energies: list[int | None], units: list[int], merged_on: date | None
) -> None:
    of = joint(units, merged_on=merged_on)
    income = figures(energies)[1]
    months = month_villages(of, "s1", "2026-06", income, RULES)
    for part in ("base", "subsidy", "gross"):
        column = f"estimated_{part}_fen"
        shared = [row for row in income if any(u > 0 for u in units)]
        assert sum(getattr(row, column) for row in months) == sum(getattr(row, column) for row in shared)
    for month in months:
        assert 0 <= month.estimated_deductions_fen <= month.estimated_gross_fen
        days = rows(of, month.village_id, By.DAY, energies)
        for part in ("gross", "base", "subsidy", "deductions", "distributable"):
            column = f"estimated_{part}_fen"
            assert sum(getattr(day, column) or 0 for day in days) == getattr(month, column)


@settings(max_examples=30, deadline=None)
@given(month_energies, st.integers(1, 40))
def test_households_parts_add_up_to_the_village(energies: list[int | None], households: int) -> None:
    of = joint(households=households)
    energy, income = figures(energies)
    village = rows(of, "v1", By.MONTH, energies)[0]
    listed = village_households(of, "v1", month="2026-06", until=JUNE[-1], energy=energy, income=income, rules=RULES)
    assert len(listed) == households
    assert all(line.basis is Basis.INDICATOR and line.slots == 0 for line in listed)
    parts = [line.month_fen or 0 for line in listed]
    assert sum(parts) == (village.estimated_distributable_fen or 0)
    assert max(parts) - min(parts) <= 1
    one = household_rows(of, "v1-h0", by=By.DAY, start=JUNE[0], end=JUNE[-1], energy=energy, income=income, rules=RULES)
    assert one.basis is Basis.INDICATOR
    assert sum(item.amount_fen or 0 for item in one.items) == parts[0]


def with_slots(valid_from: date = BEGIN, valid_to: date | None = None) -> Registry:
    """Household v1-h0 holds two slots of a centralized station, and its village has units of a joint one."""
    central = station("c1", StationKind.CENTRALIZED, capacity_kw=20_000, grid_connected_on=date(2018, 6, 30))
    houses = [Household(f"v1-h{n}", "v1", BEGIN) for n in range(3)]
    slots = [Slot(f"slot-{n}", "c1", "v1-h0", valid_from, valid_to) for n in range(2)]
    return registry([station(), central], [meter()], [ShareUnits("s1", "v1", 1, BEGIN)], houses, slots)


@settings(max_examples=30, deadline=None)
@given(st.integers(2019, 2037))
def test_an_entitlement_is_3000_yuan_a_year_by_months_and_days(year: int) -> None:
    of = with_slots()
    slot = of.slots[:1]
    days = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    daily = [entitlement_fen(of, slot, day, day, RULES) for day in days]
    assert sum(daily) == entitlement_fen(of, slot, days[0], days[-1], RULES) == 300_000
    assert max(daily) - min(daily) <= 1
    for month in range(1, 13):
        of_month = [n for n, day in enumerate(days) if day.month == month]
        first, last = days[of_month[0]], days[of_month[-1]]
        assert entitlement_fen(of, slot, first, last, RULES) == sum(daily[n] for n in of_month)


def test_an_entitlement_by_hand() -> None:
    """January: 3,000.00 x 31/365 = 254.79; to the end of February x 59/365 = 484.93, so February 230.14."""
    of = with_slots()
    assert entitlement_fen(of, of.slots[:1], date(2026, 1, 1), date(2026, 1, 31), RULES) == 25_479
    assert entitlement_fen(of, of.slots, date(2026, 2, 1), date(2026, 2, 28), RULES) == 2 * 23_014


def test_entitlements_begin_with_slot_and_grid_and_end_after_twenty_years() -> None:
    early = with_slots(date(2018, 1, 1))
    slot = early.slots[:1]
    assert entitlement_fen(early, slot, date(2018, 1, 1), date(2018, 6, 29), RULES) == 0
    assert entitlement_fen(early, slot, date(2018, 6, 30), date(2018, 6, 30), RULES) in {821, 822}
    assert entitlement_fen(early, slot, date(2038, 6, 30), date(2040, 1, 1), RULES) == 0
    left = with_slots(BEGIN, date(2026, 6, 11))
    june = entitlement_fen(left, left.slots[:1], JUNE[0], JUNE[-1], RULES)
    assert june == entitlement_fen(left, left.slots[:1], JUNE[0], JUNE[9], RULES)
    assert entitlement_fen(left, left.slots[:1], date(2026, 7, 1), date(2026, 7, 31), RULES) == 0


def test_a_household_with_slots_is_owed_them_and_has_no_part_of_the_village() -> None:
    of = with_slots()
    energy, income = figures([1_000_000] * 30)
    given = {"start": JUNE[0], "end": JUNE[-1], "energy": energy, "income": income, "rules": RULES}
    owed = household_rows(of, "v1-h0", by=By.MONTH, **given)  # type: ignore[arg-type]
    assert (owed.basis, owed.unconfirmed) == (Basis.ENTITLEMENT, False)
    assert [item.amount_fen for item in owed.items] == [2 * 24_657]
    listed = village_households(of, "v1", month="2026-06", until=JUNE[-1], energy=energy, income=income, rules=RULES)
    assert [(line.slots, line.basis) for line in listed] == [
        (2, Basis.ENTITLEMENT), (0, Basis.INDICATOR), (0, Basis.INDICATOR),
    ]  # fmt: skip
    assert rows(of, "v1", By.MONTH, [1_000_000] * 30)[0].households == 2


def test_a_household_outside_its_time_is_told_so() -> None:
    of = joint()
    houses = {**of.households, "late": Household("late", "v1", date(2026, 7, 1))}
    later = replace(of, households=houses)
    energy, income = figures([1_000_000] * 30)
    found = household_rows(
        later, "late", by=By.MONTH, start=JUNE[0], end=JUNE[-1], energy=energy, income=income, rules=RULES
    )
    assert [(item.amount_fen, item.reason) for item in found.items] == [(None, Reason.NOT_BENEFICIARY)]
