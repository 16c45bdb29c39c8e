"""`guangfu completeness` names what did not come."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from guangfu.clock import day_start, to_ms
from guangfu.storage.sql.completeness import keep_numbers
from guangfu.storage.sql.registry import write_registry
from guangfu.telemetry.completeness import Came, Run, local_day_number
from tests.api.small_county import COUNTY
from tests.commands.conftest import Run as Command

DAY = date(2026, 6, 1)
START_MS = to_ms(day_start(DAY))
MINUTE_MS = 60_000


def came(station: str, first: int, last: int) -> Came:
    run = Run(first, last, START_MS + first * MINUTE_MS, START_MS + last * MINUTE_MS)
    return Came(station, "5f3a9c", local_day_number(START_MS), False, run, last - first + 1)


@pytest.fixture
def told(sqlite: Engine, sqlite_url: str) -> str:
    """st1 lost 4 to 9 and 12, st2 nothing."""
    write_registry(sqlite, COUNTY, at=datetime(2026, 5, 1, tzinfo=UTC))
    with sqlite.begin() as db:
        some = [came("st1", 1, 3), came("st1", 10, 11), came("st1", 13, 20), came("st2", 1, 1000)]
        keep_numbers(db, "0/x", 1, some, [])
    return sqlite_url


def test_a_stations_gaps_are_named_with_their_neighbours(told: str, run: Command) -> None:
    result = run("completeness", "st1", "--day", DAY, "--sql-url", told, "--lang", "en")
    assert result.exit_code == 1
    words = [line.split() for line in result.stdout.splitlines()]
    assert ["2026-06-01", "13", "7", "0", "0", "0", "65.00%"] in words
    assert ["st1", "5f3a9c", "2026-06-01", "00:03:00", "2026-06-01", "00:10:00", "4–9", "6"] in words
    assert ["st1", "5f3a9c", "2026-06-01", "00:11:00", "2026-06-01", "00:13:00", "12", "1"] in words
    assert "13 received, 7 missing, 2 gaps" in result.stdout


def test_the_fleets_month_has_a_row_a_station(told: str, run: Command) -> None:
    result = run("completeness", "--month", "2026-06", "--most", 1, "--sql-url", told)
    assert result.exit_code == 1
    words = [line.split() for line in result.stdout.splitlines()]
    assert ["st2", "1,000", "0", "0", "0", "0", "100.00%"] in words
    assert "收到 1,013 条，缺失 7 条，2 个缺口" in result.stdout
    assert "还有 1 个缺口" in result.stdout


def test_where_nothing_is_missing_all_is_well(told: str, run: Command) -> None:
    assert run("completeness", "st2", "--day", DAY, "--sql-url", told).exit_code == 0
    nothing = run("completeness", "--day", "2026-05-01", "--sql-url", told)
    assert (nothing.exit_code, nothing.stdout.strip()) == (0, "这段时间没有任何报文的记录")
    assert run("completeness", "--sql-url", told).exit_code == 0


@pytest.mark.parametrize(
    "arguments", [["nowhere"], ["--day", "2026-13-01"], ["--month", "2026-6"], ["--month", "2026-13"],
                  ["--day", "2026-06-01", "--month", "2026-06"]],
)  # fmt: skip
def test_wrong_use_is_told(arguments: list[str], told: str, run: Command) -> None:
    assert run("completeness", *arguments, "--sql-url", told).exit_code == 2
