"""What a station's months bear of its costs, in order, and what they carry forward. Pure.

A cost is due in a month: a share of what was settled or received, or in its place what invoices say. A month bears it
as far as it has cash that has not been passed on, positions in order, base before subsidy; the rest is carried to the
station's next month. So no village's share is ever below zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from guangfu.clock import month_days
from guangfu.income.rules.models import Confidence, Deduction, DeductionBase, Rules
from guangfu.income.shares import deductions_on, month_limit_fen
from guangfu.ledger.fen import Fen
from guangfu.ledger.split import split
from guangfu.stations.models import Station


class CostWay(StrEnum):
    """Where a cost's amount comes from."""

    RATE = "rate"
    INVOICE = "invoice"
    VAT = "vat"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a month is to bear in one position. [fen]"""

    position: int
    deduction_id: str
    due: Fen
    way: CostWay
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class Invoiced:
    """An invoice that takes the place of a deduction's rate from one month to another, both included. [fen]"""

    deduction_id: str
    station_id: str
    month_from: str
    month_to: str
    amount: Fen

    def of_month(self, month: str) -> Fen:
        """The month's part: equal parts, spare fen to the earlier months; nothing outside of its months."""
        months = months_between(self.month_from, self.month_to)
        return split(self.amount, dict.fromkeys(months, 1))[month] if month in months else Fen(0)


@dataclass(frozen=True, slots=True)
class MonthCash:
    """A station's month: its costs, and cash by part that was received and has not been passed on. [fen]"""

    month: str
    base: Fen
    subsidy: Fen
    costs: tuple[Cost, ...]


@dataclass(frozen=True, slots=True)
class Borne:
    """One position of a month: borne and carried = due and carried before. [fen]"""

    month: str
    position: int
    deduction_id: str
    due: Fen
    carried_before: Fen
    borne_base: Fen
    borne_subsidy: Fen
    carried: Fen
    way: CostWay
    unconfirmed: bool

    @property
    def borne(self) -> Fen:
        return Fen(self.borne_base + self.borne_subsidy)


def bear(months: Sequence[MonthCash]) -> list[Borne]:
    """Bears the costs of one station's months, in the order of the months.

    Example:
        >>> cost = Cost(5, "operation", Fen(30), CostWay.RATE, False)
        >>> may, june = (MonthCash(m, Fen(a), Fen(0), (cost,)) for m, a in (("2026-05", 20), ("2026-06", 90)))
        >>> rows = bear([june, may])
        >>> [(row.borne, row.carried) for row in rows]
        [(20, 10), (40, 0)]
    """
    carried: dict[int, Borne] = {}
    rows: list[Borne] = []
    for month in sorted(months, key=lambda month: month.month):
        base, subsidy = max(month.base, 0), max(month.subsidy, 0)
        costs = {cost.position: cost for cost in month.costs}
        for position in sorted(costs.keys() | carried.keys()):
            row = _bear_one(month.month, costs.get(position), carried.pop(position, None), base, subsidy, position)
            base, subsidy = base - row.borne_base, subsidy - row.borne_subsidy
            rows.append(row)
            if row.carried:
                carried[position] = row
    return rows


def _bear_one(month: str, cost: Cost | None, before: Borne | None, base: int, subsidy: int, position: int) -> Borne:
    due, carried_before = cost.due if cost else Fen(0), before.carried if before else Fen(0)
    asked = due + carried_before
    of_base = min(asked, base)
    of_subsidy = min(asked - of_base, subsidy)
    known = cost or before
    assert known is not None, "a position that nothing is due in"
    return Borne(
        month=month,
        position=position,
        deduction_id=known.deduction_id,
        due=due,
        carried_before=carried_before,
        borne_base=Fen(of_base),
        borne_subsidy=Fen(of_subsidy),
        carried=Fen(asked - of_base - of_subsidy),
        way=known.way,
        unconfirmed=known.unconfirmed or (before is not None and before.unconfirmed),
    )


def month_costs(
    station: Station, month: str, *, settled: Fen, received: Fen, invoices: Iterable[Invoiced], vat: Fen, rules: Rules,
    vat_unconfirmed: bool = False,
) -> tuple[Cost, ...]:  # fmt: skip
    """What a station's month is to bear, by the rules in force on its last day.

    Args:
        settled: Gross of the month. [fen]
        received: What of it came in. [fen]
        invoices: Of the station, of any month.
        vat: VAT that the agency owes for the month, due beside what else is in the position of `taxes`. [fen]
        vat_unconfirmed: Whether its rule is.
    """
    given = list(invoices)
    deductions = deductions_on(month_days(month)[-1], rules, station)
    return tuple(
        _cost(
            one, station, month, settled if one.base is DeductionBase.GROSS else received, given, vat, vat_unconfirmed
        )
        for one in deductions
    )


TAXES = "taxes"
"""The deduction that VAT is due beside."""


def _cost(
    one: Deduction, station: Station, month: str, base: Fen, invoices: Sequence[Invoiced], vat: Fen,
    vat_unconfirmed: bool,
) -> Cost:  # fmt: skip
    found = [i for i in invoices if i.deduction_id == one.deduction_id and i.month_from <= month <= i.month_to]
    by_rate = _limited(_share(max(base, 0), one.share_of_gross), one, station)
    due = sum(invoice.of_month(month) for invoice in found) if found else by_rate
    way = CostWay.INVOICE if found else CostWay.RATE
    doubtful = not found and one.confidence is not Confidence.A and not one.confirmed
    if one.deduction_id == TAXES and vat:
        due, way, doubtful = due + vat, CostWay.VAT, doubtful or vat_unconfirmed
    return Cost(one.position, one.deduction_id, Fen(due), way, doubtful)


def _share(amount: int, share: Decimal) -> int:
    """Half up, in integers."""
    unit = 10**6
    return (2 * amount * int(share.scaleb(6)) + unit) // (2 * unit)


def _limited(due: int, one: Deduction, station: Station) -> int:
    most = month_limit_fen(one, station)
    return due if most is None else min(due, most)


def months_between(first: str, last: str) -> list[str]:
    """The months from one to another, both included.

    >>> months_between("2025-11", "2026-02")
    ['2025-11', '2025-12', '2026-01', '2026-02']
    """
    begin, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(begin, end + 1)]
