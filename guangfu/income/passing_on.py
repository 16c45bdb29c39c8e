"""What may be passed on to villages: cash less deductions, by the share units of the energy's month. Pure.

Never an estimate: what to expect is `village_monthly_income`, what to pass on rests on receipts alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import lcm
from typing import NamedTuple

from guangfu.clock import month_days
from guangfu.income.rules.models import Deadline, Leg, Passing, Period, Rhythm, Rules
from guangfu.income.shares import units_on
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings.passing import PassLine
from guangfu.ledger.split import split
from guangfu.stations.models import Registry


class CashKey(NamedTuple):
    """Whose cash it is: a station's energy month and part."""

    station_id: str
    month: str
    part: str


@dataclass(frozen=True, slots=True)
class Unshared:
    """Cash of a month in which nobody holds units of the station: it can't be passed on. [fen]"""

    key: CashKey
    amount: Fen


@dataclass(frozen=True, slots=True)
class Draft:
    """Lines by village; `held` are villages whose sum is not above zero, which wait for the next transfer."""

    lines: tuple[PassLine, ...]
    held: Mapping[str, Fen]
    unshared: tuple[Unshared, ...]


def month_units(registry: Registry, station_id: str, month: str) -> dict[str, int]:
    """The weight of each village that held units in a month: its share of each day, added up exactly.

    Days on which nobody holds units count for nobody. Units that change within the month, as when villages merge, count
    by their days. The weights are whole numbers without a common unit; only their proportions mean something.
    """
    days: dict[tuple[tuple[str, int], ...], int] = {}
    for day in month_days(month):
        held = units_on(registry, station_id, day)
        if held:
            days[held] = days.get(held, 0) + 1
    whole = lcm(*(sum(units for _, units in held) for held in days)) if days else 1
    weights: dict[str, int] = {}
    for held, count in days.items():
        each = whole // sum(units for _, units in held)
        for village, units in held:
            weights[village] = weights.get(village, 0) + units * each * count
    return dict(sorted(weights.items()))


def village_parts(amount: Fen, weights: Mapping[str, int]) -> dict[str, Fen]:
    """An amount of a station's month by village, largest remainder; empty where nobody holds units. [fen]"""
    return split(amount, weights) if weights else {}


def draft_lines(distributable: Mapping[CashKey, Fen], passed_on: Iterable[PassLine], registry: Registry) -> Draft:
    """What is to go on to each village now: its part of all that may be passed on, less what was.

    Args:
        distributable: Received less deductions borne, so far, by station, month and part. [fen]
        passed_on: Lines of every transfer that is not cancelled or returned. Where a match was reversed since, a line
            may be below zero: it is taken off the village's other lines.

    Returns:
        Sorted by village, station, month and part. A village whose lines don't sum to more than zero gets none.
    """
    was: dict[tuple[str, CashKey], int] = {}
    for line in passed_on:
        key = CashKey(line.station_id, line.month, line.part)
        was[line.village_id, key] = was.get((line.village_id, key), 0) + line.amount
    unshared: list[Unshared] = []
    now: dict[tuple[str, CashKey], int] = {key: -amount for key, amount in was.items()}
    for key, amount in distributable.items():
        parts = village_parts(amount, month_units(registry, key.station_id, key.month))
        if amount and not parts:
            unshared.append(Unshared(key, amount))
        for village, part in parts.items():
            now[village, key] = now.get((village, key), 0) + part
    return _draft(now, unshared)


def _draft(now: Mapping[tuple[str, CashKey], int], unshared: list[Unshared]) -> Draft:
    sums: dict[str, int] = {}
    for (village, _), amount in now.items():
        sums[village] = sums.get(village, 0) + amount
    lines = tuple(
        PassLine(village, *key, Fen(amount))
        for (village, key), amount in sorted(now.items())
        if amount and sums[village] > 0
    )
    held = {village: Fen(amount) for village, amount in sorted(sums.items()) if amount < 0}
    return Draft(lines, held, tuple(unshared))


def passing_rule(part: str, day: date, banner_code: str, rules: Rules) -> Passing | None:
    """How receipts of a part go on from a day on: the banner's own rule, else everybody's; the later."""
    fitting = [
        r for r in rules.passing if r.part == part and r.valid_from <= day and r.banner_code in {None, banner_code}
    ]
    return max(fitting, key=lambda r: (r.banner_code is not None, r.valid_from), default=None)


def may_pass(part: str, received_on: date, banner_code: str, until: date, rules: Rules) -> bool:
    """Whether a receipt goes with transfers of the receipts up to a day: a lump goes with the next ones anyway."""
    rule = passing_rule(part, received_on, banner_code, rules)
    return received_on <= until or (rule is not None and rule.rhythm is Rhythm.LUMP)


def period_days(period: str) -> tuple[date, date]:
    """First and last day of a month, quarter or year.

    >>> [day.isoformat() for day in period_days("2026-Q2")]
    ['2026-04-01', '2026-06-30']
    """
    if "Q" in period:
        year, quarter = period.split("-Q")
        first, last = 3 * int(quarter) - 2, 3 * int(quarter)
        return month_days(f"{year}-{first:02d}")[0], month_days(f"{year}-{last:02d}")[-1]
    months = (f"{period}-01", f"{period}-12") if len(period) == 4 else (period, period)
    return month_days(months[0])[0], month_days(months[1])[-1]


def deadline_for(leg: Leg, part: str | None, day: date, banner_code: str, rules: Rules) -> Deadline | None:
    """The deadline of a leg for energy, or a receipt, of a day: the banner's own, else everybody's; the later."""
    fitting = [
        d
        for d in rules.deadlines
        if d.leg is leg and d.part in {None, part} and d.banner_code in {None, banner_code} and d.valid_from <= day
    ]
    return max(fitting, key=lambda d: (d.banner_code is not None, d.part is not None, d.valid_from), default=None)


def due_on(deadline: Deadline, day: date) -> date:
    """The last day on which money for energy, or a receipt, of a day is in time.

    >>> from guangfu.income.rules import load_rules
    >>> base = next(d for d in load_rules().deadlines if d.deadline_id == "base-into-agency")
    >>> due_on(base, date(2026, 2, 10)).isoformat()
    '2026-06-30'
    """
    if deadline.period is Period.RECEIPT:
        month = _months_later(f"{day:%Y-%m}", deadline.months_after)
        return min(month_days(month)[-1], month_days(month)[0].replace(day=min(day.day, len(month_days(month)))))
    ends = {Period.MONTH: day.month, Period.QUARTER: (day.month + 2) // 3 * 3, Period.YEAR: 12}[deadline.period]
    return month_days(_months_later(f"{day.year}-{ends:02d}", deadline.months_after))[-1]


def _months_later(month: str, months: int) -> str:
    n = int(month[:4]) * 12 + int(month[5:]) - 1 + months
    return f"{n // 12}-{n % 12 + 1:02d}"
