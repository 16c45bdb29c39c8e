"""Every query of every panel, run against a real InfluxDB and PostgreSQL by Grafana's login, gives the right figure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from dashboards.rendering import rendered
from guangfu.clock import day_start
from guangfu.stations.places import leagues
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.texts import Lang
from tests.dashboards.asking import Databases, Rows
from tests.dashboards.county import MONTH, NOW, fill_sql, fill_telemetry
from tests.dashboards.expanding import View
from tests.dashboards.reader import granted
from tests.services.running import Postgres, Service
from tests.storage.stores import influxdb_place

DOCUMENTS = {(document["uid"].split("-")[1], lang): document for lang in Lang for document in rendered(lang)}
PANELS = [
    pytest.param(board, lang, panel, id=f"{board}-{lang}-{panel['id']}")
    for (board, lang), document in DOCUMENTS.items()
    for panel in document["panels"]
    if panel.get("targets")
]
VIEW = View(
    start_at=day_start(date(2026, 6, 8)),
    end_at=NOW,
    now_at=NOW,
    variables={
        "station": "a",
        "silent_minutes": "30",
        "month": MONTH,
        "league": tuple(leagues()),
        "coverage_floor": "0.5",
    },
)


@pytest.fixture(scope="module")
def databases(influxdb: Service, postgres: Postgres) -> Iterator[Databases]:
    place = influxdb_place(influxdb)
    fill_telemetry(place.open())
    url = postgres.new_database()
    engine = open_database(url)
    upgrade(engine)
    fill_sql(engine)
    reader = granted(url)
    yield Databases(reader, influxdb, place.settings.influx_bucket.split("/")[0])
    reader.dispose()
    engine.dispose()
    place.close()


def midnight(day: int) -> datetime:
    return day_start(date(2026, 6, day))


def quarters(value: float, series: str = "") -> Rows:
    """The last hour in quarters, each with this mean."""
    return [(series, NOW - timedelta(minutes=minutes), value) for minutes in (60, 45, 30, 15)]


def expected(lang: Lang) -> dict[tuple[str, int], list[Rows]]:
    """By dashboard and panel id: the rows of each target, as tests/dashboards/county.py gives them by hand."""
    zh = lang is Lang.ZH
    wall = 10_000 if zh else 1_000_000
    aohan, chifeng, hohhot = ("敖汉旗", "赤峰市", "呼和浩特市") if zh else ("Aohan Banner", "Chifeng", "Hohhot")
    wuchuan = "武川县" if zh else "Wuchuan County"
    heard_at = "2026-06-10 11:59"

    def st(name: str) -> str:
        return f"{name}站" if zh else f"Station {name}"

    def vl(name: str) -> str:
        return f"{name}嘎查" if zh else f"{name} village"

    def spot(name: str, state: str, *, away: bool = False) -> tuple[Any, ...]:
        return (120.0, 42.0, st(name), state, hohhot if away else chifeng, wuchuan if away else aohan)

    seats = [
        (league.seat_lon, league.seat_lat, league.name.rstrip("市盟") if zh else league.name_en)
        for league in leagues().values()
    ]
    troubles = [
        ("idle", st("idle"), "idle", 500, 0, heard_at, aohan),
        ("offline", st("offline"), "offline", 500, None, "2026-06-08 12:30", aohan),
        ("low", st("low"), "low", 350, 0.5, heard_at, aohan),
        ("few", st("few"), "offline", 300, None, heard_at, aohan),
        ("never", st("never"), "unknown", None, None, None, wuchuan),
    ]
    troubled_spots = [
        spot("few", "offline"),
        spot("idle", "idle"),
        spot("low", "low"),
        spot("never", "unknown", away=True),
        spot("offline", "offline"),
    ]
    months = [f"2025-{m:02}" for m in range(7, 13)] + [f"2026-{m:02}" for m in range(1, 6)]
    return {
        ("fleet", 1): [[(5,)]],
        ("fleet", 2): [[(1650,)]],
        ("fleet", 3): [[("", datetime.fromtimestamp(0, NOW.tzinfo), 300_000)]],
        ("fleet", 4): [[(700_000,)]],
        ("fleet", 5): [[(700 / wall,)]],
        ("fleet", 6): [[("false",)]],
        ("fleet", 7): [troubles],
        ("fleet", 8): [[spot(name, "heard") for name in "abc"], troubled_spots, seats],
        ("fleet", 9): [quarters(300_000)],
        ("fleet", 10): [[(hohhot, 0, 0, 0, 0, 1, None, None), (chifeng, 3, 1, 1, 2, 0, 700, 700)]],
        ("fleet", 11): [
            [(midnight(8), 3_650_000, 50_000), (midnight(9), 1_400_000, 0), (midnight(10), 700_000, 0)],
        ],
        ("fleet", 12): [[(chifeng, 1650 / wall, 3850 / wall)]],
        ("station", 1): [[(4 / 3,)]],
        ("station", 2): [[("", NOW - timedelta(minutes=1), 50_000)]],
        ("station", 3): [[(200_000,)]],
        ("station", 4): [[(200,)]],
        ("station", 5): [[(1100,)]],
        ("station", 6): [[("false",)]],
        ("station", 7): [[(st("a"), "heard", heard_at, chifeng, aohan, "joint", 100, 80, "2018-06-30")]],
        ("station", 8): [quarters(50_000, "m1")],
        ("station", 9): [[(midnight(8), 5, 5), (midnight(9), 4, 3), (midnight(10), 2, 1.5)]],
        ("station", 10): [quarters(30_000, "i1") + quarters(20_000, "i2")],
        ("station", 11): [
            quarters(800, "组件面" if zh else "Plane of array"),
            quarters(700, "水平面" if zh else "Horizontal"),
        ],
        ("station", 12): [[(midnight(8), 450_000, 50_000), (midnight(9), 400_000, 0), (midnight(10), 200_000, 0)]],
        ("station", 13): [[(midnight(8), 150, 350), (midnight(9), 120, 280), (midnight(10), 60, 140)]],
        ("station", 14): [[(vl("v1"), 3, 825, 82.5, 742.5), (vl("v2"), 1, 275, 27.5, 247.5)]],
        ("station", 15): [
            [("2026-06-10", 200, 1, None), ("2026-06-09", 400, 1, None), ("2026-06-08", 500, 1, None)],
        ],
        ("income", 2): [[("false",)]],
        ("income", 3): [[(5500,)]],
        ("income", 4): [[(1650,)]],
        ("income", 5): [[(3850,)]],
        ("income", 6): [[(990,)]],
        ("income", 7): [[(0.875,)]],
        ("income", 8): [[(0.2,)]],
        ("income", 9): [
            [(f"06-{day:02}", 0.3 * yuan / wall, 0.7 * yuan / wall) for day, yuan in ((8, 3400), (9, 1400), (10, 700))],
        ],
        ("income", 10): [[*((month, None, None) for month in months), (MONTH, 1650 / wall, 3850 / wall)]],
        ("income", 11): [[(chifeng, 1650 / wall, 3850 / wall)]],
        ("income", 12): [[(aohan, 7, 5500, 1650, 3850, 6.9 / 7)]],
        ("income", 13): [[(vl("v1"), aohan, 825, 82.5, 742.5), (vl("v2"), aohan, 275, 27.5, 247.5)]],
        ("income", 14): [
            [
                ("few", st("few"), None, 0.1, "1 / 10", "false"),
                ("offline", st("offline"), 500, 0.9, "9 / 10", "false"),
                ("b", st("b"), 1100, 1, "10 / 10", "true"),
            ],
        ],
    }


EXPECTED = {lang: expected(lang) for lang in Lang}


def alike(found: Rows, wanted: Rows) -> bool:
    return len(found) == len(wanted) and all(
        len(row) == len(other) and all(same(one, two) for one, two in zip(row, other, strict=True))
        for row, other in zip(found, wanted, strict=True)
    )


def same(found: object, wanted: object) -> bool:
    if isinstance(found, int | float) and isinstance(wanted, int | float):
        return found == pytest.approx(wanted, rel=1e-9)
    return found == wanted


@pytest.mark.parametrize(("board", "lang", "panel"), PANELS)
def test_a_panel_shows_what_the_county_has(databases: Databases, board: str, lang: Lang, panel: dict[str, Any]) -> None:
    found = [databases.ask(target, VIEW) for target in panel["targets"]]
    wanted = EXPECTED[lang][board, panel["id"]]
    assert len(found) == len(wanted)
    for rows, other in zip(found, wanted, strict=True):
        assert alike(rows, other), (rows, other)


@pytest.mark.parametrize(("board", "lang"), DOCUMENTS)
def test_every_column_that_is_shown_is_asked_for(databases: Databases, board: str, lang: Lang) -> None:
    """An override for a column that no query answers would show nothing, and nobody would notice."""
    del databases
    for panel in DOCUMENTS[board, lang]["panels"]:
        queries = " ".join(target.get("rawSql", "") for target in panel.get("targets", []))
        for override in panel["fieldConfig"]["overrides"]:
            name = override["matcher"]["options"]
            assert name in queries or "influxdb" in str(panel["targets"]), (panel["title"], name)


@pytest.mark.parametrize("lang", Lang)
def test_variables_offer_what_there_is(databases: Databases, lang: Lang) -> None:
    offered = {
        variable["name"]: databases.sql(variable["query"])
        for board in ("station", "income")
        for variable in DOCUMENTS[board, lang]["templating"]["list"]
        if variable["type"] == "query"
    }
    assert {value for _, value in offered["station"]} == {
        "a",
        "b",
        "c",
        "low",
        "idle",
        "offline",
        "closed",
        "few",
        "never",
    }
    assert offered["month"] == [(MONTH,)]
    assert {value for _, value in offered["league"]} == set(leagues())


def test_a_league_that_is_chosen_alone_leaves_the_others_out(databases: Databases) -> None:
    panel = DOCUMENTS["income", Lang.EN]["panels"][2]
    elsewhere = View(VIEW.start_at, VIEW.end_at, NOW, {**VIEW.variables, "league": ("150100",)})
    assert databases.ask(panel["targets"][0], elsewhere) == [(None,)]


def test_a_longer_patience_takes_silent_stations_for_heard(databases: Databases) -> None:
    """Only `few`, which said that it is offline, and `never` stay as they are."""
    panel = DOCUMENTS["fleet", Lang.EN]["panels"][0]
    patient = View(VIEW.start_at, VIEW.end_at, NOW, {**VIEW.variables, "silent_minutes": "4320"})
    assert databases.ask(panel["targets"][0], patient) == [(4,)]


def test_a_day_belongs_to_the_range_if_its_midnight_does(databases: Databases) -> None:
    panel = DOCUMENTS["fleet", Lang.EN]["panels"][10]
    later = View(midnight(8) + timedelta(seconds=1), midnight(10) - timedelta(seconds=1), NOW, VIEW.variables)
    assert [row[0] for row in databases.ask(panel["targets"][0], later)] == [midnight(9)]
