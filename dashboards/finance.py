"""A month of finance: does what came match what was due, and what may be passed on."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import colours, sql
from dashboards.fleet import station_link
from dashboards.frame import Board, kind_of_data, league_variable, query_variable
from dashboards.looks import HIDDEN, NARROW, THOUSANDS, Column, Word, words
from dashboards.money_sql import DIFFERENCES, MONEY, OWED
from dashboards.panels import bars, note, stat, table
from dashboards.target import Sql
from dashboards.words import finance as says
from dashboards.words import shared
from guangfu.income.settlement.models import CAUSE_NAMES
from guangfu.ledger.books import AGENCY, BOOKS, CHARTS, VILLAGE
from guangfu.ledger.states import STEPS, Subject, state_name
from guangfu.texts import Lang

FIRST: Final = "('${month}' || '-01')::date"
HERE: Final = "f.kind = 'village' AND f.league_code IN (${league})"
ON_GRID: Final = (
    f"f.grid_connected_on < {FIRST} + interval '1 month' AND (f.closed_on IS NULL OR f.closed_on > {FIRST})"
)
STATE: Final = "coalesce(sm.state, 'open')"


def board(lang: Lang) -> Board:
    return Board(
        name="finance",
        title=says.TITLE,
        description=says.DESCRIPTION,
        variables=[query_variable("month", shared.MONTH(lang), _MONTHS), league_variable(lang)],
        refresh="15m",
        follows_range=False,
        panels=[
            note(says.NOTE(lang), says.NOTE_TEXT(lang), span=21, height=3),
            kind_of_data(lang, span=3, height=3),
            *_first_row(lang),
            _by_month(lang),
            _ageing(lang),
            _states(lang),
            _stations(lang),
            _balances(lang),
            _transfers(lang),
            _payments(lang),
        ],
    )


_MONTHS: Final = (
    "SELECT DISTINCT month FROM (SELECT month FROM monthly_income UNION SELECT month FROM settled_income) known "
    "ORDER BY month DESC"
)


def _sum(lang: Lang, column: str, name: str) -> Sql:
    return Sql(
        f"SELECT sum({column}) / 100.0 AS {name} FROM {MONEY} m JOIN {sql.fleet(lang)} f USING (station_id) "
        f"WHERE m.month = '${{month}}' AND {HERE}"
    )


def _first_row(lang: Lang) -> list[Panel]:
    estimated = Sql(
        f"SELECT sum(estimated_gross_fen) / 100.0 AS yuan FROM monthly_income m JOIN {sql.fleet(lang)} f "
        f"USING (station_id) WHERE m.month = '${{month}}' AND {HERE}"
    )
    settled = Sql(
        f"SELECT (count(*) FILTER (WHERE {STATE} IN ('settled', 'closed')))::float / nullif(count(*), 0) AS part "
        f"FROM {sql.fleet(lang)} f {_JOIN_STATES} WHERE {HERE} AND {ON_GRID}"
    )
    paid = Sql(f"SELECT sum(paid_fen) / 100.0 AS paid FROM {_paid(lang)} p WHERE month = '${{month}}'")
    asked = (
        (says.ESTIMATED, estimated),
        (says.SETTLED, _sum(lang, "settled_fen", "settled")),
        (says.RECEIVED, _sum(lang, "received_fen", "received")),
        (says.OUTSTANDING, _sum(lang, "owed_fen", "outstanding")),
        (says.READY, _sum(lang, "ready_fen", "ready")),
        (says.PASSED, _sum(lang, "passed_fen", "passed")),
        (says.PAID, paid),
    )
    return [
        *(stat(say(lang), query, unit=THOUSANDS, span=3, decimals=2) for say, query in asked),
        stat(says.SHARE_SETTLED(lang), settled, unit="percentunit", span=3, decimals=1),
    ]


_JOIN_STATES: Final = "LEFT JOIN station_months sm ON sm.station_id = f.station_id AND sm.month = '${month}'"


def _paid(lang: Lang) -> str:
    del lang
    return (
        "(SELECT vp.month, vp.paid_fen FROM village_paid vp "
        "JOIN villages v ON v.village_id = vp.village_id AND v.superseded_at IS NULL "
        "JOIN banners b ON b.code = v.banner_code AND b.superseded_at IS NULL WHERE b.league_code IN (${league}))"
    )


def _by_month(lang: Lang) -> Panel:
    fleet = f"JOIN {sql.fleet(lang)} f USING (station_id) WHERE {HERE}"
    months = f"generate_series({FIRST} - interval '11 months', {FIRST}, interval '1 month')"
    query = (
        "SELECT to_char(first, 'YYYY-MM') AS month, e.fen / 100.0 AS estimated, m.settled / 100.0 AS settled, "
        "m.received / 100.0 AS received, m.passed / 100.0 AS passed, p.fen / 100.0 AS paid "
        f"FROM {months} first LEFT JOIN (SELECT month, sum(estimated_gross_fen) AS fen FROM monthly_income {fleet} "
        "GROUP BY month) e ON e.month = to_char(first, 'YYYY-MM') "
        "LEFT JOIN (SELECT month, sum(settled_fen) AS settled, sum(received_fen) AS received, "
        "sum(passed_fen) AS passed "
        f"FROM {MONEY} k {fleet} GROUP BY month) m ON m.month = to_char(first, 'YYYY-MM') "
        f"LEFT JOIN (SELECT month, sum(paid_fen) AS fen FROM {_paid(lang)} each GROUP BY month) p "
        "ON p.month = to_char(first, 'YYYY-MM') ORDER BY first"
    )
    shown = {
        "estimated": Column(says.E(lang), THOUSANDS, 2, colours.ESTIMATED),
        "settled": Column(says.S(lang), THOUSANDS, 2, colours.SETTLED),
        "received": Column(says.R(lang), THOUSANDS, 2, colours.RECEIVED),
        "passed": Column(says.P(lang), THOUSANDS, 2, colours.PASSED_ON),
        "paid": Column(says.PD(lang), THOUSANDS, 2, colours.PAID),
    }
    return bars(
        says.BY_MONTH(lang), Sql(query), unit=THOUSANDS, along="month", columns=shown, span=12, decimals=2,
        label_px=64, stacked=False,
    )  # fmt: skip


def _ageing(lang: Lang) -> Panel:
    age = (
        f"(extract(year FROM age({sql.TODAY}, (month || '-01')::date)) * 12 "
        f"+ extract(month FROM age({sql.TODAY}, (month || '-01')::date)))"
    )
    classes = ((None, 3), (3, 12), (12, 24), (24, None))
    sums = ", ".join(
        "coalesce(sum(fen) FILTER (WHERE "
        + " AND ".join([f"{age} > {low}"] * (low is not None) + [f"{age} <= {high}"] * (high is not None))
        + f"), 0) / 100.0 AS age_{place}"
        for place, (low, high) in enumerate(classes)
    )
    query = (
        f"SELECT part, {sums} FROM {OWED} owed JOIN {sql.fleet(lang)} f USING (station_id) WHERE {HERE} "
        "GROUP BY part ORDER BY part"
    )
    parts = {
        "base": Word(shared.BASE_PART(lang), colours.BASE),
        "subsidy": Word(shared.SUBSIDY_PART(lang), colours.SUBSIDY),
    }
    shown = {"part": Column(says.PART(lang), mappings=words(parts), style=NARROW)} | {
        f"age_{place}": Column(name(lang), THOUSANDS, 2) for place, name in enumerate(says.AGES)
    }
    return table(says.AGEING(lang), Sql(query), columns=shown, span=8)


def _state_words(lang: Lang, subject: Subject) -> dict[str, Word]:
    return {state: Word(state_name(subject, state)(lang), colours.NOTE) for state in STEPS[subject]}


def _state_column(lang: Lang, subject: Subject) -> Column:
    return Column(shared.STATE(lang), mappings=words(_state_words(lang, subject)), width=100)


def _states(lang: Lang) -> Panel:
    query = (
        f"SELECT {STATE} AS state, count(*) AS stations FROM {sql.fleet(lang)} f {_JOIN_STATES} "
        f"WHERE {HERE} AND {ON_GRID} GROUP BY 1 ORDER BY 1"
    )
    shown = {
        "state": _state_column(lang, Subject.STATION_MONTH),
        "stations": Column(shared.STATIONS(lang), THOUSANDS, 0),
    }
    return table(says.STATES(lang), Sql(query), columns=shown, span=4)


def _stations(lang: Lang) -> Panel:
    query = (
        f"SELECT f.station_id, f.station, {STATE} AS state, e.estimated_gross_fen / 100.0 AS estimated, e.coverage, "
        "m.settled_fen / 100.0 AS settled, d.fen / 100.0 AS difference, "
        "CASE WHEN d.fen <> 0 THEN d.cause END AS cause, "
        "m.received_fen / 100.0 AS received, m.owed_fen / 100.0 AS outstanding, m.ready_fen / 100.0 AS ready, "
        f"m.passed_fen / 100.0 AS passed FROM {sql.fleet(lang)} f {_JOIN_STATES} "
        "LEFT JOIN monthly_income e ON e.station_id = f.station_id AND e.month = '${month}' "
        f"LEFT JOIN (SELECT * FROM {MONEY} each WHERE month = '${{month}}') m ON m.station_id = f.station_id "
        f"LEFT JOIN (SELECT * FROM {DIFFERENCES} each WHERE month = '${{month}}') d ON d.station_id = f.station_id "
        f"WHERE {HERE} AND {ON_GRID} ORDER BY m.owed_fen DESC NULLS LAST, f.station_id LIMIT 300"
    )
    causes = {cause.value: Word(text(lang), colours.NOTE) for cause, text in CAUSE_NAMES.items()}
    amounts = {
        "settled": says.S, "difference": says.DIFFERENCE, "received": says.R, "outstanding": says.OWED,
        "ready": says.MAY,
        "passed": says.P,
    }  # fmt: skip
    shown = {
        "station_id": Column("id", style=HIDDEN),
        "station": Column(shared.STATION_COLUMN(lang), link=station_link(lang), style=NARROW),
        "state": _state_column(lang, Subject.STATION_MONTH),
        "estimated": Column(says.E(lang), THOUSANDS, 2, width=140),
        "coverage": Column(shared.COVERAGE(lang), "percentunit", 1, width=92),
        "cause": Column(says.CAUSE(lang), mappings=words(causes), width=130),
    } | {name: Column(text(lang), THOUSANDS, 2, width=112) for name, text in amounts.items()}
    return table(says.STATION_TABLE(lang), Sql(query), columns=shown, span=24, height=10)


def _balances(lang: Lang) -> Panel:
    query = (
        "SELECT book, account, sum(balance_fen) / 100.0 AS balance FROM account_balances "
        f"WHERE book IN ('{AGENCY}', '{VILLAGE}') GROUP BY book, account ORDER BY book, account"
    )
    accounts = {
        code: Word(f"{code} {account.name(lang)}", colours.NOTE)
        for book in (AGENCY, VILLAGE)
        for code, account in CHARTS[book].items()
    }
    books = {book: Word(BOOKS[book](lang), colours.NOTE) for book in (AGENCY, VILLAGE)}
    shown = {
        "book": Column(says.BOOK(lang), mappings=words(books), style=NARROW),
        "account": Column(says.ACCOUNT(lang), mappings=words(accounts), style=NARROW),
        "balance": Column(says.BALANCE(lang), THOUSANDS, 2, width=150),
    }
    return table(says.BALANCES(lang), Sql(query), columns=shown, span=12)


def _counted(lang: Lang, subject: Subject) -> dict[str, Column]:
    return {
        "state": _state_column(lang, subject),
        "count": Column(says.COUNT(lang), THOUSANDS, 0, width=80),
        "amount": Column(says.AMOUNT(lang), THOUSANDS, 2),
    }


def _transfers(lang: Lang) -> Panel:
    query = (
        "SELECT t.state, count(DISTINCT t.transfer_id) AS count, sum(l.passed_on_fen) / 100.0 AS amount "
        f"FROM transfer_lines l JOIN transfers t USING (transfer_id) JOIN {sql.fleet(lang)} f USING (station_id) "
        f"WHERE l.month = '${{month}}' AND {HERE} GROUP BY 1 ORDER BY 1"
    )
    return table(says.TRANSFERS(lang), Sql(query), columns=_counted(lang, Subject.TRANSFER), span=6)


def _payments(lang: Lang) -> Panel:
    query = (
        "SELECT p.state, sum(p.payments) AS count, sum(p.due_fen) / 100.0 AS amount FROM payments_by_state p "
        "JOIN villages v ON v.village_id = p.village_id AND v.superseded_at IS NULL "
        "JOIN banners b ON b.code = v.banner_code AND b.superseded_at IS NULL "
        f"WHERE p.book = '{VILLAGE}' AND p.month = '${{month}}' AND b.league_code IN (${{league}}) "
        "GROUP BY 1 ORDER BY 1"
    )
    return table(says.PAYMENTS(lang), Sql(query), columns=_counted(lang, Subject.PAYMENT), span=6)
