"""From the rows of a spreadsheet to statements; everything that is wrong is told at once, with its place.

Rows of one account, month and statement number are one statement: each row may bring a meter, an amount of the base,
an amount of the subsidy, a correction. Where account or month are blank they are those of the row above, as in merged
cells.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from guangfu.income.settlement.cells import reading_day
from guangfu.income.settlement.checking import check_statement
from guangfu.income.settlement.fields import END, FIELDS, READING_DAY
from guangfu.income.settlement.matching import moduli, station_of_account
from guangfu.income.settlement.models import Statement, StatementCorrection, StatementLine, StatementMeter
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.stations.cells import Wrong
from guangfu.stations.faults import Fault
from guangfu.stations.files.mapped import ColumnMapping, MappedRow, read_mapped
from guangfu.stations.models import Registry
from guangfu.texts import Text


class ReadStatements(NamedTuple):
    """The statements of a file that have no fault, and every fault of the others."""

    statements: tuple[Statement, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with its cells read; a blank one is `None`."""

    row: MappedRow
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def is_meter(self) -> bool:
        return self["first_reading_kwh"] is not None or self["last_reading_kwh"] is not None


def read_statements(path: Path, mapping: ColumnMapping, registry: Registry) -> ReadStatements:
    """The statements of a `.xlsx` or `.csv`. Bad input is a fault, never an exception."""
    found = read_mapped(path, mapping)
    faults = list(found.faults)
    rows = [_read(row, mapping, faults) for row in _filled_down(found.rows)]
    groups: dict[tuple[Any, ...], list[_Row]] = {}
    broken: set[tuple[Any, ...]] = set()
    for row, whole in rows:
        key = (row["account_number"], row["month"], row["number"])
        groups.setdefault(key, []).append(row)
        if not whole:
            broken.add(key)
    statements = []
    for key, group in groups.items():
        if key not in broken:
            wrong = list(_faults(group, registry))
            faults += wrong
            statements += [] if wrong else [_statement(group, registry)]
    if not found.faults and not rows:
        faults.append(Fault(_NO_ROWS, file=path.name))
    return ReadStatements(tuple(statements), tuple(faults))


_CARRIED: Final = ("account_number", "month", "number")


def _filled_down(rows: Sequence[MappedRow]) -> Iterator[MappedRow]:
    above: MappedRow | None = None
    for row in rows:
        if above is None or row["account_number"]:
            above = row
        else:
            above = replace(row, cells={**row.cells, **{name: row[name] or above[name] for name in _CARRIED}})
        yield above


def _read(row: MappedRow, mapping: ColumnMapping, faults: list[Fault]) -> tuple[_Row, bool]:
    """The row's cells, and whether all of them could be read."""
    at_end = mapping.options.get(READING_DAY) == END
    before, values = len(faults), {}
    for name, field in FIELDS.items():
        parse = reading_day(at_end=at_end) if name in {"read_from", "read_to"} else field.parse
        value = parse(row[name]) if row[name] else None
        if isinstance(value, Wrong):
            faults.append(row.fault(name, value))
            value = None
        values[name] = value
    read = _Row(row, values)
    faults += [row.fault(name, _BLANK) for name in _missing(read) if not row[name]]
    return read, len(faults) == before


def _missing(row: _Row) -> Iterator[str]:
    """Fields that must not be blank, by what the row brings."""
    wanted = ["account_number", "month"]
    if row.is_meter:
        wanted += ["read_from", "read_to", "first_reading_kwh", "last_reading_kwh", "multiplication_factor",
                   "register_step_kwh", "energy_kwh"]  # fmt: skip
    wanted += ["base_price"] if row["base_yuan"] is not None else []
    wanted += ["subsidy_price"] if row["subsidy_yuan"] is not None else []
    if row["correction_yuan"] is not None or row["correction_kwh"] is not None:
        wanted += ["correction_month", "correction_yuan"]
    yield from (name for name in wanted if row[name] is None)


def _faults(group: Sequence[_Row], registry: Registry) -> Iterator[Fault]:
    """What is wrong with a statement whose cells are all right."""
    first = group[0].row
    if not any(row.is_meter for row in group):
        yield first.fault("first_reading_kwh", _NO_METER)
        return
    end = max(row["read_to"] for row in group if row.is_meter)
    if station_of_account(registry, group[0]["account_number"], end) is None:
        yield first.fault("account_number", _NO_ACCOUNT.filled(number=group[0]["account_number"]))
        return
    statement = _statement(group, registry)
    for text in check_statement(statement, moduli(statement, registry)):
        yield Fault(text, file=first.file, table=first.sheet, row=first.number)
    for row in group:
        if row["correction_month"] is not None and row["correction_month"] > row["month"]:
            yield row.row.fault("correction_month", _FUTURE)


def _statement(group: Sequence[_Row], registry: Registry) -> Statement:
    first, meters = group[0], [row for row in group if row.is_meter]
    energy = sum(row["energy_kwh"] for row in meters)
    end: date = max(row["read_to"] for row in meters)
    off_grid = [row["off_grid_kwh"] for row in group if row["off_grid_kwh"] is not None]
    return Statement(
        station_id=station_of_account(registry, first["account_number"], end) or "",
        month=first["month"],
        account_number=first["account_number"],
        number=first["number"] or "",
        issued_on=first["issued_on"],
        settled_energy_wh=energy,
        off_grid_energy_wh=sum(off_grid) if off_grid else None,
        meters=tuple(_meter(row) for row in meters),
        lines=(*_lines(group, Part.BASE, energy), *_lines(group, Part.SUBSIDY, energy)),
        corrections=tuple(_correction(row) for row in group if row["correction_yuan"] is not None),
        source=f"{first.row.file}{f'#{first.row.sheet}' if first.row.sheet else ''}:{first.row.number}",
    )


def _meter(row: _Row) -> StatementMeter:
    return StatementMeter(
        meter_number=row["meter_number"] or "",
        read_from=row["read_from"],
        read_to=row["read_to"],
        first_reading_wh=row["first_reading_kwh"],
        last_reading_wh=row["last_reading_kwh"],
        register_step_wh=row["register_step_kwh"],
        multiplication_factor=row["multiplication_factor"],
        transformer_loss_wh=row["transformer_loss_kwh"] or 0,
        line_loss_wh=row["line_loss_kwh"] or 0,
        settled_energy_wh=row["energy_kwh"],
    )


def _lines(group: Sequence[_Row], part: Part, energy_wh: int) -> Iterator[StatementLine]:
    """A single amount is of all meters; with several, each is of its own row."""
    rows = [row for row in group if row[f"{part}_yuan"] is not None]
    for row in rows:
        stated, own = row[f"{part}_kwh"], row["energy_kwh"]
        wh = stated if stated is not None else energy_wh if len(rows) == 1 or own is None else own
        yield StatementLine(part, wh, row[f"{part}_price"], Fen(row[f"{part}_yuan"]))


def _correction(row: _Row) -> StatementCorrection:
    return StatementCorrection(
        row["correction_month"], row["correction_part"] or Part.BASE, row["correction_kwh"] or 0,
        Fen(row["correction_yuan"]), row["correction_reason"] or "",
    )  # fmt: skip


_BLANK: Final = Text("不能为空", "must not be blank")
_NO_ROWS: Final = Text("没有结算单", "there is no statement")
_NO_METER: Final = Text("没有表码", "there is no meter's reading")
_NO_ACCOUNT: Final = Text(
    "没有电站登记了发电户号「{number}」：请在登记册的“属性”表补上",
    'no station has the generation account "{number}": add it to the registry\'s attributes',
)
_FUTURE: Final = Text("退补不能指向以后的月份", "a correction can't name a later month")
