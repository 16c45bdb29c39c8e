"""What was paid goes back to dues, posts and attendance, and the village's account to what arrived."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from guangfu.explain.payments import village_paid
from guangfu.explain.source import Source
from guangfu.explain.subjects import explain_person
from guangfu.explain.tree import Amount, Explanation, Step
from guangfu.ledger.books import VILLAGE
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Line
from guangfu.ledger.postings.villages import correct_opening
from guangfu.stations.models import Registry
from guangfu.storage.sql.database import open_database
from guangfu.storage.sql.journal import post_entries, read_entries
from guangfu.storage.sql.money import village_money
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.texts import Lang
from tests.explain.reckoned import check_steps, check_tree, names_nobody
from tests.stations.example import example
from tests.storage.stores import duckdb_place
from tests.villages.village import MONTH, RULES, V, Village

PAID_IN = "2026-07"
"""The payments' calendar month; their wages are June's."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TelemetryStore]:
    place = duckdb_place(tmp_path)
    yield place.open()
    place.close()


def source(db: Connection, store: TelemetryStore) -> Source:
    return Source(db, store, example(), RULES, Lang.EN, date(2026, 7, 31))


def pay(village: Village, arrives: list[bool]) -> None:
    """A batch, of whose payments some come back, in order."""
    draft = village.draft()
    assert draft.batch is not None
    village.approve(draft.batch.batch_id)
    village.send(draft.batch.batch_id)
    village.settle({p.payment_id: ok for p, ok in zip(draft.payments, arrives, strict=True)})


def explained(village: Village, store: TelemetryStore, person: int) -> Explanation:
    with village.engine.connect() as db:
        found = explain_person(source(db, store), village.people[person], MONTH)
    assert found is not None
    return found


def of_village(village: Village, store: TelemetryStore) -> Step:
    with village.engine.connect() as db:
        return village_paid(source(db, store), V, "Somewhere", PAID_IN)


def paid_fen(village: Village, registry: Registry) -> int:
    with village.engine.connect() as db:
        (row,) = village_money(db, registry, V, PAID_IN, PAID_IN)
    return row.paid_fen


def test_a_person_is_led_from_what_arrived_to_post_and_attendance(
    county: Engine, tmp_path: Path, store: TelemetryStore
) -> None:
    village = Village(county, tmp_path)
    pay(village, [True, False])
    good, bad = (explained(village, store, n) for n in (0, 1))
    amounts = {chain.of: chain.root.amount for chain in good.chains}
    assert amounts == {Amount.PLANNED: 80_000, Amount.DUE: 80_000, Amount.PAID: 80_000}
    due = good.chain(Amount.DUE)
    assert due is not None and due.parts[0].formula == "800.00 × 22 / 22 = 800.00"
    assert [fact.value for fact in due.parts[0].facts if fact.name == "attendance"] == ["22 of 22 days"]
    assert len(due.parts[0].entries) == 1
    back = bad.chain(Amount.PAID)
    assert back is not None and back.amount == 0
    assert [fact.value for fact in back.parts[0].facts if fact.name == "came back because"] == ["number"]
    assert [entry.key.split("/")[-1] for entry in back.parts[0].entries][-1] == "reversal"


def test_a_villages_month_is_what_left_the_account_and_that_what_arrived(
    county: Engine, tmp_path: Path, store: TelemetryStore
) -> None:
    village = Village(county, tmp_path)
    assert of_village(village, store).insufficient == "nothing was paid yet"
    pay(village, [True, False])
    root = of_village(village, store)
    assert (root.amount, [part.amount for part in root.parts]) == (80_000, [80_000, 0])
    assert paid_fen(village, example()) == root.amount
    (account,) = root.grounds
    assert {part.title: part.amount for part in account.parts} == {
        "arrived, of the energy of 2026-05": 1_000_000, "paid out": -80_000,
    }  # fmt: skip
    assert account.amount == village.balance("V1")
    assert account.parts[0].see[0].period == "2026-05"


def test_a_corrected_opening_balance_is_no_payment(county: Engine, tmp_path: Path, store: TelemetryStore) -> None:
    village = Village(county, tmp_path)
    for amount in (500_000, 400_000):
        with county.begin() as db:
            posted = {one.entry.key: one.entry for one in read_entries(db, VILLAGE)}
            line = Line("V1", Fen(amount), village_id=V)
            post_entries(db, correct_opening(posted, "op-1", VILLAGE, line), village.now)
    assert paid_fen(village, example()) == 0
    assert of_village(village, store).amount is None
    pay(village, [True, True])
    root = of_village(village, store)
    assert (root.amount, paid_fen(village, example())) == (140_000, 140_000)
    (account,) = root.grounds
    assert {part.title: part.amount for part in account.parts}["opening balance"] == 400_000
    assert account.amount == village.balance("V1") == 1_260_000


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 90_000), st.booleans()), min_size=1, max_size=4))
def test_every_steps_parts_sum_to_it_whatever_comes_back(
    new_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory, store: TelemetryStore,
    paid: list[tuple[int, bool]],
) -> None:  # fmt: skip
    engine = open_database(new_url())
    try:
        write_registry(engine, replace(example(), synthetic=True), at=datetime(2018, 7, 1, tzinfo=UTC))
        village = Village(engine, tmp_path_factory.mktemp("sent"), wages=tuple(wage for wage, _ in paid))
        pay(village, [arrives for _, arrives in paid])
        root = of_village(village, store)
        persons = [explained(village, store, n) for n in range(len(paid))]
        check_steps(root)
        for one in persons:
            check_tree(one)
            names_nobody(one, range(1, len(paid) + 1))
        arrived = [wage if ok else 0 for wage, ok in paid]
        roots = [one.chain(Amount.PAID) for one in persons]
        assert [one.amount for one in roots if one is not None] == arrived
        assert root.amount == paid_fen(village, example()) == sum(arrived)
        assert root.grounds[0].amount == village.balance("V1")
    finally:
        engine.dispose()
