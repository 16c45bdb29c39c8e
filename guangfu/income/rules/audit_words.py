"""What a check's rule says, in words."""

from datetime import date, timedelta
from typing import Final

from guangfu.income.rules.audit import Check, CheckRule, Severity, Unit
from guangfu.income.rules.models import Confidence
from guangfu.stations.models import StationKind
from guangfu.texts import Text, joined

CHECK_NAMES: Final = {
    Check.NOTHING_RECEIVED: Text("一季度以上无资金到结转机构", "nothing into the agency for more than a quarter"),
    Check.SUBSIDY_LATE: Text("年度补贴逾期未到结转机构", "a year's subsidy not in the agency in time"),
    Check.RECEIPT_MISMATCH: Text("到账与结算不符", "received does not match settled"),
    Check.NOT_PASSED_ON: Text("到账资金逾期未划拨", "money in the agency not passed on in time"),
    Check.LATE_TRANSFER: Text("划拨迟于期限", "passed on late"),
    Check.UNMATCHED_RECEIPT: Text("到账长期未核对", "a receipt not matched for long"),
    Check.IN_TRANSIT: Text("划拨在途过久", "a transfer too long on its way"),
    Check.ENTITLEMENT_LATE: Text("集中式电站企业逾期未付", "a centralized station's company is late"),
    Check.IDLE_MONEY: Text("村账户资金沉淀", "money idle in a village's account"),
    Check.UNFILED_SPENDING: Text("收益使用计划未备案即支出", "spending without a filed plan"),
    Check.BANNED_USE: Text("支出用途被禁止或不在允许之列", "spending in a banned or unknown use"),
    Check.PAYEE_NOT_REGISTERED: Text("向不在名册者发放", "paid to somebody not in the register"),
    Check.PAYEE_LEFT: Text("向已去世、迁出或退出者发放", "paid to somebody who died, moved or left"),
    Check.PAYEE_TWICE: Text("受益人重复登记", "a payee is listed twice"),
    Check.BOTH_KINDS: Text("同一户同时受益于两类电站", "one household helped by both station types"),
    Check.UNATTENDED_POST: Text("公益岗位无考勤发放", "a post paid without attendance"),
    Check.FLAT_HANDOUT: Text("平均发放（简单分钱）", "flat hand-outs"),
    Check.TARIFF_MISMATCH: Text("电量乘电价与结算金额不符", "energy × tariff does not match the settlement"),
    Check.BEYOND_TOLERANCE: Text("结算差异超出容差", "a settled difference beyond tolerance"),
    Check.POWER_INTEGRAL: Text("功率积分与电表电量不符", "the integral of power does not match the meter"),
    Check.INVERTER_INTEGRAL: Text(
        "逆变器功率积分与其电量不符", "the integral of the inverters' power does not match their counters"
    ),
    Check.INVERTERS_METER: Text("逆变器电量与关口表不符", "the inverters' counters do not match the gateway meter"),
    Check.IDLE_STATION: Text("电站停发（趴窝）无人报告", "a station idle with nobody told"),
    Check.KW_MOST: Text("每户千瓦数过高", "kW per household too high"),
    Check.KW_LEAST: Text("每户千瓦数过低", "kW per household too low"),
    Check.SINGLE_SIZE: Text("单村电站容量超限", "a single-village station too large"),
    Check.JOINT_SIZE: Text("联村电站容量超限", "a joint-village station too large"),
}
"""What is found, in words."""
SEVERITY_NAMES: Final = {Severity.SERIOUS: Text("严重", "serious"), Severity.WARNING: Text("提醒", "warning")}

_KINDS: Final = {
    StationKind.VILLAGE: Text("村级电站", "village-level"),
    StationKind.CENTRALIZED: Text("集中式电站", "centralized"),
}
_UNITS: Final = {
    Unit.DAYS_AFTER_DEADLINE: Text("超过期限 {n} 天", "{n} days after the deadline"),
    Unit.DAYS: Text("超过 {n} 天", "more than {n} days"),
    Unit.MONTHS: Text("超过 {n} 个月", "more than {n} months"),
    Unit.YUAN: Text("超过 {n} 元", "more than {n} yuan"),
    Unit.SHARE: Text("达到 {n} %", "{n} % or more"),
    Unit.TOLERANCES: Text("超过容差的 {n} 倍", "more than {n} times the tolerance"),
    Unit.KW: Text("{n} kW", "{n} kW"),
    Unit.CASES: Text("任何一例", "any case"),
}
_RECALLED: Final = Text("凭记忆录入，待核实", "recalled, not confirmed")


def check_says(rule: CheckRule) -> Text:
    """The rule without its figure."""
    name = CHECK_NAMES[rule.check]
    scopes = [_KINDS[rule.kind]] if rule.kind else []
    scopes += [Text(rule.banner_code, rule.banner_code)] if rule.banner_code else []
    if not scopes:
        return name
    return Text(
        f"{name.zh}（{'，'.join(one.zh for one in scopes)}）", f"{name.en} ({', '.join(one.en for one in scopes)})"
    )


def check_value(rule: CheckRule) -> Text:
    """From where on it is found."""
    n = rule.threshold * 100 if rule.unit is Unit.SHARE else rule.threshold
    return _UNITS[rule.unit].filled(n=f"{n.normalize():f}")


def check_question(rule: CheckRule) -> Text | None:
    """What nobody has confirmed of it, or `None`."""
    if rule.confirmed:
        return None
    recalled = [_RECALLED] if rule.confidence is Confidence.C else []
    return joined([*recalled, *([rule.open] if rule.open.zh else [])])


def check_dates(rule: CheckRule) -> tuple[date, date | None]:
    """Its first day, and the first on which it no longer holds."""
    return rule.valid_from, None if rule.valid_to is None else rule.valid_to + timedelta(days=1)
