"""How `guangfu what-if` tells what would move."""

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Final

from accounting.what_if import Amounts, Estimate, Level, Moved, RuleChange
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.stations.models import Registry
from guangfu.texts import Lang, Text

AMOUNTS: Final = {
    "gross": Text("总额", "gross"),
    "base": Text("基础", "base"),
    "subsidy": Text("补贴", "subsidy"),
    "deductions": Text("扣除", "deductions"),
    "distributable": Text("可分配", "distributable"),
    "owed": Text("企业应付各份", "owed to slots"),
}
CSV_HEADER: Final = [
    "month", "level", "id", "name",
    *(f"estimated_{name}_{side}" for name in AMOUNTS for side in ("now_fen", "then_fen", "difference_fen")),
    "unconfirmed_now", "unconfirmed_then",
]  # fmt: skip

TITLE: Final = Text(
    "试算：规则 {now} → {then}。预估是遥测 × 电价，不是结算、到账或发放；任何数据均未改动。",
    "What if: rules {now} → {then}. Estimated is telemetry × tariff: not settled, not received, not paid.",
)
SYNTHETIC: Final = Text("演示数据", "synthetic data")
SAME_RULES: Final = Text("两套规则没有不同的行", "no rule row differs")
RULE: Final = Text("  {file} {id}  {column}：{now} → {then}", "  {file} {id}  {column}: {now} → {then}")
ENERGY_STAYS: Final = Text(
    "  电量规则只影响今后核算的日子：已存的电量不变",
    "  energy rules change days computed from now on: stored energy stays",
)
COLUMNS: Final = Text(
    "         现在（元） →       换规则后（元）       差额（分）",
    "        now, yuan →       then, yuan   difference, fen",
)
TOTAL: Final = {
    Level.STATION: Text("合计：{n} 条电站月数据，{moved} 条有变化", "total: {n} station-months, {moved} of them moved"),
    Level.VILLAGE: Text("合计：{n} 条村月数据，{moved} 条有变化", "total: {n} village-months, {moved} of them moved"),
}
UNCONFIRMED: Final = Text("  待核实：{now} → {then}", "  unconfirmed: {now} → {then}")


def shown(
    moved: Sequence[Moved], changes: Sequence[RuleChange], registry: Registry, versions: tuple[str, str], lang: Lang
) -> Iterator[str]:
    """The rules that differ, each station and village that moves, and the totals of all."""
    yield TITLE(lang, now=versions[0], then=versions[1]) + (SYNTHETIC(lang) if registry.synthetic else "")
    yield from _rules(changes, lang)
    yield COLUMNS(lang)
    for one in moved:
        if any(one.difference):
            yield f"{one.key.month} {one.key.id} {_name(one, registry, lang)}".rstrip()
            yield from _amounts(one.now.amounts, one.then.amounts, lang)
    for level in Level:
        yield from _total([one for one in moved if one.key.level is level], level, lang)


def csv_row(one: Moved, registry: Registry) -> list[object]:
    """A row of `CSV_HEADER`; amounts in fen."""
    amounts = zip(one.now.amounts, one.then.amounts, one.difference, strict=True)
    key = one.key
    return [
        key.month, key.level, key.id, _name(one, registry, Lang.ZH), *(fen for three in amounts for fen in three),
        *("yes" if estimate.unconfirmed else "no" for estimate in (one.now, one.then)),
    ]  # fmt: skip


def _rules(changes: Sequence[RuleChange], lang: Lang) -> Iterator[str]:
    if not changes:
        yield SAME_RULES(lang)
    for one in changes:
        now, then = one.now or "—", one.then or "—"
        yield RULE(lang, file=one.file, id=one.rule_id, column=one.column, now=now, then=then)
    if any(one.file == "energy.csv" for one in changes):
        yield ENERGY_STAYS(lang)


def _amounts(now: Amounts, then: Amounts, lang: Lang) -> Iterator[str]:
    for words, before, after in zip(AMOUNTS.values(), now, then, strict=True):
        if before or after:
            yield f"  {yuan_text(Fen(before)):>16} → {yuan_text(Fen(after)):>16} {after - before:>+16,}  {words(lang)}"


def _total(moved: Sequence[Moved], level: Level, lang: Lang) -> Iterator[str]:
    if not moved:
        return
    yield TOTAL[level](lang, n=len(moved), moved=sum(any(one.difference) for one in moved))
    sums = [reduce(Amounts.plus, (estimate.amounts for estimate in side)) for side in _sides(moved)]
    yield from _amounts(sums[0], sums[1], lang)
    now, then = (sum(estimate.unconfirmed for estimate in side) for side in _sides(moved))
    yield UNCONFIRMED(lang, now=now, then=then)


def _sides(moved: Sequence[Moved]) -> tuple[list[Estimate], list[Estimate]]:
    return [one.now for one in moved], [one.then for one in moved]


def _name(one: Moved, registry: Registry, lang: Lang) -> str:
    found = (registry.stations if one.key.level is Level.STATION else registry.villages).get(one.key.id)
    return "" if found is None else found.name_en if lang is Lang.EN else found.name
