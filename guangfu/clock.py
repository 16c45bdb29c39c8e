"""Time: instants are aware UTC, days and months are those of Asia/Shanghai.

A clock is an argument everywhere, so that a test, or a demonstration that runs faster than the
world, decides what "now" is.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

# China has kept UTC+8 without summer time since 1991-09-15, before any station of the programme, so
# a fixed offset is exact here and needs no time-zone database on the machine.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
DAY_MS = 86_400_000


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class FastClock:
    """Runs `speed` times as fast as the world, from `origin` at the wall-clock instant `started_at`.

    Two processes that are given the same three values agree on the time.
    """

    origin: datetime
    started_at: datetime
    speed: float

    def now(self) -> datetime:
        return self.origin + (datetime.now(UTC) - self.started_at) * self.speed


@dataclass
class ManualClock:
    """A clock for tests: it moves when told."""

    at: datetime = field(default_factory=lambda: datetime(2026, 6, 1, tzinfo=UTC))

    def now(self) -> datetime:
        return self.at

    def advance(self, step: timedelta) -> None:
        self.at += step


def local_day(at: datetime) -> date:
    """The Asia/Shanghai day that the instant falls in.

    >>> local_day(datetime(2026, 5, 31, 16, 0, tzinfo=UTC))
    datetime.date(2026, 6, 1)
    """
    return at.astimezone(CHINA).date()


def day_start(day: date) -> datetime:
    """The instant, in UTC, at which a local day begins.

    >>> day_start(date(2026, 6, 1)).isoformat()
    '2026-05-31T16:00:00+00:00'
    """
    return datetime(day.year, day.month, day.day, tzinfo=CHINA).astimezone(UTC)


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC."""
    return round(at.timestamp() * 1000)


def from_ms(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def month_of(day: date) -> str:
    """The month as it is written everywhere, `2026-06`."""
    return f"{day:%Y-%m}"


def month_days(month: str) -> list[date]:
    """All days of a month.

    >>> len(month_days("2024-02"))
    29
    """
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(days=32)).replace(day=1)
    return [first + timedelta(days=i) for i in range((after - first).days)]


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 1 March for a 29 February that is not there.

    >>> years_after(date(2020, 2, 29), 20), years_after(date(2020, 2, 29), 1)
    (datetime.date(2040, 2, 29), datetime.date(2021, 3, 1))
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
