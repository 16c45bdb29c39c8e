"""What a check finds, and what the checks have in common: the scope of a run, rules by place, rows as evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, TypeVar

from guangfu.clock import month_days
from guangfu.income.rules.audit import Check, CheckRule, Severity, rule_for
from guangfu.income.rules.models import Confidence, Deadline, Rules
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.stations.models import Registry, StationKind
from guangfu.texts import Text

K = TypeVar("K")
R = TypeVar("R")
Value = str | int | float | bool | None
ONE_RUN: Final = timedelta(days=31)
"""How far before a month a row of idle days may begin."""
MOST_ROWS: Final = 200
"""Of one finding: a village's thousand payments need not all be there."""


@dataclass(frozen=True, slots=True)
class RowRef:
    """A row that causes a finding: its table, the keys that find it, the figures that are wrong."""

    table: str
    keys: Mapping[str, Value]
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """Something wrong. `period` is the month, quarter or year that it is about; with check and subject it is the key.

    `subject_kind`: station, village, household, person, post, receipt, transfer, plan_line or statement; of which
    station, village and banner it is, where it is of one.
    """

    check: Check
    subject_kind: str
    subject_id: str
    period: str
    text: Text
    rows: tuple[RowRef, ...]
    rule_id: str
    document: str
    confidence: str
    unconfirmed: bool
    severity: Severity
    station_id: str | None = None
    village_id: str | None = None
    banner_code: str | None = None

    @property
    def key(self) -> str:
        return finding_key(self.check, self.subject_id, self.period)


def finding_key(check: str, subject_id: str, period: str) -> str:
    """How a finding is named.

    >>> finding_key("idle_money", "v1", "2026-01")
    'idle_money:v1:2026-01'
    """
    return f"{check}:{subject_id}:{period}"


@dataclass(frozen=True)
class Scope:
    """What a run is about: months, and the quarters and years that they are in; as things stand `today`."""

    months: frozenset[str]
    today: date
    registry: Registry
    rules: Rules

    @property
    def quarters(self) -> frozenset[str]:
        return frozenset(quarter_of(month) for month in self.months)

    @property
    def years(self) -> frozenset[str]:
        return frozenset(month[:4] for month in self.months)

    @property
    def periods(self) -> frozenset[str]:
        return self.months | self.quarters | self.years

    def banner_of(self, station_id: str | None) -> str | None:
        station = self.registry.stations.get(station_id or "")
        return station.banner_code if station else None

    def village_banner(self, village_id: str | None) -> str | None:
        village = self.registry.villages.get(village_id or "")
        return village.banner_code if village else None

    def rule(self, check: Check, day: date, banner: str | None, kind: StationKind | None = None) -> CheckRule | None:
        return rule_for(self.rules, check, day, banner, kind)

    def village_stations(self) -> Iterable[str]:
        return (s.station_id for s in self.registry.stations.values() if s.kind is StationKind.VILLAGE)

    def found(
        self, rule: CheckRule, subject: tuple[str, str], period: str, text: Text, rows: Iterable[RowRef], *,
        station: str | None = None, village: str | None = None, banner: str | None = None,
        also_unconfirmed: bool = False, document: str = "",
    ) -> Found:  # fmt: skip
        """A finding by a rule.

        A subject that is a station or village is its place too, and the place has its banner; others are told theirs.
        `also_unconfirmed`: a figure that it rests on is; `document` replaces the rule's.
        """
        kind, name = subject
        station, village = name if kind == "station" else station, name if kind == "village" else village
        kept = sorted(rows, key=lambda row: (row.table, str(sorted(row.keys.items()))))[:MOST_ROWS]
        return Found(
            rule.check, kind, name, period, text, tuple(kept), rule.check_id, document or rule.document,
            rule.confidence.value, rule.unconfirmed or also_unconfirmed, rule.severity, station, village,
            banner or self.village_banner(village) or self.banner_of(station),
        )  # fmt: skip


def deadline_open(deadline: Deadline) -> bool:
    """Is there something about the deadline that nobody has confirmed?"""
    return not deadline.confirmed and (deadline.confidence is Confidence.C or bool(deadline.open.zh))


def quarter_of(month: str) -> str:
    """The quarter of a month.

    >>> quarter_of("2026-06")
    '2026-Q2'
    """
    return f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"


def first_day(month: str) -> date:
    return month_days(month)[0]


def last_day(month: str) -> date:
    return month_days(month)[-1]


def days_after(day: date, rule: CheckRule) -> date:
    """So many days after a day as the rule's threshold says."""
    return day + timedelta(days=int(rule.threshold))


def yuan(fen: int) -> str:
    return yuan_text(Fen(fen))


def grouped(pairs: Iterable[tuple[K, R]]) -> dict[K, list[R]]:
    """Rows by their keys, in their order."""
    groups: dict[K, list[R]] = {}
    for key, row in pairs:
        groups.setdefault(key, []).append(row)
    return groups
