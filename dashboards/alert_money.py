"""What the alert rules of money ask: months that stay open, receipts that are late, what audits found.

As in `dashboards.alert_queries`, each query gives a number for each set of its text columns, which become labels.
"""

# ruff: noqa: S608 - queries are made of constants, of rules, and of numbers from the settings

from collections.abc import Iterable, Sequence
from typing import Final

from dashboards import sql
from dashboards.money_sql import OWED
from dashboards.target import Sql
from guangfu.income.rules.audit import Check
from guangfu.income.rules.audit_words import CHECK_NAMES
from guangfu.income.rules.models import Deadline, Leg, Period
from guangfu.texts import Lang

_LAST_MONTH: Final = (
    "(SELECT (date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') - interval '1 month')::date AS first, "
    "(date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') - interval '1 day')::date AS last)"
)
MONTHS_OF: Final = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}
"""The periods from whose end a deadline counts, in months; one that counts from a receipt is none of energy."""


def overdue_months(lang: Lang, from_day: int) -> Sql:
    """Village-level stations of each league whose last month is still open, from a day of this month on.

    A station-month is open until accounting posts its estimate, or its statement is posted; one without a row is open.
    No month before the first with income of any station, since nothing was measured then.
    """
    overdue = (
        f"extract(day FROM now() AT TIME ZONE 'Asia/Shanghai') >= {from_day} "
        "AND to_char(month.first, 'YYYY-MM') >= (SELECT min(month) FROM monthly_income) "
        "AND coalesce(m.state, 'open') = 'open'"
    )
    return Sql(
        f"SELECT f.league, count(*) FILTER (WHERE {overdue})::float AS stations "
        f"FROM {sql.fleet(lang)} f CROSS JOIN {_LAST_MONTH} month "
        "LEFT JOIN station_months m ON m.station_id = f.station_id AND m.month = to_char(month.first, 'YYYY-MM') "
        "WHERE f.kind = 'village' AND f.grid_connected_on <= month.last "
        "AND (f.closed_on IS NULL OR f.closed_on > month.first) GROUP BY f.league ORDER BY f.league"
    )


def late_receipts(lang: Lang, deadlines: Iterable[Deadline]) -> Sql:
    """[yuan] of each league that is settled, has not come in, and is past the deadline of its part and place.

    The deadline of a station's month is the one of `guangfu.income.passing_on.deadline_for`: the banner's own before
    everybody's, the part's own before both parts', the later before the earlier.
    """
    rules = [one for one in deadlines if one.leg is Leg.INTO_AGENCY and one.period in MONTHS_OF]
    due_on = (
        "(SELECT (date_trunc(d.period, o.first) + d.months * interval '1 month')::date - 1 "
        f"FROM (VALUES {_values(rules)}) "
        "d (part, banner_code, valid_from, period, months) "
        "WHERE coalesce(d.part, o.part) = o.part AND coalesce(d.banner_code, o.banner_code) = o.banner_code "
        "AND d.valid_from <= (o.first + interval '1 month')::date - 1 "
        "ORDER BY d.banner_code IS NOT NULL DESC, d.part IS NOT NULL DESC, d.valid_from DESC LIMIT 1)"
    )
    owed = f"(SELECT station_id, part, month, sum(fen) AS fen FROM {OWED} each GROUP BY 1, 2, 3 HAVING sum(fen) > 0)"
    of_banner = (
        "(SELECT f.league, f.banner_code, o.part, (o.month || '-01')::timestamp AS first, sum(o.fen) AS fen "
        f"FROM {owed} o JOIN {sql.fleet(lang)} f USING (station_id) WHERE f.kind = 'village' GROUP BY 1, 2, 3, 4)"
    )
    return Sql(
        f"SELECT o.league, (coalesce(sum(o.fen) FILTER (WHERE {due_on} < {sql.TODAY}), 0) / 100.0)::float AS yuan "
        f"FROM {of_banner} o GROUP BY o.league ORDER BY o.league"
    )


def _values(rules: Sequence[Deadline]) -> str:
    rows = [
        f"({_text(one.part)}, {_text(one.banner_code)}, '{one.valid_from}'::date, '{one.period.value}', "
        f"{MONTHS_OF[one.period] + one.months_after})"
        for one in rules
    ]
    return ", ".join(rows or ["(NULL::text, NULL::text, NULL::date, NULL::text, NULL::int)"])


def _text(value: str | None) -> str:
    return "NULL::text" if value is None else "'" + value.replace("'", "''") + "'"


def open_findings(lang: Lang) -> Sql:
    """How many serious findings of each check are open; no row where none is."""
    names = " ".join(f"WHEN {_text(check.value)} THEN {_text(CHECK_NAMES[check](lang))}" for check in Check)
    return Sql(
        f"SELECT CASE check_name {names} ELSE check_name END AS name, count(*)::float AS findings FROM findings "
        "WHERE state = 'open' AND severity = 'serious' GROUP BY check_name ORDER BY check_name"
    )
