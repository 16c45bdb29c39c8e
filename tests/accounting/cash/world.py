"""A small county with settled months and a made-up bank: what the tests of money that moves start from."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine

from accounting.cash.bank import Reconciliation, apply_bank, plan_bank, reconcile
from accounting.cash.matching import How, Match, match_receipts
from accounting.cash.steps import Desk
from guangfu.income.bank_export import read_export
from guangfu.income.rules import Rules, load_rules
from guangfu.income.settlement.models import SettledIncome
from guangfu.income.synthetic_bank import SyntheticBank
from guangfu.ledger.allocating import Due
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings import settled_entry
from guangfu.ledger.postings.estimates import entitlement_entry
from guangfu.stations.models import Attribute, Household, Registry, ShareUnits, Slot, StationKind, Village
from guangfu.storage.sql.journal import balances, post_entries, verify_chain
from guangfu.storage.sql.money import receivables
from guangfu.storage.sql.receipts import Receipt
from guangfu.storage.sql.settlement import replace_settled
from tests.income.small_registry import BEGIN, station

NOW = datetime(2026, 10, 10, 2, tzinfo=UTC)
BANNER = "150430"


def registry() -> Registry:
    """s1 is v1's; s2 is v1's and v2's, 40 and 24 units, until v2 merges into v1 on 16 June 2026; c1 has a slot."""
    shares = [
        ShareUnits("s1", "v1", 1, BEGIN),
        ShareUnits("s2", "v1", 40, BEGIN),
        ShareUnits("s2", "v2", 24, BEGIN, date(2026, 6, 16)),
        ShareUnits("s2", "v1", 24, date(2026, 6, 16)),
    ]
    villages = {
        "v1": Village("v1", "一村", "One", "甲苏木", BANNER, "A"),
        "v2": Village("v2", "二村", "Two", "乙镇", BANNER, "B"),
    }
    stations = [station("s1"), station("s2", joint=True), station("c1", StationKind.CENTRALIZED)]
    return Registry(
        leagues={}, banners={}, villages=villages, stations={s.station_id: s for s in stations}, devices=(),
        share_units=tuple(shares), households={"h1": Household("h1", "v1", BEGIN)},
        slots=(Slot("slot-1", "c1", "h1", BEGIN),), attributes=(Attribute("s1", "发电户号", "1504300001", BEGIN),),
        synthetic=True,
    )  # fmt: skip


@dataclass
class Cash:
    """A database with its registry, and what happens at the agency."""

    engine: Engine
    folder: Path
    rules: Rules = field(default_factory=load_rules)
    bank: SyntheticBank = field(default_factory=SyntheticBank)

    @property
    def desk(self) -> Desk:
        return Desk(registry(), self.rules, NOW, "李会计")

    def settle(self, station_id: str, month: str, base: int, subsidy: int = 0) -> None:
        """A statement of a month, as the books have it."""
        row = SettledIncome(
            station_id, month, f"{station_id}-{month}-1", 1, Fen(base + subsidy), Fen(base), Fen(subsidy),
            int(month[:4]), True, False,
        )  # fmt: skip
        with self.engine.begin() as db:
            replace_settled(db, [row.statement_id], [row])
            parts = {Part.BASE: base, Part.SUBSIDY: subsidy}
            post_entries(db, [settled_entry(station_id, month, p, Fen(a)) for p, a in parts.items() if a], NOW)

    def owe(self, month: str, amount: int) -> None:
        """What c1's company owes its slot."""
        with self.engine.begin() as db:
            post_entries(db, [entitlement_entry("c1", month, Fen(amount))], NOW)

    def came(self, amount: int, memo: str, day: date = date(2026, 7, 10), who: str = "国网") -> None:
        self.bank.book(day, Fen(amount), who, memo)

    def take(self) -> list[Receipt]:
        """Imports the bank's export as it is now."""
        path = self.folder / "bank.csv"
        path.write_text(self.bank.export(), encoding="utf-8")
        with self.engine.begin() as db:
            plan = plan_bank(db, self.desk, read_export(path), "专户", path.name)
            assert not plan.faults, plan.faults
            return apply_bank(db, self.desk, plan, "V-2026-000001")

    def match(self, *ids: str, **how: object) -> list[Match]:
        with self.engine.begin() as db:
            return match_receipts(db, self.desk, ids or None, How(**how))  # type: ignore[arg-type]

    def receivable(self) -> dict[tuple[str, str, str], int]:
        with self.engine.connect() as db:
            return {(d.station_id, d.month, d.part): d.amount for d in receivables(db, registry())}

    def dues(self) -> list[Due]:
        with self.engine.connect() as db:
            return receivables(db, registry())

    def books(self, book: str = "AGENCY") -> dict[str, int]:
        """Balances that are not zero, after the chains were verified."""
        with self.engine.connect() as db:
            assert verify_chain(db) == []
            found = Counter(balances(db, book))
        assert sum(found.values()) == 0
        return {account: amount for account, amount in found.items() if amount}

    def reconciled(self) -> Reconciliation:
        with self.engine.connect() as db:
            return reconcile(db)
