"""Whatever a month was like: trees add up, say what books and API say, name nobody, and survive JSON."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from guangfu.explain.tree import Amount, Explanation, Step
from guangfu.income.figures import MonthlyIncome
from guangfu.ledger.books import AGENCY, VILLAGE, Part
from guangfu.storage.sql.database import open_database
from guangfu.storage.sql.journal import read_account
from guangfu.storage.sql.money import village_money
from guangfu.storage.sql.persons import PersonKind, Place, add_person, replace_places
from guangfu.storage.sql.registry import read_registry
from guangfu.texts import Lang
from tests.accounting.county import County
from tests.explain.month import MONTH, Of, explained, measure, pay, settle, stations
from tests.explain.reckoned import check_chinese, check_formula, check_tree, names_nobody
from tests.storage.conftest import migrated_file
from tests.storage.stores import duckdb_place
from tests.villages.people import Somebody, new_keyring

__all__ = ["migrated_file"]

CASES = settings(
    max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
"""Each case is a county's month: to make a smaller one of it would take minutes."""
PEOPLE = (1, 2)
WHOLE = Of([1000] * 31, frozenset(), None, 744_000, 303_500, 446_500, -304, [40, 35])
BROKEN = Of([777, 0, 3000] * 10 + [1], frozenset({3, 4, 17}), 12, 744_001, 299_999, None, 0, [33])


@contextmanager
def a_county(migrated: Path, folder: Path) -> Iterator[County]:
    engine = open_database(f"sqlite:///{shutil.copy(migrated, folder / 'guangfu.sqlite')}")
    place = duckdb_place(folder)
    try:
        yield County(place.open(), engine)
    finally:
        place.close()
        engine.dispose()


def people_come(county: County) -> list[str]:
    """Two persons of village v1, encrypted, as the register keeps them."""
    keys, now = new_keyring(), county.clock.now()
    with county.engine.begin() as db:
        ids = [
            add_person(db, keys, PersonKind.PERSON, Somebody(n).known, synthetic=True, at=now, by="李") for n in PEOPLE
        ]
        begin = date(2020, 1, 1)
        places = [Place(who, f"v1-h{n}", "v1", True, begin, None, "added") for n, who in enumerate(ids)]
        replace_places(db, [], places, at=now)
    return ids


def trees(county: County, people: list[str], lang: Lang) -> Iterator[Explanation]:
    subjects = {"station": ["s1", "s2", "c1"], "village": ["v1", "v2"], "household": ["v1-h0", "v2-h2"]}
    for subject, names in (subjects | {"person": people[:1]}).items():
        yield from (explained(county, subject, name, lang=lang) for name in names)
    yield explained(county, "station", "s1", "2026-05-03", lang=lang)
    yield from (
        explained(county, subject, f"{subject[0]}1", lang=lang, parts=(Part.SUBSIDY,))
        for subject in ("station", "village")
    )


@CASES
@given(one=stations(), joint=stations())
@example(one=WHOLE, joint=BROKEN)
def test_of_any_month(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, one: Of, joint: Of) -> None:
    folder = tmp_path_factory.mktemp("month")
    with a_county(migrated_file, folder) as county:
        people = people_come(county)
        measure(county, {"s1": one, "s2": joint})
        for station in ("s1", "s2"):
            estimated_as_the_books_have_it(county, station)
        settle(county, {"s1": one, "s2": joint})
        pay(county, folder, {"s1": one, "s2": joint})
        for lang in Lang:
            for found in trees(county, people, lang):
                check_tree(found)
                names_nobody(found, PEOPLE)
                if lang is Lang.ZH:
                    check_chinese(found)
        for station in ("s1", "s2"):
            as_the_books_have_it(county, station, explained(county, "station", station))
        for village in ("v1", "v2"):
            as_the_villages_money_has_it(county, village)
        villages_share_what_stations_have(county)


def root(found: Explanation, of: Amount) -> Step:
    step = found.chain(of)
    assert step is not None
    return step


def estimated_as_the_books_have_it(county: County, station: str) -> None:
    """The month's row; and the journal's receivable, once every day is complete."""
    month = county.months().get((station, MONTH))
    estimated = root(explained(county, "station", station), Amount.ESTIMATED)
    assert estimated.amount == (month.estimated_gross_fen if month and enough(county, month) else None)
    with county.engine.connect() as db:
        posted = read_account(db, AGENCY, "A2").get((station, MONTH), 0)
    assert posted in {0, estimated.amount or 0}


def enough(county: County, month: MonthlyIncome) -> bool:
    return month.days_counted >= county.rules.energy.coverage_floor * month.days_due


def as_the_books_have_it(county: County, station: str, found: Explanation) -> None:
    """Settled, received and passed on are what the journal has of the month."""
    with county.engine.connect() as db:
        account = {
            name: read_account(db, book, name).get((station, MONTH), 0)
            for book, names in ((AGENCY, ("A2", "A3", "L1.cash")), (VILLAGE, ("V3",)))
            for name in names
        }
    settled, received, passed = (
        root(found, of).amount or 0 for of in (Amount.SETTLED, Amount.RECEIVED, Amount.PASSED_ON)
    )
    assert (account["A2"], account["A3"], account["V3"]) == (0, settled - received, -passed)


def as_the_villages_money_has_it(county: County, village: str) -> None:
    """What `/v1/villages/{id}/money` answers is made of the same rows by another way."""
    found = explained(county, "village", village)
    with county.engine.connect() as db:
        (row,) = village_money(db, read_registry(county.engine), village, MONTH, MONTH)
    assert [root(found, of).amount or 0 for of in (Amount.SETTLED, Amount.RECEIVED, Amount.PASSED_ON)] == [
        row.settled_fen, row.received_fen, row.passed_on_fen,
    ]  # fmt: skip


def villages_share_what_stations_have(county: County) -> None:
    for of in (Amount.SETTLED, Amount.RECEIVED, Amount.PASSED_ON):
        sums = [
            sum(root(explained(county, subject, name), of).amount or 0 for name in names)
            for subject, names in (("station", ("s1", "s2")), ("village", ("v1", "v2")))
        ]
        assert sums[0] == sums[1], of


@given(st.sampled_from(["4,464.00", "59.52", "1.00"]), st.integers(2, 99))
def test_a_formula_that_is_not_true_is_found(amount: str, n: int) -> None:
    fen = int(amount.replace(",", "").replace(".", ""))
    true = Step("part", "whole", fen * n, formula=f"{amount} × {n} = {fen * n // 100:,}.{fen * n % 100:02d}")
    check_formula(true)
    with pytest.raises(AssertionError, match="is not"):
        check_formula(Step("part", "whole", fen * n + 1, formula=true.formula))
