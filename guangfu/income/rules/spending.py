"""What a village may spend its income on, and on what not, as dated rules; and how they are read from their rows."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from guangfu.income.rules.models import Confidence
from guangfu.income.rules.tables import Cells
from guangfu.stations.models import StationKind
from guangfu.texts import Text


class Spending(StrEnum):
    """Class of a plan's line; its account is `V4.` and this."""

    POSTS = "posts"
    WORKS = "works"
    AWARDS = "awards"
    OTHER = "other"


class PlanLimitKind(StrEnum):
    """What a plan is measured by."""

    POSTING_DAYS = "posting_days"
    """The plan hangs in public for at least so many days."""
    LABOUR_SHARE = "labour_share"
    """At least this share of the plan goes to posts' wages and pay for labour."""


@dataclass(frozen=True, slots=True)
class Use:
    """A use that is allowed. Dates are inclusive; `scope` is `None` for both kinds of stations.

    `labour`: wages of posts and pay for labour, which a share may be demanded of.
    """

    use_id: str
    spending: Spending
    name: Text
    labour: bool
    scope: StationKind | None
    valid_from: date
    valid_to: date | None
    document: str
    confidence: Confidence
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Ban:
    """A use that is forbidden; dates and scope as of `Use`."""

    ban_id: str
    use_id: str
    name: Text
    scope: StationKind | None
    valid_from: date
    valid_to: date | None
    document: str
    confidence: Confidence
    confirmed: bool


@dataclass(frozen=True, slots=True)
class PlanLimit:
    """A number that a plan must reach; dates and scope as of `Use`."""

    limit_id: str
    kind: PlanLimitKind
    value: Decimal
    scope: StationKind | None
    valid_from: date
    valid_to: date | None
    document: str
    confidence: Confidence
    confirmed: bool


SpendingRule = Use | Ban | PlanLimit


def in_force(rule: SpendingRule, day: date, kind: StationKind = StationKind.VILLAGE) -> bool:
    """Does the rule hold on a day, for income of stations of this kind?"""
    in_time = rule.valid_from <= day and (rule.valid_to is None or day <= rule.valid_to)
    return in_time and rule.scope in {None, kind}


def day_after(rule: SpendingRule) -> date | None:
    """The first day on which it no longer holds."""
    return None if rule.valid_to is None else rule.valid_to + timedelta(days=1)


def use(cells: Cells) -> Use:
    return Use(
        use_id=cells.text("use_id"),
        spending=cells.choice("spending", Spending),
        name=Text(cells.text("name_zh"), cells.text("name_en")),
        labour=bool(cells.flag_or_none("labour")),
        scope=cells.choice_or_none("scope", StationKind),
        valid_from=cells.day("valid_from"),
        valid_to=cells.day_or_none("valid_to"),
        document=cells.text("document"),
        confidence=cells.choice("confidence", Confidence),
        confirmed=bool(cells.flag_or_none("confirmed")),
    )


def ban(cells: Cells) -> Ban:
    return Ban(
        ban_id=cells.text("ban_id"),
        use_id=cells.text("use_id"),
        name=Text(cells.text("name_zh"), cells.text("name_en")),
        scope=cells.choice_or_none("scope", StationKind),
        valid_from=cells.day("valid_from"),
        valid_to=cells.day_or_none("valid_to"),
        document=cells.text("document"),
        confidence=cells.choice("confidence", Confidence),
        confirmed=bool(cells.flag_or_none("confirmed")),
    )


def plan_limit(cells: Cells) -> PlanLimit:
    kind = cells.choice("kind", PlanLimitKind)
    most = "1" if kind is PlanLimitKind.LABOUR_SHARE else "366"
    return PlanLimit(
        limit_id=cells.text("limit_id"),
        kind=kind,
        value=cells.number("value", "0", most),
        scope=cells.choice_or_none("scope", StationKind),
        valid_from=cells.day("valid_from"),
        valid_to=cells.day_or_none("valid_to"),
        document=cells.text("document", required=False),
        confidence=cells.choice("confidence", Confidence),
        confirmed=bool(cells.flag_or_none("confirmed")),
    )
