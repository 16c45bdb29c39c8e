"""What audit checks found, as the API answers it: ids and amounts, never anything personal."""

from datetime import datetime
from typing import Literal

from api.schemas import Schema
from guangfu.income.rules.audit import Check, Severity

FindingState = Literal["open", "explained", "cleared"]
Value = str | int | float | bool | None


class CauseRow(Schema):
    """A row that causes a finding: its table, the keys that find it, the figures that are wrong."""

    table: str
    keys: dict[str, Value]
    values: dict[str, Value]


class FindingRow(Schema):
    """`period` is the month, quarter or year that it is about; `place` names its station, village or banner.

    A person, household or post is an opaque id. `unconfirmed`: its rule, deadline or a figure that it rests on is.
    """

    finding_id: str
    check: Check
    check_name: str
    severity: Severity
    severity_name: str
    state: FindingState
    state_name: str
    subject_kind: str
    subject_id: str
    period: str
    station_id: str | None
    village_id: str | None
    banner_code: str | None
    place: str | None
    text: str
    next_step: str
    rule_id: str
    document: str
    confidence: str
    unconfirmed: bool
    first_seen_at: datetime
    last_seen_at: datetime
    cleared_at: datetime | None
    rows: list[CauseRow]


class Findings(Schema):
    total: int
    items: list[FindingRow]
