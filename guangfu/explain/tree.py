"""The explanation as a tree: each step says what went in, the formula with its figures, and what came out.

A step has parts and grounds. **Parts** are of the same kind and unit as the step and sum to its amount exactly: that is
asserted when a step is made. **Grounds** are what the amount was computed from, with an amount, and a tree, of their
own: another unit (energy under money), another whole (a station's amount under a village's share), or a document.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from guangfu.ledger.fen import Fen, yuan_text


class Unit(StrEnum):
    FEN = "fen"
    WH = "Wh"


class Amount(StrEnum):
    """The five amounts, which are never mixed, and what lies beside them. Each has a chain of its own."""

    ESTIMATED = "estimated"
    DISTRIBUTABLE = "distributable"
    """What the estimate leaves after deductions: what to expect."""
    SETTLED = "settled"
    RECEIVED = "received"
    PASSED_ON = "passed_on"
    ENTITLEMENT = "entitlement"
    """What a centralized station's company owes to slots."""
    PLANNED = "planned"
    """A person's planned pay: a post's wage."""
    DUE = "due"
    PAID = "paid"
    INDICATOR = "indicator"
    """An equal part per household: never a payment."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that went into a step, by its name. `confidence`: A, B or C, of a rule's document; otherwise empty."""

    name: str
    value: str
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class EntryRef:
    """An entry of the journal that carries the amount. `hash`: of the chain, hexadecimal."""

    book: str
    seq: int
    key: str
    hash: str


@dataclass(frozen=True, slots=True)
class See:
    """What is explained elsewhere: the words of another `guangfu explain`."""

    subject: str
    id: str
    period: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `amount` is `None` where the data are not enough, and `insufficient` says why. [fen or Wh, by `unit`]

    Attributes:
        kind: What the step is, as a word that does not change: `part`, `day`, `tariff`, `meter`, `receipt`, …
        title: The same for people, in the language that was asked for.
        formula: The computation with its figures, or an empty text.
        unconfirmed: What the amount rests on that nobody has confirmed.
        parts: Sum to `amount`; those without an amount are left out of the sum.
    """

    kind: str
    title: str
    amount: int | None = None
    unit: Unit = Unit.FEN
    formula: str = ""
    facts: tuple[Fact, ...] = ()
    unconfirmed: str = ""
    insufficient: str = ""
    entries: tuple[EntryRef, ...] = ()
    see: tuple[See, ...] = ()
    parts: "tuple[Step, ...]" = field(default=())
    grounds: "tuple[Step, ...]" = field(default=())

    def __post_init__(self) -> None:
        known = [part for part in self.parts if part.amount is not None]
        assert all(part.unit is self.unit for part in known), f"{self.title}: parts of another unit"
        if known:
            total = sum(part.amount or 0 for part in known)
            assert self.amount == total, f"{self.title}: {self.amount} is not the sum of its parts, {total}"

    def walk(self) -> "Iterator[Step]":
        """The step and everything under it, the step first."""
        yield self
        for one in (*self.parts, *self.grounds):
            yield from one.walk()


@dataclass(frozen=True, slots=True)
class Chain:
    """One of the amounts with its tree."""

    of: Amount
    root: Step


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is said of a subject's period: a chain for each amount that there is."""

    subject: str
    id: str
    name: str
    period: str
    synthetic: bool
    rules_version: str
    chains: tuple[Chain, ...]

    def chain(self, of: Amount) -> Step | None:
        return next((chain.root for chain in self.chains if chain.of is of), None)


def whole(parts: Sequence[Step]) -> int | None:
    """The sum of parts; `None` where no part has an amount. [fen or Wh]"""
    known = [part.amount for part in parts if part.amount is not None]
    return sum(known) if known else None


def amount_text(amount: int | None, unit: Unit) -> str:
    """As it is printed: yuan to the fen, kWh to the watt-hour.

    >>> amount_text(1806432, Unit.FEN), amount_text(-59520000, Unit.WH), amount_text(None, Unit.WH)
    ('18,064.32', '-59,520.000', '—')
    """
    if amount is None:
        return "—"
    return yuan_text(Fen(amount)) if unit is Unit.FEN else kwh_text(amount)


def kwh_text(energy_wh: int) -> str:
    kwh, wh = divmod(abs(energy_wh), 1000)
    return f"{'-' if energy_wh < 0 else ''}{kwh:,}.{wh:03d}"
