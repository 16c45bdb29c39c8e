"""From rows of text to facts; every cell that can't be taken is a fault with its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from openpyxl.utils import get_column_letter

from guangfu.stations.cells import BLANK, Wrong, shown
from guangfu.stations.checks.finding import Finding
from guangfu.stations.columns import COLUMNS, UNITS, Column, Heading, headings, normal
from guangfu.stations.faults import Fault
from guangfu.stations.files.raw import Raw, RawRow, RawTable
from guangfu.stations.models import (
    Attribute,
    Banner,
    Device,
    DeviceKind,
    Grid,
    Household,
    League,
    ShareUnits,
    Slot,
    Station,
    Village,
    Zone,
)
from guangfu.stations.places import banners, leagues
from guangfu.stations.tables import Facts, Table
from guangfu.texts import Text

MODELS: Final[Mapping[Table, type]] = {
    Table.LEAGUES: League,
    Table.BANNERS: Banner,
    Table.VILLAGES: Village,
    Table.STATIONS: Station,
    Table.DEVICES: Device,
    Table.SHARE_UNITS: ShareUnits,
    Table.HOUSEHOLDS: Household,
    Table.SLOTS: Slot,
    Table.ATTRIBUTES: Attribute,
}
"""The model of each table. `Any` stands for them below: a row's fields are known by name only."""

_FACTOR: Final = "multiplication_factor"
"""1 by default would make the money of a meter wrong by a hundred times, so a meter has to state it."""


@dataclass
class Decoded:
    """Facts by table, where each stands, and the faults so far."""

    faults: list[Fault]
    facts: dict[Table, list[Any]] = field(default_factory=lambda: {table: [] for table in MODELS})
    rows: dict[Table, list[int]] = field(default_factory=lambda: {table: [] for table in MODELS})
    layouts: dict[Table, "_Layout"] = field(default_factory=dict)
    unreadable: dict[Table, set[str]] = field(default_factory=lambda: {table: set() for table in MODELS})
    synthetic: bool = False


def decode(raw: Raw, file: str) -> Decoded:
    """Every fact that can be read. Leagues and banners are the shipped ones where the files hold none."""
    decoded = Decoded(list(raw.faults))
    given = {table.table for table in raw.tables}
    if not any(table.rows for table in raw.tables if table.table is Table.STATIONS) and not raw.faults:
        # Importing nothing would supersede everything.
        decoded.faults.append(Fault(_NO_STATIONS, file=file, table=Table.STATIONS.value))
    if Table.LEAGUES not in given:
        decoded.facts[Table.LEAGUES] += leagues().values()
    if Table.BANNERS not in given:
        decoded.facts[Table.BANNERS] += banners().values()
    for raw_table in sorted(raw.tables, key=lambda t: list(Table).index(t.table)):
        _decode_table(raw_table, decoded)
    return decoded


def as_facts(decoded: Decoded) -> Facts:
    tables: dict[str, Any] = {table.value: facts for table, facts in decoded.facts.items()}
    return Facts(**tables, synthetic=decoded.synthetic, unreadable=decoded.unreadable)


def located(finding: Finding, decoded: Decoded, file: str) -> Fault:
    """A finding of the checks, with its place in the files."""
    layout, number = decoded.layouts.get(finding.table), None
    if layout is None:
        return Fault(finding.text, finding.severity, file, finding.table.value, column=finding.column)
    if finding.index is not None:
        number = decoded.rows[finding.table][finding.index]
    column = shown(layout.header(finding.column)) if finding.column else None
    return Fault(finding.text, finding.severity, layout.raw.file, layout.raw.sheet, number, column)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the columns of a table stand in its rows, and what absent columns are."""

    raw: RawTable
    columns: tuple[tuple[int, Heading], ...]
    absent: Mapping[str, Any]

    def position(self, name: str) -> int | None:
        return next((position for position, heading in self.columns if heading.column.field == name), None)

    def header(self, name: str) -> str:
        position = self.position(name)
        return name if position is None else self.raw.headers[position]

    def cell(self, row: RawRow, name: str) -> str:
        position = self.position(name)
        return "" if position is None else row.cells[position]


def _decode_table(raw: RawTable, decoded: Decoded) -> None:
    layout = _layout(raw, decoded.faults)
    decoded.layouts[raw.table] = layout
    for row in raw.rows:
        fields, faults = _fields(layout, row)
        decoded.faults += faults
        if raw.table is Table.REGISTRY:
            decoded.synthetic = decoded.synthetic or fields.get("synthetic") is True
        elif faults or len(fields) < len(COLUMNS[raw.table]):
            _keep_id(layout, row, decoded)
        else:
            decoded.facts[raw.table].append(MODELS[raw.table](**_filled(raw.table, fields, decoded)))
            decoded.rows[raw.table].append(row.number)


def _layout(raw: RawTable, faults: list[Fault]) -> _Layout:
    """The meaning of each header; columns that are unknown, doubled or missing are faults."""
    known: dict[str, tuple[int, Heading]] = {}
    for position, header in enumerate(raw.headers):
        heading = headings(raw.table).get(normal(header))
        if heading is None:
            name = header or get_column_letter(position + 1)
            faults.append(_header_fault(raw, name, _unknown_column(raw.table, header)))
        elif heading.column.field in known:
            faults.append(_header_fault(raw, header, _DOUBLED_COLUMN))
        else:
            known[heading.column.field] = (position, heading)
    absent = [column for column in COLUMNS[raw.table] if column.field not in known]
    if raw.headers:
        faults += [_header_fault(raw, column.field, _MISSING_COLUMN) for column in absent if column.needed]
    defaults = {column.field: column.default for column in absent if not column.needed}
    return _Layout(raw, tuple(known.values()), defaults)


def _header_fault(raw: RawTable, header: str, text: Text) -> Fault:
    return Fault(text, file=raw.file, table=raw.sheet, row=raw.header_row, column=shown(header))


def _fields(layout: _Layout, row: RawRow) -> tuple[dict[str, Any], list[Fault]]:
    fields = dict(layout.absent)
    faults = []
    for position, (column, parse) in layout.columns:
        value = parse(row.cells[position]) if row.cells[position] else _blank(column)
        if isinstance(value, Wrong):
            faults.append(_cell_fault(layout, row, column.field, value.text))
        else:
            fields[column.field] = value
    if fields.get("kind") == DeviceKind.METER and not layout.cell(row, _FACTOR):
        faults.append(_cell_fault(layout, row, _FACTOR, _NO_FACTOR))
    return fields, faults


def _blank(column: Column) -> object:
    return Wrong(BLANK) if column.needed else column.default


def _cell_fault(layout: _Layout, row: RawRow, name: str, text: Text) -> Fault:
    raw = layout.raw
    return Fault(text, file=raw.file, table=raw.sheet, row=row.number, column=shown(layout.header(name)))


def _keep_id(layout: _Layout, row: RawRow, decoded: Decoded) -> None:
    """The id of a row that can't be read: it is known all the same."""
    key = COLUMNS[layout.raw.table][0].field
    decoded.unreadable[layout.raw.table].add(layout.cell(row, key))


def _filled(table: Table, fields: dict[str, Any], decoded: Decoded) -> dict[str, Any]:
    """What a blank cell takes from elsewhere: the English name, a station's zone and grid."""
    for name in ("name", "township"):
        if f"{name}_en" in fields and fields[f"{name}_en"] is None:
            fields[f"{name}_en"] = fields[name]
    if table is Table.STATIONS:
        banner = _banner(fields["banner_code"], decoded.facts[Table.BANNERS])
        fields["resource_zone"] = fields["resource_zone"] or (banner.resource_zone if banner else Zone.I)
        fields["grid"] = fields["grid"] or (banner.grid if banner else Grid.MENGXI)
    return fields


def _banner(code: str, known: Iterable[Banner]) -> Banner | None:
    """An unknown banner is told by the checks."""
    return next((banner for banner in known if banner.code == code), None)


def _unknown_column(table: Table, header: str) -> Text:
    stem = normal(header)
    for column in COLUMNS[table]:
        if column.quantity and stem in {normal(column.zh), *map(normal, column.also)}:
            units = list(UNITS[column.quantity])
            return Text(
                f"请在表头写明单位，如 {column.title}", f"say the unit in the header: {column.title}; one of {units}"
            )
    return _UNKNOWN_COLUMN


_UNKNOWN_COLUMN: Final = Text(
    "不认识的列，请删除。登记册不接受姓名、身份证号、银行卡、电话等个人信息，所以多余的列一律拒绝",
    "an unknown column: delete it. The registry takes no names, identity numbers, bank cards or phone numbers of "
    "people, so any further column is refused",
)
_DOUBLED_COLUMN: Final = Text("重复的列：请只保留一个", "the same column twice: keep one")
_MISSING_COLUMN: Final = Text("缺少这一列", "this column is missing")
_NO_STATIONS: Final = Text("电站表不存在或为空：至少要有一座电站", "no table of stations, or an empty one")
_NO_FACTOR: Final = Text(
    "关口表必须填写倍率（电流互感器变比 × 电压互感器变比）；直接接入的表填 1",
    "a gateway meter needs its multiplication factor (CT ratio x PT ratio); 1 for one without transformers",
)
