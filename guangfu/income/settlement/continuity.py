"""Whether a station's statements follow on each other: days left out or counted twice, registers that jump. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from guangfu.income.settlement.models import Statement, StatementMeter
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen


@dataclass(frozen=True, slots=True)
class Gap:
    """What lies between a statement and the next one of its station. [Wh, fen]

    Attributes:
        meter_number: The meter whose readings do not meet; `None` where they have no meter in common.
        ends, begins: The day on which the first was read last, and the next one first.
        energy_wh: What no statement settles; below zero where two settle it; `None` where no meter tells.
        base_fen, subsidy_fen: What that is worth by the next statement's mean prices.
    """

    station_id: str
    before_id: str
    after_id: str
    meter_number: str | None
    ends: date
    begins: date
    energy_wh: int | None
    base_fen: Fen | None
    subsidy_fen: Fen | None

    @property
    def days(self) -> int:
        """Days that neither counts; below zero where both do."""
        return (self.begins - self.ends).days


def gaps(statements: Iterable[tuple[str, Statement]]) -> list[Gap]:
    """Between consecutive statements of each station: windows or registers that do not meet.

    Args:
        statements: With their ids, in any order; none that is replaced.
    """
    stations: dict[str, list[tuple[str, Statement]]] = {}
    for one in statements:
        stations.setdefault(one[1].station_id, []).append(one)
    return [
        gap
        for _, of in sorted(stations.items())
        for before, after in pairwise(sorted(of, key=lambda one: (one[1].window_from, one[0])))
        for gap in _between(*before, *after)
    ]


def _between(before_id: str, before: Statement, after_id: str, after: Statement) -> list[Gap]:
    last = {meter.meter_number: meter for meter in sorted(before.meters, key=lambda meter: meter.read_to)}
    later = sorted(after.meters, key=lambda meter: meter.read_from, reverse=True)
    first = {meter.meter_number: meter for meter in later}
    names = [name for name in first if name in last]
    place = before.station_id, before_id, after_id
    if not names and before.window_to != after.window_from:
        return [Gap(*place, None, before.window_to, after.window_from, None, None, None)]
    return [
        Gap(*place, name, last[name].read_to, first[name].read_from, energy, *_worth(energy, after))
        for name in names
        if (energy := _energy(last[name], first[name])) or last[name].read_to != first[name].read_from
    ]


def _energy(last: StatementMeter, first: StatementMeter) -> int:
    return (first.first_reading_wh - last.last_reading_wh) * first.multiplication_factor


def _worth(energy_wh: int, said: Statement) -> tuple[Fen, Fen]:
    """By the statement's mean price of each part. [fen]"""
    base, subsidy = (
        Fen(round(Fraction(energy_wh * said.part_fen(part), said.settled_energy_wh)) if said.settled_energy_wh else 0)
        for part in (Part.BASE, Part.SUBSIDY)
    )
    return base, subsidy


def touching(found: Sequence[Gap], ids: Iterable[str]) -> tuple[Gap, ...]:
    """Those before or after one of the statements."""
    wanted = set(ids)
    return tuple(gap for gap in found if {gap.before_id, gap.after_id} & wanted)
