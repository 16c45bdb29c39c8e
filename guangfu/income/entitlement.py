"""What a centralized station's company owes a slot: so much a year, by days, exact in the year."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache

from guangfu.clock import years_after
from guangfu.income.rules.models import Confidence, Entitlement, Rules
from guangfu.ledger.fen import Fen
from guangfu.stations.models import Registry, Slot


def entitlement_fen(registry: Registry, slots: Iterable[Slot], start: date, end: date, rules: Rules) -> Fen:
    """Due to slots for the local days from `start` to `end`, both included. [fen]

    A day's due is the difference of the year's rounded cumulatives: day n of a year of d days brings the cumulative
    to yearly amount x n / d, rounded half up. So twelve months add up to the yearly amount exactly, and the days to
    the months. A slot that begins or ends within the year is due its own days; none are before the station's grid
    connection, nor after the number of years that the rule names.
    """
    return Fen(sum(_slot_fen(registry, slot, start, end, rules) for slot in slots))


def _slot_fen(registry: Registry, slot: Slot, start: date, end: date, rules: Rules) -> int:
    station = registry.stations.get(slot.station_id)
    if station is None:
        return 0
    first = max(start, slot.valid_from, station.grid_connected_on)
    ends = [end]
    ends += [day - timedelta(days=1) for day in (slot.valid_to, station.closed_on) if day is not None]
    last = min(ends)
    due, day = 0, first
    while day <= last:
        year_end = min(date(day.year, 12, 31), last)
        dues = _year(rules.entitlements, station.grid_connected_on, day.year)
        due += dues[year_end.timetuple().tm_yday] - dues[day.timetuple().tm_yday - 1]
        day = year_end + timedelta(days=1)
    return due


def entitlement_days(rules: Rules, connected: date, days: Sequence[date]) -> list[int]:
    """What a slot is due up to before each of consecutive days of one year, and after the last. [fen]"""
    dues = _year(rules.entitlements, connected, days[0].year)
    first = days[0].timetuple().tm_yday - 1
    return [dues[first + n] - dues[first] for n in range(len(days) + 1)]


@lru_cache(maxsize=1024)
def _year(entitlements: tuple[Entitlement, ...], connected: date, year: int) -> tuple[int, ...]:
    """The year's rounded cumulatives: [0] is 0, [n] is what is due after day n."""
    length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    sums, cumulative = [0], 0
    for n in range(length):
        cumulative += _yearly_on(entitlements, connected, date(year, 1, 1) + timedelta(days=n))
        sums.append((2 * cumulative + length) // (2 * length))
    return tuple(sums)


def _yearly_on(entitlements: tuple[Entitlement, ...], connected: date, day: date) -> int:
    rule = _rule_on(entitlements, day)
    return rule.fen_per_slot_year if rule is not None and day < years_after(connected, rule.years) else 0


def entitlement_unconfirmed(day: date, rules: Rules) -> bool:
    rule = _rule_on(rules.entitlements, day)
    return rule is not None and rule.confidence is Confidence.C and not rule.confirmed


def _rule_on(entitlements: tuple[Entitlement, ...], day: date) -> Entitlement | None:
    begun = [rule for rule in entitlements if rule.valid_from <= day]
    return max(begun, key=lambda rule: rule.valid_from, default=None)
