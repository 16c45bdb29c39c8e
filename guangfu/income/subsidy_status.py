"""Where a station stands in the state's list (补贴清单), and how much of its energy has a subsidy. Pure.

A station that is not listed has no receivable for its subsidy, only a memo of what it would be. Energy beyond the
listed capacity has none at all.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from guangfu.income.rules.models import Confidence, ListStatus, Rules, SubsidyStatus
from guangfu.ledger.fen import Fen
from guangfu.ledger.split import split
from guangfu.stations.models import Station
from guangfu.texts import Text

STATUS_NAMES: Final = {
    ListStatus.LISTED: Text("已列入补贴清单", "listed"),
    ListStatus.UNLISTED: Text("未列入补贴清单", "not listed"),
    ListStatus.SUSPENDED: Text("暂停补贴", "suspended"),
    ListStatus.REMOVED: Text("已移出补贴清单", "removed from the list"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A station's place in the list on a day.

    `receivable`: its subsidy is owed, so it may stand in the books; otherwise it is a memo. `unconfirmed`: the place is
    recalled, or nobody has said anything and it is taken as listed. Capacities are installed ones, DC side. [W]
    """

    status: ListStatus
    receivable: bool
    capacity_w: int
    listed_capacity_w: int | None
    document: str
    unconfirmed: bool

    @property
    def is_whole(self) -> bool:
        """Whether the subsidy of all of its energy is a receivable."""
        return self.receivable_of(self.capacity_w) == self.capacity_w

    def subsidised(self, amount: int) -> int:
        """The part of some energy [Wh], or of its money [fen], that has a subsidy, by capacity share.

        Whole units by largest remainder, so that it and the rest sum to the amount; negative for a correction.

        >>> Standing(ListStatus.LISTED, True, 300_000, 200_000, "", False).subsidised(1_000)
        667
        """
        listed = self.capacity_w if self.listed_capacity_w is None else min(self.listed_capacity_w, self.capacity_w)
        if self.status is ListStatus.REMOVED or listed <= 0:
            return 0
        if listed == self.capacity_w:
            return amount
        return int(split(Fen(amount), {"listed": listed, "rest": self.capacity_w - listed})["listed"])

    def receivable_of(self, amount: int) -> int:
        """The part of some energy, or of its money, whose subsidy is a receivable: none while it is not listed."""
        return self.subsidised(amount) if self.receivable else 0


def subsidy_standing(station: Station, day: date, rules: Rules) -> Standing:
    """The station's place in the list on a local day.

    Of the rows that hold on the day the one that began last counts. Where there is none, the station is taken as listed
    with all of its capacity, and the standing is unconfirmed.
    """
    rows = [row for row in rules.subsidy_status.get(station.station_id, ()) if _holds(row, day)]
    row = max(rows, key=lambda row: row.valid_from, default=None)
    if row is None:
        return Standing(ListStatus.LISTED, True, station.capacity_dc_w, None, "", True)
    return Standing(
        status=row.status,
        receivable=row.status is ListStatus.LISTED,
        capacity_w=station.capacity_dc_w,
        listed_capacity_w=row.listed_capacity_w,
        document=row.document,
        unconfirmed=row.confidence is Confidence.C and not row.confirmed,
    )


def standing_changes(station: Station, rules: Rules) -> set[date]:
    """The days on which the station's place may change."""
    rows = rules.subsidy_status.get(station.station_id, ())
    return {day for row in rows for day in (row.valid_from, row.valid_to) if day is not None}


def with_subsidy_status(rules: Rules, rows: Iterable[SubsidyStatus]) -> Rules:
    """The rules with the places of stations in the list; with any row their version is another one.

    So whatever is computed again when rules change is computed again when a place does.
    """
    kept = sorted(rows, key=lambda row: (row.station_id, row.valid_from))
    if not kept:
        return replace(rules, subsidy_status={})
    digest = hashlib.sha256("\n".join([rules.version, *map(repr, kept)]).encode()).hexdigest()
    by_station: dict[str, tuple[SubsidyStatus, ...]] = {}
    for row in kept:
        by_station[row.station_id] = (*by_station.get(row.station_id, ()), row)
    return replace(rules, subsidy_status=by_station, version=digest[:12])


def _holds(row: SubsidyStatus, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)
