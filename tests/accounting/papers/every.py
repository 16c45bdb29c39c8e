"""Every paper of the county, and what can be read back from its files."""

import ast
import io
import re
from collections.abc import Callable, Mapping
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from pypdf import PdfReader
from sqlalchemy import Connection

from accounting.papers.batch_cover import batch_cover
from accounting.papers.common import Office
from accounting.papers.model import Paper
from accounting.papers.notices import notice
from accounting.papers.station_month import station_month
from accounting.papers.transfer_form import transfer_form
from accounting.papers.village_month import village_month
from accounting.papers.yearly import yearly_report
from tests.accounting.papers.world import MONTH, County
from tests.stations.example import AOHAN

Build = Callable[[County, Connection, Office], Paper]

PAPERS: Mapping[str, Build] = {
    "station": lambda _, db, o: station_month(db, o, "st-s", MONTH),
    "joint": lambda _, db, o: station_month(db, o, "st-j", MONTH),
    "centralized": lambda _, db, o: station_month(db, o, "st-c", MONTH),
    "village": lambda _, db, o: village_month(db, o, "vl-s", MONTH),
    "village of a joint station": lambda _, db, o: village_month(db, o, "vl-j1", MONTH),
    "plan": lambda _, db, o: notice(db, o, "vl-s", 2026, "plan"),
    "result": lambda _, db, o: notice(db, o, "vl-s", 2026, "result", month=MONTH),
    "transfer": lambda c, db, o: transfer_form(db, o, c.transfers[0].transfer_id),
    "batch": lambda c, db, o: batch_cover(db, o, c.batch),
    "year": lambda _, db, o: yearly_report(db, o, AOHAN, 2026),
}


def pdf_pages(content: bytes) -> list[str]:
    """Each page's text, without blanks: where lines break is the layout's matter."""
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]


def sheets(content: bytes, *, values: bool) -> list[Worksheet]:
    return list(openpyxl.load_workbook(io.BytesIO(content), data_only=values))


def sheet_text(content: bytes) -> str:
    return "\n".join(
        str(c.value) for s in sheets(content, values=True) for row in s for c in row if c.value is not None
    )


class Evaluator:
    """Recalculates a sheet's formulas by itself: SUM, ROUND, IF, COUNT and arithmetic are all that papers use."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet

    def value(self, place: str) -> Any:
        held = self._sheet[place].value
        return self.formula(held[1:]) if isinstance(held, str) and held.startswith("=") else held

    def formula(self, text: str) -> Any:
        plain = text.replace("$", "")
        code = re.sub(r"([A-Z]+\d+):([A-Z]+\d+)", r"area('\1','\2')", plain)
        code = re.sub(r"(?<!['A-Z])([A-Z]{1,2}\d+)(?!['\d])", r"cell('\1')", code)
        code = re.sub(r"(?<![=<>!])=(?!=)", "==", code)
        known = {"SUM": _sum, "ROUND": _round, "IF": _if, "COUNT": _count, "cell": self.value, "area": self._area}
        called = {
            n.func.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        assert called <= set(known), called
        lazy = re.sub(r"^IF\((.*?)==(\d+),(.*),(\"[^\"]*\")\)$", r"(\3) if \1==\2 else \4", code)
        return eval(lazy, {"__builtins__": {}}, known)

    def _area(self, first: str, last: str) -> list[Any]:
        return [self.value(cell.coordinate) for row in self._sheet[first:last] for cell in row]


def _flat(values: tuple[Any, ...]) -> list[Any]:
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def _sum(*values: Any) -> float:
    return float(sum(one for one in _flat(values) if isinstance(one, int | float)))


def _count(*values: Any) -> int:
    return sum(isinstance(one, int | float) for one in _flat(values))


def _round(value: float, digits: int) -> float:
    return round(value, digits)


def _if(condition: bool, then: Any, otherwise: Any) -> Any:
    return then if condition else otherwise
