"""A paper as an Excel workbook whose sums, differences and shares are formulas, with our own figures beside as a check.

Amounts are in yuan and energy in kWh, as people calculate; the checks are in the integers that we keep. A formula's
value is stored beside it, so that a program that does not calculate shows the same.
"""

import io
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from accounting.papers.model import SYNTHETIC, Cell, Column, Kind, Missing, Paper, Row, Table, local_minute, mark, shown
from guangfu.clock import CHINA
from guangfu.texts import Lang, Text

NUMBER_FORMATS: Final = {
    Kind.FEN: "#,##0.00",
    Kind.WH: "#,##0.000",
    Kind.COUNT: "#,##0",
    Kind.RATIO: "0.00%",
    Kind.HOURS: "#,##0.0",
    Kind.DAY: "yyyy-mm-dd",
}
TONES: Final = {
    "base": "#2B6CB0", "subsidy": "#E69F00", "estimated": "#9AA3AE", "settled": "#1F2937", "received": "#009E73",
    "passed": "#5B6B82", "paid": "#8C6BB1", "outstanding": "#B2182B",
}  # fmt: skip
PLACES: Final = 6
"""Decimals to which formulas of a row are rounded, and so the results stored beside them."""
TOTAL: Final = Text("合计", "total")
CHECK: Final = Text("核对：本系统整数（分、瓦时）", "check: our own integers (fen, Wh)")
AGREES: Final = Text("公式减本系统数（应为 0）", "formula less our own figure (must be 0)")
CHECK_OF: Final = Text("核对：{head}（本系统，分或瓦时）", "check: {head} (ours, fen or Wh)")
UNIT: Final = Text("金额：元；电量：千瓦时", "amounts: yuan; energy: kWh")
_NAME: Final = re.compile(r"\{(\w+)(\.all)?\}")


class _Area(NamedTuple):
    """Where a table's rows stand: the first row, the one after the last, both from 0."""

    first: int
    end: int


def workbook(paper: Paper, lang: Lang) -> bytes:
    """The file's bytes; the same paper gives the same bytes."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        at = paper.printed_at.astimezone(CHINA).replace(tzinfo=None)
        book.set_properties({"title": paper.title(lang), "author": paper.issuer(lang), "created": at})
        for name, tables in _sheets(paper, lang):
            _Sheet(book, paper, lang, name).write(tables)
    return out.getvalue()


def _sheets(paper: Paper, lang: Lang) -> list[tuple[str, list[Table]]]:
    """Names of sheets with their tables; a table that names no sheet stands on the one before."""
    found: list[tuple[str, list[Table]]] = []
    for table in paper.tables:
        if table.sheet is not None or not found:
            found.append(((table.sheet or paper.title)(lang)[:31], []))
        found[-1][1].append(table)
    return found or [(paper.title(lang)[:31], [])]


class _Sheet:
    """One sheet; written from the top down."""

    def __init__(self, book: Any, paper: Paper, lang: Lang, name: str) -> None:
        self._book, self._paper, self._lang = book, paper, lang
        self._sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", name))
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._widths: dict[int, float] = {}
        self._row = 0
        self._page()

    def _page(self) -> None:
        sheet, said = self._sheet, SYNTHETIC(self._lang)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_header(f'&R&"-,Bold"&KB2182B{said}' if self._paper.synthetic else "")
        sheet.set_footer(f"&L{self._paper.number}&R&P / &N")

    def write(self, tables: list[Table]) -> None:
        self._head()
        for table in tables:
            self._table(table)
        for i, note in enumerate(self._paper.notes):
            self._line(f"{mark(i)} {note(self._lang)}", color="#5B6B82")
        for text in (*self._paper.paragraphs, *self._paper.small):
            self._line(text(self._lang), color="#5B6B82")
        self._row += 1
        self._line("        ".join(f"{label(self._lang)}：" for label in self._paper.signatures))
        for column, width in self._widths.items():
            self._sheet.set_column(column, column, min(max(width, 9), 44))

    def _head(self) -> None:
        paper, lang = self._paper, self._lang
        if paper.synthetic:
            self._line(SYNTHETIC(lang), bold=True, color="#B2182B")
        self._line(paper.title(lang), bold=True, size=16)
        self._line(paper.subtitle(lang), size=12)
        if paper.answer:
            self._line(f"{paper.answer[0](lang)}  {paper.answer[1]}", bold=True, size=12)
        for label, value in paper.facts:
            self._line(f"{label(lang)}：{value}" if lang is Lang.ZH else f"{label(lang)}: {value}")
        self._line(f"{paper.number}    {local_minute(paper.printed_at)}    {UNIT(lang)}", color="#5B6B82")
        self._row += 1

    def _line(self, text: str, *, bold: bool = False, size: int = 10, color: str = "#000000") -> None:
        if text:
            self._sheet.write_string(self._row, 0, text, self._format(bold=bold, font_size=size, font_color=color))
        self._row += 1

    def _table(self, table: Table) -> None:
        lang = self._lang
        self._line(table.title(lang), bold=True, size=12)
        if not table.rows:
            self._line(table.empty(lang), color="#5B6B82")
            self._row += 1
            return
        self._heads(table)
        area = _Area(self._row, self._row + len(table.rows))
        for row in table.rows:
            self._body(table, row, area)
        if table.has_totals:
            self._totals(table, area)
        if table.note:
            self._line(table.note(lang), color="#5B6B82")
        self._row += 1

    def _heads(self, table: Table) -> None:
        for i, column in enumerate(table.columns):
            bar = {"top": 5, "top_color": TONES[column.tone]} if column.tone else {"top": 1}
            style = self._format(bold=True, text_wrap=True, bottom=1, valign="vcenter", bg_color="#F3F5F8", **bar)
            self._put(i, column.head(self._lang), style, width=column.kind.is_number)
        for i, column in self._checked(table):
            self._put(i, CHECK_OF(self._lang, head=column.head(self._lang)), self._quiet(text_wrap=True))
        self._row += 1

    def _checked(self, table: Table) -> list[tuple[int, Column]]:
        """Where the check of each formula column of integers stands: right of the table."""
        formulas = [c for c in table.columns if c.formula and c.kind in {Kind.FEN, Kind.WH, Kind.COUNT}]
        return [(len(table.columns) + i, column) for i, column in enumerate(formulas)]

    def _body(self, table: Table, row: Row, area: _Area) -> None:
        for i, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
            style = self._cell_format(column, row, cell)
            if column.formula and not isinstance(cell, Missing):
                formula = self._formula(table, column.formula, area)
                self._sheet.write_formula(self._row, i, formula, style, round(_value(cell, column.kind), PLACES))
                self._widen(i, shown(cell, column.kind, self._lang))
            else:
                marks = self._paper.marks(row) if i == 0 else ""
                self._cell(i, cell, column.kind, style, marks)
        for i, column in self._checked(table):
            cell = row.cells[table.columns.index(column)]
            if isinstance(cell, int):
                self._sheet.write_number(self._row, i, cell, self._quiet(num_format="#,##0"))
        self._row += 1

    def _cell(self, i: int, cell: Cell, kind: Kind, style: Any, marks: str) -> None:
        text = shown(cell, kind, self._lang) + marks
        if isinstance(cell, date):
            self._sheet.write_datetime(self._row, i, datetime(cell.year, cell.month, cell.day), style)  # noqa: DTZ001
        elif isinstance(cell, int | float):
            self._sheet.write_number(self._row, i, _value(cell, kind), style)
        else:
            self._sheet.write_string(self._row, i, text, style)
        self._widen(i, text)

    def _formula(self, table: Table, formula: str, area: _Area) -> str:
        """The formula for the present row; where a figure that it needs is missing, the words for that."""
        used: list[str] = []

        def place(found: re.Match[str]) -> str:
            column = _letter(next(i for i, c in enumerate(table.columns) if c.name == found[1]))
            if found[2]:
                return f"{column}${area.first + 1}:{column}${area.end}"
            used.append(f"{column}{self._row + 1}")
            return used[-1]

        filled = _NAME.sub(place, formula)
        cells = ",".join(dict.fromkeys(used))
        return f'=IF(COUNT({cells})={len(set(used))},ROUND({filled},{PLACES}),"—")'

    def _totals(self, table: Table, area: _Area) -> None:
        strong = {"bold": True, "top": 1, "bottom": 1}
        sums: dict[int, int] = {}
        for i, column in enumerate(table.columns):
            ours = table.total(column) if column.total else None
            if ours is None:
                self._put(i, TOTAL(self._lang) if i == 0 else "", self._format(**strong))
                continue
            sums[i] = ours
            letter = _letter(i)
            style = self._format(num_format=NUMBER_FORMATS[column.kind], **strong)
            formula = f"=ROUND(SUM({letter}{area.first + 1}:{letter}{area.end}),{3 if column.kind is Kind.WH else 2})"
            self._sheet.write_formula(self._row, i, formula, style, _value(ours, column.kind))
            self._widen(i, shown(ours, column.kind, self._lang))
        self._row += 1
        self._checks(table, sums)

    def _checks(self, table: Table, sums: Mapping[int, int]) -> None:
        """Our own sum of each column, and what the formula differs by: 0, or it shows red."""
        self._put(0, CHECK(self._lang), self._quiet(), width=False)
        self._put(0, AGREES(self._lang), self._quiet(), width=False, down=1)
        for i, ours in sums.items():
            here = f"{_letter(i)}{self._row}"
            self._sheet.write_number(self._row, i, ours, self._quiet(num_format="#,##0"))
            scale = table.columns[i].kind.scale
            beside = f"=ROUND({here}*{scale},0)-{_letter(i)}{self._row + 1}"
            self._sheet.write_formula(self._row + 1, i, beside, self._quiet(num_format="0"), 0)
            wrong = self._book.add_format({"bg_color": "#B2182B", "font_color": "#FFFFFF"})
            rule = {"type": "cell", "criteria": "!=", "value": 0, "format": wrong}
            self._sheet.conditional_format(self._row + 1, i, self._row + 1, i, rule)
        self._row += 2

    def _cell_format(self, column: Column, row: Row, cell: Cell) -> Any:
        style: dict[str, Any] = {"bottom": 4, "bottom_color": "#D5DAE1", "valign": "vcenter"}
        if column.kind in NUMBER_FORMATS:
            style["num_format"] = NUMBER_FORMATS[column.kind]
        if column.kind.is_number:
            style["align"] = "right"
        if isinstance(cell, Missing):
            style["font_color"] = "#5B6B82"
        if row.tone and column.kind is Kind.TEXT:
            style |= {"left": 5, "left_color": TONES[row.tone]}
        return self._format(**style)

    def _put(self, i: int, text: str, style: Any, *, width: bool = True, down: int = 0) -> None:
        self._sheet.write_string(self._row + down, i, text, style)
        if width:
            self._widen(i, text[:14])

    def _quiet(self, **style: Any) -> Any:
        return self._format(font_color="#5B6B82", font_size=8, **style)

    def _format(self, **style: Any) -> Any:
        key = tuple(sorted(style.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"font_name": "Microsoft YaHei", "font_size": 10, **style})
        return self._formats[key]

    def _widen(self, i: int, text: str) -> None:
        width = sum(2.1 if ord(char) > 0x2E7F else 1.1 for char in text) + 2
        self._widths[i] = max(self._widths.get(i, 0), width)


def _value(cell: Cell, kind: Kind) -> float:
    assert isinstance(cell, int | float)
    return cell / kind.scale if kind.scale > 1 else cell


def _letter(column: int) -> str:
    """A column's letter; papers have fewer than 26.

    >>> _letter(0), _letter(25)
    ('A', 'Z')
    """
    assert 0 <= column < 26
    return chr(ord("A") + column)
