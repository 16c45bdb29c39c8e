"""What each rule says, its figure, and what is not confirmed of it, in words."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, assert_never

from guangfu.income.rules.cash_words import deduction_terms
from guangfu.income.rules.models import (
    BasePrice,
    Confidence,
    Deduction,
    DeductionBase,
    Doubt,
    Entitlement,
    MarketPrice,
    TariffRule,
)
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.stations.models import Grid, StationKind
from guangfu.texts import Text, joined

Rule = TariffRule | BasePrice | MarketPrice | Entitlement | Deduction | Doubt

_GRIDS: Final = {Grid.MENGXI: Text("蒙西", "Mengxi grid"), Grid.MENGDONG: Text("蒙东", "Mengdong grid")}
_KINDS: Final = {
    None: Text("各类电站", "any station"),
    StationKind.VILLAGE: Text("村级电站", "village-level"),
    StationKind.CENTRALIZED: Text("集中式电站", "centralized"),
}
_JOINT: Final = {True: Text("联村", "joint-village"), False: Text("非联村", "not joint")}
_RECALLED: Final = Text("凭记忆录入，待核实", "recalled, not confirmed")
_DIVIDES: Final = Text("基础与补贴的划分以它为准", "it divides base from subsidy")
_ELSEWHERE: Final = Text("取自一地的范本，他处待核实", "one county's template, not confirmed elsewhere")
_OPEN: Final = Text("尚无人核实", "nobody has settled it yet")

ENERGY: Final = {
    "coverage_floor": Text(
        "当日未结束，或零点落在读数中断内时，数据完整率低于此值即无电量",
        "an open day, or one with a midnight inside a gap, has no figure under this coverage",
    ),
    "max_interval_min": Text(
        "两次读数相隔不超过此值，其间算有数据", "readings at most so far apart cover the time between them"
    ),
    "max_gap_h": Text(
        "无读数不超过此值，仍等待说明当日如何结束的读数",
        "a silence of at most this length may still end with a reading that tells how the day ended",
    ),
    "plausible_factor": Text("电表走字不会快过交流容量的此倍数", "a meter can't count faster than this"),
    "posting_days_floor": Text(
        "有电量的日子达到此比例，当月预估方可入账",
        "a month's estimate is posted when so much of its days have a figure",
    ),
    "max_shaped_gap_d": Text(
        "不长于此值的中断，其电量按邻近同类电站和晴空曲线分到各日；0 为不分摊",
        "a gap of at most this length is shared over its days by like stations and the clear sky; 0 shares none",
    ),
    "like_spread": Text(
        "一日电量与邻近同类电站相差的标准差", "how far a day differs from what like stations nearby gave (one sigma)"
    ),
    "clear_sky_spread": Text(
        "没有同类电站读数时，一日电量与晴天相差的标准差",
        "how far a day differs from a clear one where no like station was read (one sigma)",
    ),
    "part_day_spread": Text(
        "一日的一部分与其应占份额相差的标准差", "how far a part of a day differs from its share of the day (one sigma)"
    ),
    "estimate_lost": Text(
        "1：电表清零而丢失的电量、换表期间的电量按同类电站估算；0：不计入",
        "1: energy that a counter lost, or that passed while a meter was exchanged, is estimated from like stations; "
        "0: it does not count",
    ),
    "lost_spread": Text(
        "此类估算整体偏差的标准差", "how far such an estimate differs from the truth as a whole (one sigma)"
    ),
    "subsidised_hours": Text(
        "1：补贴在达到下列小时数后停止（财建〔2020〕426号，扶贫电站是否豁免待核实）",
        "1: the subsidy ends after the hours below (财建〔2020〕426号; whether poverty stations are exempt is unknown)",
    ),
    "subsidised_hours_i": Text("一类资源区全生命周期补贴小时数", "subsidised hours over a station's life in zone I"),
    "subsidised_hours_ii": Text("二类资源区全生命周期补贴小时数", "subsidised hours over a station's life in zone II"),
    "subsidised_hours_iii": Text(
        "三类资源区全生命周期补贴小时数", "subsidised hours over a station's life in zone III"
    ),
    "typical_hours_i": Text("一类资源区常年等效小时数", "a typical year's equivalent hours in zone I"),
    "typical_hours_ii": Text("二类资源区常年等效小时数", "a typical year's equivalent hours in zone II"),
    "typical_hours_iii": Text("三类资源区常年等效小时数", "a typical year's equivalent hours in zone III"),
    "typical_spread": Text(
        "电站一年与常年相差的标准差", "how far a station's year differs from a typical one (one sigma)"
    ),
    "power_tolerance": Text(
        "功率积分与同一设备电表同时段走字允许相差的比例",
        "how far power added up may differ from what the same device's counter gained meanwhile",
    ),
    "loss_tolerance": Text(
        "逆变器电量与关口表电量允许相差的比例：线路、变压器损耗和自用电",
        "how far the inverters' counters may differ from the gateway meter: cables, transformer, own use",
    ),
    "reconcile_floor_h": Text(
        "当日电量少于容量乘以此小时数的不核对",
        "days with less energy than so many hours of the capacity are not compared",
    ),
}
ENERGY_UNITS: Final = {
    "coverage_floor": Text("", ""),
    "max_interval_min": Text(" 分钟", " min"),
    "max_gap_h": Text(" 小时", " h"),
    "plausible_factor": Text(" 倍", " times"),
    "posting_days_floor": Text("", ""),
    "max_shaped_gap_d": Text(" 天", " d"),
    "like_spread": Text("", ""),
    "clear_sky_spread": Text("", ""),
    "part_day_spread": Text("", ""),
    "estimate_lost": Text("", ""),
    "lost_spread": Text("", ""),
    "subsidised_hours": Text("", ""),
    "subsidised_hours_i": Text(" 小时", " h"),
    "subsidised_hours_ii": Text(" 小时", " h"),
    "subsidised_hours_iii": Text(" 小时", " h"),
    "typical_hours_i": Text(" 小时", " h"),
    "typical_hours_ii": Text(" 小时", " h"),
    "typical_hours_iii": Text(" 小时", " h"),
    "typical_spread": Text("", ""),
    "power_tolerance": Text("", ""),
    "loss_tolerance": Text("", ""),
    "reconcile_floor_h": Text(" 小时", " h"),
}
ENERGY_OPEN: Final = {
    "B": Text("只见于转抄或摘录", "read only in a copy or an excerpt"),
    "C": Text("凭记忆，尚未有人确认", "recalled; nobody has confirmed it"),
}
"""What is open about a rule of energy, by its confidence."""


def says(rule: Rule) -> Text:
    """The rule without its figure."""
    match rule:
        case TariffRule():
            return _tariff(rule)
        case BasePrice():
            return _put(
                Text("{grid}燃煤基准价，即电价的基础部分", "coal benchmark of the {grid}, the base"),
                grid=_GRIDS[rule.grid],
            )
        case MarketPrice():
            words = Text(
                "{grid} {month} 市场价，由机制价补足", "{grid} {month}: market price, topped up to the mechanism's"
            )
            return _put(words, grid=_GRIDS[rule.grid], month=rule.month)
        case Entitlement():
            return Text(
                "集中式电站企业每年应付每份，自并网起 {years} 年",
                "a centralized station's company owes each slot a year, for {years} years",
            ).filled(years=rule.years)
        case Deduction():
            words = Text(
                "村级电站收益第 {position} 项扣除：{name}", "deduction {position} of a village-level station: {name}"
            )
            terms = deduction_terms(rule)
            name = Text(rule.name.zh + terms.zh, rule.name.en + terms.en)
            return _put(words, position=rule.position, name=name)
        case Doubt():
            return (
                _put(Text("{id}：{doubt}", "{id}: {doubt}"), id=rule.tariff_id, doubt=rule.text)
                if rule.tariff_id
                else rule.text
            )
    assert_never(rule)


def value(rule: Rule) -> Text:
    """The rule's figure with its unit."""
    match rule:
        case TariffRule():
            return _per_kwh(" / ".join(f"{zone} {price}" for zone, price in rule.prices.items()))
        case BasePrice():
            return _per_kwh(str(rule.price))
        case MarketPrice():
            words = Text(
                "市场 {market}，机制 {mechanism} × {share}", "market {market}, mechanism {mechanism} × {share}"
            )
            return words.filled(market=rule.market, mechanism=rule.mechanism, share=rule.share)
        case Entitlement():
            return Text("{yuan} 元", "{yuan} yuan").filled(yuan=yuan_text(Fen(rule.fen_per_slot_year)))
        case Deduction():
            gross = rule.base is DeductionBase.GROSS
            words = Text("总收益的 {percent} %", "{percent} % of gross")
            received = Text("到账额的 {percent} %", "{percent} % of what is received")
            return (words if gross else received).filled(percent=_plain(rule.share_of_gross * 100))
        case Doubt():
            return Text("影响电价", "on the price") if rule.affects_price else Text("仅涉文号", "on a number only")
    assert_never(rule)


def open_question(rule: Rule, doubts: Sequence[Doubt]) -> Text | None:
    """What nobody has confirmed of a rule, or `None`; doubts that depend on the station are rules of their own."""
    if rule.confirmed:
        return None
    if isinstance(rule, Doubt):
        return _OPEN
    recalled = [_RECALLED] if rule.confidence is Confidence.C else []
    if isinstance(rule, TariffRule):
        return joined([*recalled, *(doubt.text for doubt in doubts if _is_about(doubt, rule))])
    if isinstance(rule, BasePrice):
        return joined([*recalled, *([_DIVIDES] if recalled else [])])
    elsewhere = isinstance(rule, Deduction) and rule.confidence is Confidence.B
    return joined([*recalled, *([_ELSEWHERE] if elsewhere else [])])


def _is_about(doubt: Doubt, tariff: TariffRule) -> bool:
    return doubt.tariff_id == tariff.tariff_id and not doubt.confirmed


def _tariff(rule: TariffRule) -> Text:
    which = [Text(f"电站 {rule.station_id}", f"station {rule.station_id}")] if rule.station_id else [_KINDS[rule.kind]]
    joint = [_JOINT[rule.joint]] if rule.joint is not None else []
    planned = [
        *_span(rule.filed_from, rule.filed_to, Text("备案", "filed")),
        *(
            [Text("计划年度 {y} 及以前", "plan of {y} or earlier").filled(y=rule.plan_year_to)]
            if rule.plan_year_to
            else []
        ),
    ]
    either = [Text("或".join(t.zh for t in planned), " or ".join(t.en for t in planned))] if planned else []
    parts = [*which, *joint, *either, *_span(rule.grid_from, rule.grid_to, Text("并网", "on grid"))]
    return Text("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def _span(first: date | None, last: date | None, what: Text) -> list[Text]:
    if first is None and last is None:
        return []
    if last is None:
        return [_put(Text("{first} 起{what}", "{what} from {first}"), what=what, first=first)]
    if first is None:
        return [_put(Text("{last} 及以前{what}", "{what} by {last}"), what=what, last=last)]
    return [_put(Text("{first} 至 {last} {what}", "{what} {first} to {last}"), what=what, first=first, last=last)]


def _per_kwh(prices: str) -> Text:
    return Text(f"{prices} 元/千瓦时", f"{prices} yuan/kWh")


def _plain(number: Decimal) -> str:
    """Without zeros at the end.

    >>> _plain(Decimal("2.900")), _plain(Decimal("0"))
    ('2.9', '0')
    """
    return f"{number.normalize():f}"


def _put(words: Text, **values: object) -> Text:
    """The words with their places filled, a text's in its own language.

    >>> _put(Text("{grid}电网", "the {grid}"), grid=Text("蒙东", "Mengdong grid")).en
    'the Mengdong grid'
    """
    zh = {name: value.zh if isinstance(value, Text) else value for name, value in values.items()}
    en = {name: value.en if isinstance(value, Text) else value for name, value in values.items()}
    return Text(words.zh.format(**zh), words.en.format(**en))
