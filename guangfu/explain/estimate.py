"""A station's estimate: its days, the tariff row with its document, the place in the subsidy list, the energy."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from guangfu.clock import month_days
from guangfu.explain.energy import NOT_COMPUTED, REMARK, RULES, energy_step
from guangfu.explain.source import Source
from guangfu.explain.tree import Fact, Step, kwh_text, whole
from guangfu.income.estimate import PER_FEN, price_units, tariffs_of
from guangfu.income.figures import DailyEnergy, DailyIncome, MonthlyIncome
from guangfu.income.reasons import REASON_TEXTS, Reason
from guangfu.income.subsidy_status import STATUS_NAMES, subsidy_standing
from guangfu.income.tariff import TariffRow
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.postings.estimates import estimate_keys
from guangfu.ledger.postings.revisions import in_key
from guangfu.stations.models import Station
from guangfu.storage.sql.figures import read_daily_energy, read_daily_income, read_monthly_income
from guangfu.texts import Text

PART_NAMES: Final = {
    Part.BASE: Text("基础电费", "base"), Part.SUBSIDY: Text("国家补贴", "subsidy"),
}  # fmt: skip
ESTIMATED: Final = Text("{station} {period} 预估收益", "{station} {period}, estimated income")
OF_PART: Final = Text("{title}，{part}", "{title}, {part}")
TARIFF: Final = Text("电价 {id}", "tariff {id}")
PRICE: Final = Text("单价", "price")
SPLIT: Final = Text(
    "{price} = 基准 {base} + 补贴 {subsidy} 元/kWh", "{price} = base {base} + subsidy {subsidy} yuan/kWh"
)
DOCUMENT: Final = Text("文号", "document")
BASE_DOCUMENT: Final = Text("基准价文号", "the base price's document")
TOP_UP: Final = Text("其中差价补足", "of it topped up to the mechanism price")
DAYS: Final = Text("适用日期", "days")
ROUNDED: Final = Text(
    "当日金额为当月累计四舍五入后之差", "a day's amount is the difference of the month's rounded sums"
)
OTHER_RULES: Final = Text(
    "按核算时的规则 {then}（行 {row}）；现行规则 {now}", "by the rules of then, {then} (row {row}); now they are {now}"
)
LIST: Final = Text("补贴清单", "subsidy list")
STATUS: Final = Text("状态", "status")
CAPACITY: Final = Text("列入容量", "listed capacity")
ALL: Final = Text("全部装机", "all that is installed")
NOBODY_SAID: Final = Text("无人录入，按已列入计", "nobody entered it; taken as listed")
TOO_FEW: Final = Text(
    "数据不足：{due} 天中只有 {n} 天有数据，低于下限 {floor:.0%}",
    "insufficient data: only {n} of {due} days have a figure, under the floor of {floor:.0%}",
)
SUM_OF: Final = Text("{n} 天有数据，应有 {due} 天", "{n} days with a figure, of {due} that are due")
COUNTED: Final = Text("天数", "days counted")
INTERVAL: Final = Text("电量 95% 区间", "energy, 95 % interval")


def station_estimate(source: Source, station: Station, period: str, parts: Sequence[Part] = tuple(Part)) -> Step:
    """The estimate of a station's month, or day, down to registers. `parts`: of which parts. [fen]"""
    monthly = len(period) == 7
    days = month_days(period) if monthly else [date.fromisoformat(period)]
    energy, income = _figures(source, station, days)
    month = _month(source, station, period) if monthly else None
    title = source.say(ESTIMATED, station=station_name(source, station), period=period)
    counted = {row.day for row in income}
    priced = [row for row in energy if row.day in counted or row.energy_wh is None]
    grounds = (
        *_tariffs(source, station, income), _standing(source, station, days[-1]),
        energy_step(source, station, priced if monthly else energy),
    )  # fmt: skip
    facts = _facts(source, month, energy)
    steps = tuple(_part(source, station, period, part, energy, income, monthly=monthly) for part in parts)
    missing = _insufficient(source, energy, income, month)
    if missing:
        return Step("estimated", title, insufficient=missing, facts=facts, grounds=(*grounds, *_known(steps)))
    doubts = dict.fromkeys(ground.unconfirmed for ground in grounds if ground.unconfirmed)
    if len(steps) == 1:
        return Step(
            "estimated", source.say(OF_PART, title=title, part=steps[0].title),
            steps[0].amount, formula=steps[0].formula, facts=facts, unconfirmed=source.listed(doubts),
            entries=steps[0].entries, parts=steps, grounds=grounds,
        )  # fmt: skip
    return Step(
        "estimated", title, whole(steps), facts=facts, unconfirmed=source.listed(doubts), parts=steps,
        formula=_gross(source, station, energy, income), grounds=grounds,
    )  # fmt: skip


def _known(steps: Sequence[Step]) -> tuple[Step, ...]:
    return tuple(step for step in steps if step.amount is not None)


def station_name(source: Source, station: Station) -> str:
    name = station.name_en if source.lang == "en" and station.name_en else station.name
    return f"{name}（{station.station_id}）" if source.lang == "zh-CN" else f"{name} ({station.station_id})"


def _figures(source: Source, station: Station, days: Sequence[date]) -> tuple[list[DailyEnergy], list[DailyIncome]]:
    names = [station.station_id]
    return (
        read_daily_energy(source.db, start=days[0], end=days[-1], stations=names),
        read_daily_income(source.db, start=days[0], end=days[-1], stations=names),
    )


def _month(source: Source, station: Station, month: str) -> MonthlyIncome | None:
    rows = read_monthly_income(source.db, start=month, end=month, stations=[station.station_id])
    return rows[0] if rows else None


def _insufficient(
    source: Source, energy: Sequence[DailyEnergy], income: Sequence[DailyIncome], month: MonthlyIncome | None
) -> str:
    """Why there is no amount; empty where there is one."""
    if not income:
        reasons = dict.fromkeys(row.reason for row in energy if row.reason)
        priceless = [Reason.NO_TARIFF] if any(row.energy_wh is not None for row in energy) else []
        words = [source.say(REASON_TEXTS[Reason(reason)]) for reason in [*reasons, *priceless]]
        return source.listed(words) or source.say(NOT_COMPUTED)
    floor = source.rules.energy.coverage_floor
    if month is not None and month.days_counted < floor * month.days_due:
        return source.say(TOO_FEW, n=month.days_counted, due=month.days_due, floor=floor)
    return ""


def _facts(source: Source, month: MonthlyIncome | None, energy: Sequence[DailyEnergy]) -> tuple[Fact, ...]:
    if month is None:
        version = energy[0].rules_version if energy else source.rules.version
        return (source.fact(RULES, version),)
    facts = [source.fact(COUNTED, SUM_OF.filled(n=month.days_counted, due=month.days_due))]
    if month.estimated_low_wh is not None and month.estimated_high_wh is not None:
        span = f"{kwh_text(month.estimated_low_wh)}–{kwh_text(month.estimated_high_wh)} kWh"
        facts.append(source.fact(INTERVAL, span))
    facts.append(source.fact(RULES, month.rules_version))
    if month.rules_version != source.rules.version:
        then = OTHER_RULES.filled(then=month.rules_version, row=month.tariff_id, now=source.rules.version)
        facts.append(source.fact(REMARK, then))
    return tuple(facts)


def _of(row: DailyIncome, part: Part) -> Fen:
    return row.estimated_base_fen if part is Part.BASE else row.estimated_subsidy_fen


def _part(
    source: Source, station: Station, period: str, part: Part, energy: Sequence[DailyEnergy],
    income: Sequence[DailyIncome], *, monthly: bool,
) -> Step:  # fmt: skip
    of_day = {row.day: row.energy_wh or 0 for row in energy}
    days = tuple(
        Step("day", row.day.isoformat(), _of(row, part), formula=f"{kwh_text(of_day.get(row.day, 0))} kWh")
        for row in income
    )
    gross, base = (sum(getattr(row, f"estimated_{name}_fen") for row in income) for name in ("gross", "base"))
    formula = f"{yuan_text(Fen(gross))} − {yuan_text(Fen(base))} = {yuan_text(Fen(gross - base))}"
    if part is Part.BASE:
        formula = _priced(source, station, energy, income, Fen(base), base_only=True)
    month = period[:7]
    keys = f"{estimate_keys(month)}{in_key(station.station_id)}/{part}/"
    return Step(
        "part", source.say(PART_NAMES[part]), whole(days), formula=formula if days else "",
        facts=(source.fact(REMARK, ROUNDED),) if days else (), parts=days if monthly else (),
        entries=source.entries(keys, station_id=station.station_id) if monthly else (),
    )  # fmt: skip


def _gross(source: Source, station: Station, energy: Sequence[DailyEnergy], income: Sequence[DailyIncome]) -> str:
    gross = Fen(sum(row.estimated_gross_fen for row in income))
    return _priced(source, station, energy, income, gross, base_only=False)


def _priced(
    source: Source, station: Station, energy: Sequence[DailyEnergy], income: Sequence[DailyIncome], amount: Fen, *,
    base_only: bool,
) -> str:  # fmt: skip
    """Energy × price, a term for each price, if that makes the amount; otherwise the amount alone.

    A day alone is the difference of two rounded sums, so a product may be a fen beside it.
    """
    by_price: dict[object, int] = {}
    worth = 0
    of_day = {row.day: row.energy_wh or 0 for row in energy}
    tariffs = tariffs_of(station, [row.day for row in income], source.rules)
    for row, tariff in zip(income, tariffs, strict=True):
        if tariff is None:
            return yuan_text(amount)
        price = tariff.base if base_only else tariff.price
        by_price[price] = by_price.get(price, 0) + of_day.get(row.day, 0)
        worth += of_day.get(row.day, 0) * price_units(price)
    rounded = (2 * worth + PER_FEN) // (2 * PER_FEN)
    near = "=" if rounded == amount else "≈" if abs(rounded - amount) <= 1 else "≠"
    if near == "≠":
        return yuan_text(amount)
    terms = " + ".join(f"{kwh_text(wh)} kWh × {price}" for price, wh in by_price.items())
    return f"{terms} {near} {yuan_text(amount)}"


def _tariffs(source: Source, station: Station, income: Sequence[DailyIncome]) -> tuple[Step, ...]:
    """Each tariff row that the days rest on, with its document."""
    days = [row.day for row in income]
    found: dict[TariffRow, list[date]] = {}
    for day, row in zip(days, tariffs_of(station, days, source.rules), strict=True):
        if row is not None:
            found.setdefault(row, []).append(day)
    return tuple(_tariff(source, row, held[0], held[-1]) for row, held in found.items())


def _tariff(source: Source, row: TariffRow, first: date, last: date) -> Step:
    facts = [
        source.fact(PRICE, SPLIT.filled(price=row.price, base=row.base, subsidy=row.subsidy)),
        source.document(DOCUMENT, row.document, row.confidence),
        source.document(BASE_DOCUMENT, row.base_document, row.base_confidence),
        source.fact(DAYS, f"{first} – {last}"),
    ]
    if row.top_up:
        facts.append(source.fact(TOP_UP, row.top_up))
    because = source.say(row.because) if row.unconfirmed and row.because is not None else ""
    return Step("tariff", source.say(TARIFF, id=row.tariff_id), facts=tuple(facts), unconfirmed=because)


def _standing(source: Source, station: Station, day: date) -> Step:
    found = subsidy_standing(station, day, source.rules)
    listed = source.say(ALL) if found.listed_capacity_w is None else f"{found.listed_capacity_w / 1000:,.3f} kW"
    facts = [source.fact(STATUS, STATUS_NAMES[found.status]), source.fact(CAPACITY, listed)]
    if found.document:
        facts.append(source.fact(DOCUMENT, found.document))
    doubt = source.say(NOBODY_SAID) if found.unconfirmed and not found.document else ""
    return Step("subsidy_list", source.say(LIST), facts=tuple(facts), unconfirmed=doubt)
