"""Rules files as rows of text: reading, overriding, and cells that collect their faults."""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from guangfu.income.rules.models import RuleFault
from guangfu.texts import Text

E = TypeVar("E", bound=StrEnum)

SHIPPED: Final = Path(__file__).parent
FILES: Final = (
    "tariffs.csv", "base_prices.csv", "market_prices.csv", "entitlements.csv", "deductions.csv", "doubts.csv",
    "energy.csv", "vat.csv", "deadlines.csv", "passing.csv", "uses.csv", "bans.csv", "plan_limits.csv", "checks.csv",
)  # fmt: skip
ADDED: Final[Mapping[str, Mapping[str, str]]] = {
    "deductions.csv": {
        "base": "gross", "payer": "agency", "limit_yuan_per_kw_year": "", "station_id": "", "banner_code": "",
    },
    "energy.csv": {"document": "", "confidence": ""},
    "checks.csv": {"severity": "warning"},
}  # fmt: skip
"""Columns that came later, and what a new line of an operator's file says that does not have them."""
PRICE_PLACES: Final = 6
"""Decimals of a price in yuan/kWh: enough for every published one, and what integer arithmetic is done in."""

_UNKNOWN_FILE = Text("没有这样的规则文件", "there is no such rules file")
_NOT_UTF8 = Text("不是 UTF-8 编码的 CSV 文件", "not a CSV file in UTF-8")
_UNKNOWN_COLUMN = Text("没有这样的列：{name}", "there is no such column: {name}")
_MISSING_COLUMN = Text("缺少列：{name}", "the column is missing: {name}")
_CELLS = Text("单元格数与表头不符", "the number of cells differs from the header")
_TWICE = Text("编号重复：{name}", "the id is there twice: {name}")
_COLUMN_TWICE = Text("列重复：{name}", "the column is there twice: {name}")
_BAD_CELL = Text("{cell!r} 不是{what}", "{cell!r} is not {what}")


@dataclass(frozen=True)
class Row:
    file: str
    number: int
    cells: Mapping[str, str]


def read_files(override: Path | None, faults: list[RuleFault]) -> tuple[dict[str, list[Row]], str]:
    """All rows by file, the override's lines applied, and the version of the whole."""
    digest = hashlib.sha256()
    rows: dict[str, list[Row]] = {}
    for file in FILES:
        rows[file] = _read(SHIPPED / file, file, digest, faults)
    for path in sorted(override.glob("*.csv")) if override is not None else ():
        if path.name in rows:
            rows[path.name] = _override(rows[path.name], _read(path, str(path), digest, faults), path.name, faults)
        else:
            faults.append(RuleFault(path.name, 0, _UNKNOWN_FILE))
    return rows, digest.hexdigest()[:12]


def _read(path: Path, called: str, digest: "hashlib._Hash", faults: list[RuleFault]) -> list[Row]:
    content = path.read_bytes()
    digest.update(path.name.encode() + b"\0" + content)
    try:
        lines = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error):
        faults.append(RuleFault(called, 0, _NOT_UTF8))
        return []
    return _rows(called, lines, faults)


def _rows(file: str, lines: Sequence[list[str]], faults: list[RuleFault]) -> list[Row]:
    header = lines[0] if lines else []
    twice = sorted({name for name in header if header.count(name) > 1})
    faults.extend(RuleFault(file, 1, _COLUMN_TWICE.filled(name=name), name) for name in twice)
    rows: list[Row] = []
    seen: set[str] = set()
    for number, line in enumerate(lines[1:], 2):
        if not any(line):
            continue
        if len(line) != len(header):
            faults.append(RuleFault(file, number, _CELLS))
        elif line[0] in seen:
            faults.append(RuleFault(file, number, _TWICE.filled(name=line[0]), header[0]))
        else:
            rows.append(Row(file, number, {name: cell.strip() for name, cell in zip(header, line, strict=True)}))
            seen.add(line[0])
    return rows


def _override(shipped: list[Row], given: list[Row], file: str, faults: list[RuleFault]) -> list[Row]:
    """Lines with a known id replace the cells that they name; new ones are tried first."""
    key, columns = _header(SHIPPED / file)
    by_id = {row.cells[key]: row for row in shipped}
    new: list[Row] = []
    for row in given:
        unknown = [name for name in row.cells if name not in columns]
        faults.extend(RuleFault(row.file, row.number, _UNKNOWN_COLUMN.filled(name=name), name) for name in unknown)
        known = by_id.get(row.cells.get(key, ""))
        cells = {**ADDED.get(file, {}), **row.cells}
        missing = [] if known else [name for name in columns if name not in cells]
        faults.extend(RuleFault(row.file, row.number, _MISSING_COLUMN.filled(name=name), name) for name in missing)
        if known:
            by_id[row.cells[key]] = Row(row.file, row.number, {**known.cells, **row.cells})
        elif not missing:
            new.append(Row(row.file, row.number, {name: cells[name] for name in columns}))
    return [*new, *by_id.values()]


def _header(path: Path) -> tuple[str, list[str]]:
    columns = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    return columns[0], columns


class Cells:
    """The cells of one row by type; a cell that is not of its type becomes a fault and a harmless value."""

    def __init__(self, row: Row, faults: list[RuleFault]) -> None:
        self._row, self._faults = row, faults

    def bad(self, column: str, zh: str, en: str) -> None:
        cell = self._row.cells.get(column, "")
        text = Text(_BAD_CELL.zh.format(cell=cell, what=zh), _BAD_CELL.en.format(cell=cell, what=en))
        self._faults.append(RuleFault(self._row.file, self._row.number, text, column))

    def text(self, column: str, *, required: bool = True) -> str:
        cell = self._row.cells.get(column, "")
        if required and not cell:
            self.bad(column, "文字", "a text")
        return cell

    def day_or_none(self, column: str) -> date | None:
        cell = self._row.cells.get(column, "")
        try:
            return date.fromisoformat(cell) if cell else None
        except ValueError:
            self.bad(column, "日期", "a date")
            return None

    def day(self, column: str) -> date:
        found = self.day_or_none(column)
        if found is None and not self._row.cells.get(column):
            self.bad(column, "日期", "a date")
        return found or date.min

    def number(self, column: str, least: str, most: str, places: int = PRICE_PLACES) -> Decimal:
        """A decimal between two bounds, both included, with at most so many decimals."""
        try:
            value = Decimal(self._row.cells.get(column, ""))
            fits = Decimal(least) <= value <= Decimal(most) and value == round(value, places)
        except InvalidOperation:
            fits = False
        if fits:
            return value
        self.bad(column, f" {least} 至 {most} 的数", f"a number from {least} to {most}")
        return Decimal(least)

    def whole_or_none(self, column: str, least: int, most: int) -> int | None:
        return int(self.number(column, str(least), str(most), 0)) if self._row.cells.get(column) else None

    def choice_or_none(self, column: str, kind: type[E]) -> E | None:
        cell = self._row.cells.get(column, "")
        try:
            return kind(cell) if cell else None
        except ValueError:
            self.bad(column, "、".join(kind), "one of " + ", ".join(kind))
            return None

    def choice(self, column: str, kind: type[E]) -> E:
        found = self.choice_or_none(column, kind)
        if found is None and not self._row.cells.get(column):
            self.bad(column, "、".join(kind), "one of " + ", ".join(kind))
        return found or next(iter(kind))

    def flag_or_none(self, column: str) -> bool | None:
        cell = self._row.cells.get(column, "")
        if cell not in {"yes", "no", ""}:
            self.bad(column, " yes 或 no", "yes or no")
        return {"yes": True, "no": False}.get(cell)
