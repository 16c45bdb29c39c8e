"""Batches from draft to what the bank says: never more than there is, and returned and paid again is paid once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from accounting.villages import drafting, paying
from accounting.villages.imports import Declined
from accounting.villages.plans import carry_forward, check_attendance, step_plan
from guangfu.income.plans import Attendance
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings import entitlement_entry
from guangfu.ledger.states import BadStep
from guangfu.stations.files.forms import FormFile, FormRow
from guangfu.storage.sql.database import open_database
from guangfu.storage.sql.journal import post_entries, verify_chain
from guangfu.storage.sql.payments import balance, read_batches, read_dues, read_payments, unattended
from guangfu.storage.sql.persons import Place, erase_person, read_looks, replace_places
from guangfu.storage.sql.plans import write_attendance
from guangfu.storage.sql.registry import registry_in
from tests.villages.people import card_of, name_of
from tests.villages.village import MONTH, RULES, YEAR, V, Village


def test_a_month_is_drafted_approved_sent_and_settled(county: Engine, tmp_path: Path) -> None:
    village = Village(county, tmp_path)
    draft = village.draft()
    assert draft.batch is not None
    assert (draft.batch.due_fen, draft.skipped) == (140_000, ())
    assert village.balance("V5") == 0, "a draft is nothing in the books"
    village.approve(draft.batch.batch_id)
    assert (village.balance("V4.posts"), village.balance("V5"), village.balance("V1")) == (140_000, -140_000, 1_000_000)
    out = village.send(draft.batch.batch_id)
    assert (village.balance("V5"), village.balance("V1")) == (0, 860_000)
    text = out.read_text(encoding="utf-8-sig")
    assert out.stat().st_mode & 0o777 == 0o600
    assert all(s in text for n in (1, 2) for s in (name_of(n), card_of(n), draft.payments[n - 1].payment_id))
    settled, form = village.settle({p.payment_id: True for p in draft.payments})
    assert (form.faults, settled.batches) == ([], (draft.batch.batch_id,))
    assert village.settle({p.payment_id: True for p in draft.payments})[0].paid == (), "the same result again"
    assert village.draft().batch is None, "nothing is left to be paid"
    with county.connect() as db:
        assert [(p.state, p.paid_fen) for p in read_payments(db)] == [("paid", 80_000), ("paid", 60_000)]
        assert verify_chain(db) == []
        assert [x.purpose for x in read_looks(db) if x.act == "look"] == [f"发放批次 {draft.batch.batch_id}"] * 2


def test_a_returned_card_is_paid_again_once_it_is_corrected(county: Engine, tmp_path: Path) -> None:
    village = Village(county, tmp_path)
    first = village.draft()
    assert first.batch is not None
    village.approve(first.batch.batch_id)
    village.send(first.batch.batch_id)
    good, bad = (p.payment_id for p in first.payments)
    village.settle({good: True, bad: False})
    assert (village.balance("V1"), village.balance("V5")) == (920_000, -60_000), "reversed, and still owed"
    waiting = village.draft()
    assert waiting.batch is None
    assert [one.why.en for one in waiting.skipped] == ["it came back, and the card has not been corrected"]
    village.correct_card(village.people[1], 99)
    second = village.draft()
    assert second.batch is not None
    assert [p.due_id for p in second.payments] == [first.payments[1].due_id]
    village.approve(second.batch.batch_id)
    assert card_of(99) in village.send(second.batch.batch_id).read_text(encoding="utf-8-sig")
    village.settle({p.payment_id: True for p in second.payments})
    assert (village.balance("V1"), village.balance("V5"), village.balance("V4.posts")) == (860_000, 0, 140_000)
    late, _ = village.settle({good: False})
    assert late.returned == (good,), "paid, and back days later"
    assert (village.balance("V1"), village.balance("V5")) == (940_000, -80_000)


def test_a_result_that_can_not_be_is_a_fault_and_nothing_is_written(county: Engine, tmp_path: Path) -> None:
    village = Village(county, tmp_path)
    draft = village.draft()
    assert draft.batch is not None
    _, form = village.settle({draft.payments[0].payment_id: True, "P-2026-999999": True})
    assert [f.text.en for f in form.faults] == ["the payment is drafted", "no such payment"]


def test_the_bank_account_bounds_a_batch_with_what_is_drafted_already(county: Engine, tmp_path: Path) -> None:
    village = Village(county, tmp_path, money=139_999)
    with pytest.raises(Declined, match=r"1,399.99 yuan for 1,400.00"):
        village.draft()
    with county.connect() as db:
        assert (read_dues(db), read_batches(db)) == ([], [])


def test_a_plan_lines_rest_bounds_wages(county: Engine, tmp_path: Path) -> None:
    village = Village(county, tmp_path, planned=(139_999, 1))
    draft = village.draft()
    assert draft.batch is not None
    assert draft.batch.due_fen == 80_000
    assert [(s.subject_id, s.why.en) for s in draft.skipped] == [
        ("post-1", "more than the plan line's rest of 599.99 yuan")
    ]


def test_without_attendance_without_a_filed_plan_or_erased_nobody_is_paid(county: Engine, tmp_path: Path) -> None:
    village = Village(county, tmp_path)
    assert {s.why.en for s in village.draft("2026-05").skipped} == {"no attendance: it is not paid"}
    with county.begin() as db:
        erase_person(db, village.people[0], reason="x", at=village.now, by="李")
        later = [Attendance("post-0", MONTH, 44, 44), Attendance("post-1", MONTH, 22, 44)]
        write_attendance(db, later, at=village.now, by="李", voucher_id=None)
    draft = village.draft()
    assert draft.batch is not None
    assert (draft.batch.due_fen, [s.subject_id for s in draft.skipped]) == (30_000, ["post-0"])
    with county.connect() as db:
        assert unattended(db, MONTH) == []
    with county.begin() as db:
        write_attendance(db, [Attendance("post-1", MONTH, 0, 44)], at=village.now, by="李", voucher_id=None)
        assert [due.post_id for due in unattended(db, MONTH)] == ["post-1"], "a post paid without attendance"


def test_attendance_of_a_drafted_month_is_changed_only_after_the_batch_is_cancelled(
    county: Engine, tmp_path: Path
) -> None:
    village = Village(county, tmp_path)
    draft = village.draft()
    assert draft.batch is not None
    village.approve(draft.batch.batch_id)
    form = FormFile("x", rows=[FormRow(2, {"post_id": "post-0", "attended": 11, "due": 44})])
    with county.connect() as db:
        check_attendance(db, form, MONTH)
    assert ["cancel the batch" in f.text.en for f in form.faults] == [True]
    assert village.cancel(draft.batch.batch_id) == 2
    assert (village.balance("V4.posts"), village.balance("V5")) == (0, 0)
    with county.begin() as db:
        assert check_attendance(db, replace(form, faults=[]), MONTH)
        write_attendance(db, [Attendance("post-0", MONTH, 11, 44)], at=village.now, by="李", voucher_id=None)
    again = village.draft()
    assert again.batch is not None
    assert again.batch.due_fen == 20_000 + 60_000
    with pytest.raises(BadStep):
        village.approve(draft.batch.batch_id)


def due_row(n: int, amount: int, **other: object) -> FormRow:
    cells = {"village_id": V, "year": YEAR, "number": 2, "month": MONTH, "reference": f"fp{n}", "due_fen": amount}
    return FormRow(n, {**cells, "reason": "修路", **other})


def test_a_supplier_is_paid_for_works_and_twice_is_once(county: Engine, tmp_path: Path) -> None:
    village = Village(county, tmp_path)
    payee = village.people[0]
    form = FormFile("x", rows=[due_row(1, 200_000, payee_id=payee), due_row(2, 100_001, payee_id=payee)])
    with county.begin() as db:
        paying.check_dues(db, form)
        assert ["rest of 1,000.00 yuan" in f.text.en for f in form.faults] == [True]
        form = FormFile("x", rows=form.rows[:1])
        wanted = paying.check_dues(db, form)
        assert form.faults == []
        assert drafting.add_wanted(db, wanted, at=village.now, by="李", voucher_id="V-2026-000001") == 1
    with county.begin() as db:
        assert paying.check_dues(db, form) == [], "known"
    draft = village.draft()
    assert draft.batch is not None
    assert draft.batch.due_fen == 340_000
    village.approve(draft.batch.batch_id)
    assert village.balance("V4.works") == 200_000
    village.cancel(draft.batch.batch_id)
    assert village.balance("V4.works") == 200_000, "what was invoiced stays owed"
    with county.begin() as db:
        (due,) = read_dues(db, village_id=V)
        paying.drop_due(db, due.due_id, at=village.now)
    assert (village.balance("V4.works"), village.balance("V5")) == (0, 0)


def test_slots_of_a_centralized_station_are_paid_what_the_books_owe(county: Engine, tmp_path: Path) -> None:
    village = Village(county, tmp_path)
    with county.begin() as db:
        places = [Place(village.people[0], "hh-vl-c-0", "vl-c", True, date(2020, 1, 1), None, "added")]
        replace_places(db, [], places, at=village.now)
        registry = registry_in(db)
        post_entries(db, [entitlement_entry("st-c", MONTH, Fen(24_657))], village.now)

    def draft() -> drafting.Draft:
        with county.begin() as db:
            return drafting.draft_slots(db, "st-c", MONTH, registry, RULES, at=village.now, by="李")

    with pytest.raises(Declined, match="bank account has"):
        draft()
    village.company_pays(24_657)
    done = draft()
    assert done.batch is not None
    assert (done.batch.due_fen, len(done.skipped)) == (24_657, 35)
    village.approve(done.batch.batch_id)
    village.send(done.batch.batch_id)
    village.settle({p.payment_id: True for p in done.payments})
    with county.connect() as db:
        assert {a: balance(db, a) for a in ("C1", "C2", "C3")} == {"C1": 0, "C2": 0, "C3": 0}
    assert draft().batch is None


def test_closing_the_plan_year_carries_the_balance_forward(county: Engine, tmp_path: Path) -> None:
    village = Village(county, tmp_path)
    draft = village.draft()
    assert draft.batch is not None
    village.approve(draft.batch.batch_id)
    with county.begin() as db:
        for state in ("executed", "result_posted", "closed"):
            step_plan(db, V, YEAR, state, RULES, at=village.now, by="李", on=date(2026, 12, 31))
    assert {a: village.balance(a) for a in ("V3", "V4.posts", "V6")} == {"V3": 0, "V4.posts": 0, "V6": -860_000}
    with county.begin() as db:
        assert carry_forward(db, V, YEAR, at=village.now) == 0, "twice is once"
        assert verify_chain(db) == []


acts = st.lists(
    st.one_of(
        st.tuples(st.just("draft"), st.booleans()),
        st.tuples(st.sampled_from(["approve", "send", "cancel"]), st.integers(0, 5)),
        st.tuples(st.just("result"), st.lists(st.booleans(), min_size=3, max_size=3)),
        st.tuples(st.just("card"), st.integers(0, 2)),
    ),
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts, money=st.integers(0, 300_000))
def test_whatever_is_done_payments_never_exceed_and_the_books_agree(
    new_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, object]], money: int
) -> None:
    engine = open_database(new_url())
    village = Village(engine, tmp_path_factory.mktemp("out"), money=money, wages=(80_000, 60_000, 70_001))
    for act, how in acts:
        _do(village, act, how)
        with engine.connect() as db:
            payments, dues = read_payments(db), read_dues(db)
        assert village.balance("V1") >= 0, "never more than the bank account has"
        assert sum(due.due_fen for due in dues) <= village.planned[0], "nor than the plan line"
        out = sum(p.due_fen for p in payments if p.state in {"sent", "paid"})
        assert village.balance("V1") == money - out
        posted = sum(due.due_fen for due in dues if due.posted_at is not None)
        assert (village.balance("V4.posts"), village.balance("V5")) == (posted, out - posted)
        live = [p.live_due_id for p in payments if p.live_due_id is not None]
        assert len(live) == len(set(live)), "returned and paid again is one payment"
        assert len({p.due_id for p in payments if p.state == "paid"}) == sum(p.state == "paid" for p in payments)
    engine.dispose()


def _do(village: Village, act: str, how: object) -> None:
    with village.engine.connect() as db:
        batches, payments = read_batches(db), read_payments(db)
    try:
        if act == "draft":
            village.draft(again=bool(how))
        elif act == "card":
            village.correct_card(village.people[int(str(how))], 100 + village.minute)
        elif act == "result" and isinstance(how, list):
            sent = [p for p in payments if p.state in {"sent", "paid"}]
            village.settle({p.payment_id: arrived for p, arrived in zip(sent, how, strict=False)})
        elif batches:
            getattr(village, act)(batches[int(str(how)) % len(batches)].batch_id)
    except (Declined, BadStep):
        pass


def test_two_who_draft_at_once_make_one_batch(county: Engine, tmp_path: Path) -> None:
    village = Village(county, tmp_path)
    found: list[drafting.Draft] = []
    clerks = [threading.Thread(target=lambda: found.append(village.draft())) for _ in range(4)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    assert sorted(draft.batch is not None for draft in found) == [False, False, False, True]
    with county.connect() as db:
        assert len(read_dues(db)) == len(read_payments(db)) == 2
