"""The demo's last month is settled: a synthetic power company's statements of what the simulated stations gave."""

from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Engine

from guangfu.clock import Clock, local_day, month_of
from guangfu.income.rules import RulesSettings, load_rules
from guangfu.income.settlement.fields import load_statement_mapping
from guangfu.income.settlement.reading import read_statements
from guangfu.income.settlement.templates import STANDARD, mapping_path
from guangfu.stations.files.mapped import ColumnMapping
from guangfu.storage.sql.papers import record_voucher
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.settlement import lock_months
from guangfu.storage.voucher_files import keep_file
from guangfu.texts import Text

BY: Final = "demo"
SETTLED: Final = Text(
    "演示电力公司出具了 {month} 的结算单：{n} 份，其中 {look} 份待核对（guangfu months show {month}）。",
    "The synthetic power company settled {month}: {n} statements, {look} to look at (guangfu months show {month}).",
)


class Settled(NamedTuple):
    """What a start of the demo brought: new statements, and those of them that somebody must look at."""

    month: str
    statements: int
    to_look_at: int


def settle_last_month(engine: Engine, folder: Path, truth: Path, clock: Clock) -> Settled | None:
    """Imports the statements of the last month's days that the truth knows; again changes nothing.

    Args:
        folder: Where the workbook and its voucher are kept.
        truth: The fleet's truth file.

    Returns:
        `None` where the truth has nothing of the last month.

    Raises:
        OSError: The truth can't be read.
        Unavailable: The database can't be reached.
    """
    from accounting.settlement import Settlement
    from simulators.statements import month_window, read_truth, statement_rows, write_statements

    today = local_day(clock.now())
    month = month_of(today.replace(day=1) - timedelta(days=1))
    days = [one for one in read_truth(truth) if month_of(one.day) == month]
    window = month_window(days, month)
    if window is None:
        return None
    registry, workbook = read_registry(engine), folder / f"statements-{month}.xlsx"
    write_statements(workbook, statement_rows(registry, days, month, *window))
    mapping = load_statement_mapping(mapping_path(STANDARD))
    assert isinstance(mapping, ColumnMapping)
    found = read_statements(workbook, mapping, registry)
    assert not found.faults, found.faults[:3]
    with engine.begin() as db:
        lock_months(db)
        settlement = Settlement(registry, load_rules(RulesSettings.load().folder), clock.now(), BY)
        plan = settlement.plan(db, found.statements)
        if plan.new:
            kept = keep_file(folder / "vouchers", workbook.read_bytes())
            voucher = record_voucher(
                db, "statement", workbook.name, kept.sha256, kept.size_bytes, at=clock.now(), by=BY, note="演示数据"
            )
            settlement.apply(db, plan, voucher.voucher_id)
    return Settled(month, len(plan.new), sum(bool(one.attention) for one in plan.new))
