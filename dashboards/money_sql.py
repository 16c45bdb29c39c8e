"""Pieces of the queries on settled, received and passed-on money, as `guangfu.storage.sql.money` reckons it."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from dashboards import sql
from guangfu.income.settlement.models import Cause
from guangfu.ledger.allocating import AGE_NAMES, AGES
from guangfu.texts import Lang

OWED: Final = (
    "(SELECT station_id, month, 'base' AS part, settled_base_fen AS fen FROM settled_income "
    "UNION ALL SELECT station_id, month, 'subsidy', settled_subsidy_fen - memo_subsidy_fen FROM settled_income "
    "WHERE subsidy_receivable "
    "UNION ALL SELECT station_id, month, part, -settled_tax_fen FROM vat_months WHERE taxpayer = 'grid' "
    "UNION ALL SELECT station_id, month, part, -received_fen FROM agency_receipts)"
)
"""What is receivable less what came; sum it by whatever is asked. [fen]"""

_AMOUNTS: Final = ("settled", "received", "owed", "borne", "drafted", "transit", "arrived")


def _rows(source: str, part: str = "part", **amounts: str) -> str:
    """A row for each of the source, with 0 where it knows nothing of an amount."""
    columns = ", ".join(f"{amounts.get(name, '0')} AS {name}" for name in _AMOUNTS)
    return f"SELECT x.station_id, x.month, {part} AS part, {columns} FROM {source}"


def _borne(part: str) -> str:
    """What a month bears of deductions, where it received anything of the part; nothing goes on without."""
    came = f"agency_receipts r ON r.station_id = x.station_id AND r.month = x.month AND r.part = '{part}'"
    return _rows(f"deductions_borne x JOIN {came}", f"'{part}'", borne=f"x.borne_{part}_fen")


def _moved(*states: str) -> str:
    return f"CASE WHEN t.state IN ({', '.join(map(repr, states))}) THEN x.passed_on_fen ELSE 0 END"


_ALL_ROWS: Final = " UNION ALL ".join((
    _rows("settled_income x", "'base'", settled="settled_base_fen"),
    _rows("settled_income x", "'subsidy'", settled="settled_subsidy_fen"),
    _rows("agency_receipts x", received="received_fen"),
    _rows(f"{OWED} x", owed="fen"),
    _borne("base"),
    _borne("subsidy"),
    _rows(
        "transfer_lines x JOIN transfers t ON t.transfer_id = x.transfer_id",
        drafted=_moved("drafted", "approved"), transit=_moved("sent"), arrived=_moved("arrived"),
    ),
))  # fmt: skip

_SUMS: Final = (
    ", ".join(f"sum({name}) AS {name}_fen" for name in _AMOUNTS)
    + ", sum(transit + arrived) AS passed_fen, sum(received - borne - drafted - transit - arrived) AS ready_fen"
)

PARTS: Final = f"(SELECT station_id, month, part, {_SUMS} FROM ({_ALL_ROWS}) rows GROUP BY station_id, month, part)"
"""A row for each station, month of energy and part. [fen]"""

MONEY: Final = f"(SELECT station_id, month, {_SUMS} FROM ({_ALL_ROWS}) rows GROUP BY station_id, month)"
"""A row for each station and month of energy: settled, received, owed, borne, drafted, transit, arrived, passed (both),
and what is ready to be passed on. [fen]
"""

DIFFERENCES: Final = (
    "(SELECT s.station_id, s.month, d.cause, d.difference_wh, d.difference_base_fen + d.difference_subsidy_fen AS fen, "
    f"array_position(ARRAY{[cause.value for cause in Cause]}, d.cause) AS place "
    "FROM statements s JOIN settlement_differences d USING (statement_id) WHERE s.state = 'posted')"
)
"""What each posted statement has more than the estimate, by cause. [fen]"""

DIFFERENCE: Final = (
    "(SELECT station_id, month, sum(fen) AS fen, (array_agg(cause ORDER BY abs(fen) DESC, place))[1] AS cause "
    f"FROM {DIFFERENCES} each GROUP BY station_id, month)"
)
"""Each posted statement's whole difference, and the cause of most of it. [fen]"""

_LATEST: Final = "(SELECT to_char(date_trunc('month', {today}) - interval '{limit} months', 'YYYY-MM'))"
"""The latest month that is so old; asked once, not for each row."""

AGE_CLASS: Final = (
    "(" + " + ".join(f"(month < {_LATEST.format(today=sql.TODAY, limit=limit)})::int" for limit in AGES) + ")"
)
"""Which of `guangfu.ledger.allocating.AGE_NAMES` a row's month is in."""


def by_age(amount: str) -> str:
    """Columns `age_0` to `age_3` with the sums of an amount in fen by the age of its month. [yuan]"""
    return ", ".join(
        f"coalesce(sum({amount}) FILTER (WHERE {AGE_CLASS} = {place}), 0) / 100.0 AS age_{place}"
        for place in range(len(AGES) + 1)
    )


def owed_by_age(lang: Lang, here: str, yuan: int = 1) -> str:
    """A row for each class of age: base, subsidy and both that are outstanding of the stations `f` chosen.

    Args:
        here: Which stations.
        yuan: In units of how many yuan.
    """
    names = ", ".join(f"({place}, '{name(lang)}')" for place, name in enumerate(AGE_NAMES))
    return (
        f"SELECT ages.name AS age, sum(fen) FILTER (WHERE part = 'base') / 100.0 / {yuan} AS owed_base, "
        f"sum(fen) FILTER (WHERE part = 'subsidy') / 100.0 / {yuan} AS owed_subsidy, "
        f"sum(fen) / 100.0 / {yuan} AS outstanding FROM (VALUES {names}) ages (place, name) LEFT JOIN ("
        f"SELECT {AGE_CLASS} AS place, part, sum(fen) AS fen FROM {OWED} owed "
        f"JOIN {sql.fleet(lang)} f USING (station_id) WHERE {here} GROUP BY 1, 2) owed USING (place) "
        "GROUP BY ages.place, ages.name ORDER BY ages.place"
    )
