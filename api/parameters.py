"""What requests ask with: known names only, days and months that exist, ranges that end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final

from fastapi import Path, Query, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query as QueryInfo
from fastapi.routing import APIRoute

from api.problems import BadRequest
from guangfu.clock import CHINA, Clock, local_day, month_days, month_of
from guangfu.income.sharing import By
from guangfu.texts import Text

FIRST_YEAR, LAST_YEAR = 2000, 2100
UNKNOWN: Final = Text("不认识的参数：{names}。可用：{known}。", "Unknown parameters: {names}. Known: {known}.")
TWICE: Final = Text("参数重复：{names}。", "Given twice: {names}.")
NUL: Final = Text("参数含有空字符（NUL）：{names}。", "With a NUL character: {names}.")
NO_DAY: Final = Text(
    "{text} 不是日期；应如 2026-06-01 或 2026-06。", "{text} is no date such as 2026-06-01 or 2026-06."
)
NO_INSTANT: Final = Text("{text} 不是时刻；应如 2026-06-01T08:00。", "{text} is no instant such as 2026-06-01T08:00.")
BACKWARDS: Final = Text("开始 {start} 晚于结束 {end}。", "The start {start} is after the end {end}.")
TOO_LONG: Final = Text("时段过长，最多 {n} 天。", "The range is too long: at most {n} days.")

Id = Annotated[str, Path(min_length=1, max_length=100)]
ByPeriod = Annotated[By, Query(description="a row per local day or per month")]
OptionalDay = Annotated[str | None, Query(max_length=10, description="2026-06-01 or 2026-06, Asia/Shanghai; included")]
OptionalInstant = Annotated[
    str | None, Query(max_length=40, description="ISO 8601; Asia/Shanghai where it has no offset; included")
]


def known_parameters_only(request: Request) -> None:
    """Refuses what would otherwise be ignored: a misspelt filter must not look like no filter.

    A NUL is refused too: no id has one, and PostgreSQL takes none, not even to compare with.
    """
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    known = {field.alias for field in get_flat_params(route.dependant) if isinstance(field.field_info, QueryInfo)}
    known.add("lang")
    asked = [name for name, _ in request.query_params.multi_items()]
    if unknown := sorted(set(asked) - known):
        raise BadRequest(UNKNOWN, names=", ".join(unknown)[:200], known=", ".join(sorted(known)))
    if twice := sorted({name for name in asked if asked.count(name) > 1}):
        raise BadRequest(TWICE, names=", ".join(twice))
    given = [*request.query_params.multi_items(), *request.path_params.items()]
    if nul := sorted({name for name, value in given if "\x00" in str(value)}):
        raise BadRequest(NUL, names=", ".join(nul))


@dataclass(frozen=True)
class Period:
    """Local days from `start` to `end`, both included, none of them in the future; whole months if by month."""

    by: By
    start: date
    end: date

    def names(self) -> list[str]:
        """`2026-06-01` or `2026-06`, in order; none if the period has not begun."""
        days = self.days()
        if self.by is By.DAY:
            return [day.isoformat() for day in days]
        return list(dict.fromkeys(month_of(day) for day in days))

    def days(self) -> list[date]:
        return list(_days(self.start, self.end))


def _days(start: date, end: date) -> Iterator[date]:
    for i in range((end - start).days + 1):
        yield start + timedelta(days=i)


def period(by: By, start: str | None, end: str | None, clock: Clock, *, max_days: int) -> Period:
    """The period that is asked for; by default the last 30 days or 12 months, to today.

    Raises:
        BadRequest: Not a day or a month, the end before the start, or longer than `max_days`.
    """
    today = local_day(clock.now())
    last = _last_day(end) if end else today
    first = _first_day(start) if start else _default_start(by, min(last, today))
    if by is By.MONTH:
        first, last = first.replace(day=1), month_days(month_of(last))[-1]
    if first > last:
        raise BadRequest(BACKWARDS, start=first, end=last)
    if (last - first).days >= max_days:
        raise BadRequest(TOO_LONG, n=max_days)
    return Period(by, first, min(last, today))


def _default_start(by: By, last: date) -> date:
    if by is By.DAY:
        return last - timedelta(days=29)
    months = last.year * 12 + last.month - 1 - 11
    return date(months // 12, months % 12 + 1, 1)


def _first_day(text: str) -> date:
    return parse_day(f"{text}-01" if re.fullmatch(r"\d{4}-\d{2}", text) else text)


def _last_day(text: str) -> date:
    first = _first_day(text)
    return month_days(month_of(first))[-1] if len(text) == len("2026-06") else first


def parse_day(text: str) -> date:
    """Raises `BadRequest` if it is no day between 2000 and 2100."""
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadRequest(NO_DAY, text=text)
    return day


def parse_month(text: str) -> str:
    """Raises `BadRequest` if it is no month such as 2026-06."""
    if not re.fullmatch(r"\d{4}-\d{2}", text, re.ASCII):
        raise BadRequest(NO_DAY, text=text)
    return month_of(parse_day(f"{text}-01"))


def parse_instant(text: str) -> datetime:
    """An instant; a `+` that a form turned into a space is read as `+`.

    Raises:
        BadRequest: No instant between 2000 and 2100.
    """
    plus = re.sub(r"(?<=\d) (?=\d{2}:?\d{2}$)", "+", text) if "T" in text else text
    try:
        at = datetime.fromisoformat(plus)
    except ValueError:
        raise BadRequest(NO_INSTANT, text=text) from None
    if not FIRST_YEAR < at.year < LAST_YEAR:
        raise BadRequest(NO_INSTANT, text=text)
    return at if at.tzinfo else at.replace(tzinfo=CHINA)


def check_range(start_at: datetime, end_at: datetime, max_days: int) -> None:
    if start_at > end_at:
        raise BadRequest(BACKWARDS, start=start_at.isoformat(), end=end_at.isoformat())
    if end_at - start_at > timedelta(days=max_days):
        raise BadRequest(TOO_LONG, n=max_days)
