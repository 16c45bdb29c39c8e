"""The day or month that a command is asked for."""

import re
from datetime import date
from typing import Annotated, Final

import typer

from guangfu.clock import SystemClock, local_day, month_days
from guangfu.exits import Exit
from guangfu.texts import Lang, Text

DayOption = Annotated[str | None, typer.Option("--day", help="某日，缺省为今天。A local day; today if none.")]
MonthOption = Annotated[str | None, typer.Option("--month", help="某月，如 2026-06。A month.")]


def asked_days(day: str | None, month: str | None, lang: Lang) -> tuple[date, date]:
    """The first and last day; today if neither is given. Exits with `USAGE` unless at most one is given, and is one."""
    try:
        if day is not None and month is not None:
            raise ValueError
        if month is not None:
            if not re.fullmatch(r"\d{4}-\d{2}", month, re.ASCII):
                raise ValueError
            return month_days(month)[0], month_days(month)[-1]
        one = local_day(SystemClock().now()) if day is None else date.fromisoformat(day)
    except ValueError:
        typer.echo(_NO_DAY(lang), err=True)
        raise typer.Exit(Exit.USAGE) from None
    return one, one


_NO_DAY: Final = Text(
    "只能给出一个日期（2026-06-01）或一个月份（2026-06）", "give one day (2026-06-01) or one month (2026-06)"
)
