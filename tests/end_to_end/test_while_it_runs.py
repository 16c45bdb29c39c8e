"""Commands that need readings while another process has the DuckDB file: they ask that process's API."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from guangfu.clock import day_start
from guangfu.exits import Exit
from guangfu.storage.sql.registry import write_registry
from tests.accounting.conftest import another_county, migrated_file
from tests.accounting.county import MAY, County, county
from tests.accounting.test_settlement import may_is_estimated, state, take
from tests.api.small_county import COUNTY, serving
from tests.income.statements import statement

__all__ = ["another_county", "migrated_file"]


def guangfu(of: County, folder: Path, port: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {
        "GUANGFU_STORAGE_SQL_URL": of.engine.url.render_as_string(hide_password=False),
        "GUANGFU_STORAGE_TELEMETRY_URL": f"duckdb:///{next(folder.rglob('*.duckdb'))}",
        "GUANGFU_STORAGE_VOUCHERS_FOLDER": str(folder / "vouchers"),
        "GUANGFU_API_PORT": str(port),
    }
    command = [sys.executable, "-m", "guangfu", *arguments, "--lang", "en"]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_explain_and_close_ask_the_api_of_the_system_that_runs(another_county: County, tmp_path: Path) -> None:
    places = replace(county(), leagues=COUNTY.leagues, banners=COUNTY.banners)
    write_registry(another_county.engine, places, at=day_start(MAY))
    may_is_estimated(another_county)
    take(another_county, [statement()])
    alone = guangfu(another_county, tmp_path, 1, "explain", "station", "s1", "2026-05")
    assert alone.returncode == Exit.UNREACHABLE
    assert "GUANGFU_API_PORT" in alone.stderr
    with serving(another_county.store, another_county.engine) as api:
        port = api.client.base_url.port
        assert port is not None
        said = guangfu(another_county, tmp_path, port, "explain", "station", "s1", "2026-05")
        assert said.returncode == Exit.DONE, said.stderr
        assert "[(1,744,000 − 1,000,000) Wh × 80 = 59,520.000 kWh]" in said.stdout
        closed = guangfu(another_county, tmp_path, port, "months", "close", "2026-05", "--station", "s1", "--apply")
        assert closed.returncode == Exit.DONE, closed.stderr
    assert state(another_county) == "closed"
