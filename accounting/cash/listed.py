"""The subsidy list: stations' places in it, and what a change of them moves in what statements settled."""

from collections.abc import Sequence

from sqlalchemy import Connection

from accounting.cash.deducting import refresh
from accounting.cash.steps import Desk
from accounting.settlement import Settlement
from guangfu.income.rules.models import SubsidyStatus
from guangfu.income.settlement.models import SettledIncome
from guangfu.income.subsidy_status import with_subsidy_status
from guangfu.storage.sql.receipts import lock_cash, read_subsidy_status, write_subsidy_status
from guangfu.storage.sql.settlement import KeptStatement, lock_months, read_settled, read_statements


def changed_places(db: Connection, rows: Sequence[SubsidyStatus]) -> list[SubsidyStatus]:
    """Those of the rows that are new or differ."""
    known = set(read_subsidy_status(db))
    return [row for row in rows if row not in known]


def record_places(
    db: Connection, desk: Desk, rows: Sequence[SubsidyStatus], voucher_id: str | None
) -> tuple[list[SubsidyStatus], list[KeptStatement]]:
    """Keeps the rows; statements whose subsidy is a receivable now, or a memo only now, are posted so.

    The estimates follow when accounting next looks.

    Returns:
        The rows that were new, and the statements that were posted again.
    """
    lock_months(db)
    lock_cash(db)
    new = write_subsidy_status(db, rows, at=desk.at, by=desk.by, voucher_id=voucher_id)
    rules = with_subsidy_status(desk.rules, read_subsidy_status(db))
    settlement = Settlement(desk.registry, rules, desk.at, desk.by)
    moved = _moved(db, settlement, sorted({row.station_id for row in new}))
    settlement.stand_otherwise(db, moved)
    refresh(db, desk, sorted({one.statement.station_id for one in moved}))
    return new, moved


def _moved(db: Connection, settlement: Settlement, stations: Sequence[str]) -> list[KeptStatement]:
    """Posted statements of whose subsidy another part is a receivable than it was settled with."""
    posted = [
        one
        for one in read_statements(db, stations=stations, states=("posted",))
        if one.statement.station_id in settlement.registry.stations
    ]
    was: dict[str, list[SettledIncome]] = {}
    for row in read_settled(db, stations=stations):
        was.setdefault(row.statement_id, []).append(row)
    now = settlement.settled_now(db, posted)
    return [one for one in posted if sorted(now[one.statement_id], key=_month) != was.get(one.statement_id, [])]


def _month(row: SettledIncome) -> str:
    return row.month
