"""A village's share of a station: the units with their dates, and the split that they make."""

from collections.abc import Mapping
from typing import Final

from guangfu.clock import month_days
from guangfu.explain.energy import REMARK
from guangfu.explain.source import Source
from guangfu.explain.tree import Fact, Step
from guangfu.income.passing_on import month_units, village_parts
from guangfu.income.villages import overlaps
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.stations.models import Station
from guangfu.texts import Text

SHARE: Final = Text("份额", "share units")
UNITS: Final = Text("{units} 份", "{units} units")
BY_DAYS: Final = Text("月内份额有变，按天计权", "units changed within the month: weighted by days")
REMAINDER: Final = Text("最大余数法取整到分", "largest remainder, to the fen")


def share_step(source: Source, station: Station, month: str) -> Step:
    """Who held units of the station in the month, with dates."""
    first, last = month_days(month)[0], month_days(month)[-1]
    rows = [row for row in source.registry.shares_of.get(station.station_id, ()) if overlaps(row, first, last)]
    facts = tuple(
        Fact(
            row.village_id,
            source.joined(source.say(UNITS, units=row.units), source.between(row.valid_from, row.valid_to)),
        )
        for row in sorted(rows, key=lambda row: (row.village_id, row.valid_from))
    )
    moved = any(row.valid_from > first or (row.valid_to is not None and row.valid_to <= last) for row in rows)
    more = (source.fact(REMARK, BY_DAYS if moved else REMAINDER),)
    return Step("share", source.say(SHARE), facts=(*facts, *more))


def month_share(source: Source, station: Station, month: str, village_id: str, amount: int) -> tuple[int, str]:
    """The village's part of an amount of a station's month, as it is passed on, and the formula. [fen]"""
    weights = month_units(source.registry, station.station_id, month)
    part = village_parts(Fen(amount), weights).get(village_id, Fen(0))
    return part, share_formula(amount, weights, village_id, part)


def share_formula(amount: int, weights: Mapping[str, int], village_id: str, part: int) -> str:
    total = sum(weights.values())
    return f"{yuan_text(Fen(amount))} × {weights.get(village_id, 0):,} / {total:,} = {yuan_text(Fen(part))}"
