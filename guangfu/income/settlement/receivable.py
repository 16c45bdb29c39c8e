"""How much of a settled subsidy is a receivable by the station's place in the list; the rest is a memo. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from guangfu.income.settlement.models import SettledIncome, Statement, settled_months, settled_row
from guangfu.income.subsidy_status import Standing
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.split import split

StandingOf = Callable[[str], Standing]
"""The station's place in the list for the energy of a month."""


@dataclass(frozen=True)
class Memos:
    """Of a statement's subsidy, what is no receivable: of its own energy, and of its corrections by month. [fen]"""

    own: Fen
    corrections: Mapping[str, Fen] = field(default_factory=dict)

    def of(self, month: str, *, own: bool) -> Fen:
        return Fen(self.corrections.get(month, 0) + (self.own if own else 0))


def memos(said: Statement, standing_of: StandingOf, before: Mapping[str, int]) -> Memos:
    """What of a statement's subsidy is a memo only.

    While the station is not listed all of it is. Beyond the listed capacity energy has no subsidy: where the statement
    has one for more of its energy than the capacity's share, the rest is a memo. A correction of a month's energy is
    divided likewise; one that takes back subsidy alone takes the month's memo first.

    Args:
        before: What is a memo of each month by other statements. [fen]
    """
    found = {
        month: _of_correction(said, month, standing_of(month), before.get(month, 0))
        for month in {one.month for one in said.corrections}
    }
    return Memos(_own(said, standing_of(said.month)), found)


def _own(said: Statement, standing: Standing) -> Fen:
    subsidy = said.part_fen(Part.SUBSIDY)
    paid_for = sum(line.settled_energy_wh for line in said.lines if line.part is Part.SUBSIDY)
    if not standing.receivable:
        return subsidy
    listed = max(standing.receivable_of(said.settled_energy_wh), 0)
    if standing.is_whole or paid_for <= listed:
        return Fen(0)
    return split(subsidy, {"listed": listed, "rest": paid_for - listed})["rest"]


def _of_correction(said: Statement, month: str, standing: Standing, before: int) -> Fen:
    rows = [one for one in said.corrections if one.month == month]
    subsidy = sum(one.settled_fen for one in rows if one.part is Part.SUBSIDY)
    of_energy = any(one.settled_energy_wh for one in rows if one.part is Part.BASE)
    if of_energy or not standing.receivable:
        return Fen(subsidy - standing.receivable_of(subsidy))
    return Fen(max(min(subsidy, 0), -before))


def settled_income(said: Statement, statement_id: str, standing_of: StandingOf, memo: Memos) -> list[SettledIncome]:
    """The rows of a statement, one for each month that it settles."""
    found = []
    for month in settled_months(said):
        standing = standing_of(month)
        found.append(
            replace(
                settled_row(said, statement_id, month), subsidy_receivable=standing.receivable,
                unconfirmed=standing.unconfirmed, memo_subsidy_fen=memo.of(month, own=month == said.month),
            )
        )  # fmt: skip
    return found


def receivable_amounts(said: Statement, memo: Memos) -> tuple[dict[Part, Fen], dict[tuple[str, Part], Fen]]:
    """What a statement makes a receivable: of its own energy by part, of its corrections by month and part. [fen]"""
    own = {Part.BASE: said.part_fen(Part.BASE), Part.SUBSIDY: Fen(said.part_fen(Part.SUBSIDY) - memo.own)}
    corrections: dict[tuple[str, Part], Fen] = {}
    for one in said.corrections:
        before = corrections.get((one.month, one.part), Fen(0))
        corrections[one.month, one.part] = Fen(before + one.settled_fen)
    for month, amount in memo.corrections.items():
        if amount:
            corrections[month, Part.SUBSIDY] = Fen(corrections[month, Part.SUBSIDY] - amount)
    return own, corrections
