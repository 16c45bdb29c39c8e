"""What came and what is missing, of one station and of all."""

from datetime import date, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from guangfu.clock import day_start, to_ms
from guangfu.stations.models import DeviceKind
from guangfu.storage.sql.completeness import keep_numbers, told_up_to
from guangfu.storage.telemetry_store import Point
from guangfu.telemetry.completeness import Came, Run, local_day_number
from guangfu.telemetry.reading import Quality, Reading
from tests.api.small_county import NOON, TODAY, Api

YESTERDAY = TODAY - timedelta(days=1)
MINUTE_MS = 60_000


def came(day: date, first: int, last: int, *, late: bool = False, copies: int = 1, station: str = "st1") -> Came:
    """A message a minute, number 1 in the first minute of the day."""
    start = to_ms(day_start(day))
    run = Run(first, last, start + first * MINUTE_MS, start + last * MINUTE_MS)
    messages = (last - first + 1) * copies
    return Came(station, f"boot-{day}", local_day_number(start), late, run, messages)


@pytest.fixture
def told(api: Api) -> Api:
    """st1 lost 51 to 60 of yesterday, sent ten twice and five late; st2 has no numbers."""
    some = [came(YESTERDAY, 1, 50), came(YESTERDAY, 61, 70, copies=2), came(YESTERDAY, 71, 75, late=True)]
    with api.engine.begin() as db:
        if told_up_to(db, "0/x"):  # by the test before
            return api
        keep_numbers(db, "0/x", 1, some, [("st2", local_day_number(to_ms(NOON)), 7, 1)])
    return api


def read_meter(api: Api, day: date, minutes: list[int]) -> None:
    start = to_ms(day_start(day))
    api.store.write(
        [
            Point("st3", DeviceKind.METER, Reading(at_ms=start + m * MINUTE_MS, device="meter-1",
                  ac_power_w=1.0, energy_export_total_wh=5000 + m))
            for m in minutes
        ]
    )  # fmt: skip


def test_a_stations_messages_by_day_and_its_gaps(told: Api) -> None:
    answer = told.get("/v1/stations/st1/completeness", start="2026-05-31", end="2026-06-01")
    yesterday, today = answer["days"]
    counts = {key: yesterday[key] for key in ("day", "received", "missing", "doubled", "late", "unnumbered")}
    assert counts == {
        "day": "2026-05-31", "received": 65, "missing": 10, "doubled": 10, "late": 5, "unnumbered": 0,
    }  # fmt: skip
    assert yesterday["message_completeness"] == pytest.approx(65 / 75)
    assert (today["received"], today["message_completeness"]) == (0, None)
    assert answer["gaps_total"] == 1
    assert answer["gaps"] == [
        {
            "boot": "boot-2026-05-31", "first_seq": 51, "last_seq": 60, "missing": 10,
            "from_at": "2026-05-30T16:50:00Z", "until_at": "2026-05-30T17:01:00Z",
        }
    ]  # fmt: skip


def test_a_stations_slots_and_what_its_register_says(told: Api) -> None:
    day = date(2026, 5, 20)
    read_meter(told, day, [*range(-30, 600), *range(660, 1470)])
    answer = told.get("/v1/stations/st3/completeness", start="2026-05-20", end="2026-05-20")
    (row,) = answer["days"]
    assert (row["expected_slots"], row["received_slots"], row["interval_s"]) == (1440, 1380, 60)
    assert row["completeness"] == pytest.approx(1380 / 1440)
    (silence,) = answer["silences"]
    assert silence == {
        "device": "meter-1", "from_at": "2026-05-20T01:59:00Z", "until_at": "2026-05-20T03:00:00Z", "slots": 60,
        "register_says": "continues", "energy_wh": 61,
    }  # fmt: skip


def test_the_share_of_marked_readings_by_day_over_all_devices_of_a_station(told: Api) -> None:
    def point(kind: DeviceKind, device: str, minute: int, quality: int) -> Point:
        at_ms = to_ms(day_start(date(2026, 5, 18))) + minute * MINUTE_MS
        return Point("st2", kind, Reading(at_ms=at_ms, device=device, ac_power_w=1.0), quality)

    both = Quality.SUSPECT_POWER | Quality.SUSPECT_STUCK
    minutes = [point(DeviceKind.METER, "meter-1", minute, Quality.BACKFILLED) for minute in range(6)]
    marked = [point(DeviceKind.METER, "meter-1", 6, both), point(DeviceKind.INVERTER, "inverter-1", 0, both)]
    told.store.write([*minutes, *marked, point(DeviceKind.METER, "meter-1", 1440, Quality.SUSPECT_COUNTER)])
    told.store.write(marked)  # told twice, counted once
    first, second = told.get("/v1/stations/st2/completeness", start="2026-05-18", end="2026-05-19")["days"]
    names = ("readings", "suspect", "suspect_share", "suspect_power", "suspect_counter", "suspect_night")
    assert [first[name] for name in names] == [8, 2, 0.25, 2, 0, 0]
    assert [second[name] for name in (*names, "suspect_stuck")] == [1, 1, 1.0, 0, 1, 0, 0]
    fleet = told.get("/v1/completeness", day="2026-05-18")
    assert [fleet["total"][name] for name in names[:3]] == [8, 2, 0.25]
    assert [row["suspect"] for row in fleet["items"]] == [0, 2, 0, 0, 0]


def test_the_fleets_day(told: Api) -> None:
    answer = told.get("/v1/completeness", day="2026-05-31", lang="en")
    assert answer["total"] == {
        "received": 65, "missing": 10, "doubled": 10, "late": 5, "unnumbered": 0,
        "message_completeness": pytest.approx(65 / 75), "readings": 1, "suspect": 0, "suspect_share": 0,
    }  # fmt: skip
    rows = {row["station_id"]: row for row in answer["items"]}
    assert set(rows) == {"st1", "st2", "st3", "st4", "st5"}
    assert (rows["st1"]["missing"], rows["st1"]["name"], rows["st1"]["coverage"]) == (10, "st1 PV", 1.0)
    assert (rows["st5"]["received"], rows["st5"]["message_completeness"], rows["st5"]["coverage"]) == (0, None, None)
    assert told.get("/v1/completeness")["total"]["unnumbered"] == 7


def test_as_files(told: Api) -> None:
    query = {"start": "2026-05-31", "end": "2026-05-31", "format": "csv", "headers": "ids"}
    station = told.client.get("/v1/stations/st1/completeness", params=query)
    head, row = station.text.lstrip("\ufeff").splitlines()
    assert head == (
        "day,received,missing,doubled,late,unnumbered,message_completeness,expected_slots,received_slots,completeness,"
        "interval_s,readings,suspect,suspect_share,suspect_power,suspect_counter,suspect_night,suspect_stuck"
    )
    assert row.startswith("2026-05-31,65,10,10,5,0,0.866")
    fleet = told.client.get("/v1/completeness", params={"day": "2026-05-31", "format": "csv"})
    lines = fleet.text.lstrip("\ufeff").splitlines()
    assert lines[0].startswith("电站编号,电站,收到报文,缺失报文,重复报文,迟到报文,无序号报文,报文完整率,数据完整率,")
    assert lines[0].endswith(",入库读数,可疑读数,可疑占比")
    assert len(lines) == 6


def test_what_can_not_be_asked(told: Api) -> None:
    assert told.client.get("/v1/stations/nowhere/completeness").status_code == 404
    assert told.client.get("/v1/completeness", params={"day": "2026-06"}).status_code == 422
    long = told.client.get("/v1/stations/st1/completeness", params={"start": "2026-01-01", "end": "2026-05-31"})
    assert long.status_code == 422
    assert told.get("/v1/stations/st1/completeness", start="2027-01-01", end="2027-01-02")["days"] == []


def test_metrics_are_sums_over_the_fleet(told: Api) -> None:
    text = told.client.get("/metrics").text
    found = {
        (sample.labels["day"], sample.labels.get("kind", "")): sample.value
        for family in text_string_to_metric_families(text)
        if family.name.startswith("guangfu_completeness")
        for sample in family.samples
    }
    assert found["yesterday", "missing"] == 10
    assert found["yesterday", "doubled"] == 10
    assert found["yesterday", "late"] == 5
    assert found["yesterday", ""] == 1
    assert found["today", "unnumbered"] == 7
    assert len(found) == 12
