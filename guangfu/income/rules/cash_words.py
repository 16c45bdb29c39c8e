"""What the rules of money that moves say, in words: VAT, deadlines, how a part is passed on."""

from decimal import Decimal
from typing import Final, assert_never

from guangfu.income.rules.models import Confidence, Deadline, Deduction, Leg, Passing, Payer, Period, Rhythm, Vat
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.stations.models import StationKind
from guangfu.texts import Text, joined

CashRule = Vat | Deadline | Passing

_PARTS: Final = {
    None: Text("基础与补贴", "base and subsidy"),
    "base": Text("基础部分", "the base"),
    "subsidy": Text("补贴", "the subsidy"),
}
_KINDS: Final = {
    None: Text("各类电站", "any station"),
    StationKind.VILLAGE: Text("村级电站", "village-level"),
    StationKind.CENTRALIZED: Text("集中式电站", "centralized"),
}
_LEGS: Final = {
    Leg.INTO_AGENCY: Text("到结转机构", "into the agency"),
    Leg.TO_VILLAGE: Text("由结转机构划拨到村", "from the agency to the village"),
    Leg.TO_SLOTS: Text("集中式电站企业付款", "from a centralized station's company"),
}
_PERIODS: Final = {
    Period.MONTH: Text("电量当月结束", "the end of the energy's month"),
    Period.QUARTER: Text("电量当季结束", "the end of the energy's quarter"),
    Period.YEAR: Text("电量当年结束", "the end of the energy's year"),
    Period.RECEIPT: Text("到账之日", "the day it came in"),
}
_RHYTHMS: Final = {
    Rhythm.PERIOD: Text("按月或按季划拨", "with the month's or quarter's transfers"),
    Rhythm.LUMP: Text("到账后一次性划拨", "in one sum with the next transfers"),
}
_RECALLED: Final = Text("凭记忆录入，待核实", "recalled, not confirmed")


def cash_says(rule: CashRule) -> Text:
    """The rule without its figure."""
    match rule:
        case Vat():
            what = Text("增值税即征即退", "VAT given back") if rule.refund else Text("增值税", "VAT")
            parts = [what, _kind(rule), _PARTS[rule.part]]
        case Deadline():
            parts = [_LEGS[rule.leg], _PARTS[rule.part], *_banner(rule.banner_code)]
        case Passing():
            parts = [Text("划拨", "passing on"), _PARTS[rule.part], *_banner(rule.banner_code)]
        case _:
            assert_never(rule)
    return Text("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def cash_value(rule: CashRule) -> Text:
    """The rule's figure."""
    match rule:
        case Vat():
            return _rate(rule)
        case Deadline():
            return Text(
                f"{_PERIODS[rule.period].zh}后 {rule.months_after} 个月",
                f"{rule.months_after} months after {_PERIODS[rule.period].en}",
            )
        case Passing():
            return _RHYTHMS[rule.rhythm]
    assert_never(rule)


def cash_question(rule: CashRule) -> Text | None:
    """What nobody has confirmed of it, or `None`."""
    if rule.confirmed:
        return None
    recalled = [_RECALLED] if rule.confidence is Confidence.C else []
    own = [rule.open] if isinstance(rule, Deadline) and rule.open.zh else []
    return joined([*recalled, *own])


def deduction_terms(rule: Deduction) -> Text:
    """What a deduction has beyond its share: whose it is, who pays it, its limit; empty where it is as usual."""
    zh, en = "", ""
    if rule.station_id or rule.banner_code:
        zh += f"（{rule.station_id or rule.banner_code}）"
        en += f" ({rule.station_id or rule.banner_code})"
    if rule.payer is not Payer.AGENCY:
        zh += "，由村支付" if rule.payer is Payer.VILLAGE else "，由其他方支付"
        en += ", paid by the village" if rule.payer is Payer.VILLAGE else ", paid by others"
    if rule.limit is not None:
        zh += f"，每年每千瓦至多 {rule.limit} 元"
        en += f", at most {rule.limit} yuan/kW a year"
    return Text(zh, en)


def _rate(rule: Vat) -> Text:
    percent = _plain(rule.share * 100)
    if rule.refund:
        return Text(f"退 {percent} %", f"{percent} % of it")
    if rule.share == 0:
        return Text("免征", "exempt")
    if rule.threshold_fen is None:
        return Text(f"{percent} %", f"{percent} %")
    yuan = yuan_text(Fen(rule.threshold_fen))
    return Text(f"{percent} %，月销售额不超过 {yuan} 元免征", f"{percent} %, exempt up to {yuan} yuan a month")


def _kind(rule: Vat) -> Text:
    if rule.station_id or rule.banner_code:
        name = rule.station_id or rule.banner_code or ""
        return Text(name, name)
    return _KINDS[rule.kind]


def _banner(code: str | None) -> list[Text]:
    return [Text(code, code)] if code else []


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
