"""`guangfu reconcile` names the energies that differ by more than they may."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from guangfu.income.reconciling import Reconciled
from guangfu.storage.sql.reconciliation import write_reconciled
from guangfu.storage.sql.registry import write_registry
from tests.api.small_county import COUNTY
from tests.commands.conftest import Run as Command

NOW = datetime(2026, 6, 3, tzinfo=UTC)


def day(station: str, n: int, gateway_wh: int) -> Reconciled:
    """10 MWh by every way but for the gateway meter's day."""
    ten = 10_000_000
    return Reconciled(station, date(2026, 6, n), gateway_wh, ten, ten, ten, 1.0, ten, ten, 1.0, NOW)


@pytest.fixture
def measured(sqlite: Engine, sqlite_url: str) -> str:
    """Between st1's inverters and its meter a tenth is lost on 1 June; on the other days a twentieth."""
    write_registry(sqlite, COUNTY, at=datetime(2026, 5, 1, tzinfo=UTC))
    with sqlite.begin() as db:
        write_reconciled(db, [day("st1", 1, 9_000_000), day("st1", 2, 9_500_000), day("st2", 1, 9_500_000)])
    return sqlite_url


def test_of_a_station_all_that_was_compared_is_shown(measured: str, run: Command) -> None:
    result = run("reconcile", "st1", "--month", "2026-06", "--sql-url", measured, "--lang", "en")
    assert result.exit_code == 1
    (wrong,) = [line.split() for line in result.stdout.splitlines() if " beyond " in line and "st1" in line]
    assert wrong[:2] == ["st1", "2026-06-01"] and wrong[-4:] == ["10,000.0", "9,000.0", "+10.0%", "6%"]
    assert "6 compared, 1 beyond tolerance" in result.stdout


def test_of_all_stations_what_is_wrong_is_shown(measured: str, run: Command) -> None:
    result = run("reconcile", "--month", "2026-06", "--sql-url", measured)
    assert result.exit_code == 1
    assert "st2" not in result.stdout
    assert "比较 9 次，超出容差 1 次" in result.stdout


def test_where_all_agree_all_is_well(measured: str, run: Command) -> None:
    assert run("reconcile", "--day", "2026-06-02", "--sql-url", measured).exit_code == 0
    assert run("reconcile", "nowhere", "--sql-url", measured).exit_code == 2
    assert run("reconcile", "--day", "2026-06-02", "--month", "2026-06", "--sql-url", measured).exit_code == 2
