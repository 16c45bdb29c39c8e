"""What this month and year will bring, over the API."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from api.known_days import FleetDays
from guangfu.income.forecast import typical_wh
from guangfu.income.rules import load_rules
from guangfu.storage.sql.figures import write_daily_energy
from tests.api.small_county import COUNTY, TODAY, Api, energy


def test_the_year_of_a_station_is_what_is_there_and_what_is_to_come(api: Api) -> None:
    """st1 has 30 days of April and the last of May, 100 MWh each."""
    found = api.get("/v1/stations/st1/forecast")
    year, month = found["year"], found["month"]
    assert found["amount"] == "estimated"
    assert (found["day"], found["stations"], found["record_days"]) == ("2026-06-01", 1, 31)
    assert (year["period"], year["to_date_wh"], year["days_forecast"]) == ("2026", 3_100_000_000, 365 - 31)
    assert year["coverage"] == pytest.approx(31 / 151, abs=1e-4)
    assert year["p90_wh"] < year["p50_wh"] < year["p10_wh"]
    june = [TODAY.replace(day=day) for day in range(1, 31)]
    typical = typical_wh(COUNTY, "st1", june, load_rules().energy).sum()
    assert month["period"] == "2026-06"
    assert (month["to_date_wh"], month["days_forecast"], month["coverage"]) == (0, 30, None), "today is not over"
    assert month["p50_wh"] == pytest.approx(typical * found["record"], rel=1e-3)


def test_it_names_the_rules_that_it_rests_on_and_that_nobody_has_confirmed_them(api: Api) -> None:
    found = api.get("/v1/stations/st1/forecast")
    assert found["unconfirmed"]
    assert found["rules"] == [
        {"rule_id": "typical_hours_i", "value": 1650, "document": None, "confidence": "C", "unconfirmed": True},
        {"rule_id": "typical_spread", "value": 0.06, "document": None, "confidence": "C", "unconfirmed": True},
    ]
    assert [rule["rule_id"] for rule in api.get("/v1/forecast")["rules"]] == [
        "typical_hours_i", "typical_hours_ii", "typical_spread",
    ]  # fmt: skip


def test_a_fleet_adds_up_without_a_station_that_was_closed(api: Api) -> None:
    found = api.get("/v1/forecast")
    each = [api.get(f"/v1/stations/st{n}/forecast") for n in range(1, 6)]
    assert found["stations"] == 5
    for period in ("month", "year"):
        for name in ("to_date_wh", "p50_wh"):
            assert found[period][name] == sum(one[period][name] for one in each)
    assert found["year"]["p10_wh"] < sum(one["year"]["p10_wh"] for one in each)
    assert found["record_days"] == sum(one["record_days"] for one in each)


def test_a_closed_station_brings_nothing_more_and_an_unknown_one_is_not_found(api: Api) -> None:
    closed = api.get("/v1/stations/st6/forecast")
    assert (closed["record"], closed["year"]["p10_wh"], closed["year"]["coverage"]) == (None, 0, None)
    assert api.client.get("/v1/stations/st9/forecast").status_code == 404


def test_late_figures_of_a_day_are_in_the_next_forecast_of_the_fleet(api: Api) -> None:
    """st2 had no figure of 20 April; then it has, and yesterday's of st1 is taken back."""
    days, stations = FleetDays(api.engine, api.clock), ["st1", "st2"]
    before = days.of_all(stations, TODAY)
    late = energy("st2", date(2026, 4, 20), 1_000, 1.0), energy("st1", TODAY - timedelta(days=1), None, 0.0)
    with api.engine.begin() as db:
        write_daily_energy(db, [replace(row, computed_at=api.clock.now()) for row in late])
    after = days.of_all(stations, TODAY)
    place = (date(2026, 4, 20) - before.first).days
    assert np.isnan(before.energy_wh[1, place]) and after.energy_wh[1, place] == 1_000
    assert before.energy_wh[0, -2] == 100_000_000 and np.isnan(after.energy_wh[0, -2])
    same = FleetDays(api.engine, api.clock).of_all(stations, TODAY)
    assert np.array_equal(after.energy_wh, same.energy_wh, equal_nan=True)
