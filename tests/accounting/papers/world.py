"""A county of three stations and their villages, with a month that went the whole way: estimated to paid."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine

from accounting.cash.bank import apply_bank, plan_bank
from accounting.cash.deducting import refresh
from accounting.cash.matching import How, match_receipts
from accounting.cash.passing import apply_draft, approve, arrive, plan_draft, send
from accounting.cash.steps import Desk
from accounting.papers.common import Office
from accounting.papers.settings import PapersSettings
from guangfu.income.bank_export import read_export
from guangfu.income.figures import MonthlyIncome, VillageMonthlyIncome
from guangfu.income.rules import Rules, load_rules
from guangfu.income.settlement.models import SettledIncome
from guangfu.income.synthetic_bank import SyntheticBank
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings import settled_entry
from guangfu.ledger.postings.estimates import entitlement_entry
from guangfu.stations.models import Registry
from guangfu.storage.personal_keys import PersonsSettings, load_keys
from guangfu.storage.sql.figures import replace_month
from guangfu.storage.sql.journal import post_entries
from guangfu.storage.sql.receipts import lock_cash
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.sql.settlement import replace_settled
from guangfu.storage.sql.transfers import Transfer
from guangfu.texts import Lang
from tests.stations.example import AOHAN, example
from tests.villages.people import new_settings
from tests.villages.village import Village

NOW = datetime(2026, 10, 10, 2, tzinfo=UTC)
MONTH = "2026-06"
ISSUER = "演示旗光伏帮扶收益结转机构"


def registry() -> Registry:
    return replace(example(), synthetic=True)


@dataclass
class County:
    """Money in fen. `people` is vl-s with its persons, plan, posts and payments."""

    engine: Engine
    folder: Path
    rules: Rules = field(default_factory=load_rules)
    persons: PersonsSettings = field(default_factory=new_settings)
    people: Village = field(init=False)
    transfers: list[Transfer] = field(default_factory=list)
    batch: str = ""

    def __post_init__(self) -> None:
        write_registry(self.engine, registry(), at=datetime(2018, 7, 1, tzinfo=UTC))
        self._estimate("st-s", {"vl-s": 1}, 5_952_000, 1_806_432)
        self._settle("st-s", 1_790_000, 2_650_000)
        self._settle("st-j", 3_600_000, 5_300_000)
        self._owe()
        self._receive()
        self._pass_on()
        self.people = Village(self.engine, self.folder, money=0, keys=load_keys(self.persons))
        self._pay()

    @property
    def desk(self) -> Desk:
        return Desk(registry(), self.rules, NOW, "李会计")

    def office(self, lang: Lang = Lang.ZH, at: datetime = NOW) -> Office:
        settings = PapersSettings(issuer=ISSUER, complaints="演示旗农牧局 0476-0000000")
        return Office(replace(self.desk, at=at), settings, lang)

    def _estimate(self, station: str, villages: dict[str, int], wh: int, base: int) -> None:
        gross = wh * 75 // 100
        monthly = MonthlyIncome(
            station, MONTH, wh * 10, 30, 30, 0.985, Fen(gross), Fen(base), Fen(gross - base), "village-2018-01", True,
            self.rules.version, NOW,
        )  # fmt: skip
        parts = [
            VillageMonthlyIncome(
                station, village, MONTH, units, Fen(gross), Fen(base), Fen(gross - base), Fen(gross * 49 // 1000),
                Fen(gross - gross * 49 // 1000), 50, True,
            )
            for village, units in villages.items()
        ]  # fmt: skip
        with self.engine.begin() as db:
            replace_month(db, MONTH, [station], daily=[], monthly=[monthly], villages=parts)

    def _settle(self, station: str, base: int, subsidy: int) -> None:
        row = SettledIncome(
            station, MONTH, f"{station}-{MONTH}-1", 59_000_000, Fen(base + subsidy), Fen(base), Fen(subsidy), 2026,
            True, True,
        )  # fmt: skip
        with self.engine.begin() as db:
            replace_settled(db, [row.statement_id], [row])
            parts = {Part.BASE: base, Part.SUBSIDY: subsidy}
            post_entries(db, [settled_entry(station, MONTH, p, Fen(a)) for p, a in parts.items()], NOW)

    def _owe(self) -> None:
        with self.engine.begin() as db:
            post_entries(db, [entitlement_entry("st-c", MONTH, Fen(900_000))], NOW)

    def _receive(self) -> None:
        bank = SyntheticBank()
        bank.book(date(2026, 7, 10), Fen(1_790_000), "国网", "st-s 2026年6月电费")
        bank.book(date(2026, 7, 11), Fen(3_000_001), "国网", "st-j 2026年6月电费")
        path = self.folder / "bank.csv"
        path.write_text(bank.export(), encoding="utf-8")
        with self.engine.begin() as db:
            lock_cash(db)
            plan = plan_bank(db, self.desk, read_export(path), "专户", path.name)
            assert not plan.faults, plan.faults
            apply_bank(db, self.desk, plan, "V-2026-000001")
            match_receipts(db, self.desk, None, How())
            refresh(db, self.desk, self.desk.village_stations())

    def _pass_on(self) -> None:
        desk = self.desk
        with self.engine.begin() as db:
            draft = plan_draft(db, desk, "2026-Q3", AOHAN)
            apply_draft(db, desk, draft)
            ids = [transfer.transfer_id for transfer, _ in draft.transfers]
            approve(db, desk, ids, voucher_id="V-2026-000002")
            send(db, desk, ids, date(2026, 10, 8), voucher_id="V-2026-000003")
            self.transfers = arrive(db, desk, ids, date(2026, 10, 9), voucher_id=None)

    def _pay(self) -> None:
        draft = self.people.draft()
        assert draft.batch is not None
        self.batch = draft.batch.batch_id
        self.people.approve(self.batch)
        self.people.send(self.batch)
        self.people.settle({draft.payments[0].payment_id: True, draft.payments[1].payment_id: False})
