"""A statement as values. Days are reading days: a register read at 00:00 of `window_to` ends the window before it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.texts import Text


@dataclass(frozen=True, slots=True)
class StatementMeter:
    """One meter between two readings. Registers are as displayed; energy is the register's difference × factor."""

    meter_number: str
    read_from: date
    read_to: date
    first_reading_wh: int
    last_reading_wh: int
    register_step_wh: int
    multiplication_factor: int
    transformer_loss_wh: int
    line_loss_wh: int
    settled_energy_wh: int

    def grown_wh(self, modulus_wh: int | None = None) -> int:
        """What the register gained, before the factor; a register that is full starts again at 0. [Wh]"""
        grown = self.last_reading_wh - self.first_reading_wh
        return grown + modulus_wh if grown < 0 and modulus_wh else grown

    @property
    def tolerance_wh(self) -> int:
        """One step of the register × the factor: two readings that are cut off differ by no more. [Wh]"""
        return self.register_step_wh * self.multiplication_factor

    @property
    def losses_wh(self) -> int:
        return self.transformer_loss_wh + self.line_loss_wh


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A part's energy × price = amount. [Wh, millionths of a yuan per kWh, fen]"""

    part: Part
    settled_energy_wh: int
    price_micro_yuan_per_kwh: int
    settled_fen: Fen


@dataclass(frozen=True, slots=True)
class StatementCorrection:
    """What the statement adds to, or takes from, a month that was settled before; both may be negative."""

    month: str
    part: Part
    settled_energy_wh: int
    settled_fen: Fen
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the power company settles for a station's month. The window is half open: `window_to` is not in it."""

    station_id: str
    month: str
    account_number: str
    number: str
    issued_on: date | None
    settled_energy_wh: int
    off_grid_energy_wh: int | None
    meters: tuple[StatementMeter, ...]
    lines: tuple[StatementLine, ...]
    corrections: tuple[StatementCorrection, ...] = ()
    source: str = ""

    @property
    def window_from(self) -> date:
        return min(meter.read_from for meter in self.meters)

    @property
    def window_to(self) -> date:
        return max(meter.read_to for meter in self.meters)

    @property
    def tolerance_wh(self) -> int:
        """The sum of its meters' tolerances. [Wh]"""
        return sum(meter.tolerance_wh for meter in self.meters)

    def part_fen(self, part: Part) -> Fen:
        """A part's amount without corrections. [fen]"""
        return Fen(sum(line.settled_fen for line in self.lines if line.part is part))

    def corrections_fen(self, part: Part) -> Fen:
        """A part's corrections, whatever month they name. [fen]"""
        return Fen(sum(one.settled_fen for one in self.corrections if one.part is part))

    @property
    def corrections_wh(self) -> int:
        """Energy of the corrections: of those of the base, since both parts are for the same energy. [Wh]"""
        return corrected_wh(self.corrections)

    def sha256(self) -> str:
        """Of what it says, not of where it stood: the same statement in two files is the same."""
        said = {name: value for name, value in asdict(self).items() if name != "source"}
        return hashlib.sha256(json.dumps(said, default=str, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def corrected_wh(corrections: Iterable[StatementCorrection]) -> int:
    """The energy that corrections are about: both parts of one are for the same energy, so it counts once. [Wh]"""
    rows = list(corrections)
    by_part = {part: sum(one.settled_energy_wh for one in rows if one.part is part) for part in Part}
    return by_part[Part.BASE] or by_part[Part.SUBSIDY]


_NOTHING: Final = Fen(0)


@dataclass(frozen=True, slots=True)
class SettledIncome:
    """What one statement settles for the energy of one month; the class of the table `settled_income`. [fen]

    A month is the sum of its rows: a later statement's correction is a row of its own, and may be negative.
    """

    station_id: str
    month: str
    statement_id: str
    settled_energy_wh: int
    settled_gross_fen: Fen
    settled_base_fen: Fen
    settled_subsidy_fen: Fen
    subsidy_year: int
    subsidy_receivable: bool
    unconfirmed: bool
    memo_subsidy_fen: Fen = _NOTHING
    """Of the subsidy, what is no receivable: all of it while the station is not listed, and what is beyond the listed
    capacity."""

    @property
    def receivable_subsidy_fen(self) -> Fen:
        return Fen(self.settled_subsidy_fen - self.memo_subsidy_fen if self.subsidy_receivable else 0)


def settled_months(statement: Statement) -> list[str]:
    """The months that a statement settles: its own first, then each older month that a correction names."""
    return [statement.month, *sorted({one.month for one in statement.corrections} - {statement.month})]


def settled_row(statement: Statement, statement_id: str, month: str) -> SettledIncome:
    """What a statement says of a month, as if all of its subsidy were a receivable."""
    own = month == statement.month
    named = [one for one in statement.corrections if one.month == month]
    base, subsidy = (
        sum(one.settled_fen for one in named if one.part is part) + (statement.part_fen(part) if own else 0)
        for part in (Part.BASE, Part.SUBSIDY)
    )
    return SettledIncome(
        station_id=statement.station_id,
        month=month,
        statement_id=statement_id,
        settled_energy_wh=corrected_wh(named) + (statement.settled_energy_wh if own else 0),
        settled_gross_fen=Fen(base + subsidy),
        settled_base_fen=Fen(base),
        settled_subsidy_fen=Fen(subsidy),
        subsidy_year=int(month[:4]),
        subsidy_receivable=True,
        unconfirmed=False,
    )


class Cause(StrEnum):
    """Why a statement differs from the estimate, in the order in which causes are taken off."""

    WINDOW = "window"
    FACTOR = "factor"
    LOSS = "loss"
    PRICE = "price"
    LISTED = "listed"
    CORRECTION = "correction"
    MISSING = "missing"
    REST = "rest"


CAUSE_NAMES = {
    Cause.WINDOW: Text("抄表周期", "window"),
    Cause.FACTOR: Text("倍率", "factor"),
    Cause.LOSS: Text("变损线损", "loss"),
    Cause.PRICE: Text("电价", "price"),
    Cause.LISTED: Text("补贴电量", "subsidised energy"),
    Cause.CORRECTION: Text("退补", "correction"),
    Cause.MISSING: Text("缺数", "missing data"),
    Cause.REST: Text("其余", "rest"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What one cause adds to the estimate to make the statement; zero where it plays no part. [Wh, fen]"""

    cause: Cause
    difference_wh: int
    difference_base_fen: Fen
    difference_subsidy_fen: Fen
