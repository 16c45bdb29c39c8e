"""A village with two persons, a filed plan, posts, attendance and money: what payments start from."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine

from accounting.villages import drafting, paying
from accounting.villages.drafting import Draft
from accounting.villages.paying import RESULT_COLUMNS, Settled
from accounting.villages.plans import draft_plan, step_plan
from guangfu.income.plans import Attendance, PlanLine, Post
from guangfu.income.rules import load_rules
from guangfu.ledger.books import CENTRALIZED, VILLAGE
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line
from guangfu.stations.files.forms import FormFile, FormRow
from guangfu.storage.personal_keys import Keyring
from guangfu.storage.sql.journal import post_entries
from guangfu.storage.sql.payments import balance
from guangfu.storage.sql.persons import PersonKind, Place, Secret, add_person, change_person, replace_places
from guangfu.storage.sql.plans import replace_posts, write_attendance
from tests.villages.people import Somebody, card_of, new_keyring

V, YEAR, MONTH = "vl-s", 2026, "2026-06"
RULES = load_rules()


def at(minute: int) -> datetime:
    return datetime(2026, 7, 1, 2, minute % 60, minute // 60, tzinfo=UTC)


@dataclass
class Village:
    """Money in fen; each act is a minute later than the one before."""

    engine: Engine
    folder: Path
    money: int = 1_000_000
    wages: tuple[int, ...] = (80_000, 60_000)
    planned: tuple[int, int] = (500_000, 300_000)
    keys: Keyring = field(default_factory=new_keyring)
    people: list[str] = field(default_factory=list)
    minute: int = 0

    def __post_init__(self) -> None:
        with self.engine.begin() as db:
            self._people(db)
            self._plan(db)
            lines = (
                Line("V1", Fen(self.money), energy_month="2026-05", village_id=V),
                Line("V3", Fen(-self.money), energy_month="2026-05", village_id=V, part="base"),
            )
            post_entries(db, [Entry(VILLAGE, "transfer/T-1/arrived", "arrival", lines)] if self.money else [], self.now)

    @property
    def now(self) -> datetime:
        self.minute += 1
        return at(self.minute)

    def _people(self, db: Connection) -> None:
        for n, _ in enumerate(self.wages):
            known = Somebody(n + 1).known
            self.people.append(
                add_person(db, self.keys, PersonKind.PERSON, known, synthetic=True, at=self.now, by="李")
            )
        begin = date(2020, 1, 1)
        places = [Place(p, f"hh-vl-s-{n}", V, True, begin, None, "added") for n, p in enumerate(self.people)]
        replace_places(db, [], places, at=self.now)

    def _plan(self, db: Connection) -> None:
        lines = [
            PlanLine(V, YEAR, 1, "posts", "posts", "公益岗位", Fen(self.planned[0])),
            PlanLine(V, YEAR, 2, "works", "works", "修路", Fen(self.planned[1])),
        ]
        draft_plan(db, V, YEAR, lines, RULES, at=self.now, by="李", apply=True, voucher_id=None)
        take = partial(step_plan, db, V, YEAR, rules=RULES, by="李")
        for state, day in (("decided", 1), ("posted", 2), ("reviewed", 12), ("filed", 15)):
            take(state=state, at=self.now, on=date(2026, 1, day))
        begin = date(2026, 1, 1)
        posts = [
            Post(f"post-{n}", V, p, f"{V}/{YEAR}/1", "保洁", "month", Fen(w), begin)
            for n, (p, w) in enumerate(zip(self.people, self.wages, strict=True))
        ]
        replace_posts(db, [], posts, at=self.now, voucher_id=None)
        attended = [Attendance(post.post_id, MONTH, 44, 44) for post in posts]
        write_attendance(db, attended, at=self.now, by="李", voucher_id=None)

    def draft(self, month: str = MONTH, *, again: bool = False) -> Draft:
        with self.engine.begin() as db:
            return drafting.draft_village(db, V, month, at=self.now, by="李", again=again)

    def approve(self, batch_id: str) -> None:
        with self.engine.begin() as db:
            paying.approve(db, batch_id, at=self.now, by="王")

    def send(self, batch_id: str) -> Path:
        out = self.folder / f"{batch_id}.csv"
        with self.engine.begin() as db:
            paying.send(db, self.keys, batch_id, out, at=self.now, by="王")
        return out

    def cancel(self, batch_id: str) -> int:
        with self.engine.begin() as db:
            return paying.cancel(db, batch_id, at=self.now, by="王", reason="考勤有误")

    def settle(self, results: dict[str, bool]) -> tuple[Settled, FormFile]:
        form = FormFile("结果.csv")
        for i, (payment_id, arrived) in enumerate(results.items(), 2):
            cells = dict.fromkeys(c.field for c in RESULT_COLUMNS)
            cells |= {"payment_id": payment_id, "arrived": arrived, "reason": "number", "bank_reference": f"ref{i}"}
            form.rows.append(FormRow(i, {**cells, "settled_on": date(2026, 7, 3)}))
        with self.engine.begin() as db:
            return paying.settle(db, form, at=self.now, by="李", apply=True, voucher_id=None), form

    def correct_card(self, person_id: str, n: int) -> None:
        with self.engine.begin() as db:
            change_person(db, self.keys, person_id, {Secret.BANK_CARD: card_of(n)}, at=self.now, by="李")

    def balance(self, account: str) -> int:
        with self.engine.connect() as db:
            return balance(db, account, village_id=V)

    def company_pays(self, amount: int) -> None:
        lines = (Line("C3", Fen(amount)), Line("C1", Fen(-amount), station_id="st-c", energy_month=MONTH))
        with self.engine.begin() as db:
            post_entries(db, [Entry(CENTRALIZED, "company/1", "company_paid", lines)], self.now)
