"""The fleet: every figure here follows by hand from tests/api/small_county.py."""

import pytest

from api.figures import MISSING, monthly_figure, sum_figures
from tests.api.small_county import NOON, Api, month


def test_fleet_counts_stations_by_kind_and_state(api: Api) -> None:
    counts = api.get("/v1/fleet")["stations"]
    assert counts["total"] == 5
    assert counts["by_kind"] == {"centralized": 1, "village": 4}
    assert counts["joint"] == 1
    assert counts["by_state"] == {
        "producing": 1, "curtailed": 0, "night": 0, "stale": 1, "offline": 1, "fault": 1, "unknown": 1,
    }  # fmt: skip
    assert counts["by_kind_and_state"]["centralized"]["producing"] == 1
    assert counts["by_kind_and_state"]["village"]["producing"] == 0


def test_closed_station_is_not_counted(api: Api) -> None:
    assert api.get("/v1/fleet")["capacity_dc_w"] == 23_900_000


def test_power_is_of_stations_whose_value_is_present(api: Api) -> None:
    fleet = api.get("/v1/fleet")
    assert fleet["power_w"] == 12_150_000
    assert fleet["power_stations"] == 2


def test_income_today_sums_and_tells_its_coverage(api: Api) -> None:
    fleet = api.get("/v1/fleet")
    assert fleet["energy_today_wh"] == 50_600_000
    today = fleet["income_today"]
    assert (today["gross_fen"], today["base_fen"], today["subsidy_fen"]) == (2_545_000, 1_432_710, 1_112_290)
    assert today["amount"] == "estimated"
    assert today["coverage"] == pytest.approx((20_000_000 * 1.0 + 300_000 * 0.5) / 23_900_000, abs=1e-4)
    assert today["unconfirmed"]
    assert today["reason"] == "3 座电站数据不足，未计入"


def test_households_and_villages_are_those_of_today(api: Api) -> None:
    fleet = api.get("/v1/fleet")
    assert (fleet["villages"], fleet["households"], fleet["synthetic"]) == (3, 6, True)


def test_leagues_add_up_to_the_fleet(api: Api) -> None:
    fleet, leagues = api.get("/v1/fleet"), api.get("/v1/leagues")
    assert [league["code"] for league in leagues] == ["150400", "150900"]
    assert fleet["leagues"] == leagues
    assert [(league["seat_lon"], league["seat_lat"]) for league in leagues] == [(118.9, 42.3), (113.1, 41.0)]
    for name in ("power_w", "capacity_dc_w", "energy_today_wh"):
        assert sum(league[name] for league in leagues) == fleet[name]
    assert sum(league["income_today"]["gross_fen"] for league in leagues) == fleet["income_today"]["gross_fen"]
    assert sum(league["stations"] for league in leagues) == fleet["stations"]["total"]


def test_fleet_power_is_the_sum_of_the_stations_means_and_gaps_stay_gaps(api: Api) -> None:
    curve = api.get("/v1/fleet/power", bucket_s=900)
    points = [(point["at"][11:16], point["power_w"], point["stations"]) for point in curve["points"]]
    assert points == [("02:45", 10_000_000, 1), ("03:00", 11_000_000, 1), ("03:45", 13_650_000, 3)]


def test_fleet_power_of_a_past_day(api: Api) -> None:
    curve = api.get("/v1/fleet/power", day="2026-05-31")
    assert [(point["at"], point["power_w"]) for point in curve["points"]] == [("2026-05-31T04:00:00Z", 200_000)]


def test_fleet_power_of_a_day_to_come_is_empty(api: Api) -> None:
    assert api.get("/v1/fleet/power", day="2027-01-01")["points"] == []


def test_sun_of_the_fleet_rises_where_it_rises_first(api: Api) -> None:
    fleet, western = api.get("/v1/fleet/power"), api.get("/v1/stations/st1/power")
    assert fleet["sunrise_at"] < western["sunrise_at"]
    assert fleet["sunset_at"] == western["sunset_at"]
    assert fleet["sunrise_at"] < NOON.isoformat() < fleet["sunset_at"]


def test_fleet_income_by_day(api: Api) -> None:
    rows = api.get("/v1/fleet/income", by="day", start="2026-05-30", end="2026-06-01")["items"]
    assert [row["period"] for row in rows] == ["2026-05-30", "2026-05-31", "2026-06-01"]
    assert [row["income"]["gross_fen"] for row in rows] == [None, 6_237_500, 2_545_000]
    assert [row["energy_wh"] for row in rows] == [None, 116_500_000, 50_600_000]
    assert rows[0]["income"]["reason"] == "没有一座电站的数据足够"


def test_fleet_income_by_month(api: Api) -> None:
    rows = api.get("/v1/fleet/income", by="month", start="2026-05", end="2026-06", lang="en")["items"]
    assert [(row["period"], row["income"]["gross_fen"]) for row in rows] == [
        ("2026-05", 6_237_500),
        ("2026-06", 2_545_000),
    ]
    assert rows[0]["income"]["reason"] == "2 of the stations left out for lack of data"


def test_fleet_month_leaves_out_stations_of_which_too_few_days_have_a_figure(api: Api) -> None:
    """In April st2 has 7 of 30 days, st3 and st5 none; st4 lacks one: 150 million + 29 x 1.125 million fen."""
    (row,) = api.get("/v1/fleet/income", by="month", start="2026-04", end="2026-04")["items"]
    assert row["income"]["gross_fen"] == 30 * 5_000_000 + 29 * 1_125_000
    assert row["energy_wh"] == 30 * 100_000_000 + 29 * 15_000_000
    assert row["income"]["coverage"] == pytest.approx((20 + 3 * 29 / 30) / 23.9, abs=1e-4)
    assert row["income"]["reason"] == "3 座电站数据不足，未计入；1 座电站缺部分日期，金额仅含有数据的天"


def test_fleet_month_without_a_counted_station_names_the_days(api: Api) -> None:
    few = [monthly_figure(month(s, "2026-04", 9, 9, 3, n / 30, (n, 30)), 0.5) for s, n in (("st2", 7), ("st4", 3))]
    found = sum_figures([*few, MISSING], [1.0, 1.0, 1.0])
    assert found.gross_fen is None
    assert found.reason == (
        "没有一座电站的数据足够：30 天中最多 7 天有数据",
        "No station has enough data: at most 7 of 30 days have a figure",
    )


def test_fleet_income_ends_today(api: Api) -> None:
    rows = api.get("/v1/fleet/income", by="day", start="2026-06-01", end="2026-06-20")["items"]
    assert [row["period"] for row in rows] == ["2026-06-01"]


def test_fleet_income_of_the_future_is_empty(api: Api) -> None:
    assert api.get("/v1/fleet/income", by="day", start="2026-07-01", end="2026-07-02")["items"] == []


def test_fleet_income_is_the_last_thirty_days_or_twelve_months(api: Api) -> None:
    assert len(api.get("/v1/fleet/income", by="day")["items"]) == 30
    months = [row["period"] for row in api.get("/v1/fleet/income", by="month")["items"]]
    assert (months[0], months[-1], len(months)) == ("2025-07", "2026-06", 12)
