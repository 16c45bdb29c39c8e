"""The headline figures of the dashboards are the API's: of the same databases, at the same instant."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from guangfu.storage.sql import schema
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.texts import Lang
from tests.api.small_county import Api, serving
from tests.dashboards.asking import Databases, Rows
from tests.dashboards.county import (
    MONTH,
    NOW,
    TODAY,
    fill_completeness,
    fill_rollups,
    fill_sql,
    fill_states,
    fill_telemetry,
)
from tests.dashboards.county_money import fill_money
from tests.dashboards.reader import granted
from tests.dashboards.test_figures import DOCUMENTS, VIEW
from tests.services.running import Postgres, Service
from tests.storage.stores import influxdb_place

Both = tuple[Databases, Api]


@pytest.fixture(scope="module")
def both(influxdb: Service, postgres: Postgres) -> Iterator[Both]:
    """The county. `few` said after its last reading that it is offline: so it is, and its power does not count."""
    place, engine = influxdb_place(influxdb), open_database(postgres.new_database())
    upgrade(engine)
    fill_sql(engine)
    fill_money(engine)
    deduct_by_the_rules(engine)
    fill_completeness(engine)
    store = place.open()
    fill_telemetry(store)
    fill_rollups(store, engine)
    fill_states(store, engine)
    reader = granted(engine.url.render_as_string(hide_password=False))
    with serving(store, engine) as api:
        api.clock.at = NOW
        yield Databases(reader, influxdb, place.settings.influx_bucket.split("/")[0]), api
    reader.dispose()
    engine.dispose()
    place.close()


def deduct_by_the_rules(engine: Engine) -> None:
    """4.9 % of station a's 1100 yuan, 5390 fen, by three units to one: as accounting stores it."""
    table = schema.village_monthly_income
    with engine.begin() as db:
        for village, deducted, rest in (("v1", 4_043, 78_457), ("v2", 1_347, 26_153)):
            values = {"estimated_deductions_fen": deducted, "estimated_distributable_fen": rest}
            of = (table.c.station_id == "a", table.c.village_id == village)
            db.execute(sa.update(table).where(*of).values(**values))


def shown(both: Both, board: str, title: str) -> Rows:
    """What a panel of the English dashboard asks for, by its title."""
    (panel,) = (one for one in DOCUMENTS[board, Lang.EN]["panels"] if one["title"] == title)
    return both[0].ask(panel["targets"][0], VIEW)


def figure(both: Both, board: str, title: str) -> float:
    ((*_, value),) = shown(both, board, title)
    assert isinstance(value, int | float)
    return value


def fen(yuan: float, scale: int = 1) -> int:
    return round(yuan * scale * 100)


MILLION = 1_000_000


@pytest.mark.parametrize("board", ["wall", "fleet", "area"])
def test_the_fleets_energy_and_income_today(both: Both, board: str) -> None:
    fleet = both[1].get("/v1/fleet")
    assert figure(both, board, "Energy today") == fleet["energy_today_wh"] == 700_000
    assert fen(figure(both, board, "Income today (estimate)"), MILLION) == fleet["income_today"]["gross_fen"] == 70_000


@pytest.mark.parametrize("board", ["wall", "fleet", "area"])
def test_the_fleets_power(both: Both, board: str) -> None:
    assert figure(both, board, "Power now") == both[1].get("/v1/fleet")["power_w"] == 250_000


@pytest.mark.parametrize(("board", "title"), [("fleet", "Fleet power"), ("area", "Power of the chosen area")])
def test_the_fleets_curve(both: Both, board: str, title: str) -> None:
    """The roll-up is what the API makes of the readings."""
    points = both[1].get("/v1/fleet/power", bucket_s=900)["points"]
    curve = [(f"{at:%Y-%m-%dT%H:%M:%SZ}", watts) for _, at, watts in shown(both, board, title)]
    assert curve == [(point["at"], point["power_w"]) for point in points]


WELL = ("producing", "curtailed", "night")


def test_stations_by_state(both: Both) -> None:
    """Of the fleet, and of each league; the columns after the names are well, fault, stale, offline, unknown."""
    rows = shown(both, "fleet", "By league: states, and today's income (estimate, yuan)")
    leagues = {one["code"]: one["by_state"] for one in both[1].get("/v1/leagues")}
    for code, _, *counts, _, _, _ in rows:
        states = leagues[code]
        named = [states.get(state, 0) for state in ("fault", "stale", "offline", "unknown")]
        assert counts == [sum(states.get(state, 0) for state in WELL), *named]
    states = both[1].get("/v1/fleet")["stations"]["by_state"]
    assert [sum(row[place] for row in rows) for place in range(2, 7)] == [5, 0, 0, 2, 1]
    assert figure(both, "quality", "Stations silent now") == states["offline"] + states["unknown"] == 3


def test_each_stations_state(both: Both) -> None:
    for station in both[1].get("/v1/stations")["items"]:
        told = both[0].sql(f"SELECT state, power_w FROM station_states WHERE station_id = '{station['station_id']}'")
        power_w = station["power_w"] if station["state"] in WELL else None
        assert told == [(station["state"], power_w)]


def test_messages_that_are_missing_by_day(both: Both) -> None:
    """A gap over midnight is shared by both days."""
    rows = shown(both, "quality", "Messages by day: in time, late, missing")
    for at, in_time, late, missing in rows:
        day = f"{at + timedelta(hours=8):%Y-%m-%d}"
        (one,) = (s for s in both[1].get("/v1/completeness", day=day)["items"] if s["station_id"] == "a")
        assert (in_time + late, missing) == (one["received"], one["missing"])
    assert [row[-1] for row in rows] == [10, 4]


def test_each_leagues_today(both: Both) -> None:
    rows = shown(both, "fleet", "By league: states, and today's income (estimate, yuan)")
    leagues = {one["code"]: one for one in both[1].get("/v1/leagues")}
    assert {row[0] for row in rows} == set(leagues)
    for code, *_, kwh, yuan in rows:
        league = leagues[code]
        assert (kwh and kwh * 1000) == league["energy_today_wh"]
        assert (yuan and fen(yuan)) == league["income_today"]["gross_fen"]


def test_a_month_of_the_fleet(both: Both) -> None:
    (month,) = both[1].get("/v1/fleet/income", by="month", start=f"{MONTH}-01", end=f"{MONTH}-10")["items"]
    income: dict[str, Any] = month["income"]
    for title, name in (
        ("Gross, all (estimate, yuan)", "gross_fen"),
        ("Base (estimate, yuan)", "base_fen"),
        ("Subsidy (estimate, yuan)", "subsidy_fen"),
    ):
        assert fen(figure(both, "income", title)) == income[name], title
    by_league = shown(both, "fleet", "This month's income by league (estimate, M yuan)")
    assert sum(fen(base + subsidy, MILLION) for _, base, subsidy in by_league) == income["gross_fen"]


def test_days_of_the_fleet(both: Both) -> None:
    days = both[1].get("/v1/fleet/income", by="day", start="2026-06-08", end="2026-06-10")["items"]
    energy = [measured + interpolated for _, measured, interpolated in shown(both, "fleet", "Energy by day")]
    assert energy == [day["energy_wh"] for day in days]
    bars = shown(both, "income", "Income by day of the month (estimate, M yuan)")
    income = [fen(base + subsidy, MILLION) for _, base, subsidy in bars]
    left_out = 30_000  # `few`, of whose month too little is known: here the days add up to the month
    assert [income[0] + left_out, *income[1:]] == [day["income"]["gross_fen"] for day in days]
    (month,) = both[1].get("/v1/fleet/income", by="month", start=f"{MONTH}-01", end=f"{MONTH}-10")["items"]
    assert sum(income) == month["income"]["gross_fen"]


def test_a_station(both: Both) -> None:
    station = both[1].get("/v1/stations/a")
    assert figure(both, "station", "Power now") == station["power_w"]
    assert figure(both, "station", "Energy today") == station["energy_today_wh"]
    assert fen(figure(both, "station", "Today (estimate, yuan)")) == station["income_today"]["gross_fen"]
    (month,) = both[1].get("/v1/stations/a/income", by="month", start=f"{MONTH}-01", end=str(TODAY))["items"]
    assert fen(figure(both, "station", "This month (estimate, yuan)")) == month["income"]["gross_fen"]


def test_the_villages(both: Both) -> None:
    """v1's thin month of station `few` has no amount in either; what accounting stored is what the API reckons."""
    rows = shown(both, "income", "Villages with the highest income (estimate, yuan)")
    for village_id, (_, _, *amounts) in zip(("v1", "v2"), rows, strict=True):
        path, asked = f"/v1/villages/{village_id}/income", {"start": f"{MONTH}-01", "end": str(TODAY)}
        (month,) = both[1].get(path, by="month", **asked)["items"]
        found = [month["income"]["gross_fen"], month["deductions_fen"], month["distributable_fen"]]
        assert [fen(amount) for amount in amounts] == found


def test_a_month_of_finance(both: Both) -> None:
    answer = both[1].get(f"/v1/finance/months/{MONTH}", lang="en")
    total = answer["total"]
    for title, names in (
        ("Accrued (estimate, yuan)", ("estimated_base_fen", "estimated_subsidy_fen")),
        ("Settled (yuan)", ("settled_base_fen", "settled_subsidy_fen")),
        ("Received (yuan)", ("received_base_fen", "received_subsidy_fen")),
        ("Outstanding (yuan)", ("outstanding_base_fen", "outstanding_subsidy_fen")),
        ("May pass on (yuan)", ("ready_fen",)),
        ("Passed on (yuan)", ("transit_fen", "arrived_fen")),
    ):
        assert fen(figure(both, "finance", title)) == sum(total[name] for name in names), title
    assert dict(shown(both, "finance", "Stations by state")) == {k: n for k, n in answer["states"].items() if n}


def test_each_station_of_a_month_of_finance(both: Both) -> None:
    rows = shown(both, "finance", "Stations: estimate, settled, difference, received (yuan)")
    banners = both[1].get(f"/v1/finance/months/{MONTH}", lang="en")["banners"]
    stations = {one["station_id"]: one for banner in banners for one in banner["stations"]}
    assert {row[0] for row in rows} == set(stations)
    for station_id, _, state, _, _, _, difference, cause, _, outstanding, ready, _ in rows:
        one = stations[station_id]
        assert (state, cause, difference and fen(difference)) == (
            one["state"],
            one["main_cause"],
            one["difference_fen"],
        )
        assert fen(outstanding or 0) == one["outstanding_base_fen"] + one["outstanding_subsidy_fen"]
        assert fen(ready or 0) == one["ready_fen"]


def test_base_and_subsidy_of_a_month_of_finance(both: Both) -> None:
    """The API knows deductions and what may be passed on of both parts together only."""
    total = both[1].get(f"/v1/finance/months/{MONTH}", lang="en")["total"]
    split = {step: tuple(map(fen, amounts)) for step, *amounts in shown(both, "finance", SPLIT)}
    for step, name in (
        ("estimated", "estimated"),
        ("settled", "settled"),
        ("received", "received"),
        ("owed", "outstanding"),
    ):
        base, subsidy = total[f"{name}_base_fen"], total[f"{name}_subsidy_fen"]
        assert split[step] == (base, subsidy, base + subsidy), step
    steps = {"borne": "deductions", "ready": "ready", "drafted": "drafted", "transit": "transit", "arrived": "arrived"}
    assert {step: split[step][2] for step in steps} == {step: total[f"{name}_fen"] for step, name in steps.items()}


SPLIT = "Base and subsidy, estimate to village (yuan)"


def test_a_month_of_income(both: Both) -> None:
    total = both[1].get(f"/v1/finance/months/{MONTH}", lang="en")["total"]
    for title, names in (
        ("Accrued (estimate, yuan)", ("estimated_base_fen", "estimated_subsidy_fen")),
        ("Settled (yuan)", ("settled_base_fen", "settled_subsidy_fen")),
        ("Received (yuan)", ("received_base_fen", "received_subsidy_fen")),
        ("Passed on (yuan)", ("transit_fen", "arrived_fen")),
        ("Outstanding (yuan)", ("outstanding_base_fen", "outstanding_subsidy_fen")),
    ):
        assert fen(figure(both, "income", title)) == sum(total[name] for name in names), title
    (*_, last) = shown(both, "income", "By month of energy: estimate to passed on (yuan)")
    titles = ("Accrued (estimate, yuan)", "Settled (yuan)", "Received (yuan)", "Passed on (yuan)")
    assert last == (MONTH, *(figure(both, "income", title) for title in titles))


def test_each_village_of_a_month_of_finance(both: Both) -> None:
    rows = shown(both, "finance", "Villages: estimate, passed on, paid, balance (yuan)")
    assert [row[0] for row in rows] == ["v1", "v2"]
    for village_id, _, _, estimated, _, _, transit, arrived, paid, _ in rows:
        (money,) = both[1].get(f"/v1/villages/{village_id}/money", start=MONTH, end=MONTH)["items"]
        assert fen(estimated) == money["estimated_fen"]
        assert fen((transit or 0) + (arrived or 0)) == money["passed_on_fen"]
        assert (fen(arrived or 0), fen(paid or 0)) == (money["arrived_fen"], money["paid_fen"])


def test_what_the_villages_paid(both: Both) -> None:
    money = both[1].get("/v1/villages/v1/money", start=MONTH, end=MONTH)
    assert fen(figure(both, "finance", "Paid (yuan)")) == money["items"][0]["paid_fen"] == 3_000


AGES = ("up_to_3_months_fen", "up_to_12_months_fen", "up_to_24_months_fen", "over_24_months_fen")


def test_what_is_outstanding_by_age(both: Both) -> None:
    items = both[1].get("/v1/receivables")["items"]
    of = {part: [sum(one[age] for one in items if one["part"] == part) for age in AGES] for part in ("base", "subsidy")}
    table = shown(both, "finance", "Outstanding by age, all months of energy (yuan)")
    assert [fen(base or 0) for _, base, _, _ in table] == of["base"] == [10_000, 0, 10_000, 0]
    assert [fen(subsidy or 0) for _, _, subsidy, _ in table] == of["subsidy"] == [70_000, 0, 0, 0]
    chart = shown(both, "income", "Outstanding by age (M yuan)")
    assert [fen(base or 0, MILLION) for _, base, _ in chart] == of["base"]
    assert [fen(subsidy or 0, MILLION) for _, _, subsidy in chart] == of["subsidy"]


def test_each_banners_money(both: Both) -> None:
    rows = shown(both, "income", "Banners: estimate, settled, received, outstanding (yuan)")
    items = both[1].get("/v1/receivables")["items"]
    for _, code, _, *_, outstanding, a, b, c, d in rows:
        of = [one for one in items if one["id"] == code]
        assert fen(outstanding) == sum(one["outstanding_fen"] for one in of)
        assert [fen(amount) for amount in (a, b, c, d)] == [sum(one[age] for one in of) for age in AGES]
    assert {row[1] for row in rows} == {one["id"] for one in items}


def test_what_came_into_the_bank(both: Both) -> None:
    receipts = both[1].get("/v1/receipts", start="2026-06-08", end="2026-06-10")["items"]
    rows = shown(both, "finance", "The bank: received and sent, by bank date (yuan)")
    assert sum(fen(amount or 0) for _, *came, _ in rows for amount in came) == sum(r["received_fen"] for r in receipts)


def test_what_audits_found(both: Both) -> None:
    found = both[1].get("/v1/findings", month=MONTH)["items"]
    rows = shown(both, "finance", "Audit findings")
    for state, place in (("open", 3), ("explained", 4)):
        assert sum(row[place] for row in rows) == sum(one["state"] == state for one in found) == 1
