"""One station: detail, readings, curve, energy, income."""

import csv
import io
from dataclasses import replace

import pytest

from api.catalog import build_catalog
from api.figures import monthly_figure, sum_figures
from api.station_villages import station_villages
from guangfu.stations.models import Slot
from guangfu.texts import Lang
from tests.api.small_county import BEGUN, COUNTY, TODAY, Api, month


def test_detail_of_a_centralized_station(api: Api) -> None:
    station = api.get("/v1/stations/st1")
    assert station["state"] == "producing"
    assert station["slots"] == 1
    (village,) = station["villages"]
    assert village == {
        "village_id": "vl3", "name": "新建村", "name_en": "Xinjian", "units": None, "units_total": None, "slots": 1,
        "households": 1,
    }  # fmt: skip
    assert station["entitlement"] == {
        "fen_per_slot_year": 300_000, "years": 20, "document": "内政发〔2016〕108号", "unconfirmed": False,
    }  # fmt: skip
    assert station["synthetic"]
    devices = {device["device"]: device for device in station["devices"]}
    assert devices["inverter-2"]["power_w"] == 6_000_000
    assert devices["weather-1"]["power_w"] is None
    assert devices["weather-1"]["last_reading_at"] is None, "no irradiance in the plane of array was reported"
    assert devices["meter-1"]["last_reading_at"] == "2026-06-01T03:59:00Z"


def test_tariff_names_its_document_and_what_is_not_confirmed(api: Api) -> None:
    tariff = api.get("/v1/stations/st2", lang="en")["tariff"]
    assert tariff["price_yuan_per_kwh"] == "0.75"
    assert tariff["base_yuan_per_kwh"] == "0.3035"
    assert tariff["subsidy_yuan_per_kwh"] == "0.4465"
    assert tariff["document"]
    assert tariff["unconfirmed"]
    assert tariff["unconfirmed_because"]
    assert (tariff["base_document"], tariff["base_unconfirmed"]) == (None, True), "as base_prices.csv has it"


def test_detail_of_a_joint_station_has_its_villages_and_units(api: Api) -> None:
    villages = api.get("/v1/stations/st4")["villages"]
    assert [(v["village_id"], v["units"], v["units_total"], v["slots"], v["households"]) for v in villages] == [
        ("vl1", 40, 64, 0, 4), ("vl2", 24, 64, 0, 1),
    ]  # fmt: skip
    assert api.get("/v1/stations/st4")["entitlement"] is None


def test_villages_of_a_centralized_station_count_slots_and_the_households_that_hold_them() -> None:
    """vl1: one household with two slots and one with one; vl2: one; a slot that has ended is nobody's."""
    slots = [("hh000001", None), ("hh000001", None), ("hh000002", None), ("hh000006", None), ("hh000003", TODAY)]
    registry = replace(
        COUNTY, slots=tuple(Slot(f"sl{i}", "st1", who, BEGUN, end) for i, (who, end) in enumerate(slots))
    )
    villages = station_villages(build_catalog(registry, 1, TODAY), "st1")
    assert [(v.village_id, v.units, v.slots, v.households) for v in villages] == [
        ("vl1", None, 3, 2),
        ("vl2", None, 1, 1),
    ]


def test_closed_station_has_a_history_but_no_present(api: Api) -> None:
    answer = api.client.get("/v1/stations/st6")
    assert answer.status_code == 404
    assert "2024-01-01" in answer.json()["detail"]
    assert (
        api.get("/v1/stations/st6/income", by="month", start="2023-11", end="2024-02")["items"][-1]["period"]
        == "2023-12"
    )


def test_readings_are_columns_of_equal_length(api: Api) -> None:
    readings = api.get("/v1/stations/st1/readings", fields="ac_power_w,energy_export_total_wh,energy_import_total_wh")
    assert readings["device"] == ["meter-1"] * 3
    assert readings["at_ms"] == sorted(readings["at_ms"])
    assert readings["columns"] == {
        "ac_power_w": [10_000_000, 11_000_000, 12_000_000],
        "energy_export_total_wh": [1_000_000] * 3,
        "energy_import_total_wh": [None] * 3,
    }


def test_readings_of_one_inverter(api: Api) -> None:
    readings = api.get("/v1/stations/st1/readings", kind="inverter", device="inverter-2", fields="state")
    assert (readings["device"], readings["columns"]) == (["inverter-2"], {"state": [4]})


def test_readings_of_the_weather(api: Api) -> None:
    columns = api.get("/v1/stations/st1/readings", kind="weather")["columns"]
    assert columns["module_temperature_c"] == [44.5]
    assert columns["wind_speed_m_s"] == [None]


def test_bounds_of_readings_are_included_and_local_without_an_offset(api: Api) -> None:
    readings = api.get("/v1/stations/st1/readings", start="2026-06-01T10:59", end="2026-06-01T03:10:00Z")
    assert readings["columns"]["ac_power_w"] == [10_000_000, 11_000_000]
    with_offset = "2026-06-01T10:59:00+08:00"
    answer = api.client.get(f"/v1/stations/st1/readings?start={with_offset}&end={with_offset}")
    assert answer.json()["columns"]["ac_power_w"] == [10_000_000]


def test_readings_as_a_file(api: Api) -> None:
    answer = api.client.get("/v1/stations/st1/readings", params={"format": "csv", "fields": "ac_power_w,state"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["时间", "设备", "ac_power_w", "state"]
    assert rows[1] == ["2026-06-01 10:59:00", "meter-1", "10000000.0", ""]


def test_no_readings_is_an_empty_table(api: Api) -> None:
    assert api.get("/v1/stations/st5/readings")["at_ms"] == []


def test_curve_of_a_station(api: Api) -> None:
    curve = api.get("/v1/stations/st1/power", day="2026-06-01", bucket_s=3600)
    assert [(p["at"][11:16], p["power_w"]) for p in curve["points"]] == [("02:00", 10_000_000), ("03:00", 11_500_000)]
    assert curve["sunrise_at"] < "2026-06-01T00:00:00Z" < curve["sunset_at"]


def test_energy_has_a_row_for_each_day_with_a_reason_where_there_is_none(api: Api) -> None:
    rows = api.get("/v1/stations/st4/energy", start="2026-05-30", end="2026-06-01", lang="en")
    assert [(row["day"], row["energy_wh"]) for row in rows] == [
        ("2026-05-30", None), ("2026-05-31", 15_000_000), ("2026-06-01", None),
    ]  # fmt: skip
    assert rows[0]["reason"] == "Not computed yet"
    assert rows[2]["reason"] == "insufficient data: the coverage is under its floor"
    assert rows[1]["complete"]
    assert not rows[2]["complete"]


def test_energy_begins_with_the_grid_connection(api: Api) -> None:
    rows = api.get("/v1/stations/st1/energy", start="2018-05-30", end="2018-06-02")
    assert [row["day"] for row in rows] == ["2018-06-01", "2018-06-02"]


def test_income_has_base_and_subsidy_apart(api: Api) -> None:
    rows = api.get("/v1/stations/st2/income", by="day", start="2026-05-31", end="2026-06-01")["items"]
    assert [(r["income"]["gross_fen"], r["income"]["base_fen"], r["income"]["subsidy_fen"]) for r in rows] == [
        (112_500, 45_525, 66_975), (45_000, 18_210, 26_790),
    ]  # fmt: skip
    assert rows[0]["income"]["coverage"] == 1


def test_income_by_month(api: Api) -> None:
    rows = api.get("/v1/stations/st4/income", by="month", start="2026-05", end="2026-06")["items"]
    assert [(row["period"], row["income"]["gross_fen"]) for row in rows] == [("2026-05", 1_125_000), ("2026-06", None)]


def test_insufficient_data_is_not_zero(api: Api) -> None:
    (row,) = api.get("/v1/stations/st4/income", by="day", start="2026-06-01")["items"]
    assert row["income"]["gross_fen"] is None
    assert row["income"]["reason"] == "数据不足：数据完整率低于下限"


def test_month_of_which_too_few_days_have_a_figure_has_no_amounts(api: Api) -> None:
    """Seven of thirty days are under the floor of a half."""
    (row,) = api.get("/v1/stations/st2/income", by="month", start="2026-04", end="2026-04")["items"]
    assert (row["energy_wh"], row["income"]["gross_fen"], row["income"]["base_fen"]) == (None, None, None)
    assert row["income"]["reason"] == "数据不足：30 天中只有 7 天有数据"
    assert row["income"]["coverage"] == pytest.approx(7 / 30, abs=1e-4)
    days = api.get("/v1/stations/st2/income", by="day", start="2026-04-01", end="2026-04-08")["items"]
    assert [day["income"]["gross_fen"] for day in days] == [112_500] * 7 + [None], "its days have their own amounts"


def test_month_that_lacks_a_day_has_the_amounts_of_the_others_and_says_so(api: Api) -> None:
    (row,) = api.get("/v1/stations/st4/income", by="month", start="2026-04", end="2026-04")["items"]
    assert row["income"]["gross_fen"] == 29 * 1_125_000
    assert row["income"]["reason"] == "30 天中 29 天有数据，金额仅含这些天"
    (row,) = api.get("/v1/stations/st4/income", by="month", start="2026-04", end="2026-04", lang="en")["items"]
    assert row["income"]["reason"] == "29 of 30 days have a figure; the amounts are of these"


def test_whole_month_has_no_reason(api: Api) -> None:
    (row,) = api.get("/v1/stations/st1/income", by="month", start="2026-04", end="2026-04")["items"]
    assert (row["income"]["gross_fen"], row["income"]["reason"]) == (30 * 5_000_000, None)


@pytest.mark.parametrize("counted, due, amounts", [(15, 30, True), (14, 30, False), (0, 0, True), (1, 2, True)])
def test_half_of_the_days_is_enough(counted: int, due: int, amounts: bool) -> None:
    figure = monthly_figure(month("st2", "2026-04", 1_000, 75, 30, 0.5, (counted, due)), 0.5)
    assert (figure.gross_fen == 75) is amounts
    assert (figure.reason is None) is (counted == due)


def test_estimated_energy_has_an_interval_and_so_has_its_gross() -> None:
    """Of two stations the one is measured; the other's month is good to a tenth, so their sum to a twentieth."""
    whole = month("st2", "2026-04", 1_000, 750, 300, 1.0, (30, 30))
    measured, estimated = (
        monthly_figure(one, 0.5) for one in (whole, replace(whole, estimated_low_wh=900, estimated_high_wh=1_100))
    )  # fmt: skip
    assert measured.income(Lang.EN).gross_low_fen is None
    own, both = estimated.income(Lang.EN), sum_figures([measured, estimated], [1, 1])
    assert (own.gross_low_fen, own.gross_high_fen) == (675, 825)
    assert (both.energy_wh, both.low_wh, both.high_wh) == (2_000, 1_900, 2_100)
    assert both.income(Lang.EN).gross_low_fen == 1_425


def test_income_as_a_file(api: Api) -> None:
    query = {"format": "csv", "by": "day", "start": "2026-05-31", "headers": "ids"}
    answer = api.client.get("/v1/stations/st2/income", params=query)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0]["estimated_gross_yuan"] == "1125.00"
    assert rows[1]["energy_kwh"] == "600.000"
    assert 'filename="income-st2-day.csv"' in answer.headers["content-disposition"]
