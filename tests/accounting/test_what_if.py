"""`guangfu what-if` on real databases, with figures that can be checked by hand.

s1 is v1's: 24 kWh x 80 x 31 days = 59,520 kWh at 0.75. s2 is v1's by 24 of 64 units, v2's by 40: 744,000 kWh.

    |                  | rules as shipped                | the folder's                               |
    | base of s1       | x 0.3035 = 18,064.32            | x 0.3135 = 18,659.52, +595.20              |
    | subsidy of s1    | 44,640.00 - base = 26,575.68    | 25,980.48, -595.20                         |
    | deductions of s1 | 2.9 % + 2 % of gross = 2,187.36 | 3 % + 2 % = 1,339.20 + 892.80, +44.64      |
    | c1's two slots   | 254.80 each                     | 3,650.00 a year, 31 days, 310.00 each      |
"""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from accounting.what_if import Amounts, Key, Level, estimates, stored, what_if
from accounting.what_if_commands import app, read_only
from accounting.what_if_shown import CSV_HEADER
from guangfu.clock import day_start
from guangfu.income.rules import load_rules
from guangfu.income.rules.models import Confidence, ListStatus, SubsidyStatus
from guangfu.income.rules.tables import SHIPPED
from guangfu.ledger.books import CENTRALIZED
from guangfu.stations.models import ShareUnits
from guangfu.storage.errors import Unavailable
from guangfu.storage.opening import StorageSettings
from guangfu.storage.sql.figures import read_daily_energy
from guangfu.storage.sql.papers import StationMonth, write_station_months
from guangfu.storage.sql.receipts import write_subsidy_status
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.sql.schema import metadata
from guangfu.texts import Lang
from tests.accounting.county import JUNE, MAY, STATIONS, County, registers
from tests.accounting.county import county as stations
from tests.income.small_registry import BEGIN

S1, C1 = Key("2026-05", Level.STATION, "s1"), Key("2026-05", Level.STATION, "c1")
V1, V2 = Key("2026-05", Level.VILLAGE, "v1"), Key("2026-05", Level.VILLAGE, "v2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "rules"
    path.mkdir()
    (path / "base_prices.csv").write_text("base_id,yuan_per_kwh\nmengdong-2016,0.3135\n")
    (path / "deductions.csv").write_text("deduction_id,share_of_gross\noperation,0.03\n")
    (path / "entitlements.csv").write_text("entitlement_id,yuan_per_slot_year\nslot-2016,3650\n")
    return path


@pytest.fixture
def accounted(county: County, monkeypatch: pytest.MonkeyPatch) -> County:
    """All of May is accounted, and the environment names its database."""
    for station_id in STATIONS:
        county.receive(registers(station_id, day_start(MAY), day_start(JUNE), 1000))
    county.clock.at = day_start(JUNE) + timedelta(minutes=1)
    county.account()
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", county.engine.url.render_as_string(hide_password=False))
    return county


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with engine.connect() as db:
        return {
            table.name: sorted((tuple(row) for row in db.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def test_the_example_by_hand(accounted: County, folder: Path) -> None:
    with accounted.engine.connect() as db:
        rows = what_if(db, stations(), load_rules(), load_rules(folder), "2026-05", JUNE)
    moved = {one.key: one for one in rows}
    assert moved[S1].now.amounts == Amounts(4_464_000, 1_806_432, 2_657_568, 218_736, 4_245_264)
    assert moved[S1].then.amounts == Amounts(4_464_000, 1_865_952, 2_598_048, 223_200, 4_240_800)
    assert moved[S1].difference == Amounts(0, 59_520, -59_520, 4_464, -4_464)
    assert (moved[C1].now.amounts.owed, moved[C1].then.amounts.owed) == (50_960, 62_000)
    # v1: s1, and 24/64 of s2's 558,000.00, of which deductions rise by 0.1 %: -44.64 - 209.25
    assert moved[V1].difference.distributable == -4_464 - 20_925
    assert moved[V2].difference.distributable == -34_875
    assert [one.key.id for one in rows] == ["c1", "s1", "s2", "v1", "v2"]


def test_the_present_is_what_accounting_stored_to_the_fen(accounted: County) -> None:
    for month in ("2026-05", "2026-06"):
        with accounted.engine.connect() as db:
            energy = read_daily_energy(db, start=MAY, end=date(2026, 6, 30))
            kept = stored(db, month)
        of_month = [row for row in energy if f"{row.day:%Y-%m}" == month]
        now = estimates(stations(), load_rules(), month, of_month, JUNE)
        assert {key: one._replace(amounts=one.amounts._replace(owed=0)) for key, one in now.items()} == kept
        assert kept
        if month == "2026-05":
            assert accounted.entries(CENTRALIZED) == [("entitlement/2026-05/c1/1", now[C1].amounts.owed)]


def test_accounting_by_the_other_rules_stores_what_was_foretold(accounted: County, folder: Path) -> None:
    other = load_rules(folder)
    with accounted.engine.connect() as db:
        foretold = {one.key: one.then for one in what_if(db, stations(), accounted.rules, other, "2026-05", JUNE)}
    accounted.rules = other
    accounted.account()
    with accounted.engine.connect() as db:
        kept = stored(db, "2026-05")
    assert {key: one.amounts._replace(owed=0) for key, one in foretold.items()} == {
        key: one.amounts for key, one in kept.items()
    }
    assert sum(amount for key, amount in accounted.entries(CENTRALIZED) if key.endswith("/2")) == 62_000


def test_no_row_changes(accounted: County, folder: Path) -> None:
    before = everything(accounted.engine)
    assert run(folder).exit_code == 0
    assert everything(accounted.engine) == before
    assert sum(len(rows) for rows in before.values()) > 100


def test_its_connections_can_not_write(accounted: County) -> None:
    del accounted
    with (
        read_only(StorageSettings.load(), Lang.EN) as engine,
        pytest.raises((Unavailable, sa.exc.DBAPIError), match=r"read-?only"),
        engine.begin() as db,
    ):
        db.exec_driver_sql("DELETE FROM daily_income")


def test_the_command_tells_rules_stations_villages_and_totals(accounted: County, folder: Path) -> None:
    del accounted
    done = run(folder, "--month", "2026-05", "--lang", "en")
    lines = done.stdout.splitlines()
    assert (done.exit_code, done.stderr) == (0, "")
    assert lines[0].endswith("synthetic data")
    assert lines[1:4] == [
        "  base_prices.csv mengdong-2016  yuan_per_kwh: 0.3035 → 0.3135",
        "  entitlements.csv slot-2016  yuan_per_slot_year: 3000.00 → 3650",
        "  deductions.csv operation  share_of_gross: 0.029 → 0.03",
    ]
    s1 = lines.index("2026-05 s1 Station One")
    assert [line.split() for line in lines[s1 + 1 : s1 + 6]] == [
        ["44,640.00", "→", "44,640.00", "+0", "gross"],
        ["18,064.32", "→", "18,659.52", "+59,520", "base"],
        ["26,575.68", "→", "25,980.48", "-59,520", "subsidy"],
        ["2,187.36", "→", "2,232.00", "+4,464", "deductions"],
        ["42,452.64", "→", "42,408.00", "-4,464", "distributable"],
    ]
    total = lines.index("total: 2 village-months, 2 of them moved")
    assert lines[total + 5].split() == ["573,110.64", "→", "572,508.00", "-60,264", "distributable"]
    assert lines[total + 6] == "  unconfirmed: 2 → 2"


def test_in_chinese(accounted: County, folder: Path) -> None:
    del accounted
    done = run(folder, "--month", "2026-05")
    assert done.exit_code == 0
    assert "演示数据" in done.stdout
    assert "合计：3 条电站月数据，3 条有变化" in done.stdout
    assert "+59,520  基础" in done.stdout


def test_csv_has_every_row_in_fen(accounted: County, folder: Path) -> None:
    del accounted
    done = run(folder, "--month", "2026-05", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert list(rows[0]) == CSV_HEADER
    assert [(row["level"], row["id"]) for row in rows] == [
        ("station", "c1"), ("station", "s1"), ("station", "s2"), ("village", "v1"), ("village", "v2"),
    ]  # fmt: skip
    assert [rows[1][f"estimated_base_{side}_fen"] for side in ("now", "then", "difference")] == [
        "1806432", "1865952", "59520",
    ]  # fmt: skip


def test_one_village_with_its_stations(accounted: County, folder: Path) -> None:
    del accounted
    done = run(folder, "--month", "2026-05", "--village", "v2", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["id"] for row in rows] == ["s2", "v2"]
    assert rows[1]["estimated_distributable_difference_fen"] == "-34875"
    assert done.stderr == ""


def test_the_same_rules_move_nothing_and_confirming_takes_the_mark_away(accounted: County, tmp_path: Path) -> None:
    same = tmp_path / "same"
    same.mkdir()
    done = run(same, "--month", "2026-05", "--lang", "en")
    assert "no rule row differs" in done.stdout
    assert "total: 3 station-months, 0 of them moved" in done.stdout
    (same / "base_prices.csv").write_text("base_id,confirmed\nmengdong-2016,yes\n")
    names = ("land", "rent", "taxes", "insurance", "operation", "reserve")
    (same / "deductions.csv").write_text("deduction_id,confirmed\n" + "".join(f"{name},yes\n" for name in names))
    listed = [
        SubsidyStatus(station, date(2018, 1, 1), None, ListStatus.LISTED, None, "doc", Confidence.B, confirmed=False)
        for station in stations().stations
    ]
    with accounted.engine.begin() as db:
        write_subsidy_status(db, listed, at=datetime(2026, 6, 1, tzinfo=UTC), by="李会计", voucher_id=None)
    done = run(same, "--month", "2026-05", "--lang", "en")
    assert [line for line in done.stdout.splitlines() if "unconfirmed:" in line] == [
        "  unconfirmed: 3 → 2", "  unconfirmed: 2 → 2",
    ]  # fmt: skip
    assert "total: 3 station-months, 0 of them moved" in done.stdout


def test_a_tariff_for_a_station_that_has_none(accounted: County, tmp_path: Path) -> None:
    """s1, on grid since 2017-12-01 by a plan of 2018, has energy and no income: 59,520 kWh x 0.80 = 47,616.00."""
    early = replace(
        stations().stations["s1"], grid_connected_on=date(2017, 12, 1), filed_on=date(2017, 3, 1), plan_year=2018
    )
    write_registry(
        accounted.engine, replace(stations(), stations={**stations().stations, "s1": early}), at=day_start(JUNE)
    )
    accounted.account()
    assert ("s1", "2026-05") not in accounted.months()
    header = (SHIPPED / "tariffs.csv").read_text(encoding="utf-8").splitlines()[0]
    folder = tmp_path / "bid"
    folder.mkdir()
    (folder / "tariffs.csv").write_text(f"{header}\nbid-s1,,,s1,,,,,,0.70,0.80,0.90,a contract,A,yes\n")
    done = run(folder, "--month", "2026-05", "--lang", "en")
    lines = done.stdout.splitlines()
    assert "  tariffs.csv bid-s1  zone_ii: — → 0.80" in lines
    s1 = lines.index("2026-05 s1 Station One")
    assert lines[s1 + 1].split() == ["0.00", "→", "47,616.00", "+4,761,600", "gross"]
    assert "total: 3 station-months, 1 of them moved" in lines


def test_what_accounting_has_not_taken_up_yet_is_told(accounted: County, folder: Path) -> None:
    with_one_more = replace(stations(), share_units=(*stations().share_units, ShareUnits("s1", "v2", 1, BEGIN)))
    write_registry(accounted.engine, with_one_more, at=day_start(JUNE))
    done = run(folder, "--month", "2026-05", "--lang", "en")
    assert (done.exit_code, done.stderr.startswith("note: 2 stored figures are not those")) == (0, True)
    accounted.account()
    assert run(folder, "--month", "2026-05", "--lang", "en").stderr == ""


def test_rules_of_energy_leave_stored_energy_alone_and_say_so(accounted: County, tmp_path: Path) -> None:
    del accounted
    (tmp_path / "energy.csv").write_text("name,value\ncoverage_floor,0.9\n")
    done = run(tmp_path, "--month", "2026-05", "--lang", "en")
    assert "stored energy stays" in done.stdout
    assert "total: 3 station-months, 0 of them moved" in done.stdout


def test_faults_in_the_folder_come_together_and_exit_1(accounted: County, folder: Path) -> None:
    del accounted
    (folder / "deductions.csv").write_text("deduction_id,share_of_gross\noperation,much\nreserve,-1\n")
    done = run(folder, "--lang", "en")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "deductions.csv:2: share_of_gross: 'much' is not a number" in done.stderr
    assert "deductions.csv:3: share_of_gross:" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(("--month", "June"), 2), (("--month", "2026-06-01"), 2), (("--village", "v9"), 2), (("--month", "2026-04"), 1)],
)
def test_what_is_asked_wrongly(accounted: County, folder: Path, arguments: tuple[str, ...], status: int) -> None:
    del accounted
    done = run(folder, *arguments)
    assert (done.exit_code, done.stdout) == (status, "")
    assert done.stderr


def test_a_folder_or_a_database_that_is_not_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", f"sqlite:///{tmp_path}/nowhere/g.sqlite")
    assert run(tmp_path / "no folder").exit_code == 2
    assert run(folder).exit_code == 3
    assert not (tmp_path / "nowhere").exists()


def test_closed_months_are_left_aside_and_told(accounted: County, folder: Path) -> None:
    at = day_start(JUNE)
    with accounted.engine.begin() as db:
        write_station_months(db, [StationMonth("s1", "2026-05", "closed", at, "li", None, "V-2026-000001")])
    found = run(folder, "--month", "2026-05", "--lang", "en")
    assert found.exit_code == 0, found.output
    assert "1 station-months that are closed are left aside" in found.output
    assert "2026-05 s1" not in found.output and "2026-05 s2" in found.output
    assert "accounting has yet to take them up" not in found.output
