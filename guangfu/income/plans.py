"""A village's plan of use (收益使用计划): what its lines may be, and what a post's month is due. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from guangfu.income.rules.models import Confidence
from guangfu.income.rules.spending import Ban, PlanLimit, PlanLimitKind, Use
from guangfu.income.rules.spending_words import SPENDING_NAMES
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.stations.models import StationKind
from guangfu.texts import Text

R = TypeVar("R", Use, Ban, PlanLimit)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A line of a plan: what for, in which class, how much. `line_id` is what journal lines name. [fen]"""

    village_id: str
    year: int
    number: int
    spending: str
    use_id: str
    purpose: str
    planned_fen: Fen

    @property
    def line_id(self) -> str:
        return f"{self.village_id}/{self.year}/{self.number}"


class PaidBy(StrEnum):
    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Post:
    """A post that a person holds, from `valid_from` to the day before `valid_to`. `wage_fen`: a month's, or a day's."""

    post_id: str
    village_id: str
    person_id: str
    line_id: str
    duty: str
    paid_by: str
    wage_fen: Fen
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Attendance:
    """A post's month. Half days are counted, so that nothing is rounded. [half days]"""

    post_id: str
    month: str
    attended_half_days: int
    due_half_days: int


class PlanFault(StrEnum):
    """What can be wrong with a plan."""

    BANNED = "banned_use"
    UNKNOWN = "unknown_use"
    OTHER_CLASS = "other_class"
    NOT_YET = "not_allowed_that_year"
    LABOUR_SHARE = "labour_share"
    POSTED_SHORT = "posted_short"


@dataclass(frozen=True, slots=True)
class PlanFinding:
    """Something wrong with a plan, and the rule that says so; `number` is the line's, `None` for the whole plan."""

    fault: PlanFault
    number: int | None
    text: Text
    rule_id: str = ""
    document: str = ""
    confidence: str = ""
    unconfirmed: bool = False


def check_plan(
    lines: Iterable[PlanLine],
    year: int,
    uses: Sequence[Use],
    bans: Sequence[Ban],
    limits: Sequence[PlanLimit],
    *,
    kind: StationKind = StationKind.VILLAGE,
) -> list[PlanFinding]:
    """Every line in a banned class, of an unknown use or of another class, and the share for labour where one is due.

    A rule counts for a plan if it holds on a day of the plan's year; of two for one use, the one that began last.
    """
    lines = sorted(lines, key=lambda line: line.number)
    allowed = {use.use_id: use for use in _of_year(uses, year, kind)}
    banned = {ban.use_id: ban for ban in _of_year(bans, year, kind)}
    known = {use.use_id for use in uses} | {ban.use_id for ban in bans}
    found = [finding for line in lines for finding in _line_findings(line, allowed, banned, known)]
    shares = [limit for limit in _of_year(limits, year, kind) if limit.kind is PlanLimitKind.LABOUR_SHARE]
    return found + [finding for limit in shares for finding in _share_finding(lines, allowed, limit)]


def posting_finding(
    posted_on: date, reviewed_on: date, limits: Sequence[PlanLimit], *, kind: StationKind = StationKind.VILLAGE
) -> PlanFinding | None:
    """What is wrong where a plan that hung from `posted_on` goes on to the township on `reviewed_on`."""
    holds = [x for x in limits if x.kind is PlanLimitKind.POSTING_DAYS and _begun(x, posted_on, posted_on, kind)]
    limit = max(holds, key=lambda x: x.valid_from, default=None)
    if limit is None or (reviewed_on - posted_on).days >= limit.value:
        return None
    until = posted_on + timedelta(days=int(limit.value))
    text = Text("公示不足 {days} 天，至 {until} 满", "posted for less than {days} days; they are over on {until}")
    return _finding(PlanFault.POSTED_SHORT, None, text.filled(days=int(limit.value), until=until), limit)


def wage_due(post: Post, attendance: Attendance) -> Fen:
    """What a post's month is due: wage x attended / due days, or days x rate; exact, rounded once, half up. [fen]

    Raises:
        ValueError: More days attended than due, or a month's wage without due days.

    Example:
        >>> post = Post("t", "v", "p", "v/2026/1", "保洁", "month", Fen(80000), date(2026, 1, 1))
        >>> wage_due(post, Attendance("t", "2026-06", 41, 44))
        74545
    """
    attended, due = attendance.attended_half_days, attendance.due_half_days
    if not 0 <= attended <= due or due == 0:
        raise ValueError(f"{post.post_id} {attendance.month}: {attended} of {due} half days")
    share = due if post.paid_by == PaidBy.MONTH else 2
    return Fen((2 * post.wage_fen * attended + share) // (2 * share))


def _line_findings(
    line: PlanLine, allowed: dict[str, Use], banned: dict[str, Ban], known: set[str]
) -> Iterable[PlanFinding]:
    ban, use = banned.get(line.use_id), allowed.get(line.use_id)
    if ban is not None:
        yield _finding(PlanFault.BANNED, line.number, _BANNED.filled(zh=ban.name.zh, en=ban.name.en), ban)
    elif use is None:
        not_yet = line.use_id in known
        fault, text = (PlanFault.NOT_YET, _NOT_YET) if not_yet else (PlanFault.UNKNOWN, _UNKNOWN)
        yield PlanFinding(fault, line.number, text)
    elif use.spending != line.spending:
        names = {"zh": SPENDING_NAMES[use.spending].zh, "en": SPENDING_NAMES[use.spending].en}
        yield _finding(PlanFault.OTHER_CLASS, line.number, _OTHER_CLASS.filled(**names), use)


def _share_finding(lines: Sequence[PlanLine], allowed: dict[str, Use], limit: PlanLimit) -> Iterable[PlanFinding]:
    total = sum(line.planned_fen for line in lines)
    labour = sum(line.planned_fen for line in lines if line.use_id in allowed and allowed[line.use_id].labour)
    if labour < limit.value * total:
        text = _SHARE.filled(labour=yuan_text(Fen(labour)), total=yuan_text(Fen(total)), percent=limit.value * 100)
        yield _finding(PlanFault.LABOUR_SHARE, None, text, limit)


def _of_year(rules: Iterable[R], year: int, kind: StationKind) -> list[R]:
    """The rules of a year, the one that began last at the end."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return sorted((rule for rule in rules if _begun(rule, first, last, kind)), key=lambda rule: rule.valid_from)


def _begun(rule: Use | Ban | PlanLimit, first: date, last: date, kind: StationKind) -> bool:
    in_time = rule.valid_from <= last and (rule.valid_to is None or first <= rule.valid_to)
    return in_time and rule.scope in {None, kind}


def _finding(fault: PlanFault, number: int | None, text: Text, rule: Use | Ban | PlanLimit) -> PlanFinding:
    rule_id = {Use: "use_id", Ban: "ban_id", PlanLimit: "limit_id"}[type(rule)]
    unconfirmed = rule.confidence is Confidence.C and not rule.confirmed
    return PlanFinding(fault, number, text, getattr(rule, rule_id), rule.document, rule.confidence.value, unconfirmed)


_BANNED: Final = Text("禁止的用途：{zh}", "a banned use: {en}")
_UNKNOWN: Final = Text("不在用途清单中，也不在禁止清单中", "neither an allowed nor a banned use that is known")
_NOT_YET: Final = Text("该年度尚不允许此用途", "not an allowed use in that year")
_OTHER_CLASS: Final = Text("此用途属于“{zh}”类", "this use is of the class {en}")
_SHARE: Final = Text(
    "岗位工资和劳务费 {labour} 元，占计划 {total} 元不到 {percent} %",
    "wages and pay for labour are {labour} of {total} yuan, less than {percent} %",
)
