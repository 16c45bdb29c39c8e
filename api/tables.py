"""CSV for people and spreadsheets: UTF-8 with a mark, headers in their language, no formulas.

Amounts are yuan with two decimals and energy kWh with three, both exact; the ids that `headers=ids`
puts into the first line say the same. JSON has fen and Wh.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Generic, TypeVar

from fastapi import Response

from guangfu.clock import CHINA
from guangfu.texts import Lang, Text

R = TypeVar("R")
Cell = str | Decimal | int | float | bool | date | datetime | None
MARK: Final = "\ufeff"
"""Without it spreadsheets take UTF-8 for the machine's own code page."""
FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")
YES_NO: Final = {True: Text("是", "yes"), False: Text("否", "no")}


class Headers(StrEnum):
    NAMES = "names"
    IDS = "ids"


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True)
class Column(Generic[R]):
    """A column: the id, the header, and how a row's cell is found."""

    column_id: str
    title: Text
    cell: Callable[[R, Lang], Cell]


def csv_response(
    columns: Sequence[Column[R]], rows: Iterable[R], *, lang: Lang, headers: Headers, name: str
) -> Response:
    """The rows as a file to be saved as `name`.csv."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([c.column_id if headers is Headers.IDS else c.title(lang) for c in columns])
    writer.writerows([cell_text(column.cell(row, lang), lang) for column in columns] for row in rows)
    return Response(
        (MARK + text.getvalue()).encode(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{_ascii(name)}.csv"'},
    )


def cell_text(value: Cell, lang: Lang) -> str:
    """A cell as it is written; a text that a spreadsheet would run as a formula gets an apostrophe first.

    >>> cell_text("=1+1", Lang.EN), cell_text(-5, Lang.EN), cell_text(None, Lang.EN)
    ("'=1+1", '-5', '')
    """
    match value:
        case None:
            return ""
        case bool():
            return YES_NO[value](lang)
        case datetime():
            return value.astimezone(CHINA).isoformat(" ", "seconds")[:19]
        case Decimal():
            return f"{value:f}"
        case str():
            return f"'{value}" if value.startswith(FORMULA_STARTS) else value
        case _:
            return str(value)


def yuan(amount_fen: int | None) -> Decimal | None:
    """Exact.

    >>> str(yuan(33750000)), str(yuan(-5))
    ('337500.00', '-0.05')
    """
    return None if amount_fen is None else Decimal(amount_fen).scaleb(-2)


def kwh(energy_wh: int | None) -> Decimal | None:
    return None if energy_wh is None else Decimal(energy_wh).scaleb(-3)


def _ascii(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
