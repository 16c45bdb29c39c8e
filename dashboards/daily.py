"""What each local day gave, on whichever dashboard it stands."""

from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import colours, sql
from dashboards.looks import Column, Label
from dashboards.panels import day_bars
from dashboards.target import Sql
from dashboards.words import shared
from guangfu.texts import Lang


def energy_by_day(label: Label, source: str, where: str, lang: Lang, *, height: int = 8) -> Panel:
    """Measured and interpolated energy of each day in range; `source` joins `daily_energy`, `where` says what of it."""
    query = (
        f"SELECT {sql.at_midnight('day')} AS time, "  # noqa: S608 - both are ours
        "sum(energy_wh) - sum(coalesce(interpolated_wh, 0)) AS measured, "
        f"sum(coalesce(interpolated_wh, 0)) AS interpolated FROM {source} WHERE {sql.in_range('day')} AND {where} "
        "GROUP BY day ORDER BY day"
    )
    columns = {
        "measured": Column(shared.MEASURED(lang), "watth", 1, colours.ACCENT),
        "interpolated": Column(shared.INTERPOLATED(lang), "watth", 1, colours.STALE),
    }
    return day_bars(label, Sql(query, series=True), unit="watth", columns=columns, height=height)
