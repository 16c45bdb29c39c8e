"""A county's May as chance has it: energy with gaps and resets, statements, money that comes and goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

from accounting.cash.bank import apply_bank, plan_bank
from accounting.cash.matching import How, match_receipts
from accounting.cash.passing import apply_draft, approve, arrive, plan_draft, send
from accounting.cash.steps import Desk
from guangfu.clock import day_start, local_day
from guangfu.explain.source import Source
from guangfu.explain.subjects import explain_household, explain_person, explain_station, explain_village
from guangfu.explain.tree import Explanation
from guangfu.income.bank_export import read_export
from guangfu.income.settlement.models import Statement, StatementCorrection
from guangfu.income.synthetic_bank import PAYER, SyntheticBank
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.storage.boundaries import Readings
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.rules_in_force import rules_in_force
from guangfu.texts import Lang
from tests.accounting.county import MAY, County
from tests.accounting.test_settlement import settlement, take
from tests.income.statements import statement

MONTH: Final = "2026-05"
FACTORS: Final = {"s1": 80, "s2": 1000}
CAME_ON: Final = date(2026, 7, 10)


@dataclass(frozen=True)
class Of:
    """One station's May: what its register gains an hour, day by day, and what was settled and paid of it."""

    rates_wh: list[int]
    silent: frozenset[int]
    reset_on: int | None
    settled_wh: int
    base_price: int
    subsidy_price: int | None
    correction_fen: int
    paid: list[int]
    """Receipts of the base, each a part of what is settled. [%]"""


def stations() -> st.SearchStrategy[Of]:
    return st.builds(
        Of,
        rates_wh=st.lists(st.integers(0, 3000), min_size=31, max_size=31),
        silent=st.frozensets(st.integers(0, 30), max_size=20),
        reset_on=st.none() | st.integers(1, 30),
        settled_wh=st.integers(0, 900_000),
        base_price=st.integers(1, 500_000),
        subsidy_price=st.none() | st.integers(1, 700_000),
        correction_fen=st.integers(-5_000, 5_000),
        paid=st.lists(st.integers(1, 45), max_size=2),
    )


def readings(station: str, of: Of) -> Iterator[tuple[str, datetime, int]]:
    shown = 1_000_000
    for n, rate in enumerate(of.rates_wh):
        if n == of.reset_on:
            shown = 0
        for hour in range(24):
            if n not in of.silent:
                yield station, day_start(MAY) + timedelta(days=n, hours=hour), shown
            shown += rate
    yield station, day_start(MAY) + timedelta(days=31), shown


def statement_of(station: str, of: Of) -> Statement:
    corrections = (StatementCorrection("2026-03", Part.BASE, 0, Fen(of.correction_fen), "退补"),)
    return statement(
        station_id=station, base=of.base_price, subsidy=of.subsidy_price, multiplication_factor=FACTORS[station],
        first_reading_wh=0, last_reading_wh=of.settled_wh, corrections=corrections if of.correction_fen else (),
    )  # fmt: skip


def measure(county: County, of: dict[str, Of]) -> None:
    """May is measured, and estimated when it is over."""
    for station, one in of.items():
        county.receive(readings(station, one))
    county.clock.at = day_start(date(2026, 6, 2))
    county.account()


def settle(county: County, of: dict[str, Of]) -> None:
    """The power company's statements come, and somebody accepts them however far off they are."""
    take(county, [statement_of(station, one) for station, one in of.items()])
    with county.engine.begin() as db:
        settlement(county).accept(db, [f"{station}-{MONTH}-1" for station in of], "looked at")


def pay(county: County, folder: Path, of: dict[str, Of]) -> None:
    """Some of the base comes into the agency's account, and what deductions leave of it goes on to the villages."""
    bank, export = SyntheticBank(), folder / "bank.csv"
    for station, one in of.items():
        worth = one.settled_wh * FACTORS[station] * one.base_price // 10**7
        for percent in one.paid:
            if worth * percent // 100:
                bank.book(CAME_ON, Fen(worth * percent // 100), PAYER, f"{station} 2026年5月上网电费")
    export.write_text(bank.export(), encoding="utf-8")
    registry = read_registry(county.engine)
    desk = Desk(registry, county.rules, county.clock.now(), "李会计")
    with county.engine.begin() as db:
        apply_bank(db, desk, plan_bank(db, desk, read_export(export), "专户", export.name), "V-2026-000002")
        match_receipts(db, desk, None, How())
        drafted = plan_draft(db, desk, "2026-Q3", registry.stations["s1"].banner_code)
        apply_draft(db, desk, drafted)
        ids = [transfer.transfer_id for transfer, _ in drafted.transfers]
        approve(db, desk, ids)
        send(db, desk, ids, CAME_ON)
        arrive(db, desk, ids, CAME_ON)


def explained(
    county: County, subject: str, name: str, period: str = MONTH, *, lang: Lang = Lang.EN,
    store: Readings | None = None, parts: tuple[Part, ...] = tuple(Part),
) -> Explanation:  # fmt: skip
    registry = read_registry(county.engine)
    with county.engine.connect() as db:
        rules, today = rules_in_force(db, county.rules), local_day(county.clock.now())
        source = Source(db, store or county.store, registry, rules, lang, today)
        match subject:
            case "station":
                return explain_station(source, registry.stations[name], period, parts)
            case "village":
                return explain_village(source, registry.villages[name], period, parts)
            case "household":
                return explain_household(source, registry.households[name], period)
        found = explain_person(source, name, period)
        assert found is not None
        return found
