"""What the rules of spending say, in words: uses, bans, what a plan must reach."""

from datetime import date
from typing import Final, assert_never

from guangfu.income.rules.models import Confidence
from guangfu.income.rules.spending import Ban, PlanLimit, PlanLimitKind, Spending, SpendingRule, Use, day_after
from guangfu.stations.models import StationKind
from guangfu.texts import Text

SPENDING_NAMES: Final = {
    Spending.POSTS: Text("公益岗位", "posts"),
    Spending.WORKS: Text("小型公益事业", "works"),
    Spending.AWARDS: Text("奖励补助", "awards and aid"),
    Spending.OTHER: Text("其他允许的用途", "other allowed uses"),
}
_SCOPES: Final = {
    None: Text("各类电站收益", "income of any station"),
    StationKind.VILLAGE: Text("村级电站收益", "income of village-level stations"),
    StationKind.CENTRALIZED: Text("集中式电站收益", "income of centralized stations"),
}
_LIMITS: Final = {
    PlanLimitKind.POSTING_DAYS: Text("收益使用计划公示期", "how long a plan hangs in public"),
    PlanLimitKind.LABOUR_SHARE: Text("岗位工资和劳务费占比下限", "least share for wages and pay for labour"),
}
_RECALLED: Final = Text("凭记忆录入，待核实", "recalled, not confirmed")


def spending_says(rule: SpendingRule) -> Text:
    """The rule without its figure."""
    match rule:
        case Use():
            what = Text(f"用途：{rule.name.zh}", f"use: {rule.name.en}")
        case Ban():
            what = Text(f"禁止：{rule.name.zh}", f"banned: {rule.name.en}")
        case PlanLimit():
            what = _LIMITS[rule.kind]
        case _:
            assert_never(rule)
    return Text(f"{what.zh}（{_SCOPES[rule.scope].zh}）", f"{what.en} ({_SCOPES[rule.scope].en})")


def spending_value(rule: SpendingRule) -> Text:
    """The class of a use, the last day of a ban, the number of a limit."""
    match rule:
        case Use():
            name = SPENDING_NAMES[rule.spending]
            return Text(f"{name.zh}，计入劳务", f"{name.en}, counts as labour") if rule.labour else name
        case Ban():
            until = rule.valid_to
            return Text(f"至 {until}", f"until {until}") if until else Text("至今有效", "still in force")
        case PlanLimit(kind=PlanLimitKind.POSTING_DAYS):
            return Text(f"{rule.value} 天", f"{rule.value} days")
        case PlanLimit():
            percent = f"{(rule.value * 100).normalize():f}"
            return Text(f"{percent} %", f"{percent} %")
    assert_never(rule)


def spending_question(rule: SpendingRule) -> Text | None:
    """What nobody has confirmed of it, or `None`."""
    return _RECALLED if rule.confidence is Confidence.C and not rule.confirmed else None


def spending_dates(rule: SpendingRule) -> tuple[date, date | None]:
    """From when, and the first day on which it no longer holds."""
    return rule.valid_from, day_after(rule)
