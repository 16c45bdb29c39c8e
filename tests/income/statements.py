"""Statements that can be checked by hand: s1 has factor 80 and 24 kWh a day on its register, 1,920 kWh a day."""

from datetime import date
from typing import Any

from guangfu.income.settlement.models import Statement, StatementCorrection, StatementLine, StatementMeter
from guangfu.income.settlement.worth import rounded
from guangfu.ledger.books import Part

BASE, SUBSIDY = 303_500, 446_500
"""Of zone II on the 蒙东 grid. [millionths of a yuan per kWh]"""
START = date(2026, 5, 1)
PER_DAY_WH = 24_000
FIRST_WH = 1_000_000


def register(day: date) -> int:
    """What s1's register shows at 00:00 of a day, by the tests' readings. [Wh]"""
    return FIRST_WH + (day - START).days * PER_DAY_WH


def meter(first: date, last: date, **changed: Any) -> StatementMeter:
    """s1's meter between two days; `changed` fields take the place of those that follow from the readings."""
    facts: dict[str, Any] = {
        "meter_number": "meter-1", "read_from": first, "read_to": last, "first_reading_wh": register(first),
        "last_reading_wh": register(last), "register_step_wh": 10, "multiplication_factor": 80,
        "transformer_loss_wh": 0, "line_loss_wh": 0,
    }  # fmt: skip
    facts |= changed
    grown = (facts["last_reading_wh"] - facts["first_reading_wh"]) * facts["multiplication_factor"]
    energy = grown - facts["transformer_loss_wh"] - facts["line_loss_wh"]
    return StatementMeter(**({"settled_energy_wh": energy} | facts))


def line(part: Part, energy_wh: int, price: int) -> StatementLine:
    return StatementLine(part, energy_wh, price, rounded(energy_wh * price))


def statement(
    month: str = "2026-05", *, first: date = START, last: date = date(2026, 6, 1), station_id: str = "s1",
    base: int = BASE, subsidy: int | None = SUBSIDY, corrections: tuple[StatementCorrection, ...] = (),
    **changed: Any,
) -> Statement:  # fmt: skip
    """A statement of s1 that adds up."""
    one = meter(first, last, **changed)
    lines = [line(Part.BASE, one.settled_energy_wh, base)]
    lines += [] if subsidy is None else [line(Part.SUBSIDY, one.settled_energy_wh, subsidy)]
    return Statement(
        station_id, month, "0412345678901", "", None, one.settled_energy_wh, None, (one,), tuple(lines), corrections,
        "6月.xlsx:2",
    )  # fmt: skip
