"""Every query of every panel, run against a real InfluxDB and PostgreSQL by Grafana's login, gives the right figure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from dashboards.money_sql import AGE_CLASS
from dashboards.rendering import rendered
from guangfu.clock import day_start, local_day
from guangfu.ledger.allocating import age_class
from guangfu.stations.places import banners, leagues
from guangfu.storage.sql import schema
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.texts import Lang
from tests.dashboards.asking import Databases, Rows
from tests.dashboards.county import (
    MONTH,
    NOW,
    fill_completeness,
    fill_health,
    fill_letters,
    fill_rollups,
    fill_sql,
    fill_states,
    fill_telemetry,
)
from tests.dashboards.county_money import fill_money
from tests.dashboards.expanding import View, expand_sql
from tests.dashboards.money_figures import Figures, of_finance, of_income
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
        "of_banner": "150430",
        "dc_w": "100000",
        "banner_dc_w": "700000",
        "month": MONTH,
        "league": tuple(leagues()),
        "banner": tuple(banners()),
        "coverage_floor": "0.5",
        "only_station": ("all",),
        "only_village": ("all",),
    },
)


@pytest.fixture(scope="module")
def owner(postgres: Postgres) -> Iterator[Engine]:
    """PostgreSQL as we ourselves use it; Grafana sees the views of the same database."""
    engine = open_database(postgres.new_database())
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def databases(influxdb: Service, owner: Engine) -> Iterator[Databases]:
    place = influxdb_place(influxdb)
    fill_telemetry(place.open())
    fill_sql(owner)
    fill_health(owner)
    fill_letters(owner)
    fill_completeness(owner)
    fill_money(owner)
    fill_rollups(place.open(), owner)
    fill_states(place.open(), owner)
    reader = granted(owner.url.render_as_string(hide_password=False))
    yield Databases(reader, influxdb, place.settings.influx_bucket.split("/")[0])
    reader.dispose()
    place.close()


def midnight(day: int) -> datetime:
    return day_start(date(2026, 6, day))


def quarters(value: float, series: str = "") -> Rows:
    """The last hour in quarters, each with this mean."""
    return [(series, NOW - timedelta(minutes=minutes), value) for minutes in (60, 45, 30, 15)]


def expected(lang: Lang) -> Figures:
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
    of_fleet: Figures = {
        ("fleet", 1): [[(5,)]],
        ("fleet", 2): [[(1650,)]],
        ("fleet", 3): [[(250_000,)]],
        ("fleet", 4): [[(700_000,)]],
        ("fleet", 5): [[(700 / wall,)]],
        ("fleet", 6): [[("false",)]],
        ("fleet", 7): [troubles],
        ("fleet", 8): [[spot(name, "producing") for name in "abc"], troubled_spots, seats],
        ("fleet", 9): [quarters(300_000)],
        ("fleet", 10): [
            [("150100", hohhot, 0, 0, 0, 0, 1, 0, None, None), ("150400", chifeng, 5, 0, 0, 2, 0, 2, 700, 700)]
        ],
        ("fleet", 11): [
            [(midnight(8), 3_650_000, 50_000), (midnight(9), 1_400_000, 0), (midnight(10), 700_000, 0)],
        ],
        ("fleet", 12): [[(chifeng, 1650 / wall, 3850 / wall)]],
    }
    same = (1, 2, 3, 4, 5, 6, 8, 7, 9, 10)
    of_wall: Figures = {("wall", place): of_fleet["fleet", panel] for place, panel in enumerate(same, 1)}
    others: Figures = {
        ("station", 1): [[(4 / 3,)]],
        ("station", 2): [[(50_000,)]],
        ("station", 3): [[(200_000,)]],
        ("station", 4): [[(200,)]],
        ("station", 5): [[(1100,)]],
        ("station", 6): [[("false",)]],
        ("station", 7): [
            [("150400", "150430", st("a"), "producing", heard_at, chifeng, aohan, "joint", 100, 80, "2018-06-30")]
        ],
        ("station", 8): [quarters(50_000, "m1")],
        ("station", 9): [[(midnight(8), 5, 5), (midnight(9), 4, 3)]],
        ("station", 10): [
            quarters(0.5, "本站" if zh else "This station"),
            quarters(300 / 700, "同旗县" if zh else "Banner"),
        ],
        ("station", 11): [quarters(30_000, "i1") + quarters(20_000, "i2")],
        ("station", 12): [
            quarters(800, "组件面" if zh else "Plane of array"),
            quarters(700, "水平面" if zh else "Horizontal"),
        ],
        ("station", 13): [[(midnight(8), 450_000, 50_000), (midnight(9), 400_000, 0), (midnight(10), 200_000, 0)]],
        ("station", 14): [[(midnight(8), 150, 350), (midnight(9), 120, 280), (midnight(10), 60, 140)]],
        ("station", 15): [[(vl("v1"), 3, 825, 82.5, 742.5), (vl("v2"), 1, 275, 27.5, 247.5)]],
        ("station", 16): [
            [("2026-06-10", 200, 1, None), ("2026-06-09", 400, 1, None), ("2026-06-08", 500, 1, None)],
        ],
    }
    return (
        of_fleet
        | of_wall
        | others
        | _of_area(lang)
        | _of_quality(lang)
        | _of_ingest()
        | of_finance(lang)
        | of_income(lang)
    )


def _of_area(lang: Lang) -> Figures:
    zh = lang is Lang.ZH
    aohan, chifeng, hohhot = ("敖汉旗", "赤峰市", "呼和浩特市") if zh else ("Aohan Banner", "Chifeng", "Hohhot")
    wuchuan = "武川县" if zh else "Wuchuan County"
    noon, since = "2026-06-10 11:59", "2026-06-08 12:30"

    def row(name: str, state: str, *values: float | None, last: str | None = noon) -> tuple[Any, ...]:
        return name, f"{name}站" if zh else f"Station {name}", state, *values, last, aohan

    never = row("never", "unknown", None, None, None, None, last=None)
    return {
        ("area", 1): [[(5,)]],
        ("area", 2): [[(1650,)]],
        ("area", 3): [[(250_000,)]],
        ("area", 4): [[(700_000,)]],
        ("area", 5): [[(700 / (10_000 if zh else 1_000_000),)]],
        ("area", 6): [[("false",)]],
        ("area", 7): [
            [
                ("150100", "150125", wuchuan, hohhot, 1, 1, None, None, None),
                ("150400", "150430", aohan, chifeng, 7, 4, 700, 700, 4),
            ]
        ],
        ("area", 8): [
            [
                row("idle", "idle", 0, 0, 0, 500),
                row("low", "low", 0.5, 2, 100, 350),
                row("few", "offline", None, None, None, 300),
                (*never[:-1], wuchuan),
                row("offline", "offline", None, None, None, 500, last=since),
                *(row(name, "producing", 1, 4, 200, 450) for name in "abc"),
            ]
        ],
        ("area", 9): [quarters(300_000)],
        ("area", 10): [[(midnight(8), 3_650_000, 50_000), (midnight(9), 1_400_000, 0), (midnight(10), 700_000, 0)]],
        ("area", 11): [[(midnight(8), 5, 5), (midnight(9), 4, 4)]],
    }


def _of_quality(lang: Lang) -> Figures:
    """Yesterday five of eight stations were whole; `few` and `never` have no row, and `offline` has no readings."""
    offline = ("offline站", "敖汉旗") if lang is Lang.ZH else ("Station offline", "Aohan Banner")
    return {
        ("quality", 1): [[(5 / 8,)]],
        ("quality", 2): [[(3,)]],
        ("quality", 3): [[(3,)]],
        ("quality", 4): [[(2,)]],
        ("quality", 5): [[(0,)]],
        ("quality", 6): [[("false",)]],
        ("quality", 7): [[(midnight(8), 1, 1), (midnight(9), 5 / 6, 5 / 6), (midnight(10), 1, 1)]],
        ("quality", 8): [[(midnight(9), "no_readings", 1)]],
        ("quality", 9): [[(midnight(9), 85, 5, 10), (midnight(10), 0, 0, 4)]],
        ("quality", 10): [[("a", "a站" if lang is Lang.ZH else "Station a", 14, 14 / 104, 5, 1)]],
        ("quality", 11): [[("offline", *offline, 0.5, "1 / 2", 0, "no_readings")]],
        ("quality", 13): [[("not_json", 2, 2, "2026-06-10 11:30"), ("bad_reading", 0, 1, "2026-06-09 11:00")]],
        ("quality", 14): [
            [(midnight(9), "bad_reading", 1), (midnight(9), "not_json", 1), (midnight(10), "not_json", 1)]
        ],
        ("quality", 12): [[(midnight(8), 50 / 3700), (midnight(9), 0), (midnight(10), 0)]],
    }


def _of_ingest() -> Figures:
    """A range of 60 hours is drawn in steps of six minutes."""
    first, then, last = NOW - timedelta(hours=1), NOW - timedelta(minutes=6), NOW
    return {
        ("ingest", 1): [[(0,)]],
        ("ingest", 2): [[(10,)]],
        ("ingest", 3): [[(30,)]],
        ("ingest", 4): [[(0,)]],
        ("ingest", 5): [[(0,)]],
        ("ingest", 6): [[(1,)]],
        ("ingest", 7): [[("false",)]],
        ("ingest", 8): [[(then, 10, 30), (last, 10, 30)]],
        ("ingest", 9): [[(first, 0, 2), (then, 5, 2), (last, 0, 2)]],
        ("ingest", 10): [[(first, 0), (then, 7), (last, 0)]],
        ("ingest", 11): [[(then, 0, 0, 0), (last, 0, 0, 0)]],
        ("ingest", 12): [[("≤ 5 s", 5), ("≤ 15 s", 0), ("≤ 1 min", 1), ("≤ 5 min", 0), ("≤ 1 h", 0), ("> 1 h", 0)]],
        ("ingest", 13): [[(at, 10**9, 500) for at in (first, then, last)]],
        ("ingest", 14): [
            [(0, "2026-06-10 12:00", "2026-06-10 10:00", "true", "false", 36_000, 108_000, 0, 0, 2)],
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
            assert name in queries or " AS metric," in queries or "influxdb" in str(panel["targets"]), (
                panel["title"],
                name,
            )


@pytest.mark.parametrize("lang", Lang)
def test_variables_offer_what_there_is(databases: Databases, lang: Lang) -> None:
    offered = {
        variable["name"]: databases.sql(expand_sql(variable["query"], VIEW))
        for board in ("station", "finance")
        for variable in DOCUMENTS[board, lang]["templating"]["list"]
        if variable["type"] == "query" and not variable.get("hide")
    }
    hidden = DOCUMENTS["station", lang]["templating"]["list"]
    compared = {variable["name"]: variable["query"] for variable in hidden if variable.get("hide")}
    assert [row[0] for row in databases.sql(expand_sql(compared["dc_w"], VIEW))] == ["100000"]
    assert [row[0] for row in databases.sql(expand_sql(compared["banner_dc_w"], VIEW))] == ["700000"]
    assert [row[0] for row in databases.sql(expand_sql(compared["of_banner"], VIEW))] == ["150430"]
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
    assert offered["month"] == [(MONTH,), ("2025-01",)]
    assert {value for _, value in offered["league"]} == set(leagues())
    assert {value for _, value in offered["banner"]} == set(banners())
    assert offered["only_station"][0][1] == "a"
    assert [value for _, value in offered["only_village"]] == ["v1", "v2"]


def test_a_banner_that_is_chosen_alone_leaves_the_others_out(databases: Databases) -> None:
    panels = DOCUMENTS["area", Lang.EN]["panels"]
    elsewhere = View(VIEW.start_at, VIEW.end_at, NOW, {**VIEW.variables, "banner": ("150125",)})
    assert databases.ask(panels[0]["targets"][0], elsewhere) == [(1,)]
    assert databases.ask(panels[2]["targets"][0], elsewhere) == [(None,)]
    assert [row[0] for row in databases.ask(panels[7]["targets"][0], elsewhere)] == ["never"]


def annotated(databases: Databases, name: str, view: View = VIEW) -> Rows:
    stored = DOCUMENTS["area", Lang.EN]["annotations"]["list"]
    (query,) = (one["target"]["rawSql"] for one in stored if one["name"] == name)
    return databases.sql(expand_sql(query, view))


def test_charts_tell_when_ingest_was_silent(databases: Databases) -> None:
    silent = (NOW - timedelta(hours=1), NOW - timedelta(minutes=3), "No word from ingest, worker 0")
    assert annotated(databases, "Outages") == [silent]


def test_charts_tell_when_rules_changed(databases: Databases) -> None:
    assert annotated(databases, "Rules") == [(NOW, "Rules in use: r1")]
    since_2016 = View(datetime(2016, 1, 1, tzinfo=UTC), NOW, NOW, VIEW.variables)
    first, *_ = annotated(databases, "Rules", since_2016)
    assert first[1].startswith("A coal benchmark price begins")


def test_charts_tell_when_a_month_was_closed(databases: Databases, owner: Engine) -> None:
    closed_at = NOW - timedelta(hours=5)
    assert annotated(databases, "Closings") == []
    with owner.begin() as db:
        for station, at in (("a", closed_at - timedelta(hours=1)), ("b", closed_at)):
            row = {"station_id": station, "month": "2026-05", "state": "closed", "changed_at": at, "changed_by": "x"}
            db.execute(sa.insert(schema.station_months).values(**row))
    assert annotated(databases, "Closings") == [(closed_at, "Closed: 2026-05 (2)")]
    with owner.begin() as db:
        db.execute(sa.delete(schema.station_months))


@pytest.mark.parametrize(
    ("chosen", "settled", "estimated", "paid", "villages"),
    [
        ({"only_station": ("a",)}, [(1000,)], [(1100,)], [(30,)], ["v1", "v2"]),
        ({"only_station": ("b",)}, [(None,)], [(1100,)], [(None,)], []),
        ({"only_village": ("v1",)}, [(1000,)], [(1400,)], [(30,)], ["v1"]),
        ({"only_village": ("v2",)}, [(1000,)], [(1100,)], [(None,)], ["v2"]),
        ({"banner": ("150125",)}, [(None,)], [(None,)], [(None,)], []),
    ],
)
def test_money_of_a_station_a_village_or_a_banner_alone(
    databases: Databases, chosen: dict[str, Any], settled: Rows, estimated: Rows, paid: Rows, villages: list[str]
) -> None:
    panels = DOCUMENTS["finance", Lang.EN]["panels"]
    view = View(VIEW.start_at, VIEW.end_at, NOW, {**VIEW.variables, **chosen})
    assert databases.ask(panels[2]["targets"][0], view) == estimated
    assert databases.ask(panels[3]["targets"][0], view) == settled
    assert databases.ask(panels[8]["targets"][0], view) == paid
    assert [row[0] for row in databases.ask(panels[16]["targets"][0], view)] == villages


@pytest.mark.parametrize(
    "now_at", [NOW, datetime(2026, 3, 31, 15, 59, tzinfo=UTC), datetime(2026, 3, 31, 16, tzinfo=UTC)]
)
def test_ages_begin_where_they_do_in_the_ledger(databases: Databases, now_at: datetime) -> None:
    """3, 12 and 24 months belong to the younger class; a month ends at midnight in China."""
    months = [f"{year}-{month:02}" for year in (2023, 2024, 2025) for month in range(1, 13)]
    values = ", ".join(f"('{month}')" for month in months)
    query = expand_sql(f"SELECT {AGE_CLASS} FROM (VALUES {values}) m (month)", View(now_at, now_at, now_at, {}))
    today = f"{local_day(now_at):%Y-%m}"
    assert [age for (age,) in databases.sql(query)] == [age_class(month, today) for month in months]


def test_a_league_that_is_chosen_alone_leaves_the_others_out(databases: Databases) -> None:
    panel = DOCUMENTS["income", Lang.EN]["panels"][2]
    elsewhere = View(VIEW.start_at, VIEW.end_at, NOW, {**VIEW.variables, "league": ("150100",)})
    assert databases.ask(panel["targets"][0], elsewhere) == [(None,)]


def test_what_sql_knows_by_itself_stands_in_where_accounting_does_not_tell_the_states(databases: Databases) -> None:
    panels = DOCUMENTS["fleet", Lang.EN]["panels"]
    later = View(VIEW.start_at, NOW, NOW + timedelta(minutes=11), VIEW.variables)
    assert databases.ask(panels[2]["targets"][0], later) == [(None,)]
    assert [row[2:8] for row in databases.ask(panels[9]["targets"][0], later)] == [
        (0, 0, 0, 0, 1, 0),
        (5, 0, 0, 2, 0, 2),
    ]
    much_later = View(VIEW.start_at, NOW, NOW + timedelta(minutes=31), VIEW.variables)
    assert [row[5] for row in databases.ask(panels[9]["targets"][0], much_later)] == [0, 7]


def test_a_day_belongs_to_the_range_if_its_midnight_does(databases: Databases) -> None:
    panel = DOCUMENTS["fleet", Lang.EN]["panels"][10]
    later = View(midnight(8) + timedelta(seconds=1), midnight(10) - timedelta(seconds=1), NOW, VIEW.variables)
    assert [row[0] for row in databases.ask(panel["targets"][0], later)] == [midnight(9)]
