"""Which stations a month is about. Pure."""

from datetime import date, timedelta

from guangfu.clock import month_days
from guangfu.stations.models import Registry


def month_bounds(month: str) -> tuple[date, date]:
    """The month's first day, and the first day after it."""
    days = month_days(month)
    return days[0], days[-1] + timedelta(days=1)


def on_grid(registry: Registry, month: str) -> list[str]:
    """The stations that have a day on grid in the month."""
    first, after = month_bounds(month)
    return sorted(
        one.station_id
        for one in registry.stations.values()
        if one.grid_connected_on < after and first < (one.closed_on or date.max)
    )
