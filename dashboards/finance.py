"""A month of finance: does what came match what was due, and what may be passed on."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import colours, money_panels, sql
from dashboards.fleet import station_link
from dashboards.frame import Board, banner_variable, kind_of_data, league_variable
from dashboards.looks import COLOURED_CELL, HIDDEN, NARROW, THOUSANDS, Column, Word, words
from dashboards.money_places import (
    FIRST,
    HERE,
    VILLAGES_HERE,
    finance_link,
    month_variable,
    station_variable,
    village_variable,
    villages,
)
from dashboards.money_sql import DIFFERENCE, DIFFERENCES, MONEY, PARTS, owed_by_age
from dashboards.panels import day_bars, note, stat, table
from dashboards.target import Sql
from dashboards.words import finance as says
from dashboards.words import money as money_says
from dashboards.words import shared
from guangfu.income.rules.audit import Check, Severity
from guangfu.income.rules.audit_words import CHECK_NAMES, SEVERITY_NAMES
from guangfu.income.settlement.models import CAUSE_NAMES
from guangfu.ledger.books import AGENCY, BOOKS, CHARTS, VILLAGE, VILLAGE_BANK
from guangfu.ledger.states import STEPS, Subject, state_name
from guangfu.texts import Lang

ON_GRID: Final = (
    f"f.grid_connected_on < {FIRST} + interval '1 month' AND (f.closed_on IS NULL OR f.closed_on > {FIRST})"
)
STATE: Final = "coalesce(sm.state, 'open')"
MONEY_PX: Final = 104
AMOUNTS: Final = ("yuan", "settled", "received", "outstanding", "ready", "passed")
AS_POINTS: Final = {
    "custom.drawStyle": "points", "custom.pointSize": 9, "custom.stacking": {"mode": "none", "group": "B"},
}  # fmt: skip
"""Money that goes the other way, beside the bars of what came."""


def board(lang: Lang) -> Board:
    places = [league_variable(lang), banner_variable(lang), station_variable(lang), village_variable(lang)]
    return Board(
        name="finance",
        title=says.TITLE,
        description=says.DESCRIPTION,
        variables=[month_variable(lang), *places],
        refresh="15m",
        range_from="now-90d",
        panels=[
            note(says.NOTE(lang), says.NOTE_TEXT(lang), span=21, height=3),
            kind_of_data(lang, span=3, height=3),
            *_first_row(lang),
            money_panels.by_month(lang, HERE, with_paid=True, height=11),
            _split(lang),
            _ageing(lang),
            _states(lang),
            _causes(lang),
            _stations(lang),
            _villages(lang),
            _balances(lang),
            _transfers(lang),
            _payments(lang),
            _bank(lang),
            _findings(lang),
        ],
    )


_JOIN_STATES: Final = "LEFT JOIN station_months sm ON sm.station_id = f.station_id AND sm.month = '${month}'"


def _first_row(lang: Lang) -> list[Panel]:
    settled = Sql(
        f"SELECT (count(*) FILTER (WHERE {STATE} IN ('settled', 'closed')))::float / nullif(count(*), 0) AS part "
        f"FROM {sql.fleet(lang)} f {_JOIN_STATES} WHERE {HERE} AND {ON_GRID}"
    )
    paid = Sql(f"SELECT sum(paid_fen) / 100.0 AS paid FROM {money_panels.paid(lang)} p WHERE month = '${{month}}'")
    return [
        *money_panels.amount_stats(lang, HERE, dict.fromkeys(AMOUNTS, 6), height=3),
        stat(says.PAID(lang), paid, unit=THOUSANDS, span=6, decimals=2, height=3),
        stat(says.SHARE_SETTLED(lang), settled, unit="percentunit", span=6, decimals=1, height=3),
    ]


def _money(lang: Lang, *names: str) -> dict[str, Column]:
    """Columns of amounts that both dashboards name alike."""
    heads = {
        "settled": money_says.SETTLED, "received": money_says.RECEIVED, "outstanding": money_says.OUTSTANDING,
        "ready": money_says.READY, "passed": money_says.PASSED, "paid": money_says.PAID,
        "difference": says.DIFFERENCE, "borne": says.BORNE, "drafted": says.DRAFTED, "transit": says.TRANSIT,
        "arrived": says.ARRIVED, "yuan": money_says.ESTIMATE,
    }  # fmt: skip
    return {name: Column(heads[name](lang), THOUSANDS, 2, width=MONEY_PX) for name in names}


def _state_column(lang: Lang, subject: Subject) -> Column:
    states = {state: Word(state_name(subject, state)(lang), colours.NOTE) for state in STEPS[subject]}
    return Column(shared.STATE(lang), mappings=words(states), width=92)


STEPS_OF_MONEY: Final = (
    ("estimated", money_says.ESTIMATED), ("settled", money_says.SETTLED), ("received", money_says.RECEIVED),
    ("owed", money_says.OUTSTANDING), ("borne", says.BORNE), ("ready", money_says.READY), ("drafted", says.DRAFTED),
    ("transit", says.TRANSIT), ("arrived", says.ARRIVED),
)  # fmt: skip
"""Where money of a month can be, in the order in which it moves."""


def _split(lang: Lang) -> Panel:
    """A row for each step, base and subsidy beside each other."""
    moved = ", ".join(f"('{name}', {name}_fen)" for name, _ in STEPS_OF_MONEY[1:])
    rows = " UNION ALL ".join((
        f"SELECT station_id, part, step, fen FROM {PARTS} m CROSS JOIN LATERAL "
        f"(VALUES {moved}) steps (step, fen) "
        "WHERE month = '${month}'",
        *(f"SELECT station_id, '{part}', 'estimated', estimated_{part}_fen FROM monthly_income "
          "WHERE month = '${month}'" for part in ("base", "subsidy")),
    ))  # fmt: skip
    order = f"array_position(ARRAY{[name for name, _ in STEPS_OF_MONEY]}, step)"
    query = (
        "SELECT step, sum(fen) FILTER (WHERE part = 'base') / 100.0 AS base, "
        "sum(fen) FILTER (WHERE part = 'subsidy') / 100.0 AS subsidy, sum(fen) / 100.0 AS both "
        f"FROM ({rows}) rows JOIN {sql.fleet(lang)} f USING (station_id) WHERE {HERE} GROUP BY step ORDER BY {order}"
    )
    steps = {name: Word(text(lang), colours.NOTE) for name, text in STEPS_OF_MONEY}
    shown = {
        "step": Column(says.STEP(lang), mappings=words(steps), style=NARROW),
        "base": Column(shared.BASE_PART(lang), THOUSANDS, 2, width=150),
        "subsidy": Column(shared.SUBSIDY_PART(lang), THOUSANDS, 2, width=150),
        "both": Column(money_says.SUM(lang), THOUSANDS, 2, width=150),
    }
    return table(says.SPLIT(lang), Sql(query), columns=shown, height=11)


def _ageing(lang: Lang) -> Panel:
    shown = {
        "age": Column(money_says.AGE(lang), style=NARROW),
        "owed_base": Column(shared.BASE_PART(lang), THOUSANDS, 2, style=NARROW),
        "owed_subsidy": Column(shared.SUBSIDY_PART(lang), THOUSANDS, 2, style=NARROW),
        "outstanding": Column(money_says.SUM(lang), THOUSANDS, 2, style=NARROW),
    }
    return table(money_says.AGEING(lang), Sql(owed_by_age(lang, HERE)), columns=shown, span=10, height=6)


def _states(lang: Lang) -> Panel:
    query = (
        f"SELECT {STATE} AS state, count(*) AS stations FROM {sql.fleet(lang)} f {_JOIN_STATES} "
        f"WHERE {HERE} AND {ON_GRID} GROUP BY 1 ORDER BY 1"
    )
    shown = {
        "state": _state_column(lang, Subject.STATION_MONTH),
        "stations": Column(shared.STATIONS(lang), THOUSANDS, 0, style=NARROW),
    }
    return table(says.STATES(lang), Sql(query), columns=shown, span=4, height=6)


def _cause_words(lang: Lang) -> dict[str, Word]:
    return {cause.value: Word(text(lang), colours.NOTE) for cause, text in CAUSE_NAMES.items()}


def _causes(lang: Lang) -> Panel:
    query = (
        "SELECT d.cause, count(*) FILTER (WHERE d.fen <> 0) AS stations, sum(d.difference_wh) / 1000.0 AS kwh, "
        f"sum(d.fen) / 100.0 AS difference FROM {DIFFERENCES} d JOIN {sql.fleet(lang)} f USING (station_id) "
        f"WHERE d.month = '${{month}}' AND {HERE} GROUP BY d.cause, d.place HAVING bool_or(d.fen <> 0) ORDER BY d.place"
    )
    shown = {
        "cause": Column(says.OF_CAUSE(lang), mappings=words(_cause_words(lang)), style=NARROW),
        "stations": Column(shared.STATIONS(lang), THOUSANDS, 0, width=76),
        "kwh": Column(says.DIFFERENCE_KWH(lang), THOUSANDS, 0, style=NARROW),
        "difference": Column(says.DIFFERENCE(lang), THOUSANDS, 2, style=NARROW),
    }
    return table(says.CAUSES(lang), Sql(query), columns=shown, span=10, height=6)


def _stations(lang: Lang) -> Panel:
    query = (
        f"SELECT f.station_id, f.station, {STATE} AS state, e.estimated_gross_fen / 100.0 AS yuan, e.coverage, "
        "m.settled_fen / 100.0 AS settled, d.fen / 100.0 AS difference, "
        "CASE WHEN d.fen <> 0 THEN d.cause END AS cause, "
        "m.received_fen / 100.0 AS received, m.owed_fen / 100.0 AS outstanding, m.ready_fen / 100.0 AS ready, "
        f"m.passed_fen / 100.0 AS passed FROM {sql.fleet(lang)} f {_JOIN_STATES} "
        "LEFT JOIN monthly_income e ON e.station_id = f.station_id AND e.month = '${month}' "
        f"LEFT JOIN (SELECT * FROM {MONEY} each WHERE month = '${{month}}') m ON m.station_id = f.station_id "
        f"LEFT JOIN (SELECT * FROM {DIFFERENCE} each WHERE month = '${{month}}') d ON d.station_id = f.station_id "
        f"WHERE {HERE} AND {ON_GRID} ORDER BY m.owed_fen DESC NULLS LAST, f.station_id LIMIT 300"
    )
    shown = {
        "station_id": Column("id", style=HIDDEN),
        "station": Column(shared.STATION_COLUMN(lang), link=station_link(lang), style=NARROW),
        "state": _state_column(lang, Subject.STATION_MONTH),
        **_money(lang, "yuan"),
        "coverage": Column(shared.COVERAGE(lang), "percentunit", 1, width=92),
        **_money(lang, "settled", "difference"),
        "cause": Column(says.CAUSE(lang), mappings=words(_cause_words(lang)), width=96),
        **_money(lang, "received", "outstanding", "ready", "passed"),
    }
    return table(says.STATION_TABLE(lang), Sql(query), columns=shown, span=24, height=10)


def _villages(lang: Lang) -> Panel:
    """What a village's part of settled and received money is, only the project's code can tell: it is on the pages."""
    query = (
        "SELECT v.village_id, v.village, v.banner, e.gross / 100.0 AS yuan, e.rest / 100.0 AS distributable, "
        "t.drafted / 100.0 AS drafted, t.transit / 100.0 AS transit, t.arrived / 100.0 AS arrived, "
        "p.paid_fen / 100.0 AS paid, "
        f"b.balance / 100.0 AS balance FROM {villages(lang)} v LEFT JOIN (SELECT village_id, "
        "sum(estimated_gross_fen) AS gross, sum(estimated_distributable_fen) AS rest FROM village_monthly_income "
        "WHERE month = '${month}' GROUP BY village_id) e USING (village_id) LEFT JOIN (SELECT l.village_id, "
        "sum(l.passed_on_fen) FILTER (WHERE t.state IN ('drafted', 'approved')) AS drafted, "
        "sum(l.passed_on_fen) FILTER (WHERE t.state = 'sent') AS transit, "
        "sum(l.passed_on_fen) FILTER (WHERE t.state = 'arrived') AS arrived FROM transfer_lines l "
        "JOIN transfers t USING (transfer_id) WHERE l.month = '${month}' GROUP BY l.village_id) t USING (village_id) "
        "LEFT JOIN (SELECT village_id, paid_fen FROM village_paid WHERE month = '${month}') p USING (village_id) "
        "LEFT JOIN (SELECT village_id, sum(balance_fen) AS balance FROM account_balances "
        f"WHERE book = '{VILLAGE}' AND account = '{VILLAGE_BANK}' GROUP BY village_id) b USING (village_id) "
        f"WHERE v.league_code IN (${{league}}) AND {VILLAGES_HERE} "
        "AND coalesce(e.gross, t.drafted, t.transit, t.arrived, p.paid_fen, b.balance) IS NOT NULL "
        "ORDER BY t.arrived DESC NULLS LAST, t.transit DESC NULLS LAST, e.gross DESC NULLS LAST, v.village_id LIMIT 300"
    )
    shown = {
        "village_id": Column("id", style=HIDDEN),
        "village": Column(shared.VILLAGE(lang), link=finance_link(lang, only_village="village_id"), style=NARROW),
        "banner": Column(shared.BANNER(lang), style=NARROW),
        **_money(lang, "yuan"),
        "distributable": Column(says.DISTRIBUTABLE(lang), THOUSANDS, 2, width=120),
        **_money(lang, "drafted", "transit", "arrived", "paid"),
        "balance": Column(says.BANK_BALANCE(lang), THOUSANDS, 2, width=MONEY_PX),
    }
    return table(says.VILLAGE_TABLE(lang), Sql(query), columns=shown, span=24, height=10)


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
    books = {book: Word(BOOKS[book](lang).split(",")[0], colours.NOTE) for book in (AGENCY, VILLAGE)}
    shown = {
        "book": Column(says.BOOK(lang), mappings=words(books), width=150),
        "account": Column(says.ACCOUNT(lang), mappings=words(accounts), style=NARROW),
        "balance": Column(says.BALANCE(lang), THOUSANDS, 2, width=140),
    }
    return table(says.BALANCES(lang), Sql(query), columns=shown, span=12)


def _counted(lang: Lang, subject: Subject) -> dict[str, Column]:
    return {
        "state": _state_column(lang, subject),
        "count": Column(says.COUNT(lang), THOUSANDS, 0, width=64),
        "amount": Column(says.AMOUNT(lang), THOUSANDS, 2, style=NARROW),
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
        f"JOIN {villages(lang)} v USING (village_id) "
        f"WHERE p.book = '{VILLAGE}' AND p.month = '${{month}}' AND v.league_code IN (${{league}}) "
        f"AND {VILLAGES_HERE} GROUP BY 1 ORDER BY 1"
    )
    return table(says.PAYMENTS(lang), Sql(query), columns=_counted(lang, Subject.PAYMENT), span=6)


def _bank(lang: Lang) -> Panel:
    """By the bank's date: what came in by what it was said to be, and what was sent."""
    sums = {
        "received_base": "= 'base'", "received_subsidy": "= 'subsidy'",
        "received_other": "NOT IN ('base', 'subsidy', 'sent')", "passed": "= 'sent'",
    }  # fmt: skip
    columns = ", ".join(f"sum(fen) FILTER (WHERE kind {which}) / 100.0 AS {name}" for name, which in sums.items())
    query = (
        f"SELECT {sql.at_midnight('day')} AS time, {columns} FROM ("
        "SELECT received_on AS day, kind, received_fen AS fen FROM agency_receipt_days UNION ALL "
        "SELECT sent_on, 'sent', passed_on_fen FROM transfers WHERE state IN ('sent', 'arrived')) moved "
        f"WHERE {sql.in_range('day')} GROUP BY day ORDER BY day"
    )
    shown = {
        "received_base": Column(says.CAME_BASE(lang), THOUSANDS, 2, colours.BASE),
        "received_subsidy": Column(says.CAME_SUBSIDY(lang), THOUSANDS, 2, colours.SUBSIDY),
        "received_other": Column(says.CAME_OTHER(lang), THOUSANDS, 2, colours.UNKNOWN),
        "passed": Column(says.SENT(lang), THOUSANDS, 2, colours.PASSED_ON, style=AS_POINTS),
    }
    return day_bars(says.BANK(lang), Sql(query), unit=THOUSANDS, columns=shown, height=9, decimals=2)


def _findings(lang: Lang) -> Panel:
    month = f"'${{month}}', left('${{month}}', 4), left('${{month}}', 4) || '-Q' || extract(quarter FROM {FIRST})"
    of_place = (
        "(coalesce(n.banner_code, v.banner_code, s.banner_code) IS NULL OR "
        "coalesce(n.banner_code, v.banner_code, s.banner_code) IN (${banner})) "
        "AND (${only_station} = 'all' OR n.station_id = ${only_station}) "
        "AND (${only_village} = 'all' OR n.village_id = ${only_village})"
    )
    states = ", ".join(f"count(*) FILTER (WHERE n.state = '{state}') AS {state}" for state in ("open", "explained"))
    query = (
        f"SELECT n.severity, n.check_name, n.period, {states}, "
        "to_char(min(n.first_seen_at) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS since FROM findings n "
        "LEFT JOIN stations s ON s.station_id = n.station_id AND s.superseded_at IS NULL "
        "LEFT JOIN villages v ON v.village_id = n.village_id AND v.superseded_at IS NULL "
        f"WHERE n.state <> 'cleared' AND n.period IN ({month}) AND {of_place} "
        "GROUP BY 1, 2, 3 ORDER BY open DESC, 1, 2, 3"
    )
    severities = {
        one.value: Word(text(lang), colours.DOWN if one is Severity.SERIOUS else colours.STALE)
        for one, text in SEVERITY_NAMES.items()
    }
    checks = {check.value: Word(CHECK_NAMES[check](lang), colours.NOTE) for check in Check}
    shown = {
        "severity": Column(says.SEVERITY(lang), mappings=words(severities), width=76, style=COLOURED_CELL),
        "check_name": Column(says.CHECK(lang), mappings=words(checks), style=NARROW),
        "period": Column(says.PERIOD(lang), width=80),
        "open": Column(says.IS_OPEN(lang), THOUSANDS, 0, width=70),
        "explained": Column(says.EXPLAINED(lang), THOUSANDS, 0, width=92),
        "since": Column(says.SINCE(lang), width=100),
    }
    return table(says.FINDINGS(lang), Sql(query), columns=shown)
