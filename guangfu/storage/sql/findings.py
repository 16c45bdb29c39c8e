"""Findings in SQL: taken over from a run of the checks, explained by people. Every function takes a connection."""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final, TypedDict, Unpack

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.income.audit.found import Found, RowRef
from guangfu.ledger.states import Subject
from guangfu.storage.errors import Refused
from guangfu.storage.sql import schema
from guangfu.storage.sql.papers import StateChange, record_changes
from guangfu.storage.sql.typed_rows import among, read_rows, write_rows
from guangfu.texts import Text

OPEN: Final = "open"
EXPLAINED: Final = "explained"
CLEARED: Final = "cleared"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as it stands; the class of the table `findings`."""

    finding_id: str
    check_name: str
    subject_kind: str
    subject_id: str
    period: str
    station_id: str | None
    village_id: str | None
    banner_code: str | None
    text_zh: str
    text_en: str
    cause_rows: str
    rule_id: str
    document: str
    confidence: str
    unconfirmed: bool
    severity: str
    rules_version: str
    state: str
    first_seen_at: datetime
    last_seen_at: datetime
    cleared_at: datetime | None = None

    @property
    def text(self) -> Text:
        return Text(self.text_zh, self.text_en)

    @property
    def rows(self) -> list[RowRef]:
        """The rows that cause it."""
        return [RowRef(**row) for row in json.loads(self.cause_rows)]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run changed: findings that are new or back, and those whose cause is gone."""

    opened: int
    cleared: int
    stands: int


def take_findings(
    db: Connection, found: Iterable[Found], periods: Collection[str], *, at: datetime, rules_version: str, by: str
) -> Taken:
    """Takes over what a run of all checks over some periods found: once each, and what is not found again is cleared.

    An explanation holds as long as the finding's rows are the same; with others it is open again. Doing it twice
    changes nothing but `last_seen_at`.
    """
    lock_findings(db)
    now = {one.key: _finding(one, at, rules_version) for one in found}
    before = {one.finding_id: one for one in read_findings(db, periods=periods)}
    before |= {one.finding_id: one for one in read_findings(db, ids=now.keys() - before.keys())}
    rows = [_standing(one, before.get(key)) for key, one in now.items()]
    gone = [one for key, one in before.items() if key not in now and one.state != CLEARED]
    rows += [replace(one, state=CLEARED, cleared_at=at) for one in gone]
    changes = [
        StateChange(Subject.FINDING, row.finding_id, _state(before.get(row.finding_id)), row.state, at, by)
        for row in rows
        if _state(before.get(row.finding_id)) != row.state
    ]
    record_changes(db, changes)
    write_rows(db, schema.findings, rows, key=("finding_id",))
    return Taken(sum(change.after == OPEN for change in changes), len(gone), len(now))


def explain_finding(
    db: Connection, finding_id: str, reason: str, *, at: datetime, by: str, voucher_id: str | None = None
) -> Finding:
    """Notes why an open finding is in order.

    Raises:
        Refused: There is no such finding, it is not open, or no reason is given.
    """
    lock_findings(db)
    known = next(iter(read_findings(db, ids=[finding_id])), None)
    if known is None or known.state != OPEN or not reason.strip():
        raise Refused("findings", f"{finding_id}: no such open finding, or no reason given")
    step = StateChange(Subject.FINDING, finding_id, known.state, EXPLAINED, at, by, reason, voucher_id)
    record_changes(db, [step])
    explained = replace(known, state=EXPLAINED)
    write_rows(db, schema.findings, [explained], key=("finding_id",))
    return explained


class Which(TypedDict, total=False):
    """Which findings; a filter that is `None` or left out takes all."""

    ids: Collection[str] | None
    states: Collection[str] | None
    checks: Collection[str] | None
    severities: Collection[str] | None
    periods: Collection[str] | None
    station_id: str | None
    village_id: str | None
    banner_code: str | None


def read_findings(
    db: Connection, *, limit: int | None = None, offset: int = 0, **which: Unpack[Which]
) -> list[Finding]:
    """Findings, the serious ones first, then by check, subject and period."""
    order = ("severity", "check_name", "subject_id", "period")
    return read_rows(db, schema.findings, Finding, *_where(which), order=order, limit=limit, offset=offset)


def count_findings(db: Connection, **which: Unpack[Which]) -> int:
    """How many there are."""
    return db.execute(sa.select(sa.func.count()).select_from(schema.findings).where(*_where(which))).scalar_one()


def count_open_findings(db: Connection) -> dict[tuple[str, str], int]:
    """How many are open, by check and severity; 0 where all that was found is explained or cleared."""
    table = schema.findings
    of = table.c.check_name, table.c.severity
    wanted = sa.select(*of, sa.func.count().filter(table.c.state == OPEN)).group_by(*of)
    return {(check, severity): n for check, severity, n in db.execute(wanted)}


def _where(which: Which) -> list[sa.ColumnElement[bool]]:
    columns = schema.findings.c
    among_ = {
        columns.finding_id: which.get("ids"), columns.state: which.get("states"),
        columns.check_name: which.get("checks"), columns.severity: which.get("severities"),
        columns.period: which.get("periods"),
    }  # fmt: skip
    equal = {name: which.get(name) for name in ("station_id", "village_id", "banner_code")}
    return [
        *(one for column, names in among_.items() for one in among(column, names)),
        *(columns[name] == value for name, value in equal.items() if value is not None),
    ]


_LOCK: Final = 0x61756469740001


def lock_findings(db: Connection) -> None:
    """Until the transaction ends, nobody else takes findings over or explains one."""
    if db.dialect.name == "postgresql":  # SQLite's transactions that write are alone anyway
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _finding(one: Found, at: datetime, rules_version: str) -> Finding:
    rows = json.dumps([asdict(row) for row in one.rows], ensure_ascii=False, sort_keys=True)
    return Finding(
        one.key, one.check.value, one.subject_kind, one.subject_id, one.period, one.station_id, one.village_id,
        one.banner_code, one.text.zh, one.text.en, rows, one.rule_id, one.document, one.confidence, one.unconfirmed,
        one.severity.value, rules_version, OPEN, at, at,
    )  # fmt: skip


def _standing(now: Finding, before: Finding | None) -> Finding:
    """The finding with its history: since when, and explained still if it is the same."""
    if before is None:
        return now
    explained = before.state == EXPLAINED and before.cause_rows == now.cause_rows
    return replace(now, first_seen_at=before.first_seen_at, state=EXPLAINED if explained else OPEN)


def _state(finding: Finding | None) -> str | None:
    return None if finding is None else finding.state
