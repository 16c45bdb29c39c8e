"""The alert rules of money, against a real PostgreSQL: what makes each fire, and what does not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from dashboards.alert_money import late_receipts
from guangfu.clock import day_start, month_days
from guangfu.income.passing_on import deadline_for, due_on
from guangfu.income.rules import load_rules
from guangfu.income.rules.models import Leg, Period
from guangfu.ledger.books import Part
from guangfu.storage.sql import schema
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.texts import Lang
from tests.dashboards.asking import Databases
from tests.dashboards.county import AOHAN, NOW, fill_sql
from tests.dashboards.reader import granted
from tests.dashboards.test_alert_queries import Change, answer, fires, rule, sql
from tests.services.running import Postgres, Service

JULY_4, JULY_5 = (datetime(2026, 7, day, 4, 0, tzinfo=UTC) for day in (4, 5))
HERE: Final = ("a", "b", "c", "low", "idle", "offline", "closed", "few")


@pytest.fixture(scope="module")
def databases(influxdb: Service, postgres: Postgres) -> Iterator[Databases]:
    url = postgres.new_database()
    engine = open_database(url)
    upgrade(engine)
    fill_sql(engine)
    granted(url).dispose()
    yield Databases(engine, influxdb, "")
    engine.dispose()


def stands(month: str, state: str, *stations: str) -> Change:
    rows = [
        {"station_id": name, "month": month, "state": state, "changed_at": NOW, "changed_by": "x"} for name in stations
    ]
    return lambda db: db.execute(sa.insert(schema.station_months), rows)


def test_last_month_is_overdue_from_its_day_on_while_stations_are_open(databases: Databases) -> None:
    """A station without a row is open; one that was closed within the month had it."""
    counted = {row[0]: row[1] for row in answer(databases, rule("month-overdue"), JULY_5)}
    assert counted == {"赤峰市": 8, "呼和浩特市": 1}
    assert fires(databases, "month-overdue", JULY_4) == set()


def test_a_month_whose_stations_are_in_the_books_is_not_overdue(databases: Databases) -> None:
    posted = (stands("2026-06", "estimated", *HERE[1:]), stands("2026-06", "settled", HERE[0]))
    assert fires(databases, "month-overdue", JULY_5, *posted) == {"呼和浩特市"}
    assert fires(databases, "month-overdue", JULY_5, *posted, stands("2026-06", "closed", "never")) == set()
    assert "赤峰市" in fires(databases, "month-overdue", JULY_5, stands("2026-05", "closed", *HERE))
    of_company = sql("UPDATE stations SET kind = 'centralized' WHERE station_id = 'never'")
    assert fires(databases, "month-overdue", JULY_5, *posted, of_company) == set()


def test_a_month_before_the_first_income_is_not_overdue(databases: Databases) -> None:
    """It is June, the 10th, and income begins in June."""
    assert fires(databases, "month-overdue") == set()


def settled(month: str, base: int, subsidy: int) -> Change:
    row: dict[str, Any] = {
        "station_id": "a", "month": month, "statement_id": "s", "settled_energy_wh": 1,
        "settled_gross_fen": base + subsidy, "settled_base_fen": base, "settled_subsidy_fen": subsidy,
        "subsidy_year": int(month[:4]), "subsidy_receivable": True, "unconfirmed": False,
    }  # fmt: skip
    return lambda db: db.execute(sa.insert(schema.settled_income).values(**row))


def came(month: str, part: str, fen: int) -> Change:
    def change(db: Connection) -> None:
        who = {"changed_at": NOW, "changed_by": "x"}
        receipt = {
            "receipt_id": "R", "book": "AGENCY", "received_on": NOW.date(), "received_fen": fen, "kind": part,
            "payer": "", "state": "posted", "revision": 1, "voucher_id": "", "synthetic": False, **who,
        }  # fmt: skip
        db.execute(sa.insert(schema.receipts).values(**receipt))
        of = {"receipt_id": "R", "revision": 1, "position": 1, "station_id": "a", "month": month, "part": part}
        db.execute(sa.insert(schema.receipt_allocations).values(**of, received_fen=fen, way="statement"))

    return change


def test_receipts_are_late_from_the_day_after_their_deadline_until_they_come(databases: Databases) -> None:
    """The base of January is due a quarter after its quarter: by the end of June, in China."""
    june_30, july_1 = day_start(date(2026, 6, 30)), day_start(date(2026, 7, 1))
    january = settled("2026-01", 10_000, 20_000)
    assert fires(databases, "receipts-late", june_30, january) == set()
    assert answer(databases, rule("receipts-late", Lang.EN), july_1, january) == [("Chifeng", 100)]
    assert fires(databases, "receipts-late", july_1, january, came("2026-01", "base", 9_999)) == {"赤峰市"}
    assert fires(databases, "receipts-late", july_1, january, came("2026-01", "base", 10_000)) == set()


def test_deadlines_are_those_of_the_rules(databases: Databases) -> None:
    """Also where a banner has its own, and one begins later."""
    known = load_rules()
    base = next(d for d in known.deadlines if d.leg is Leg.INTO_AGENCY and d.part == Part.BASE)
    own = replace(
        base, deadline_id="own", banner_code=AOHAN, period=Period.MONTH, months_after=1, valid_from=date(2025, 6, 15)
    )
    elsewhere = replace(own, deadline_id="else", banner_code="150125", months_after=0)
    either = replace(
        base, deadline_id="either", part=None, banner_code=AOHAN, valid_from=date(2025, 9, 1), months_after=2
    )
    rules = replace(known, deadlines=(*known.deadlines, own, elsewhere, either))
    months = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)]
    amounts = {(month, part): 100 * 2**place for place, month in enumerate(months) for part in Part}
    asked = replace(rule("receipts-late"), target=late_receipts(Lang.ZH, rules.deadlines))
    changes = [settled(month, amounts[month, Part.BASE], amounts[month, Part.SUBSIDY]) for month in months]
    for today in (date(2025, 6, 30), date(2025, 7, 1), date(2025, 10, 31), date(2025, 12, 1), date(2026, 4, 1)):
        late = 0
        for (month, part), fen in amounts.items():
            last = month_days(month)[-1]
            deadline = deadline_for(Leg.INTO_AGENCY, part.value, last, AOHAN, rules)
            assert deadline is not None
            late += fen if due_on(deadline, last) < today else 0
        assert answer(databases, asked, day_start(today), *changes) == [("赤峰市", late / 100)], today


def found(check: str, severity: str, state: str) -> Change:
    row = {
        "finding_id": f"{check}/{severity}/{state}", "check_name": check, "subject_kind": "x", "subject_id": "x",
        "period": "2026-06", "text_zh": "", "text_en": "", "cause_rows": "[]", "rule_id": check, "document": "",
        "confidence": "B", "unconfirmed": False, "severity": severity, "rules_version": "r1", "state": state,
        "first_seen_at": NOW, "last_seen_at": NOW,
    }  # fmt: skip
    return lambda db: db.execute(sa.insert(schema.findings).values(**row))


def test_serious_findings_fire_by_check_while_they_are_open(databases: Databases) -> None:
    open_ = found("idle_money", "serious", "open")
    assert fires(databases, "findings-open", NOW) == set()
    assert fires(databases, "findings-open", NOW, open_, found("late_transfer", "warning", "open")) == {
        "村账户资金沉淀"
    }
    assert answer(databases, rule("findings-open", Lang.EN), NOW, open_) == [("money idle in a village's account", 1)]
    assert fires(databases, "findings-open", NOW, found("idle_money", "serious", "explained")) == set()
    assert fires(databases, "findings-open", NOW, found("idle_money", "serious", "cleared")) == set()
