"""Statements and months: estimated beside settled, each by its name.

s1 gives 1,920 kWh a day: May's 31 days are 59,520 kWh, 18,064.32 base and 26,575.68 subsidy; a loss of 500 kWh takes
151.75 and 223.25 of them.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from guangfu.income.figures import DailyEnergy, MonthlyIncome
from guangfu.income.rules import load_rules
from guangfu.income.rules.models import ListStatus
from guangfu.income.settlement.differences import Compared, MonthEstimated, explain
from guangfu.income.settlement.models import StatementCorrection
from guangfu.income.settlement.receivable import Memos, settled_income
from guangfu.income.settlement.window import window_estimate
from guangfu.income.subsidy_status import Standing
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.figures import replace_month
from guangfu.storage.sql.papers import StationMonth, write_station_months
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.settlement import KeptStatement, replace_settled, write_statements
from tests.api.small_county import Api, fill_sql, serving
from tests.income.statements import statement

AS_LISTED = Standing(ListStatus.LISTED, True, 300_000, None, "", unconfirmed=True)
AT = datetime(2026, 6, 2, tzinfo=UTC)
OLD = StatementCorrection("2026-03", Part.BASE, -10_000, Fen(-304), "倍率更正")


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """st2's May has a statement with a loss and a correction of March."""
    folder = tmp_path_factory.mktemp("settled")
    engine = open_database(f"sqlite:///{folder}/guangfu.sqlite")
    upgrade(engine)
    fill_sql(engine)
    store = open_telemetry_store(StorageSettings(telemetry_url=f"duckdb:///{folder}/telemetry.duckdb"))
    said = replace(statement(transformer_loss_wh=500_000, corrections=(OLD,)), station_id="st2")
    estimated = MonthlyIncome("st2", "2026-05", 59_520_000, 31, 31, 1.0, Fen(4_464_000), Fen(1_806_432), Fen(2_657_568),
                              "village-2018-01", True, "r", AT)  # fmt: skip
    registry = read_registry(engine)
    may = [date(2026, 5, 1) + timedelta(days=n) for n in range(31)]
    days = [DailyEnergy("st2", day, 1_920_000, 0, 1.0, None, True, "r", AT) for day in may]
    window = window_estimate(registry.stations["st2"], days, load_rules(), said.window_from, said.window_to)
    compared = Compared(MonthEstimated(59_520_000, Fen(1_806_432), Fen(2_657_568)), window)
    kept = KeptStatement("st2-2026-05-1", 1, said, "posted", (), 59_520_000, 1_806_432, 2_657_568, 800, said.sha256(),
                         "V-2026-000001", AT, "李", explain(said, compared))  # fmt: skip
    with engine.begin() as db:
        replace_month(db, "2026-05", ["st2"], daily=[], monthly=[estimated], villages=[])
        write_statements(db, [kept])
        replace_settled(db, [], settled_income(said, kept.statement_id, lambda _: AS_LISTED, Memos(Fen(0))))
        write_station_months(db, [StationMonth("st2", "2026-05", "settled", AT, "李", kept.statement_id)])
    with serving(store, engine) as running:
        yield running
    store.close()
    engine.dispose()


def test_statements_tell_why_they_differ_from_the_estimate(settled: Api) -> None:
    answer = settled.get("/v1/statements", month="2026-05", state="posted")
    (one,) = answer["items"]
    assert (answer["total"], one["statement_id"], one["settled_base_fen"]) == (1, "st2-2026-05-1", 1_791_257)
    causes = {d["cause"]: d for d in one["differences"]}
    assert causes["loss"]["difference_base_fen"] == -15_175 and causes["loss"]["name"] == "变损线损"
    assert sum(d["difference_wh"] for d in one["differences"]) == 59_020_000 - 59_520_000 - 10_000
    assert settled.get("/v1/statements", state="imported")["items"] == []
    table = settled.client.get("/v1/statements", params={"format": "csv", "headers": "ids"}).text
    assert table.startswith("\ufeffstatement_id,") and "st2-2026-05-1,st2,2026-05,posted" in table


def test_a_stations_settlements_have_meters_lines_and_corrections(settled: Api) -> None:
    answer = settled.get("/v1/stations/st2/settlements", lang="en")
    assert [(m["month"], m["state"]) for m in answer["months"]] == [("2026-05", "settled")]
    settled_base = [(s["month"], s["settled_base_fen"]) for s in answer["settled"]]
    assert settled_base == [("2026-03", -304), ("2026-05", 1_791_257)]
    (one,) = answer["statements"]
    assert one["meters"][0]["transformer_loss_wh"] == 500_000
    assert [line["price_yuan_per_kwh"] for line in one["lines"]] == ["0.3035", "0.4465"]
    assert one["corrections"][0]["month"] == "2026-03"
    assert settled.client.get("/v1/stations/none/settlements").status_code == 404


def test_a_month_has_counts_of_states_and_estimated_beside_settled(settled: Api) -> None:
    month = settled.get("/v1/months/2026-05")
    assert month["states"] == {"open": 4, "estimated": 0, "settled": 1, "closed": 0}
    assert month["estimated_of_settled"]["estimated_gross_fen"] == 4_464_000
    assert (month["settled"]["amount"], month["settled"]["settled_gross_fen"]) == ("settled", 4_464_000 - 37_500)
    assert month["waiting"] == []
    assert settled.get("/v1/months/2026-05", banner="150927")["settled"]["stations"] == 0
    assert settled.client.get("/v1/months/2026-5").status_code == 422
    table = settled.client.get("/v1/months/2026-05", params={"format": "csv", "lang": "en"}).text
    assert "loss,-500.000,-151.75,-223.25" in table
