"""Villages and households: by hand from the small county.

vl1 holds all of st2 and 40 of 64 units of st4. In May: 1,125.00 + 11,250.00 x 40 / 64 = 8,156.25 yuan,
less 4.9 % for operation, maintenance and the reserve.
"""

import pytest

from api.figures import MISSING, monthly_figure
from api.village_months import Daily
from guangfu.income.reasons import Reason
from tests.api.small_county import Api, month


def test_village_has_the_stations_that_it_owns_and_that_support_its_households(api: Api) -> None:
    village = api.get("/v1/villages/vl1")
    assert (village["name"], village["banner"], village["households"]) == ("红旗村", "敖汉旗", 4)
    assert (village["township"], village["township_en"]) == ("新惠镇", "Xinhui town")
    assert api.get("/v1/villages/vl2")["township_en"] == "新惠镇", "where the registry has no English name"
    assert [(s["station_id"], s["units"], s["units_total"]) for s in village["stations"]] == [
        ("st2", 1, 1), ("st4", 40, 64),
    ]  # fmt: skip
    supported = api.get("/v1/villages/vl3")["stations"]
    assert [(s["station_id"], s["units"], s["slots"]) for s in supported] == [("st1", None, 1), ("st5", 1, 0)]


def test_village_income_is_its_units_of_its_stations(api: Api) -> None:
    may = api.get("/v1/villages/vl1/income", by="month", start="2026-05")["items"][0]
    income = may["income"]
    assert income["gross_fen"] == 815_625
    assert income["base_fen"] + income["subsidy_fen"] == 815_625
    assert may["deductions_fen"] == pytest.approx(0.049 * 815_625, abs=2)
    assert may["distributable_fen"] == 815_625 - may["deductions_fen"]
    assert may["per_household_fen"] == may["distributable_fen"] // 4


def test_villages_of_a_joint_station_get_all_of_it(api: Api) -> None:
    two = [api.get(f"/v1/villages/{v}/income", by="month", start="2026-05")["items"][0] for v in ("vl1", "vl2")]
    assert sum(row["income"]["gross_fen"] for row in two) == 1_125_000 + 112_500


def test_days_of_a_village_add_up_to_its_month(api: Api) -> None:
    days = api.get("/v1/villages/vl1/income", by="day", start="2026-05-01", end="2026-05-31")["items"]
    month = api.get("/v1/villages/vl1/income", by="month", start="2026-05")["items"][0]
    assert len(days) == 31
    for name in ("deductions_fen", "distributable_fen"):
        assert sum(row[name] or 0 for row in days) == month[name]


def test_village_without_data_has_a_reason_and_no_figure(api: Api) -> None:
    (row,) = api.get("/v1/villages/vl3/income", by="month", start="2026-06", lang="en")["items"]
    assert (row["income"]["gross_fen"], row["per_household_fen"]) == (None, None)
    assert row["income"]["reason"] == "insufficient data: no readings"


def test_village_month_leaves_out_a_station_with_too_few_days(api: Api) -> None:
    """April: of st2 7 of 30 days are known, so only st4 counts: 29 x 11,250.00 x 40 / 64 yuan, less 4.9 %."""
    april = api.get("/v1/villages/vl1/income", by="month", start="2026-04", end="2026-04")["items"][0]
    assert april["income"]["gross_fen"] == 20_390_625
    assert april["deductions_fen"] == 999_141
    assert april["per_household_fen"] == (20_390_625 - 999_141) // 4
    assert april["income"]["reason"] == "1 座电站数据不足，未计入；1 座电站缺部分日期，金额仅含有数据的天"
    assert april["income"]["coverage"] == pytest.approx(29 / 60, abs=1e-4), "two stations, thirty days each"


def test_households_of_a_month_that_lacks_days_are_told_so(api: Api) -> None:
    said = "1 座电站数据不足，未计入；1 座电站缺部分日期，金额仅含有数据的天"
    households = api.get("/v1/villages/vl1/households", month="2026-04")["items"]
    assert sum(h["month_fen"] for h in households) == 20_390_625 - 999_141
    assert {h["reason"] for h in households} == {said}
    row = api.get("/v1/households/hh000001/income", by="month", start="2026-04", end="2026-04")["items"][0]
    assert (row["amount_fen"], row["reason"]) == (households[0]["month_fen"], said)
    (entitled,) = api.get("/v1/villages/vl3/households", month="2026-04")["items"]
    assert (entitled["basis"], entitled["reason"]) == ("entitlement", None)


def test_village_of_one_station_is_told_what_the_station_is_told() -> None:
    few = monthly_figure(month("st2", "2026-04", 9, 9, 3, 7 / 30, (7, 30)), 0.5)
    most = monthly_figure(month("st2", "2026-05", 9, 9, 3, 29 / 31, (29, 31)), 0.5)
    daily = Daily(months={"2026-04": [few], "2026-05": [most], "2026-06": [MISSING]})
    texts = [daily.reason(name, Reason.NO_READINGS) for name in ("2026-04", "2026-05", "2026-06")]
    assert [text.zh for text in texts if text] == [
        "数据不足：30 天中只有 7 天有数据", "31 天中 29 天有数据，金额仅含这些天", "数据不足：没有读数",
    ]  # fmt: skip


def test_households_are_pseudonyms_and_the_indicator_adds_up(api: Api) -> None:
    households = api.get("/v1/villages/vl1/households", month="2026-05")["items"]
    assert [h["pseudonym"] for h in households] == ["户 000001", "户 000002", "户 000003", "户 000004"]
    assert households[0]["pseudonym_en"] == "Household 000001"
    assert {h["basis"] for h in households} == {"indicator"}
    assert set(households[0]) == {
        "household_id", "pseudonym", "pseudonym_en", "slots", "month_fen", "basis", "unconfirmed", "reason",
    }  # fmt: skip
    month = api.get("/v1/villages/vl1/income", by="month", start="2026-05")["items"][0]
    assert sum(h["month_fen"] for h in households) == month["distributable_fen"]


def test_slot_of_a_centralized_station_is_an_entitlement(api: Api) -> None:
    (household,) = api.get("/v1/villages/vl3/households", month="2026-05")["items"]
    assert (household["basis"], household["slots"]) == ("entitlement", 1)
    assert household["month_fen"] == pytest.approx(300_000 * 31 / 365, abs=1)
    income = api.get("/v1/households/hh000007/income", by="month", start="2026-05", end="2026-05")
    assert income["basis"] == "entitlement"
    assert [(row["period"], row["amount_fen"]) for row in income["items"]] == [("2026-05", household["month_fen"])]


def test_household_that_has_left_gets_nothing_after(api: Api) -> None:
    income = api.get("/v1/households/hh000005/income", by="month", start="2025-01", end="2025-01", lang="en")
    (row,) = income["items"]
    assert row["amount_fen"] is None
    assert row["reason"]


def test_month_to_come_has_households_but_no_amounts(api: Api) -> None:
    for village in ("vl1", "vl3"):
        households = api.get(f"/v1/villages/{village}/households", month="2027-01")["items"]
        assert households
        assert [h["month_fen"] for h in households] == [None] * len(households)


def test_this_month_is_the_default(api: Api) -> None:
    assert api.get("/v1/villages/vl1/households")["month"] == "2026-06"
