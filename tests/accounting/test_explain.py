"""The lineage of a figure, as people read it."""

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from accounting.commands import app as accounting_app
from accounting.explain import Explainer, is_month
from accounting.explain_commands import app
from guangfu.clock import day_start
from guangfu.exits import Exit
from guangfu.texts import Lang
from tests.accounting.county import MAY, County, county, registers


def explainer(of: County, lang: Lang) -> Explainer:
    return Explainer(of.store, of.engine, county(), of.rules, lang)


def test_a_day_down_to_its_readings(another_county: County) -> None:
    of = another_county
    of.receive(registers("s1", day_start(MAY), day_start(MAY) + timedelta(days=2), 1000))
    of.clock.at = day_start(MAY) + timedelta(days=3)
    of.account()
    lines = list(explainer(of, Lang.EN).day(county().stations["s1"], MAY))
    assert lines[-3].startswith("  unconfirmed: the Mengdong grid's benchmark price of 0.3035 yuan/kWh")
    assert lines[-2].startswith("  the day's estimate 1,440.00 yuan = base 582.72 + subsidy 857.28")
    assert lines[-1] == f"  rules {of.rules.version}"
    assert lines[:-3] == [
        "s1 2026-05-01",
        "  gateway meter meter-1, multiplication factor 80",
        "  readings around 2026-05-01 00:00:00:",
        "    2026-05-01 00:00:00  register 1,000,000 Wh",
        "  readings around 2026-05-02 00:00:00:",
        "    2026-05-02 00:00:00  register 1,024,000 Wh",
        "  on-grid energy 1,920.000 kWh, of it interpolated 0.000 kWh, coverage 100.0%",
        "  tariff 0.75 = base 0.3035 + subsidy 0.4465 yuan/kWh, village-2018-05, 发改能源〔2018〕823号 (A)",
    ]


def test_a_month_with_its_villages(another_county: County) -> None:
    of = another_county
    of.receive(registers("s2", day_start(MAY), day_start(MAY) + timedelta(days=2), 1000))
    of.clock.at = day_start(MAY) + timedelta(days=3)
    of.account()
    lines = list(explainer(of, Lang.ZH).month(county().stations["s2"], "2026-05"))
    assert "  2026-05-01 至 2026-05-02：48,000.000 kWh，预估 36,000.00 元 = 基础 14,568.00 + 补贴 21,432.00" in lines
    assert "  v1：24 份，13,500.00 − 扣除 661.50 = 可分配 12,838.50 元，3 户" in lines
    assert lines[1] == "  2026-05-01"


def test_gaps_and_days_that_are_not_computed_are_told(another_county: County) -> None:
    of = another_county
    lines = list(explainer(of, Lang.EN).day(county().stations["s1"], MAY))
    assert "    none" in lines
    assert "  2026-05-01 is not computed yet" in lines
    of.receive([("s1", day_start(MAY) - timedelta(hours=1), 5), ("s1", day_start(MAY) + timedelta(hours=1), 6)])
    of.clock.at = day_start(MAY) + timedelta(hours=24)
    of.account()
    lines = list(explainer(of, Lang.EN).day(county().stations["s1"], MAY))
    assert lines[3:5] == [
        "    2026-04-30 23:00:00  register 5 Wh", "    2026-05-01 01:00:00  register 6 Wh",
    ]  # fmt: skip
    assert "  insufficient data: the coverage is under its floor" in lines


def test_periods() -> None:
    assert is_month("2026-06")
    assert not is_month("2026-06-01")
    for bad in ("2026-13", "2026", "june", "2026-06-31", "20260601", "2026-W23"):
        with pytest.raises(ValueError, match=r"."):
            is_month(bad)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", f"sqlite:///{tmp_path}/g.sqlite")
    monkeypatch.setenv("GUANGFU_STORAGE_TELEMETRY_URL", f"duckdb:///{tmp_path}/t.duckdb")
    nothing = CliRunner().invoke(app, ["station", "nowhere", "2026-06"])
    assert nothing.exit_code == Exit.UNREACHABLE, "a command that only looks makes nothing"
    assert CliRunner().invoke(accounting_app, ["--once"]).exit_code == Exit.DONE
    unknown = CliRunner().invoke(app, ["station", "nowhere", "2026-06", "--lang", "en"])
    assert (unknown.exit_code, unknown.stderr) == (Exit.USAGE, "the registry has no station nowhere\n")
    assert CliRunner().invoke(app, ["station", "s1", "yesterday"]).exit_code == Exit.USAGE
