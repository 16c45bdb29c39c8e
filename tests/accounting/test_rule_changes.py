"""One cell of the tariffs changes, from the operator's file to the books, by the commands an operator uses.

s1 has 1,920 kWh a day; its tariff goes from 0.75 to 0.80, its subsidy grows by 0.05: 59,520 kWh of May make 2,976.00,
ten days of June 960.00.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from accounting import months_commands, what_if_commands
from guangfu.income.rules import load_rules
from guangfu.ledger.books import AGENCY
from guangfu.storage.sql.journal import balances, verify_chain
from tests.accounting.county import County
from tests.accounting.test_closing import close, figures
from tests.accounting.test_settlement import may_is_estimated


def test_a_changed_tariff_moves_open_months_says_so_and_corrects_a_closed_one_in_the_books(
    county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tariffs.csv").write_text("tariff_id,zone_ii\nvillage-2018-05,0.80\n", encoding="utf-8")
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", county.engine.url.render_as_string(hide_password=False))
    may_is_estimated(county)
    close(county, exception="V-2026-000009")
    closed = figures(county)

    foretold = CliRunner().invoke(what_if_commands.app, [str(tmp_path), "--lang", "en"])
    assert foretold.exit_code == 0, foretold.output
    assert "tariffs.csv village-2018-05  zone_ii: 0.75 → 0.80" in foretold.output
    assert "1 station-months that are closed are left aside" in foretold.output
    assert "+96,000" in foretold.output and "+297,600" not in foretold.output

    later = replace(county, rules=load_rules(tmp_path), registered=False)
    later.account()
    later.account()
    june = later.months()["s1", "2026-06"]
    assert (june.estimated_subsidy_fen, june.rules_version) == (857_280 + 96_000, later.rules.version)
    assert figures(county) == closed
    told = CliRunner().invoke(months_commands.app, ["moved", "--station", "s1", "--lang", "en"]).output
    assert "8,572.80 → 9,532.80" in told and "26,575.68 → 29,551.68" in told
    assert told.count(later.rules.version) == 2

    with county.engine.connect() as db:
        assert verify_chain(db) == []
        assert balances(db, AGENCY)["A2"] == 4_464_000 + 297_600
    posted = dict(county.entries(AGENCY))
    assert posted["estimate/2026-05/s1/subsidy/2"] == 2_657_568 + 297_600
