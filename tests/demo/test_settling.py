"""The demo's last month: statements of the truth, once, however often the demo starts."""

import json
from datetime import date, timedelta
from pathlib import Path

from guangfu.clock import ManualClock, day_start
from guangfu.demo.settling import settle_last_month
from guangfu.stations.models import StationKind
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.papers import read_vouchers
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.sql.settlement import read_statements

FIRST = date(2026, 5, 28)


def truth_row(station: str, day: date, start_wh: int) -> str:
    return json.dumps(
        {
            "station": station, "day": day.isoformat(), "meter": "meter", "register_start_wh": start_wh % 10**9,
            "register_end_wh": (start_wh + 12_345) % 10**9, "factor": 100,
        }
    )  # fmt: skip


def test_the_last_months_days_that_the_truth_knows_are_settled_once(tmp_path: Path) -> None:
    """Four days of May, the third of which takes one of the registers around; June is not settled yet."""
    registry = synthetic_registry()
    village = [s.station_id for s in registry.stations.values() if s.kind is StationKind.VILLAGE][:2]
    truth = tmp_path / "truth.jsonl"
    starts = dict(zip(village, (999_970_000, 1_000_000), strict=True))
    rows = [
        truth_row(s, FIRST + timedelta(days=n), start + n * 12_345) for s, start in starts.items() for n in range(6)
    ]
    truth.write_text("\n".join([*rows, json.dumps({"total": {}})]))
    engine = open_database(f"sqlite:///{tmp_path}/guangfu.sqlite")
    upgrade(engine)
    write_registry(engine, registry, at=day_start(FIRST))
    clock = ManualClock(day_start(date(2026, 6, 3)))
    assert settle_last_month(engine, tmp_path, truth, clock) == ("2026-05", 2, 2)
    assert settle_last_month(engine, tmp_path, truth, clock) == ("2026-05", 0, 0)
    with engine.connect() as db:
        kept = read_statements(db)
        assert [x.note for x in read_vouchers(db)] == ["演示数据"]
    assert [(x.statement.window_from, x.statement.window_to) for x in kept] == [(FIRST, date(2026, 6, 1))] * 2
    # 4 x 12,345 Wh on the register, cut off after two decimals of a kWh at both ends.
    assert {x.statement.settled_energy_wh // 1000 for x in kept} == {4_938}
    assert settle_last_month(engine, tmp_path, truth, ManualClock(day_start(date(2026, 5, 20)))) is None
    engine.dispose()
