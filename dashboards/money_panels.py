"""Panels that income and finance have in common: the amounts of a month, and twelve months of them."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from collections.abc import Mapping

from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import colours, sql
from dashboards.looks import THOUSANDS, Column
from dashboards.money_places import FIRST, VILLAGES_HERE, villages
from dashboards.money_sql import MONEY
from dashboards.panels import bars, stat
from dashboards.target import Sql
from dashboards.words import money as says
from guangfu.texts import Lang


def month_amounts(lang: Lang, here: str) -> dict[str, Sql]:
    """The amounts of the month, a figure each, of the stations `f` that are chosen. [yuan]"""
    fleet = f"JOIN {sql.fleet(lang)} f USING (station_id) WHERE m.month = '${{month}}' AND {here}"
    names = ("settled", "received", "outstanding", "ready", "passed")
    columns = {name: "owed_fen" if name == "outstanding" else f"{name}_fen" for name in names}
    return {
        "yuan": Sql(f"SELECT sum(estimated_gross_fen) / 100.0 AS yuan FROM monthly_income m {fleet}"),
        **{name: Sql(f"SELECT sum({c}) / 100.0 AS {name} FROM {MONEY} m {fleet}") for name, c in columns.items()},
    }


def amount_stats(lang: Lang, here: str, spans: Mapping[str, int], *, height: int) -> list[Panel]:
    """A figure for each amount that has a span, in its order."""
    asked = month_amounts(lang, here)
    return [
        stat(says.AMOUNTS[name](lang), asked[name], unit=THOUSANDS, span=span, decimals=2, height=height)
        for name, span in spans.items()
    ]


def paid(lang: Lang) -> str:
    """What the chosen villages paid, by the month of payment. [fen]"""
    return (
        f"(SELECT p.month, p.village_id, p.paid_fen FROM village_paid p JOIN {villages(lang)} v USING (village_id) "
        f"WHERE v.league_code IN (${{league}}) AND {VILLAGES_HERE})"
    )


def by_month(lang: Lang, here: str, *, with_paid: bool, height: int = 9) -> Panel:
    """Twelve months up to the chosen one; a month without money is a gap, not a missing label."""
    fleet = f"JOIN {sql.fleet(lang)} f USING (station_id) WHERE {here}"
    months = f"generate_series({FIRST} - interval '11 months', {FIRST}, interval '1 month')"
    within = f"month BETWEEN to_char({FIRST} - interval '11 months', 'YYYY-MM') AND '${{month}}'"
    query = (
        "SELECT to_char(first, 'YYYY-MM') AS month, e.fen / 100.0 AS yuan, m.settled / 100.0 AS settled, "
        f"m.received / 100.0 AS received, m.passed / 100.0 AS passed{', p.fen / 100.0 AS paid' if with_paid else ''} "
        f"FROM {months} first LEFT JOIN (SELECT month, sum(estimated_gross_fen) AS fen FROM monthly_income {fleet} "
        f"AND {within} GROUP BY month) e ON e.month = to_char(first, 'YYYY-MM') "
        "LEFT JOIN (SELECT month, sum(settled_fen) AS settled, sum(received_fen) AS received, "
        f"sum(passed_fen) AS passed FROM (SELECT * FROM {MONEY} k WHERE {within}) k {fleet} GROUP BY month) m "
        "ON m.month = to_char(first, 'YYYY-MM')"
    )
    if with_paid:
        query += (
            f" LEFT JOIN (SELECT month, sum(paid_fen) AS fen FROM {paid(lang)} each WHERE {within} GROUP BY month) p "
            "ON p.month = to_char(first, 'YYYY-MM')"
        )
    shown = {
        "yuan": Column(says.ESTIMATED(lang), THOUSANDS, 2, colours.ESTIMATED),
        "settled": Column(says.SETTLED(lang), THOUSANDS, 2, colours.SETTLED),
        "received": Column(says.RECEIVED(lang), THOUSANDS, 2, colours.RECEIVED),
        "passed": Column(says.PASSED(lang), THOUSANDS, 2, colours.PASSED_ON),
    } | ({"paid": Column(says.PAID(lang), THOUSANDS, 2, colours.PAID)} if with_paid else {})
    label = says.BY_MONTH_WITH_PAID if with_paid else says.BY_MONTH
    return bars(
        label(lang), Sql(f"{query} ORDER BY first"), unit=THOUSANDS, along="month", columns=shown, span=12,
        decimals=2, label_px=64, stacked=False, height=height,
    )  # fmt: skip
