"""A month of many stations at once, as columns: from daily energy to every household's fen.

The rules are those of `estimate`, `shares`, `households` and `entitlement`, on arrays; tests hold them equal. It is
what a province or the whole nation is computed by, where one object a household would not fit.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guangfu.income.estimate import PER_FEN
from guangfu.ledger.split_columns import split_columns, split_equally

Ints = NDArray[np.int64]
_MILLION: Final = 1_000_000


@dataclass(frozen=True)
class MonthColumns:
    """A month of s stations with d days, sharing t terms: prices and deductions of stations that have the same.

    Attributes:
        energy_wh: (s, d); below zero where the day has no figure [Wh]
        terms: (s,) which terms a station has
        price, base: (t, d); below zero where no tariff applies [millionths of a yuan per kWh]
        deduction: (t, d, k) shares of gross by position, in order [millionths]
        stretch: (s, d) which stretch the day belongs to: days of a station with the same holders; -1 for none
        stretches: How many stretches there are; each has a holder.
        holder_start: (stretches,) where the holders of a stretch begin
        holder_village, holder_units: (h,) holders in the order of their villages' ids
        households: (v,) indicator households of each village, in the order of villages
        slot_household: (n,) which household holds the slot
        slot_class, slot_first, slot_end: (n,) which due table the slot has, and its days of the month: from the
            first to the one before the end
        due: (c, d + 1) what a slot of a class is due up to before each day of the month [fen]
        slot_holders: How many households hold slots.
        left_wh: (s,) how much more energy has a subsidy; `None` where hours with subsidy are not limited [Wh]
        listed_w: (s, d) the capacity whose subsidy is a receivable; `None` where all of every station's is [W]
        capacity_w: (s,) installed; asked only where `listed_w` is there [W]
        most: (s, d, k) a day's part of a deduction's limit, below zero where it has none; `None` where none has
            [millionths of a fen]
    """

    energy_wh: Ints
    terms: Ints
    price: Ints
    base: Ints
    deduction: Ints
    stretch: Ints
    stretches: int
    holder_start: Ints
    holder_village: Ints
    holder_units: Ints
    households: Ints
    slot_household: Ints
    slot_class: Ints
    slot_first: Ints
    slot_end: Ints
    due: Ints
    slot_holders: int
    left_wh: Ints | None = None
    listed_w: Ints | None = None
    capacity_w: Ints | None = None
    most: Ints | None = None


@dataclass(frozen=True)
class MonthFen:
    """What `MonthColumns` are worth. [fen]

    Attributes:
        gross, base: (s,) of each station's month; the subsidy is what remains
        holder_gross, holder_base, holder_deductions: (h,) each holder's part of its stretch
        distributable: (v,) of each village
        indicator: (sum of households,) each household's equal part, village by village, by id
        entitlement: (slot holders,) what each household's slots are due
    """

    gross: Ints
    base: Ints
    holder_gross: Ints
    holder_base: Ints
    holder_deductions: Ints
    distributable: Ints
    indicator: Ints
    entitlement: Ints


def month_fen(month: MonthColumns, stations_at_once: int = 20_000) -> MonthFen:
    """Everybody's fen of a month; working memory is for so many stations."""
    n = len(month.terms)
    gross, base = np.zeros(n, np.int64), np.zeros(n, np.int64)
    limited = month.most is not None
    sums = np.zeros((2 + (1 + limited) * month.deduction.shape[2], month.stretches), np.int64)
    for first in range(0, n, stations_at_once):
        part = slice(first, first + stations_at_once)
        day_gross, day_base = _daily(month, part)
        gross[part], base[part] = day_gross.sum(axis=1), day_base.sum(axis=1)
        _add_stretches(sums, month, part, day_gross, day_base)
    holders = _divided(month, sums)
    distributable = np.zeros(len(month.households), np.int64)
    np.add.at(distributable, month.holder_village, holders[0] - holders[2])
    indicator = split_equally(np.maximum(distributable, 0), month.households)
    return MonthFen(gross, base, *holders, distributable, indicator, _entitlements(month))


def _daily(month: MonthColumns, part: slice) -> tuple[Ints, Ints]:
    """Gross and base of each day: the differences of the rounded cumulatives."""
    energy, terms = month.energy_wh[part], month.terms[part]
    counted = (energy >= 0) & (month.price[terms] >= 0)
    energy = np.where(counted, energy, 0)
    base = energy * month.base[terms]
    paid_for = _paid_for(month, part, energy)
    return _rounded(base + paid_for * (month.price[terms] - month.base[terms])), _rounded(base)


def _paid_for(month: MonthColumns, part: slice, energy: Ints) -> Ints:
    """The part of each day's energy whose subsidy is a receivable: within the hours, by the listed capacity. [Wh]"""
    if month.left_wh is not None:
        up_to = np.minimum(np.cumsum(energy, axis=1), month.left_wh[part][:, None])
        energy = np.diff(up_to, axis=1, prepend=0)
    if month.listed_w is None:
        return energy
    assert month.capacity_w is not None, "listed capacities without the installed ones"
    listed, whole = month.listed_w[part], month.capacity_w[part][:, None]
    # Of two parts by largest remainder, ties to the listed one, the listed one is rounded half up.
    return (2 * energy * listed + whole) // (2 * whole)


def _rounded(worth: Ints) -> Ints:
    cumulative = (2 * np.cumsum(worth, axis=1) + PER_FEN) // (2 * PER_FEN)
    return np.diff(cumulative, axis=1, prepend=0)


def _add_stretches(sums: Ints, month: MonthColumns, part: slice, gross: Ints, base: Ints) -> None:
    stretch, terms = month.stretch[part], month.terms[part]
    held = stretch >= 0
    at = stretch[held]
    np.add.at(sums[0], at, gross[held])
    np.add.at(sums[1], at, base[held])
    positions = month.deduction.shape[2]
    for position in range(positions):
        share = month.deduction[:, :, position]
        if share.any():
            worth = gross * share[terms]
            np.add.at(sums[2 + position], at, worth[held])
            if month.most is not None:
                most = month.most[part, :, position]
                counted = (month.energy_wh[part] >= 0) & (month.price[terms] >= 0)
                most = np.where(most < 0, worth, np.where(counted, most, 0))
                np.add.at(sums[2 + positions + position], at, most[held])


def _divided(month: MonthColumns, sums: Ints) -> tuple[Ints, Ints, Ints]:
    """Gross, base and deductions of each holder; a deduction is rounded once, and at most what is left is taken."""
    gross, base = sums[0], sums[1]
    worth = sums[2:] if month.most is None else np.minimum(*np.split(sums[2:], 2))
    asked = np.maximum((2 * worth + _MILLION) // (2 * _MILLION), 0).sum(axis=0)
    taken = np.minimum(asked, np.maximum(gross, 0))
    start, units = month.holder_start, month.holder_units
    holder_base = split_columns(base, start, units)
    holder_gross = holder_base + split_columns(gross - base, start, units)
    bearing = np.flatnonzero(taken > 0)
    weights = np.maximum(holder_gross, 0)
    borne = np.zeros(len(units), np.int64)
    if len(bearing):
        sizes = np.diff(np.append(start, len(units)))
        rows = np.repeat(taken > 0, sizes)
        picked = sizes[bearing]
        borne[rows] = split_columns(taken[bearing], np.cumsum(picked) - picked, weights[rows])
    return holder_gross, holder_base, borne


def _entitlements(month: MonthColumns) -> Ints:
    found = np.zeros(month.slot_holders, np.int64)
    end = np.maximum(month.slot_end, month.slot_first)
    np.add.at(
        found, month.slot_household, month.due[month.slot_class, end] - month.due[month.slot_class, month.slot_first]
    )
    return found
