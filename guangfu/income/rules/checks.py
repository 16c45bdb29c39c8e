"""What is wrong between rows that are each right by themselves."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from guangfu.income.rules.models import RuleFault
from guangfu.income.rules.tables import Row
from guangfu.stations.models import Grid
from guangfu.texts import Text

_ONCE: Final = {
    "base_prices.csv": ("grid", "valid_from"),
    "market_prices.csv": ("grid", "month"),
    "entitlements.csv": ("valid_from",),
    "deductions.csv": ("position", "valid_from", "station_id", "banner_code"),
    "vat.csv": ("kind", "station_kind", "station_id", "banner_code", "part", "valid_from"),
    "deadlines.csv": ("leg", "part", "banner_code", "valid_from"),
    "passing.csv": ("part", "banner_code", "valid_from"),
    "bans.csv": ("use_id", "scope", "valid_from"),
    "plan_limits.csv": ("kind", "scope", "valid_from"),
    "checks.csv": ("check", "station_kind", "banner_code", "valid_from"),
}
"""Columns that no two rows may have in common: it could not be told which of the rows holds."""
_SPANS: Final = {
    "tariffs.csv": (("filed_from", "filed_to"), ("grid_from", "grid_to")),
    "doubts.csv": (("grid_from", "grid_to"),),
    "vat.csv": (("valid_from", "valid_to"),),
    "uses.csv": (("valid_from", "valid_to"),),
    "bans.csv": (("valid_from", "valid_to"),),
    "plan_limits.csv": (("valid_from", "valid_to"),),
    "checks.csv": (("valid_from", "valid_to"),),
}
_SAME: Final = Text("与 {other} 相同，无法判断以哪一行为准", "the same as {other}: it can't be told which row holds")
_BACKWARDS: Final = Text("早于 {column}", "before {column}")
_NO_TARIFF: Final = Text("没有电价行 {tariff_id}", "there is no tariff row {tariff_id}")
_NO_BASE: Final = Text("{grid} 没有基准价", "{grid} has no base price")


def inconsistencies(rows: Mapping[str, Sequence[Row]]) -> list[RuleFault]:
    """Rows that exclude each other, spans that end before they begin, names of rows that are not there."""
    faults = [fault for file, columns in _ONCE.items() for fault in _alike(rows[file], columns)]
    faults += [fault for file, spans in _SPANS.items() for span in spans for fault in _backwards(rows[file], span)]
    tariffs = {row.cells.get("tariff_id") for row in rows["tariffs.csv"]}
    for row in rows["doubts.csv"]:
        tariff_id = row.cells.get("tariff_id")
        if tariff_id and tariff_id not in tariffs:
            faults.append(_fault(row, "tariff_id", _NO_TARIFF.filled(tariff_id=tariff_id)))
    priced = {row.cells.get("grid") for row in rows["base_prices.csv"]}
    return faults + [
        RuleFault("base_prices.csv", 0, _NO_BASE.filled(grid=grid), "grid") for grid in Grid if grid not in priced
    ]


def _alike(rows: Sequence[Row], columns: tuple[str, ...]) -> Iterator[RuleFault]:
    alike: dict[tuple[str | None, ...], list[Row]] = {}
    for row in rows:
        alike.setdefault(tuple(row.cells.get(column) for column in columns), []).append(row)
    for group in alike.values():
        for row in group:
            others = [_id(other) for other in group if other is not row]
            if others:
                yield _fault(row, ", ".join(columns), _SAME.filled(other=", ".join(others)))


def _backwards(rows: Sequence[Row], span: tuple[str, str]) -> Iterator[RuleFault]:
    first, last = span
    for row in rows:
        begins, ends = row.cells.get(first), row.cells.get(last)
        if begins and ends and ends < begins:
            yield _fault(row, last, _BACKWARDS.filled(column=first))


def _fault(row: Row, column: str, text: Text) -> RuleFault:
    return RuleFault(row.file, row.number, text, column)


def _id(row: Row) -> str:
    return next(iter(row.cells.values()))
