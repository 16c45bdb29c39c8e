"""Why a statement differs from the estimate: cause by cause, so that the causes sum to the difference exactly. Pure.

What is compared is the statement with its corrections, and the estimate of the calendar month as it stands. A cause
is what remains of the difference when all causes before it are taken off:

    window      the estimate of the statement's own days, less that of the calendar month
    factor      registers' growth × (the statement's factor - ours)
    loss        transformer and line loss, which telemetry does not see
    missing     what telemetry did not measure, as far as it can be due to that
    price       the statement's energy × (its price - ours)
    listed      energy for which the statement has a subsidy, less that for which the subsidy list lets us expect one
    correction  退补, of whatever month
    rest        what none of these explains; roundings are here
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final

from guangfu.income.settlement.models import Cause, Difference, Statement, StatementMeter
from guangfu.income.settlement.window import WindowEstimate
from guangfu.income.settlement.worth import rounded
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen

LOOK: Final = (Cause.FACTOR, Cause.PRICE, Cause.MISSING, Cause.REST)
"""What a person must look at; the others are explained by the statement itself."""


@dataclass(frozen=True)
class OurMeter:
    """What the registry says of a statement's meter."""

    multiplication_factor: int
    register_modulus_wh: int | None = None


MeterKey = tuple[str, date]
"""A statement's meter by its number and the day of its first reading."""


@dataclass(frozen=True)
class MonthEstimated:
    """The estimate of a calendar month as it stands."""

    energy_wh: int
    base_fen: Fen
    subsidy_fen: Fen


NOT_ESTIMATED: Final = MonthEstimated(0, Fen(0), Fen(0))


@dataclass(frozen=True)
class Compared:
    """What a statement is held against: our month, our window, and the registry's meters."""

    month: MonthEstimated
    window: WindowEstimate
    meters: Mapping[MeterKey, OurMeter] = field(default_factory=dict)

    def factor(self, meter: StatementMeter) -> int:
        """Ours; a meter that the registry does not have is taken to have the statement's."""
        ours = self.meters.get((meter.meter_number, meter.read_from))
        return meter.multiplication_factor if ours is None else ours.multiplication_factor

    def modulus_wh(self, meter: StatementMeter) -> int | None:
        ours = self.meters.get((meter.meter_number, meter.read_from))
        return None if ours is None else ours.register_modulus_wh


def explain(statement: Statement, compared: Compared) -> tuple[Difference, ...]:
    """The difference of the statement, corrections included, from the month's estimate, by cause in `Cause`'s order.

    The causes sum to the difference exactly: in Wh, and in fen for each part.
    """
    wh = _causes_wh(statement, compared)
    base, subsidy = (_causes_fen(statement, compared, part, wh) for part in (Part.BASE, Part.SUBSIDY))
    return tuple(Difference(cause, wh[cause], base[cause], subsidy[cause]) for cause in Cause)


def _causes_wh(statement: Statement, compared: Compared) -> dict[Cause, int]:
    found = dict.fromkeys(Cause, 0)
    window = compared.window
    found[Cause.WINDOW] = window.energy_wh - compared.month.energy_wh
    found[Cause.FACTOR] = sum(
        meter.grown_wh(compared.modulus_wh(meter)) * (meter.multiplication_factor - compared.factor(meter))
        for meter in statement.meters
    )
    found[Cause.LOSS] = -sum(meter.losses_wh for meter in statement.meters)
    open_wh = statement.settled_energy_wh - window.energy_wh - found[Cause.FACTOR] - found[Cause.LOSS]
    found[Cause.MISSING] = min(max(open_wh, window.missing_low_wh), window.missing_high_wh)
    found[Cause.REST] = open_wh - found[Cause.MISSING]
    found[Cause.CORRECTION] = statement.corrections_wh
    return found


def _causes_fen(statement: Statement, compared: Compared, part: Part, wh: Mapping[Cause, int]) -> dict[Cause, Fen]:
    window, month = compared.window, compared.month
    full = window.price.get(part, Fraction(0))
    price = full if part is Part.BASE else full * window.subsidised
    before, of_window = (
        (month.base_fen, window.base_fen) if part is Part.BASE else (month.subsidy_fen, window.subsidy_fen)
    )
    found = {cause: rounded(wh[cause] * price) for cause in (Cause.FACTOR, Cause.LOSS, Cause.MISSING)}
    found[Cause.WINDOW] = Fen(of_window - before)
    paid_for = _paid_for(statement, part)
    found[Cause.LISTED] = rounded(paid_for * full - statement.settled_energy_wh * price) if paid_for else Fen(0)
    expected = paid_for * full if paid_for else statement.settled_energy_wh * price
    found[Cause.PRICE] = rounded(_worth(statement, part) - expected)
    found[Cause.CORRECTION] = statement.corrections_fen(part)
    total = statement.part_fen(part) + statement.corrections_fen(part) - before
    found[Cause.REST] = Fen(total - sum(found.values()))
    return found


def _worth(statement: Statement, part: Part) -> int:
    """What the statement's lines are worth before rounding. [Wh × millionths of a yuan per kWh]"""
    return sum(line.settled_energy_wh * line.price_micro_yuan_per_kwh for line in statement.lines if line.part is part)


def _paid_for(statement: Statement, part: Part) -> int:
    """For how much energy the statement has a part: of the base for all; 0 where it does not have the part. [Wh]"""
    lines = [line.settled_energy_wh for line in statement.lines if line.part is part]
    return statement.settled_energy_wh if lines and part is Part.BASE else sum(lines)


def attention(differences: tuple[Difference, ...], tolerance_wh: int, *, estimated: bool) -> tuple[Cause, ...]:
    """The causes for which a person must look at the statement before it is posted.

    Energy within the tolerance is as good as equal, and a rest in fen follows the rest in Wh. Factor and price differ,
    or they do not.

    Args:
        tolerance_wh: A step of the registers × the factor.
        estimated: Whether there was an estimate to compare with.
    """
    by_cause = {one.cause: one for one in differences}
    price = by_cause[Cause.PRICE]
    found = {
        Cause.FACTOR: by_cause[Cause.FACTOR].difference_wh != 0,
        Cause.PRICE: bool(price.difference_base_fen or price.difference_subsidy_fen),
        Cause.MISSING: not estimated or abs(by_cause[Cause.MISSING].difference_wh) > tolerance_wh,
        Cause.REST: abs(by_cause[Cause.REST].difference_wh) > tolerance_wh,
    }
    return tuple(cause for cause in LOOK if found[cause])
