"""The subsidy list: stations' places in it, and what a change of them moves in what statements settled."""

from collections.abc import Sequence

from sqlalchemy import Connection

from accounting.cash.deducting import refresh
from accounting.cash.steps import Desk
from accounting.settlement import Settlement
from guangfu.clock import month_days
from guangfu.income.rules.models import Rules, SubsidyStatus
from guangfu.income.subsidy_status import subsidy_standing, with_subsidy_status
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
    moved = _moved(db, desk, rules, sorted({row.station_id for row in new}))
    Settlement(desk.registry, rules, desk.at, desk.by).stand_otherwise(db, moved)
    refresh(db, desk, sorted({one.statement.station_id for one in moved}))
    return new, moved


def _moved(db: Connection, desk: Desk, rules: Rules, stations: Sequence[str]) -> list[KeptStatement]:
    """Posted statements whose subsidy's standing is another one than that it was settled with."""
    if not stations:
        return []
    settled = {
        (row.statement_id, row.month): (row.subsidy_receivable, row.unconfirmed)
        for row in read_settled(db, stations=stations)
    }
    found = []
    for one in read_statements(db, stations=stations, states=("posted",)):
        said = one.statement
        station = desk.registry.stations.get(said.station_id)
        if station is None:
            continue
        standing = subsidy_standing(station, month_days(said.month)[-1], rules)
        was = settled.get((one.statement_id, said.month))
        if was is not None and was != (standing.receivable, standing.unconfirmed):
            found.append(one)
    return found
