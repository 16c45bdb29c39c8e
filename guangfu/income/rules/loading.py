"""Reads and checks all rules files; an operator's folder can replace any row by one line."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from pydantic import Field

from guangfu.income.rules.audit import check_rule
from guangfu.income.rules.cash import deadline, deduction, passing, vat
from guangfu.income.rules.checks import inconsistencies
from guangfu.income.rules.models import (
    BasePrice,
    Confidence,
    Doubt,
    EnergyRules,
    Entitlement,
    MarketPrice,
    RuleFault,
    Rules,
    TariffRule,
)
from guangfu.income.rules.spending import ban, plan_limit, use
from guangfu.income.rules.tables import Cells, Row, read_files
from guangfu.settings import ProgramSettings, program_config
from guangfu.stations.models import Grid, StationKind, Zone
from guangfu.texts import Lang, Text

T = TypeVar("T")


class RulesSettings(ProgramSettings):
    model_config = program_config("RULES")

    folder: Path | None = Field(
        default=None, description="folder of CSV files whose lines replace those of guangfu/income/rules, by id"
    )


class BadRules(Exception):
    """Some rules are wrong; `faults` has all of them, by file and row."""

    def __init__(self, faults: Sequence[RuleFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.row)))
        super().__init__(self.describe(Lang.EN))

    def describe(self, lang: Lang) -> str:
        return "\n".join(_described(fault, lang) for fault in self.faults)


def _described(fault: RuleFault, lang: Lang) -> str:
    return f"{fault.file}:{fault.row}: " + (f"{fault.column}: " if fault.column else "") + fault.text(lang)


def load_rules(override: Path | None = None) -> Rules:
    """The shipped rules, with the lines of the files in `override` in place of theirs.

    A line of the override names a row by its first column and replaces the cells whose columns its header has, so
    `base_id,confirmed` and `mengxi-2017,yes` confirm a price. A line with a new id is a new row, tried first.

    Raises:
        BadRules: Something is wrong; all faults together, each with its file and row.
        OSError: A file can't be read.
    """
    faults: list[RuleFault] = []
    if override is not None and not override.is_dir():
        raise BadRules([RuleFault(str(override), 0, Text("没有这个文件夹", "there is no such folder"))])
    rows, version = read_files(override, faults)

    def table(file: str, parse: Callable[[Cells], T]) -> tuple[T, ...]:
        return tuple(parse(Cells(row, faults)) for row in rows[file])

    market = table("market_prices.csv", _market_price)
    rules = Rules(
        version=version,
        tariffs=table("tariffs.csv", _tariff),
        base_prices=table("base_prices.csv", _base_price),
        market_prices={(price.grid, price.month): price for price in market},
        entitlements=table("entitlements.csv", _entitlement),
        deductions=tuple(sorted(table("deductions.csv", deduction), key=lambda d: d.position)),
        doubts=table("doubts.csv", _doubt),
        energy=_energy(rows["energy.csv"], faults),
        vat=table("vat.csv", vat),
        deadlines=table("deadlines.csv", deadline),
        passing=table("passing.csv", passing),
        uses=table("uses.csv", use),
        bans=table("bans.csv", ban),
        plan_limits=table("plan_limits.csv", plan_limit),
        checks=table("checks.csv", check_rule),
    )
    faults.extend(inconsistencies(rows))
    if faults:
        raise BadRules(faults)
    return rules


def _tariff(cells: Cells) -> TariffRule:
    prices = {zone: cells.number(f"zone_{zone.lower()}", "0", "9.99") for zone in Zone}
    return TariffRule(
        tariff_id=cells.text("tariff_id"),
        kind=cells.choice_or_none("kind", StationKind),
        joint=cells.flag_or_none("joint"),
        station_id=cells.text("station_id", required=False) or None,
        filed_from=cells.day_or_none("filed_from"),
        filed_to=cells.day_or_none("filed_to"),
        plan_year_to=cells.whole_or_none("plan_year_to", 2000, 2100),
        grid_from=cells.day_or_none("grid_from"),
        grid_to=cells.day_or_none("grid_to"),
        prices=prices,
        document=cells.text("document"),
        confidence=cells.choice("confidence", Confidence),
        confirmed=bool(cells.flag_or_none("confirmed")),
    )


def _base_price(cells: Cells) -> BasePrice:
    return BasePrice(
        base_id=cells.text("base_id"),
        grid=cells.choice("grid", Grid),
        valid_from=cells.day("valid_from"),
        price=cells.number("yuan_per_kwh", "0", "9.99"),
        document=cells.text("document", required=False),
        confidence=cells.choice("confidence", Confidence),
        confirmed=bool(cells.flag_or_none("confirmed")),
    )


def _market_price(cells: Cells) -> MarketPrice:
    month = cells.text("month")
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        cells.bad("month", "月份", "a month")
    return MarketPrice(
        market_id=cells.text("market_id"),
        grid=cells.choice("grid", Grid),
        month=month,
        market=cells.number("market_yuan_per_kwh", "-9.99", "9.99"),
        mechanism=cells.number("mechanism_yuan_per_kwh", "0", "9.99"),
        share=cells.number("mechanism_share", "0", "1"),
        document=cells.text("document", required=False),
        confidence=cells.choice("confidence", Confidence),
        confirmed=bool(cells.flag_or_none("confirmed")),
    )


def _entitlement(cells: Cells) -> Entitlement:
    return Entitlement(
        entitlement_id=cells.text("entitlement_id"),
        valid_from=cells.day("valid_from"),
        fen_per_slot_year=int(cells.number("yuan_per_slot_year", "0", "1000000", 2) * 100),
        years=int(cells.number("years", "1", "100", 0)),
        document=cells.text("document"),
        confidence=cells.choice("confidence", Confidence),
        confirmed=bool(cells.flag_or_none("confirmed")),
    )


def _doubt(cells: Cells) -> Doubt:
    affects = cells.text("affects")
    if affects not in {"price", "document"}:
        cells.bad("affects", " price 或 document", "price or document")
    return Doubt(
        doubt_id=cells.text("doubt_id"),
        affects_price=affects == "price",
        kind=cells.choice_or_none("kind", StationKind),
        joint=cells.flag_or_none("joint"),
        tariff_id=cells.text("tariff_id", required=False) or None,
        grid_from=cells.day_or_none("grid_from"),
        grid_to=cells.day_or_none("grid_to"),
        capacity_over_kw=cells.whole_or_none("capacity_over_kw", 0, 10_000_000),
        text=Text(cells.text("text_zh"), cells.text("text_en")),
        confirmed=bool(cells.flag_or_none("confirmed")),
    )


ENERGY_BOUNDS: Final = {
    "coverage_floor": ("0", "1"),
    "max_interval_min": ("1", "1440"),
    "max_gap_h": ("0", "24"),
    "plausible_factor": ("1", "10"),
    "posting_days_floor": ("0", "1"),
    "max_shaped_gap_d": ("0", "62"),
    "like_spread": ("0", "2"),
    "clear_sky_spread": ("0", "2"),
    "part_day_spread": ("0", "2"),
    "estimate_lost": ("0", "1"),
    "lost_spread": ("0", "2"),
    "subsidised_hours": ("0", "1"),
    "subsidised_hours_i": ("0", "100000"),
    "subsidised_hours_ii": ("0", "100000"),
    "subsidised_hours_iii": ("0", "100000"),
    "typical_hours_i": ("500", "3000"),
    "typical_hours_ii": ("500", "3000"),
    "typical_hours_iii": ("500", "3000"),
    "typical_spread": ("0", "1"),
    "power_tolerance": ("0", "1"),
    "loss_tolerance": ("0", "1"),
    "reconcile_floor_h": ("0", "24"),
}
"""A gap of more than a day would touch days that no reading marks for accounting."""


def _energy(rows: Sequence[Row], faults: list[RuleFault]) -> EnergyRules:
    values: dict[str, float] = {}
    unconfirmed: set[str] = set()
    sources: list[tuple[str, str, Confidence | None]] = []
    for row in rows:
        cells = Cells(row, faults)
        name = cells.text("name")
        known = cells.choice_or_none("confidence", Confidence)  # none: a setting of ours, not a document's
        if not cells.flag_or_none("confirmed") and known in {Confidence.B, Confidence.C}:
            unconfirmed.add(name)
        sources.append((name, cells.text("document", required=False), known))
        if name in ENERGY_BOUNDS:
            values[name] = float(cells.number("value", *ENERGY_BOUNDS[name]))
        else:
            cells.bad("name", "、".join(ENERGY_BOUNDS), "one of " + ", ".join(ENERGY_BOUNDS))
    return EnergyRules(**values, unconfirmed=frozenset(unconfirmed), sources=tuple(sources))
