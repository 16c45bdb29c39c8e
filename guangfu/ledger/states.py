"""The states that station-months, documents and plan years go through, and which step may follow which. Pure.

A step is never undone: what went wrong goes on to a state that says so, and a correcting entry follows.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from guangfu.texts import Text


class Subject(StrEnum):
    """What has states."""

    STATION_MONTH = "station_month"
    STATEMENT = "statement"
    RECEIPT = "receipt"
    TRANSFER = "transfer"
    PLAN_YEAR = "plan_year"
    PAYMENT_BATCH = "payment_batch"
    PAYMENT = "payment"
    FINDING = "finding"


STEPS: Final[Mapping[Subject, Mapping[str, frozenset[str]]]] = {
    subject: {state: frozenset(after.split()) for state, after in steps.items()}
    for subject, steps in {
        # Closing without a statement needs a signed exception; a closed month stays closed for ever.
        Subject.STATION_MONTH: {
            "open": "estimated settled closed",
            "estimated": "settled closed open",
            "settled": "closed estimated",
            "closed": "",
        },
        Subject.STATEMENT: {"imported": "matched posted replaced", "matched": "posted replaced", "posted": "replaced",
                            "replaced": ""},
        Subject.RECEIPT: {"recorded": "matched reversed", "matched": "posted reversed", "posted": "reversed",
                          "reversed": "matched"},  # a wrong match; another one may follow
        Subject.TRANSFER: {"drafted": "approved cancelled", "approved": "sent cancelled", "sent": "arrived returned",
                           "arrived": "", "returned": "", "cancelled": ""},
        Subject.PLAN_YEAR: {"drafted": "decided", "decided": "posted drafted", "posted": "reviewed drafted",
                            "reviewed": "filed drafted", "filed": "executed", "executed": "result_posted",
                            "result_posted": "closed", "closed": ""},
        Subject.PAYMENT_BATCH: {"drafted": "approved cancelled", "approved": "sent cancelled", "sent": "settled",
                                "settled": "", "cancelled": ""},
        Subject.PAYMENT: {"drafted": "sent cancelled", "sent": "paid returned", "paid": "returned", "returned": "",
                          "cancelled": ""},
        # Explained until its rows are others; cleared when its cause is gone, and open again when it is back.
        Subject.FINDING: {"open": "explained cleared", "explained": "cleared open", "cleared": "open"},
    }.items()
}  # fmt: skip
"""By subject: each state and those that may follow it; the first named is where it begins."""

STATE_NAMES: Final[Mapping[str, Text]] = {
    "open": Text("未结", "open"),
    "estimated": Text("已预估", "estimated"),
    "settled": Text("已结算", "settled"),
    "closed": Text("已关账", "closed"),
    "imported": Text("已导入", "imported"),
    "matched": Text("已核对", "matched"),
    "posted": Text("已入账", "posted"),
    "replaced": Text("已被替换", "replaced"),
    "recorded": Text("已登记", "recorded"),
    "reversed": Text("已冲销", "reversed"),
    "drafted": Text("草稿", "drafted"),
    "approved": Text("已审批", "approved"),
    "sent": Text("已汇出", "sent"),
    "arrived": Text("已到账", "arrived"),
    "returned": Text("已退回", "returned"),
    "cancelled": Text("已作废", "cancelled"),
    "decided": Text("已议定（四议两公开）", "decided by the village"),
    "reviewed": Text("已由苏木乡镇审核", "reviewed by the township"),
    "filed": Text("已报旗县备案", "filed with the county"),
    "executed": Text("已执行", "executed"),
    "result_posted": Text("结果已公示", "result posted"),
    "paid": Text("已发放", "paid"),
    "explained": Text("已说明", "explained"),
    "cleared": Text("已消除", "cleared"),
}
"""The words for a state; a plan year's `posted` has its own in `state_name`."""


class BadStep(Exception):
    """A state that can't follow the present one, or that the subject does not have."""

    def __init__(self, subject: Subject, subject_id: str, before: str | None, after: str) -> None:
        allowed = ", ".join(sorted(_allowed(subject, before))) or "nothing"
        super().__init__(f"{subject} {subject_id}: {before or 'new'} is followed by {allowed}, not by {after}")
        self.subject, self.subject_id, self.before, self.after = subject, subject_id, before, after


def check_step(subject: Subject, subject_id: str, before: str | None, after: str) -> None:
    """Whether `after` may follow `before`; `None` is the state before the first.

    Raises:
        BadStep: It may not.

    Example:
        >>> check_step(Subject.STATION_MONTH, "S1/2026-06", "settled", "closed")
    """
    if after not in _allowed(subject, before):
        raise BadStep(subject, subject_id, before, after)


def first_state(subject: Subject) -> str:
    """Where a subject begins."""
    return next(iter(STEPS[subject]))


def state_name(subject: Subject, state: str) -> Text:
    """A state in words."""
    if subject is Subject.PLAN_YEAR and state == "posted":
        return Text("已公示", "posted in public")
    if subject is Subject.FINDING and state == "open":
        return Text("待处理", "open")
    return STATE_NAMES[state]


def _allowed(subject: Subject, before: str | None) -> frozenset[str]:
    """A subject may enter the books in any state that its documents prove, such as a month that comes in settled."""
    steps = STEPS[subject]
    return frozenset(steps) if before is None else steps.get(before, frozenset())
