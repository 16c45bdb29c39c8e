"""The list: filters, search, order, pages, and the file."""

import csv
import io
from typing import Any

import pytest

from guangfu.monitor.states import SEVERITY, StationState
from tests.api.small_county import Api


def ids(api: Api, **query: Any) -> list[str]:
    return [row["station_id"] for row in api.get("/v1/stations", **query)["items"]]


def test_row_has_what_a_list_needs(api: Api) -> None:
    row = api.get("/v1/stations", q="st1")["items"][0]
    assert row["state"] == "producing"
    assert row["power_w"] == 12_000_000
    assert row["energy_today_wh"] == 50_000_000
    assert row["income_month"]["gross_fen"] == 2_500_000
    assert row["last_reading_at"] == "2026-06-01T03:59:00Z"
    assert (row["banner"], row["league_en"]) == ("察哈尔右翼中旗", "Ulanqab")


@pytest.mark.parametrize(
    "query, found",
    [
        ({"state": "fault"}, {"st2"}), ({"state": "night"}, set()), ({"kind": "centralized"}, {"st1"}),
        ({"league": "150900"}, {"st1", "st5"}), ({"banner": "150430"}, {"st2", "st3", "st4"}),
        ({"joint": "true"}, {"st4"}), ({"joint": "false", "kind": "village"}, {"st2", "st3", "st5"}),
        ({"q": "红旗"}, {"st2"}), ({"q": "ULANQAB"}, {"st1", "st5"}), ({"q": "aohan st4"}, {"st4"}),
        ({"q": "nothing"}, set()), ({"q": "%"}, set()), ({"q": " "}, {"st1", "st2", "st3", "st4", "st5"}),
        ({"league": "150900", "state": "unknown"}, {"st5"}),
    ],
)  # fmt: skip
def test_filters(api: Api, query: dict[str, str], found: set[str]) -> None:
    answer = api.get("/v1/stations", **query)
    assert {row["station_id"] for row in answer["items"]} == found
    assert answer["total"] == len(found)


@pytest.mark.parametrize(
    "sort, order, first, last",
    [
        ("power", "desc", "st1", "st5"), ("power", "asc", "st2", "st5"), ("energy", "desc", "st1", "st5"),
        ("income", "asc", "st2", "st5"), ("capacity", "asc", "st5", "st1"),
        ("last_reading", "desc", "st1", "st5"), ("last_reading", "asc", "st3", "st5"),
    ],
)  # fmt: skip
def test_sorting_puts_what_has_no_value_last(api: Api, sort: str, order: str, first: str, last: str) -> None:
    found = ids(api, sort=sort, order=order)
    assert (found[0], found[-1]) == (first, last)


def test_states_sort_by_severity(api: Api) -> None:
    """st2 is in fault, st3 offline, st4 stale, st5 unknown, st1 produces."""
    assert ids(api, sort="state", order="desc") == ["st2", "st3", "st4", "st5", "st1"]
    assert ids(api, sort="state", order="asc") == ["st1", "st5", "st4", "st3", "st2"]
    assert sorted(SEVERITY) == sorted(StationState), "every state has its place"


def test_names_sort_by_the_language(api: Api) -> None:
    assert ids(api, sort="name", lang="en") == ["st1", "st2", "st3", "st4", "st5"]
    assert ids(api, sort="name", lang="zh") != ids(api, sort="name", lang="en")


def test_pages_follow_each_other(api: Api) -> None:
    pages = [ids(api, sort="capacity", limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [station for page in pages for station in page] == ids(api, sort="capacity")
    assert api.get("/v1/stations", limit=2)["total"] == 5


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_opens_in_a_spreadsheet(api: Api) -> None:
    answer = api.client.get("/v1/stations.csv", params={"sort": "capacity", "order": "desc"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="stations-2026-06-01.csv"'
    rows = read_csv(answer.content.decode("utf-8-sig"))
    assert len(rows) == 5
    assert rows[0]["电站"] == "察右中旗光伏电站"
    assert rows[0]["状态"] == "发电"
    assert rows[0]["今日上网电量（kWh）"] == "50000.000"
    assert rows[0]["本月收入（预估，元）"] == "25000.00"
    assert rows[0]["最后读数时间"] == "2026-06-01 11:59:00"
    assert rows[1]["今日收入（预估，元）"] == ""


def test_csv_takes_the_same_filters_and_stable_ids(api: Api) -> None:
    answer = api.client.get("/v1/stations.csv", params={"state": "fault", "headers": "ids", "lang": "en"})
    (row,) = read_csv(answer.content.decode("utf-8-sig"))
    assert (row["station_id"], row["name"], row["state"]) == ("st2", "st2 PV", "fault")
    assert (row["power_kw"], row["estimated_subsidy_month_yuan"]) == ("150.0", "267.90")


def test_csv_runs_no_formula(api: Api) -> None:
    rows = read_csv(api.client.get("/v1/stations.csv").content.decode("utf-8-sig"))
    assert [row["电站"] for row in rows if row["电站编号"] == "st3"] == ["'=SUM(A1)村光伏电站"]
