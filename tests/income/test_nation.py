"""A month by columns is the month by rows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.clock import month_days
from guangfu.income.entitlement import entitlement_fen
from guangfu.income.estimate import estimate_month
from guangfu.income.figures import DailyEnergy
from guangfu.income.nation import month_fen
from guangfu.income.nation_columns import month_columns
from guangfu.income.rules import Rules, load_rules
from guangfu.income.rules.models import Confidence, ListStatus, SubsidyStatus
from guangfu.income.sharing import month_villages
from guangfu.income.subsidy_status import with_subsidy_status
from guangfu.ledger.fen import Fen
from guangfu.ledger.split import split
from guangfu.stations.models import Grid, Household, Registry, ShareUnits, Slot, StationKind, Zone
from tests.income.small_registry import BEGIN, registry, station

RULES = load_rules()
MONTH = "2026-06"
DAYS = month_days(MONTH)
AT = datetime(2026, 8, 1, tzinfo=UTC)
VILLAGES = ["v1", "v2", "v3"]
dates = st.sampled_from([None, *DAYS[3:28:6], DAYS[0], DAYS[-1], date(2026, 5, 15), date(2026, 7, 2)])


@st.composite
def registries(draw: st.DrawFn) -> Registry:
    stations, shares, slots = [], [], []
    for n in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(list(StationKind)))
        zone, grid = draw(st.sampled_from([(Zone.I, Grid.MENGXI), (Zone.II, Grid.MENGDONG)]))
        one = station(f"s{n}", kind, zone=zone, grid=grid, plan_year=2017)
        one = replace(one, closed_on=draw(dates), grid_connected_on=draw(st.sampled_from([BEGIN, DAYS[4]])))
        stations.append(one)
        if kind is StationKind.CENTRALIZED:
            held = draw(st.lists(st.tuples(st.integers(0, 8), dates, dates), max_size=4))
            slots += [
                Slot(f"{n}-{i}", f"s{n}", f"h{house}", first or BEGIN, end)
                for i, (house, first, end) in enumerate(held)
            ]
        else:
            holders = draw(st.lists(st.tuples(st.sampled_from(VILLAGES), st.integers(0, 64), dates, dates), max_size=4))
            shares += [ShareUnits(f"s{n}", v, units, first or BEGIN, end) for v, units, first, end in holders]
    houses = [Household(f"h{n}", VILLAGES[n % 3], BEGIN, draw(dates)) for n in range(9)]
    return registry(stations, [], shares, houses, slots)


@st.composite
def energies(draw: st.DrawFn, of: Registry) -> list[DailyEnergy]:
    rows = []
    for name in of.stations:
        values = draw(st.lists(st.none() | st.integers(0, 10**8), min_size=len(DAYS), max_size=len(DAYS)))
        rows += [DailyEnergy(name, day, wh, 0, 1.0, None, True, "v", AT) for day, wh in zip(DAYS, values, strict=True)]
    return rows


@st.composite
def rules_of(draw: st.DrawFn, of: Registry) -> Rules:
    """Hours with subsidy and a deduction limited or not; places in the subsidy list, of all, a part or none of it."""
    limit = draw(st.sampled_from([None, Decimal(0), Decimal("0.37"), Decimal(12)]))
    deductions = tuple(replace(d, limit=limit) if d.deduction_id == "operation" else d for d in RULES.deductions)
    energy = replace(RULES.energy, subsidised_hours=float(draw(st.booleans())))
    rules = replace(RULES, energy=energy, deductions=deductions)
    rows = [
        SubsidyStatus(
            name,
            valid_from=first or BEGIN,
            valid_to=None,
            status=draw(st.sampled_from(list(ListStatus))),
            listed_capacity_w=draw(st.sampled_from([None, 100_000, 299_999])),
            document="d",
            confidence=Confidence.A,
            confirmed=True,
        )
        for name in of.stations
        for first in draw(st.lists(dates, max_size=2))
    ]
    return with_subsidy_status(rules, rows)


@st.composite
def lifetimes_of(draw: st.DrawFn, of: Registry) -> dict[str, int]:
    """Before the hours end, in the month in which they do, and after: 26,000 and 32,000 h of 300 kW."""
    near = st.integers(0, 10**9)
    return {
        name: draw(st.sampled_from([0, 26_000 * 300_000, 32_000 * 300_000, 10**11])) - draw(near)
        for name in of.stations
    }


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_columns_and_rows_give_everybody_the_same_fen(data: st.DataObject) -> None:
    of = data.draw(registries())
    energy = data.draw(energies(of))
    rules, lifetime = data.draw(rules_of(of)), data.draw(lifetimes_of(of))
    columns, named = month_columns(of, MONTH, energy, rules, lifetime)
    found = month_fen(columns, stations_at_once=2)

    village: dict[str, int] = dict.fromkeys(named.villages, 0)
    parts: dict[tuple[str, str], list[int]] = {}
    for row, name in enumerate(named.stations):
        own = [one for one in energy if one.station_id == name]
        month = estimate_month(
            of.stations[name], MONTH, own, rules, today=date(2026, 8, 1), computed_at=AT, lifetime_wh=lifetime[name]
        )
        monthly = (month.monthly.estimated_gross_fen, month.monthly.estimated_base_fen) if month.monthly else (0, 0)
        assert (found.gross[row], found.base[row]) == monthly
        if of.stations[name].kind is StationKind.VILLAGE:
            for one in month_villages(of, name, MONTH, month.daily, rules):
                village[one.village_id] += one.estimated_distributable_fen
                amounts = [one.estimated_gross_fen, one.estimated_base_fen, one.estimated_deductions_fen]
                parts[name, one.village_id] = [int(amount) for amount in amounts]
    assert dict(zip(named.villages, found.distributable.tolist(), strict=True)) == village
    summed: dict[tuple[str, str], list[int]] = {}
    amounts_of = zip(
        found.holder_gross.tolist(), found.holder_base.tolist(), found.holder_deductions.tolist(), strict=True
    )
    for key, of_holder in zip(named.holders, amounts_of, strict=True):
        summed[key] = [a + b for a, b in zip(summed.get(key, [0, 0, 0]), of_holder, strict=True)]
    assert {k: v for k, v in summed.items() if any(v)} == {k: v for k, v in parts.items() if any(v)}
    _check_households(
        of, named.villages, village, dict(zip(named.indicator_households, found.indicator.tolist(), strict=True))
    )
    for household, due in zip(named.slot_households, found.entitlement.tolist(), strict=True):
        slots = of.slots_held_by[household]
        assert due == entitlement_fen(of, slots, DAYS[0], DAYS[-1], RULES)


def _check_households(of: Registry, villages: list[str], village: dict[str, int], found: dict[str, int]) -> None:
    from guangfu.income.villages import indicator_households

    plain: dict[str, int] = {}
    for name in villages:
        households = indicator_households(of, name, MONTH)
        if households:
            plain |= split(Fen(max(village[name], 0)), dict.fromkeys(households, 1))
    assert found == plain


def test_a_month_by_hand() -> None:
    """400 kWh on each of 30 days in zone II: 12,000 kWh x 0.75 = 9,000.00; 4.9 % deducted; three households."""
    of = registry(
        [station()], [], [ShareUnits("s1", "v1", 1, BEGIN)], [Household(f"h{n}", "v1", BEGIN) for n in range(3)]
    )
    energy = [DailyEnergy("s1", DAYS[0] + timedelta(days=n), 400_000, 0, 1.0, None, True, "v", AT) for n in range(30)]
    columns, _ = month_columns(of, MONTH, energy, RULES)
    found = month_fen(columns)
    assert (found.gross.tolist(), found.holder_deductions.tolist()) == ([900_000], [44_100])
    assert found.indicator.tolist() == [285_300, 285_300, 285_300]


def test_a_lifetime_that_is_not_known_is_said() -> None:
    of = registry([station()], [], [ShareUnits("s1", "v1", 1, BEGIN)])
    on = replace(RULES, energy=replace(RULES.energy, subsidised_hours=1))
    with pytest.raises(ValueError, match="lifetime_wh lacks 1 stations: s1"):
        month_columns(of, MONTH, [], on)
