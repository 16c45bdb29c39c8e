"""What audits of such money look for, as dated rules: a check, whom it is about, its threshold, its document."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from guangfu.income.rules.models import Confidence, Rules
from guangfu.income.rules.tables import Cells
from guangfu.stations.checks.households import CENTRALIZED_KW, MOST_VILLAGE_KW
from guangfu.stations.checks.sizes import MOST_JOINT_W, MOST_SINGLE_W
from guangfu.stations.models import StationKind
from guangfu.texts import Text


class Check(StrEnum):
    """A thing that is wrong if it is found."""

    NOTHING_RECEIVED = "nothing_received"
    SUBSIDY_LATE = "subsidy_late"
    RECEIPT_MISMATCH = "receipt_mismatch"
    NOT_PASSED_ON = "not_passed_on"
    LATE_TRANSFER = "late_transfer"
    UNMATCHED_RECEIPT = "unmatched_receipt"
    IN_TRANSIT = "in_transit"
    ENTITLEMENT_LATE = "entitlement_late"
    IDLE_MONEY = "idle_money"
    UNFILED_SPENDING = "unfiled_spending"
    BANNED_USE = "banned_use"
    PAYEE_NOT_REGISTERED = "payee_not_registered"
    PAYEE_LEFT = "payee_left"
    PAYEE_TWICE = "payee_twice"
    BOTH_KINDS = "both_kinds"
    UNATTENDED_POST = "unattended_post"
    FLAT_HANDOUT = "flat_handout"
    TARIFF_MISMATCH = "tariff_mismatch"
    BEYOND_TOLERANCE = "beyond_tolerance"
    POWER_INTEGRAL = "power_integral"
    INVERTER_INTEGRAL = "inverter_integral"
    INVERTERS_METER = "inverters_meter"
    IDLE_STATION = "idle_station"
    KW_MOST = "kw_most"
    KW_LEAST = "kw_least"
    SINGLE_SIZE = "single_size"
    JOINT_SIZE = "joint_size"


class Severity(StrEnum):
    """How bad it is; the worse comes first in the alphabet too."""

    SERIOUS = "serious"
    """Money did not come, went where it may not, or is not what was settled; a size that the policy does not help."""
    WARNING = "warning"
    """Late or unusual: somebody should look."""


class Unit(StrEnum):
    """What a threshold counts; what is found is beyond it."""

    DAYS_AFTER_DEADLINE = "days_after_deadline"
    """Days after the deadline of `deadlines.csv`."""
    DAYS = "days"
    MONTHS = "months"
    YUAN = "yuan"
    SHARE = "share"
    TOLERANCES = "tolerances"
    """Of a statement: one step of the register × the factor, summed over its meters; of power: `power_tolerance`."""
    KW = "kw"
    CASES = "cases"


UNITS: Final = {
    Check.NOTHING_RECEIVED: Unit.DAYS_AFTER_DEADLINE,
    Check.SUBSIDY_LATE: Unit.DAYS_AFTER_DEADLINE,
    Check.RECEIPT_MISMATCH: Unit.YUAN,
    Check.NOT_PASSED_ON: Unit.DAYS_AFTER_DEADLINE,
    Check.LATE_TRANSFER: Unit.DAYS_AFTER_DEADLINE,
    Check.UNMATCHED_RECEIPT: Unit.DAYS,
    Check.IN_TRANSIT: Unit.DAYS,
    Check.ENTITLEMENT_LATE: Unit.DAYS_AFTER_DEADLINE,
    Check.IDLE_MONEY: Unit.MONTHS,
    Check.UNFILED_SPENDING: Unit.YUAN,
    Check.BANNED_USE: Unit.YUAN,
    Check.PAYEE_NOT_REGISTERED: Unit.CASES,
    Check.PAYEE_LEFT: Unit.CASES,
    Check.PAYEE_TWICE: Unit.CASES,
    Check.BOTH_KINDS: Unit.CASES,
    Check.UNATTENDED_POST: Unit.CASES,
    Check.FLAT_HANDOUT: Unit.SHARE,
    Check.TARIFF_MISMATCH: Unit.YUAN,
    Check.BEYOND_TOLERANCE: Unit.TOLERANCES,
    Check.POWER_INTEGRAL: Unit.TOLERANCES,
    Check.INVERTER_INTEGRAL: Unit.TOLERANCES,
    Check.INVERTERS_METER: Unit.TOLERANCES,
    Check.IDLE_STATION: Unit.DAYS,
    Check.KW_MOST: Unit.KW,
    Check.KW_LEAST: Unit.KW,
    Check.SINGLE_SIZE: Unit.KW,
    Check.JOINT_SIZE: Unit.KW,
}
"""By check: the unit that its threshold must have."""
REGISTRY_LIMITS_KW: Final = {
    (Check.KW_MOST, StationKind.VILLAGE): Decimal(MOST_VILLAGE_KW),
    (Check.KW_MOST, StationKind.CENTRALIZED): Decimal(CENTRALIZED_KW[1]),
    (Check.KW_LEAST, StationKind.CENTRALIZED): Decimal(CENTRALIZED_KW[0]),
    (Check.SINGLE_SIZE, StationKind.VILLAGE): Decimal(MOST_SINGLE_W) / 1000,
    (Check.JOINT_SIZE, StationKind.VILLAGE): Decimal(MOST_JOINT_W) / 1000,
}
"""What a blank threshold says: the limit by which registry files are checked, so that it stands once. [kW]"""


@dataclass(frozen=True, slots=True)
class CheckRule:
    """A check as it holds for some days, some kind of station, some banner; `None` is every one.

    `open` is what nobody has confirmed of it, whatever its confidence; empty where nothing is.
    Dates are inclusive.
    """

    check_id: str
    check: Check
    kind: StationKind | None
    banner_code: str | None
    valid_from: date
    valid_to: date | None
    threshold: Decimal
    unit: Unit
    severity: Severity
    document: str
    confidence: Confidence
    open: Text
    confirmed: bool

    @property
    def unconfirmed(self) -> bool:
        return not self.confirmed and (self.confidence is Confidence.C or bool(self.open.zh))

    @property
    def fen(self) -> int:
        """A threshold in yuan as fen. [fen]"""
        assert self.unit is Unit.YUAN
        return int(self.threshold * 100)


def check_rule(cells: Cells) -> CheckRule:
    """A row of `checks.csv`; a unit that is not the check's own is a fault."""
    check, unit = cells.choice("check", Check), cells.choice("unit", Unit)
    kind = cells.choice_or_none("station_kind", StationKind)
    if unit is not UNITS[check]:
        cells.bad("unit", f" {UNITS[check]}", str(UNITS[check]))
    return CheckRule(
        check_id=cells.text("check_id"),
        check=check,
        kind=kind,
        banner_code=cells.text("banner_code", required=False) or None,
        valid_from=cells.day("valid_from"),
        valid_to=cells.day_or_none("valid_to"),
        threshold=_threshold(cells, unit, REGISTRY_LIMITS_KW.get((check, kind)) if kind else None),
        unit=unit,
        severity=cells.choice("severity", Severity),
        document=cells.text("document", required=False),
        confidence=cells.choice("confidence", Confidence),
        open=Text(cells.text("open_zh", required=False), cells.text("open_en", required=False)),
        confirmed=bool(cells.flag_or_none("confirmed")),
    )


def _threshold(cells: Cells, unit: Unit, limit: Decimal | None) -> Decimal:
    if limit is not None and not cells.text("threshold", required=False):
        return limit
    return cells.number("threshold", "0", "1" if unit is Unit.SHARE else "100000000")


def rule_for(
    rules: Rules, check: Check, day: date, banner_code: str | None, kind: StationKind | None = None
) -> CheckRule | None:
    """The rule of a check on a day: the banner's own, else everybody's; the later. `None`: the check is off."""
    fitting = [
        rule
        for rule in rules.checks
        if rule.check is check
        and rule.valid_from <= day
        and (rule.valid_to is None or day <= rule.valid_to)
        and rule.banner_code in {None, banner_code}
        and (kind is None or rule.kind in {None, kind})
    ]
    return max(fitting, key=lambda r: (r.banner_code is not None, r.kind is not None, r.valid_from), default=None)
