"""Runs the audit checks over what the database has, and takes over what they find; once when a local day begins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine

from guangfu.clock import Clock, local_day
from guangfu.income.audit import audit, periods_of
from guangfu.income.rules import Rules
from guangfu.storage.sql.audit_facts import audit_months, read_audit_facts
from guangfu.storage.sql.findings import Taken, take_findings
from guangfu.storage.sql.operations import read_rollup_mark, write_rollup_mark
from guangfu.storage.sql.registry import read_registry, registry_version
from guangfu.storage.sql.rules_in_force import rules_in_force

MARK: Final = "audit"


def run_audit(engine: Engine, rules: Rules, at: datetime, by: str, months: Sequence[str] | None = None) -> Taken:
    """Looks at some months with their quarters and years, at every month of which anything is known if left out.

    A run over every month is the day's: it leaves the mark that `ran_at` tells.

    Raises:
        Unavailable: The database can't be reached.
    """
    registry, today = read_registry(engine), local_day(at)
    with engine.connect() as db:
        rules = rules_in_force(db, rules)
        looked_at = audit_months(db, today) if months is None else months
        found = audit(read_audit_facts(db, registry, looked_at), rules, looked_at, today) if looked_at else []
    with engine.begin() as db:
        if months is None:
            write_rollup_mark(db, MARK, at)
        return take_findings(db, found, periods_of(looked_at), at=at, rules_version=rules.version, by=by)


def ran_at(db: Connection) -> datetime | None:
    """When the checks last looked at every month."""
    return read_rollup_mark(db, MARK)


class Auditor:
    """Runs once in each local day, whichever process does it; a mark in SQL tells when it last did."""

    def __init__(self, engine: Engine, rules: Rules, clock: Clock) -> None:
        self._engine, self._rules, self._clock = engine, rules, clock
        self._done_at: datetime | None = None

    def once(self) -> Taken | None:
        """What a run changed; `None` if today's is done, or there is no registry yet.

        Raises:
            Unavailable: The database can't be reached; the run stays due.
        """
        now = self._clock.now()
        if self._is_done(now) or registry_version(self._engine) == 0:
            return None
        with self._engine.connect() as db:
            self._done_at = ran_at(db)
        if self._is_done(now):
            return None
        taken = run_audit(self._engine, self._rules, now, "accounting")
        self._done_at = now
        return taken

    def _is_done(self, now: datetime) -> bool:
        return self._done_at is not None and local_day(self._done_at) >= local_day(now)
