"""The fields of a statement, as mapping files name them, and how each cell is read."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from guangfu.income.settlement import cells
from guangfu.ledger.books import Part
from guangfu.stations.cells import Wrong, day, text, wrong
from guangfu.stations.faults import Fault
from guangfu.stations.files.mapped import ColumnMapping, load_mapping
from guangfu.texts import Text


class Field(NamedTuple):
    """`needed` says that a mapping must name a column or a constant for it."""

    note: Text
    parse: Callable[[str], object]
    needed: bool = False


_PARTS: Final = {
    "基础": Part.BASE, "基础电费": Part.BASE, "基准": Part.BASE, "base": Part.BASE,
    "补贴": Part.SUBSIDY, "subsidy": Part.SUBSIDY,
}  # fmt: skip


def _part(cell: str) -> Part | Wrong:
    found = _PARTS.get(cell.casefold())
    return wrong(cells.NO_PART, cell) if found is None else found


READING_DAY: Final = "reading_day"
"""Option: `start`, a reading is of 00:00 of its day; `end`, of 24:00."""
START, END = "start", "end"

FIELDS: Final[Mapping[str, Field]] = {
    "account_number": Field(Text("发电户号", "generation account"), text, needed=True),
    "month": Field(Text("结算月份", "month settled"), cells.month, needed=True),
    "number": Field(Text("结算单号", "the statement's number"), text),
    "issued_on": Field(Text("出具日期", "day of issue"), day),
    "meter_number": Field(Text("表号", "meter number"), text),
    "read_from": Field(Text("上次抄表日期", "day of the first reading"), day, needed=True),
    "read_to": Field(Text("本次抄表日期", "day of the last reading"), day, needed=True),
    "first_reading_kwh": Field(Text("上次表码", "first reading"), cells.register_wh, needed=True),
    "last_reading_kwh": Field(Text("本次表码", "last reading"), cells.register_wh, needed=True),
    "register_step_kwh": Field(Text("表码最小一步", "one step of the register"), cells.register_wh, needed=True),
    "multiplication_factor": Field(Text("倍率", "multiplication factor"), cells.factor, needed=True),
    "transformer_loss_kwh": Field(Text("变损", "transformer loss"), cells.register_wh),
    "line_loss_kwh": Field(Text("线损", "line loss"), cells.register_wh),
    "energy_kwh": Field(Text("上网电量", "on-grid energy"), cells.energy_wh, needed=True),
    "off_grid_kwh": Field(Text("下网电量", "energy taken from the grid"), cells.register_wh),
    "base_kwh": Field(Text("基础电费的电量，缺省为上网电量", "energy of the base; on-grid energy"), cells.energy_wh),
    "base_price": Field(Text("基础电价 元/kWh", "base price, yuan/kWh"), cells.price_micro, needed=True),
    "base_yuan": Field(Text("基础电费 元", "base amount, yuan"), cells.yuan_fen, needed=True),
    "subsidy_kwh": Field(Text("补贴电量，缺省为上网电量", "subsidised energy; on-grid energy"), cells.energy_wh),
    "subsidy_price": Field(Text("补贴电价 元/kWh", "subsidy price, yuan/kWh"), cells.price_micro),
    "subsidy_yuan": Field(Text("补贴 元", "subsidy amount, yuan"), cells.yuan_fen),
    "correction_month": Field(Text("退补的月份", "the month that is corrected"), cells.month),
    "correction_part": Field(Text("退补的部分，缺省为基础", "part that is corrected; base"), _part),
    "correction_kwh": Field(Text("退补电量", "energy of the correction"), cells.energy_wh),
    "correction_yuan": Field(Text("退补金额 元", "amount of the correction, yuan"), cells.yuan_fen),
    "correction_reason": Field(Text("退补原因", "reason of the correction"), text),
}
"""What a mapping file's columns may be."""


def load_statement_mapping(path: Path) -> ColumnMapping | list[Fault]:
    """The mapping of a county's statements, or every fault of it."""
    needed = [name for name, field in FIELDS.items() if field.needed]
    found = load_mapping(path, fields=FIELDS, needed=needed, options={READING_DAY})
    if isinstance(found, ColumnMapping) and found.options.get(READING_DAY, START) not in {START, END}:
        return [Fault(_READING_DAY, file=path.name, column=READING_DAY)]
    return found


_READING_DAY: Final = Text("reading_day 应为 start（0 点）或 end（24 点）", "reading_day should be start or end")
