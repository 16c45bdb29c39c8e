"""The demo's last month is settled: a synthetic power company's statements of what the simulated stations gave."""

from collections.abc import Iterable
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
from guangfu.stations.models import Registry, StationKind
from guangfu.storage.sql.papers import record_voucher
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.settlement import KeptStatement, lock_months
from guangfu.storage.voucher_files import keep_file
from guangfu.texts import Text

BY: Final = "demo"
NOTE: Final = "演示数据"
EARLIER: Final = (26, 14, 5)
"""So many months before the last one something was settled too: over two years old, over one, over three months."""
EARLIER_OF: Final = 12
"""Of one village-level station in so many."""
UNSEEN: Final = f"{NOTE}：该月没有遥测数据"
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
    from simulators.statements import month_window, read_truth, statement_rows

    month = _last_month(clock)
    days = [one for one in read_truth(truth) if month_of(one.day) == month]
    window = month_window(days, month)
    if window is None:
        return None
    registry = read_registry(engine)
    new = _import(engine, registry, folder, month, statement_rows(registry, days, month, *window), clock)
    return Settled(month, len(new), sum(bool(one.attention) for one in new))


def settle_earlier_months(engine: Engine, folder: Path, truth: Path, clock: Clock) -> int:
    """Statements of a few stations for months before the demo began, so that something is outstanding at every age.

    Made up: every month is like the settled one. There is no telemetry of them, so each is accepted unseen, with that
    as the reason; returns how many there are.

    Raises:
        OSError: The truth can't be read.
        Unavailable: The database can't be reached.
    """
    from simulators.statements import earlier_days, month_window, read_truth, statement_rows

    last, registry = _last_month(clock), read_registry(engine)
    villages = sorted(s.station_id for s in registry.stations.values() if s.kind is StationKind.VILLAGE)
    few = set(villages[::EARLIER_OF])
    known = [one for one in read_truth(truth) if one.station in few]
    window, count = month_window(known, last), 0
    for months in EARLIER:
        days = earlier_days(known, *window, months) if window else []
        if days:
            month, (first, end) = month_of(days[0].day), (days[0].day, days[1].day + timedelta(days=1))
            rows = statement_rows(registry, days, month, first, end)
            count += len(_import(engine, registry, folder, month, rows, clock, accepted=UNSEEN))
    return count


def _last_month(clock: Clock) -> str:
    return month_of(local_day(clock.now()).replace(day=1) - timedelta(days=1))


def _import(
    engine: Engine, registry: Registry, folder: Path, month: str, rows: Iterable[tuple[object, ...]], clock: Clock, *,
    accepted: str = "",
) -> list[KeptStatement]:  # fmt: skip
    """The rows as a workbook, and its new statements in the books; `accepted`: why those that wait are posted too."""
    from accounting.settlement import Settlement
    from simulators.statements import write_statements

    workbook = folder / f"statements-{month}.xlsx"
    write_statements(workbook, rows)
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
                db, "statement", workbook.name, kept.sha256, kept.size_bytes, at=clock.now(), by=BY, note=NOTE
            )
            settlement.apply(db, plan, voucher.voucher_id)
        if accepted:
            settlement.accept(db, [one.statement_id for one in plan.new if one.attention], accepted)
    return plan.new
