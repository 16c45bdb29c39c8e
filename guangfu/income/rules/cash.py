"""The rules of money that moves, from their rows: deductions, VAT, deadlines, how a part is passed on."""

from decimal import Decimal
from enum import StrEnum
from typing import Final

from guangfu.income.rules.models import (
    Confidence,
    Deadline,
    Deduction,
    DeductionBase,
    Leg,
    Passing,
    Payer,
    Period,
    Rhythm,
    Taxpayer,
    Vat,
)
from guangfu.income.rules.tables import Cells
from guangfu.ledger.books import Part
from guangfu.stations.models import StationKind
from guangfu.texts import Text

MOST_YUAN: Final = "100000000"


class _VatKind(StrEnum):
    RATE = "rate"
    REFUND = "refund"


def deduction(cells: Cells) -> Deduction:
    return Deduction(
        deduction_id=cells.text("deduction_id"),
        position=int(cells.number("position", "1", "99", 0)),
        name=Text(cells.text("name_zh"), cells.text("name_en")),
        share_of_gross=cells.number("share_of_gross", "0", "1"),
        valid_from=cells.day("valid_from"),
        document=cells.text("document", required=False),
        confidence=cells.choice("confidence", Confidence),
        confirmed=bool(cells.flag_or_none("confirmed")),
        base=cells.choice("base", DeductionBase),
        payer=cells.choice("payer", Payer),
        limit=_amount(cells, "limit_yuan_per_kw_year"),
        station_id=cells.text("station_id", required=False) or None,
        banner_code=cells.text("banner_code", required=False) or None,
    )


def vat(cells: Cells) -> Vat:
    threshold = _amount(cells, "threshold_yuan_month")
    return Vat(
        vat_id=cells.text("vat_id"),
        refund=cells.choice("kind", _VatKind) is _VatKind.REFUND,
        kind=cells.choice_or_none("station_kind", StationKind),
        station_id=cells.text("station_id", required=False) or None,
        banner_code=cells.text("banner_code", required=False) or None,
        part=cells.choice_or_none("part", Part),
        taxpayer=cells.choice("taxpayer", Taxpayer),
        valid_from=cells.day("valid_from"),
        valid_to=cells.day_or_none("valid_to"),
        share=cells.number("share", "0", "1"),
        threshold_fen=None if threshold is None else int(threshold * 100),
        document=cells.text("document", required=False),
        confidence=cells.choice("confidence", Confidence),
        confirmed=bool(cells.flag_or_none("confirmed")),
    )


def deadline(cells: Cells) -> Deadline:
    return Deadline(
        deadline_id=cells.text("deadline_id"),
        leg=cells.choice("leg", Leg),
        part=cells.choice_or_none("part", Part),
        banner_code=cells.text("banner_code", required=False) or None,
        valid_from=cells.day("valid_from"),
        period=cells.choice("period", Period),
        months_after=int(cells.number("months_after", "0", "60", 0)),
        document=cells.text("document", required=False),
        confidence=cells.choice("confidence", Confidence),
        open=Text(cells.text("open_zh", required=False), cells.text("open_en", required=False)),
        confirmed=bool(cells.flag_or_none("confirmed")),
    )


def passing(cells: Cells) -> Passing:
    return Passing(
        passing_id=cells.text("passing_id"),
        part=cells.choice("part", Part),
        valid_from=cells.day("valid_from"),
        banner_code=cells.text("banner_code", required=False) or None,
        rhythm=cells.choice("rhythm", Rhythm),
        document=cells.text("document", required=False),
        confidence=cells.choice("confidence", Confidence),
        confirmed=bool(cells.flag_or_none("confirmed")),
    )


def _amount(cells: Cells, column: str) -> Decimal | None:
    """Yuan with at most two decimals, or nothing."""
    return cells.number(column, "0", MOST_YUAN, 2) if cells.text(column, required=False) else None
