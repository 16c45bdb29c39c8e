"""A county in which nothing is wrong: what each test plants one fault in."""

from dataclasses import replace
from datetime import date
from typing import Any

from guangfu.income.audit import AuditFacts, Found, audit
from guangfu.income.audit.facts import (
    BankMove,
    CashRow,
    DueRow,
    PassedRow,
    PlaceRow,
    PlanRow,
    SettledRow,
    StatementRow,
    TransferRow,
)
from guangfu.income.plans import PlanLine
from guangfu.income.rules import Rules, load_rules
from guangfu.income.settlement.models import Cause, Difference
from guangfu.ledger.allocating import Due
from guangfu.ledger.books import VILLAGE, Part
from guangfu.ledger.fen import Fen
from guangfu.stations.models import Household, Registry, ShareUnits, Slot, StationKind
from tests.income.small_registry import BEGIN, registry, station

RULES = load_rules()
TODAY = date(2026, 10, 10)
MONTHS = [f"2026-{n:02d}" for n in range(1, 10)]
BASE, SUBSIDY = 100_000, 150_000


def county() -> Registry:
    """s1 is v1's, 500 kW, the most; s2 joint, 6,000 kW, the most; c1 has 25 kW a slot, the least."""
    return registry(
        [
            station("s1", capacity_kw=500),
            station("s2", joint=True, capacity_kw=6000),
            station("c1", StationKind.CENTRALIZED, capacity_kw=1000),
        ],
        [],
        [ShareUnits("s1", "v1", 1, BEGIN), ShareUnits("s2", "v2", 40, BEGIN), ShareUnits("s2", "v3", 24, BEGIN)],
        [Household(f"{v}-h{n}", v, BEGIN) for v, most in _HOUSEHOLDS.items() for n in range(most)],
        [Slot(f"slot-{n}", "c1", f"v4-h{n}", BEGIN) for n in range(40)],
    )


_HOUSEHOLDS = {"v1": 72, "v2": 540, "v3": 340, "v4": 40}
COUNTY = county()


def clean(months: list[str] | None = None) -> AuditFacts:
    """Each month settled as the tariff says, received, passed on, and spent by the plan on attended posts."""
    months = MONTHS if months is None else months
    return AuditFacts(
        registry=COUNTY,
        settled=tuple(settled(m, part) for m in months for part in (Part.BASE, Part.SUBSIDY)),
        outstanding=tuple(Due("s1", m, "subsidy", Fen(SUBSIDY), int(m[:4])) for m in months),
        cash=tuple(cash(m) for m in months),
        passed=tuple(passed(m) for m in months),
        transfers=tuple(TransferRow(f"T-{m}", "150430", Fen(BASE), _next(m, 25), _next(m, 26)) for m in months),
        bank=tuple(move for m in months for move in _bank(m)),
        dues=tuple(due(m) for m in months),
        plans=tuple(PlanRow("v1", y, "filed", date(y, 1, 1)) for y in sorted({int(m[:4]) for m in months})),
        plan_lines=tuple(
            PlanLine("v1", y, 1, "posts", "posts", "保洁", Fen(1)) for y in sorted({int(m[:4]) for m in months})
        ),
        places=(PlaceRow("pn-1", "v1-h0", "v1", date(2020, 1, 1)),),
        suppliers=frozenset({"sp-1"}),
        statements=tuple(statement(m) for m in months),
    )


def settled(month: str, part: Part, fen: int | None = None) -> SettledRow:
    amount = fen if fen is not None else BASE if part is Part.BASE else SUBSIDY
    return SettledRow("s1", month, part.value, f"s1-{month}-1", Fen(amount), unconfirmed=False)


def cash(month: str, fen: int = BASE, on: date | None = None) -> CashRow:
    return CashRow(f"R-{month}", "s1", month, "base", Fen(fen), on or _next(month, 20))


def passed(month: str, fen: int = BASE, on: date | None = None) -> PassedRow:
    return PassedRow(f"T-{month}", 1, "s1", month, "base", Fen(fen), on or _next(month, 25))


def due(month: str, **changes: Any) -> DueRow:
    day = _next(month, 28)
    known = DueRow(f"D-{month}", VILLAGE, month, "pn-1", Fen(BASE), day, "v1", post_id="post-1",
                   line_id=f"v1/{month[:4]}/1")  # fmt: skip
    return replace(known, **changes)


def statement(month: str, *changed: Difference, tolerance_wh: int = 800) -> StatementRow:
    found = {cause: Difference(cause, 0, Fen(0), Fen(0)) for cause in Cause}
    found |= {one.cause: one for one in changed}
    parts = frozenset({Part.BASE})
    return StatementRow(f"s1-{month}-1", "s1", month, "posted", tolerance_wh, parts, tuple(found.values()))


def _bank(month: str) -> list[BankMove]:
    return [
        BankMove("v1", _next(month, 26), Fen(BASE), f"transfer/T-{month}/arrived", arrival=True),
        BankMove("v1", _next(month, 28), Fen(-BASE), f"paid/P-{month}", arrival=False),
    ]


def _next(month: str, day: int) -> date:
    year, n = int(month[:4]), int(month[5:])
    return date(year + n // 12, n % 12 + 1, day)


def found(
    facts: AuditFacts, *, today: date = TODAY, months: list[str] | None = None, rules: Rules = RULES
) -> list[Found]:
    return audit(facts, rules, MONTHS if months is None else months, today)


def keys(facts: AuditFacts, **how: Any) -> list[str]:
    return [one.key for one in found(facts, **how)]
