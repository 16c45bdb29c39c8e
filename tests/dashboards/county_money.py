"""The county's money of June, by hand: yuan of station `a`, of which v1 holds three units of four.

Settled 300 base and 700 subsidy, 100 less than estimated, by its window; 200 of the base came, 20 were deducted, 120
are with v1 and 10 drafted. So 100 base and 700 subsidy are outstanding, and 50 may be passed on. Station `b` has 100 of
January 2025 outstanding, and a subsidy that is a memo. v1 paid 30 out in June,
and its idle money is a serious finding; that something was passed on late in the quarter is explained.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from guangfu.ledger.books import VILLAGE
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line
from guangfu.storage.sql import schema
from guangfu.storage.sql.journal import post_entries
from tests.dashboards.county import AOHAN, MONTH, NOW

DAY = date(2026, 6, 10)


def fill_money(engine: Engine) -> None:
    with engine.begin() as db:
        for table, rows in _rows().items():
            for row in rows:
                db.execute(sa.insert(getattr(schema, table)).values(**row))
        post_entries(db, _posted(), NOW)


def _rows() -> dict[str, list[dict[str, Any]]]:
    who = {"changed_at": NOW, "changed_by": "x"}
    return {
        "station_months": [{"station_id": "a", "month": MONTH, "state": "settled", **who}],
        "statements": [_statement()],
        "settlement_differences": [_difference("window", -9_000), _difference("loss", -1_000)],
        "settled_income": [_settled("a", MONTH, 30_000, 70_000, True), _settled("b", "2025-01", 10_000, 20_000, False)],
        "receipts": [_receipt(who)],
        "receipt_allocations": [_allocation(1, 15_000, NOW), _allocation(2, 20_000, None)],
        "deductions_borne": [_borne()],
        "transfers": [_transfer("T1", "arrived", 12_000, who), _transfer("T2", "drafted", 1_000, who)],
        "transfer_lines": [_line("T1", 12_000), _line("T2", 1_000)],
        "payment_batches": [
            {"batch_id": "B1", "book": "VILLAGE", "village_id": "v1", "month": MONTH, "state": "sent", "due_fen": 5_000,
             **who}
        ],
        "findings": [
            _finding("idle_money", "2026-06", "open", village_id="v1"), _finding("idle_money", "2025-01", "open"),
            _finding("late_transfer", "2026-Q2", "explained", banner_code=AOHAN),
            _finding("late_transfer", "2026-06", "cleared", banner_code=AOHAN),
        ],
        "payments": [_payment("P1", 3_000, "paid", who), _payment("P2", 2_000, "sent", who)],
    }  # fmt: skip


def _statement() -> dict[str, Any]:
    return {
        "statement_id": "s1", "station_id": "a", "month": MONTH, "revision": 1, "account_number": "1", "number": "",
        "window_from": DAY, "window_to": DAY, "settled_energy_wh": 1, "settled_base_fen": 30_000,
        "settled_subsidy_fen": 70_000, "state": "posted", "attention": "", "content_sha256": "", "source": "",
        "voucher_id": "", "imported_at": NOW, "imported_by": "x",
    }  # fmt: skip


def _difference(cause: str, fen: int) -> dict[str, Any]:
    return {"statement_id": "s1", "cause": cause, "difference_wh": 0, "difference_base_fen": fen,
            "difference_subsidy_fen": 0}  # fmt: skip


def _settled(station: str, month: str, base: int, subsidy: int, receivable: bool) -> dict[str, Any]:
    return {
        "station_id": station, "month": month, "statement_id": "s1", "settled_energy_wh": 1,
        "settled_gross_fen": base + subsidy, "settled_base_fen": base, "settled_subsidy_fen": subsidy,
        "subsidy_year": int(month[:4]), "subsidy_receivable": receivable, "unconfirmed": False,
    }  # fmt: skip


def _receipt(who: dict[str, Any]) -> dict[str, Any]:
    return {"receipt_id": "R1", "book": "AGENCY", "received_on": DAY, "received_fen": 20_000, "kind": "base",
            "payer": "", "state": "posted", "revision": 2, "voucher_id": "", "synthetic": False, **who}  # fmt: skip


def _allocation(revision: int, fen: int, reversed_at: object) -> dict[str, Any]:
    return {"receipt_id": "R1", "revision": revision, "position": 1, "station_id": "a", "month": MONTH, "part": "base",
            "received_fen": fen, "way": "statement", "reversed_at": reversed_at}  # fmt: skip


def _borne() -> dict[str, Any]:
    """Of the subsidy nothing came, so that its part is not taken off."""
    return {
        "station_id": "a", "month": MONTH, "position": 1, "deduction_id": "d", "due_fen": 2_000,
        "carried_before_fen": 0,
        "borne_base_fen": 2_000, "borne_subsidy_fen": 0, "carried_fen": 0, "way": "rate", "unconfirmed": False,
        "revision": 1, "computed_at": NOW,
    }  # fmt: skip


def _transfer(transfer_id: str, state: str, fen: int, who: dict[str, Any]) -> dict[str, Any]:
    return {
        "transfer_id": transfer_id, "banner_code": AOHAN, "township": "", "period": MONTH, "passed_on_fen": fen,
        "state": state, "drafted_on": DAY, "sent_on": DAY if state == "arrived" else None, "unconfirmed": False,
        "synthetic": False, **who,
    }  # fmt: skip


def _line(transfer_id: str, fen: int) -> dict[str, Any]:
    return {"transfer_id": transfer_id, "position": 1, "village_id": "v1", "station_id": "a", "month": MONTH,
            "part": "base", "passed_on_fen": fen}  # fmt: skip


def _payment(payment_id: str, fen: int, state: str, who: dict[str, Any]) -> dict[str, Any]:
    return {"payment_id": payment_id, "batch_id": "B1", "due_id": payment_id, "payee_id": "p", "due_fen": fen,
            "paid_fen": 0, "state": state, "bank_reference": "", "returned_reason": "", **who}  # fmt: skip


def _finding(check: str, period: str, state: str, **place: str) -> dict[str, Any]:
    return {
        "finding_id": f"{check}:x:{period}", "check_name": check, "subject_kind": "x", "subject_id": "x",
        "period": period, "text_zh": "", "text_en": "", "cause_rows": "[]", "rule_id": check, "document": "",
        "confidence": "B", "unconfirmed": False, "severity": "serious" if check == "idle_money" else "warning",
        "rules_version": "r1", "state": state, "first_seen_at": NOW, "last_seen_at": NOW, **place,
    }  # fmt: skip


def _posted() -> list[Entry]:
    return [
        Entry(VILLAGE, "transfer/T1/arrived", "arrival", (_of_v1("V1", 12_000), _of_v1("V2", -12_000))),
        Entry(VILLAGE, "paid/P1", "paid", (_of_v1("V5", 3_000), _of_v1("V1", -3_000))),
    ]


def _of_v1(account: str, fen: int) -> Line:
    return Line(account, Fen(fen), village_id="v1")
