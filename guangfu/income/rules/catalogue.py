"""Every rule as one line: in words, with its dates, where it comes from and what is not confirmed of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from guangfu.clock import month_days, years_after
from guangfu.income.rules import words
from guangfu.income.rules.audit import CheckRule
from guangfu.income.rules.audit_words import check_dates, check_question, check_says, check_value
from guangfu.income.rules.cash_words import CashRule, cash_question, cash_says, cash_value
from guangfu.income.rules.loading import load_rules
from guangfu.income.rules.models import (
    BasePrice,
    Deadline,
    Deduction,
    Doubt,
    Entitlement,
    MarketPrice,
    Passing,
    Rules,
    TariffRule,
    Vat,
)
from guangfu.income.rules.spending import Ban, PlanLimit, SpendingRule, Use
from guangfu.income.rules.spending_words import spending_dates, spending_question, spending_says, spending_value
from guangfu.income.rules.tables import Row, read_files
from guangfu.income.tariff import YEARS
from guangfu.texts import Text

Rule = words.Rule | CashRule | SpendingRule | CheckRule


class Kind(StrEnum):
    """What a file of rules holds."""

    TARIFFS = "tariffs"
    BASE_PRICES = "base-prices"
    MARKET_PRICES = "market-prices"
    ENTITLEMENTS = "entitlements"
    DEDUCTIONS = "deductions"
    DOUBTS = "doubts"
    ENERGY = "energy"
    VAT = "vat"
    DEADLINES = "deadlines"
    PASSING = "passing"
    USES = "uses"
    BANS = "bans"
    PLAN_LIMITS = "plan-limits"
    CHECKS = "checks"

    @property
    def file(self) -> str:
        """
        >>> Kind.BASE_PRICES.file
        'base_prices.csv'
        """
        return self.value.replace("-", "_") + ".csv"


@dataclass(frozen=True)
class RuleLine:
    """One rule. It holds from `valid_from` until the day before `valid_to`; `None` is without end.

    A tariff holds while a station that was connected within its dates can have it. `because` says what is not
    confirmed, and is `None` where nothing is open. `row` is where it comes from: of an operator's line that replaces
    some cells of a shipped one, the operator's.
    """

    kind: Kind
    rule_id: str
    says: Text
    value: Text
    valid_from: date | None
    valid_to: date | None
    document: str
    confidence: str
    because: Text | None
    row: Row

    def in_force(self, day: date) -> bool:
        return (self.valid_from or date.min) <= day < (self.valid_to or date.max)


def catalogue(folder: Path | None) -> list[RuleLine]:
    """Every rule, file by file, each file in the order in which its rows are tried.

    Raises:
        BadRules, OSError: As `load_rules`.
    """
    rules = load_rules(folder)
    rows = {(file, row_id(row)): row for file, of_file in read_files(folder, [])[0].items() for row in of_file}
    lines = [_line(kind, rule_id, rule, rules, rows[kind.file, rule_id]) for kind, rule_id, rule in _rules(rules)]
    return [*lines, *(_energy_line(row) for (file, _), row in rows.items() if file == Kind.ENERGY.file)]


def row_id(row: Row) -> str:
    """A row's first cell."""
    return next(iter(row.cells.values()))


def _rules(rules: Rules) -> Iterator[tuple[Kind, str, Rule]]:
    yield from ((Kind.TARIFFS, rule.tariff_id, rule) for rule in rules.tariffs)
    yield from ((Kind.BASE_PRICES, rule.base_id, rule) for rule in rules.base_prices)
    yield from ((Kind.MARKET_PRICES, rule.market_id, rule) for rule in rules.market_prices.values())
    yield from ((Kind.ENTITLEMENTS, rule.entitlement_id, rule) for rule in rules.entitlements)
    yield from ((Kind.DEDUCTIONS, rule.deduction_id, rule) for rule in rules.deductions)
    yield from ((Kind.DOUBTS, rule.doubt_id, rule) for rule in rules.doubts)
    yield from ((Kind.VAT, rule.vat_id, rule) for rule in rules.vat)
    yield from ((Kind.DEADLINES, rule.deadline_id, rule) for rule in rules.deadlines)
    yield from ((Kind.PASSING, rule.passing_id, rule) for rule in rules.passing)
    yield from ((Kind.USES, rule.use_id, rule) for rule in rules.uses)
    yield from ((Kind.BANS, rule.ban_id, rule) for rule in rules.bans)
    yield from ((Kind.PLAN_LIMITS, rule.limit_id, rule) for rule in rules.plan_limits)
    yield from ((Kind.CHECKS, rule.check_id, rule) for rule in rules.checks)


def _line(kind: Kind, rule_id: str, rule: Rule, rules: Rules, row: Row) -> RuleLine:
    valid_from, valid_to = _dates(rule, rules)
    return RuleLine(
        kind=kind,
        rule_id=rule_id,
        says=_says(rule),
        value=_value(rule),
        valid_from=valid_from,
        valid_to=valid_to,
        document="" if isinstance(rule, Doubt) else rule.document,
        confidence="" if isinstance(rule, Doubt) else rule.confidence.value,
        because=_question(rule, rules),
        row=row,
    )


def _says(rule: Rule) -> Text:
    if isinstance(rule, CheckRule):
        return check_says(rule)
    if isinstance(rule, SpendingRule):
        return spending_says(rule)
    return cash_says(rule) if isinstance(rule, CashRule) else words.says(rule)


def _value(rule: Rule) -> Text:
    if isinstance(rule, CheckRule):
        return check_value(rule)
    if isinstance(rule, SpendingRule):
        return spending_value(rule)
    return cash_value(rule) if isinstance(rule, CashRule) else words.value(rule)


def _question(rule: Rule, rules: Rules) -> Text | None:
    if isinstance(rule, CheckRule):
        return check_question(rule)
    if isinstance(rule, SpendingRule):
        return spending_question(rule)
    return cash_question(rule) if isinstance(rule, CashRule) else words.open_question(rule, rules.doubts)


def _energy_line(row: Row) -> RuleLine:
    name, unit = row_id(row), words.ENERGY_UNITS[row_id(row)]
    value = Text(row.cells["value"] + unit.zh, row.cells["value"] + unit.en)
    known, confirmed = row.cells["confidence"], row.cells["confirmed"] == "yes"
    because = None if confirmed or known in {"", "A"} else words.ENERGY_OPEN[known]
    return RuleLine(
        Kind.ENERGY, name, words.ENERGY[name], value, None, None, row.cells["document"], known, because, row
    )


def _dates(rule: Rule, rules: Rules) -> tuple[date | None, date | None]:  # noqa: PLR0911 - a kind each
    match rule:
        case TariffRule():
            return rule.grid_from, years_after(rule.grid_to, YEARS) if rule.grid_to else None
        case Doubt():
            return rule.grid_from, None
        case MarketPrice():
            days = month_days(rule.month)
            return days[0], days[-1] + timedelta(days=1)
        case BasePrice():
            return rule.valid_from, _next(rule.valid_from, (p for p in rules.base_prices if p.grid is rule.grid))
        case Entitlement():
            return rule.valid_from, _next(rule.valid_from, rules.entitlements)
        case Deduction():
            same = (other for other in rules.deductions if _place(other) == _place(rule))
            return rule.valid_from, _next(rule.valid_from, same)
        case Vat() | Deadline() | Passing():
            return _cash_dates(rule, rules)
        case Use() | Ban() | PlanLimit():
            return spending_dates(rule)
        case CheckRule():
            return check_dates(rule)


def _cash_dates(rule: CashRule, rules: Rules) -> tuple[date | None, date | None]:
    match rule:
        case Vat():
            return rule.valid_from, rule.valid_to + timedelta(days=1) if rule.valid_to else None
        case Deadline():
            legs = (
                o for o in rules.deadlines if (o.leg, o.part, o.banner_code) == (rule.leg, rule.part, rule.banner_code)
            )
            return rule.valid_from, _next(rule.valid_from, legs)
        case Passing():
            parts = (o for o in rules.passing if (o.part, o.banner_code) == (rule.part, rule.banner_code))
            return rule.valid_from, _next(rule.valid_from, parts)


def _place(deduction: Deduction) -> tuple[int, str | None, str | None]:
    """Of the deductions in one place, the one that began last holds."""
    return deduction.position, deduction.station_id, deduction.banner_code


def _next(day: date, rules: Iterable[BasePrice | Entitlement | Deduction | Deadline | Passing]) -> date | None:
    """The day on which the next of them begins."""
    return min((rule.valid_from for rule in rules if rule.valid_from > day), default=None)


def own_rows(folder: Path | None) -> tuple[int, int]:
    """How many shipped rows an operator's folder replaces, and how many it adds."""
    shipped = {(file, row_id(row)) for file, rows in read_files(None, [])[0].items() for row in rows}
    own = [(file, row_id(row)) for file, rows in read_files(folder, [])[0].items() for row in rows if row.file != file]
    return sum(one in shipped for one in own), sum(one not in shipped for one in own)
