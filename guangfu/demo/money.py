"""The money's way after the settled month: a synthetic bank, transfers, village plans, a payment batch (演示数据).

Each step is what finance itself does, by the same functions, so that every amount of the ledger is there to be seen:
estimated, settled, received, passed on, paid. Part of it stays on its way: some stations are not paid yet, some
transfers are only drafted, one card comes back.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Connection, Engine

from guangfu.clock import Clock, local_day, month_of
from guangfu.demo.people import known_of, throwaway_keys
from guangfu.demo.settling import BY, NOTE
from guangfu.income.bank_export import read_export
from guangfu.income.cash_files import read_list
from guangfu.income.plans import Attendance, PlanLine, Post
from guangfu.income.rules import RulesSettings, load_rules
from guangfu.income.synthetic_bank import SyntheticBank, pay_base, pay_subsidy
from guangfu.ledger import books
from guangfu.ledger.allocating import Due
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.stations.files.forms import FormFile, FormRow
from guangfu.storage.sql.money import receivables
from guangfu.storage.sql.papers import record_voucher
from guangfu.storage.sql.payments import balance
from guangfu.storage.sql.persons import PersonKind, Place, add_person, replace_places
from guangfu.storage.sql.plans import replace_posts, write_attendance
from guangfu.storage.sql.receipts import lock_cash, read_bank_lines
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.rules_in_force import rules_in_force
from guangfu.storage.sql.transfers import read_transfer_lines
from guangfu.storage.voucher_files import keep_file
from guangfu.texts import Text

if TYPE_CHECKING:
    from accounting.cash.steps import Desk
    from guangfu.storage.sql.receipts import Receipt

CHECKER: Final = "demo-checker"
"""Approves what `demo` drafts: two people look at money."""
PAID_BANNERS: Final = 8
"""The power company has paid in so many banners; elsewhere nothing has come in yet."""
UNPAID_OF: Final = 4
"""And of their stations one in so many waits for the base;"""
NO_SUBSIDY_OF: Final = 2
"""one in so many for the subsidy, this year's and earlier ones'."""
BANNERS: Final = 4
"""In so many banners money is passed on; the last one's transfers stay drafted."""
VILLAGES: Final = 3
POSTS: Final = 2
MOST_WAGE: Final = Fen(80_000)
MOVED: Final = Text(
    "演示银行付来 {receipts} 笔，划拨 {transfers} 单，{villages} 个村有收益使用计划，"
    "发放 {paid} 笔、退回 {returned} 笔：{page}",
    "The synthetic bank paid {receipts} times; {transfers} transfers, plans of {villages} villages, "
    "{paid} payments and {returned} returned: {page}",
)


class Moved(NamedTuple):
    """What a start of the demo moved."""

    receipts: int
    transfers: int
    villages: int
    paid: int
    returned: int


@dataclass(frozen=True)
class _Money:
    """What every step works with. `month` is the settled one."""

    engine: Engine
    folder: Path
    desk: "Desk"
    month: str

    @property
    def year(self) -> int:
        return int(self.month[:4])


def move_money(engine: Engine, folder: Path, clock: Clock) -> Moved | None:
    """Takes the settled last month's money its whole way; `None` where a start before did, or nothing is settled.

    Audit checks look at once at what moved: accounting's run of the day was before.

    Raises:
        OSError: The folder can't be written.
        StorageError: The database can't be reached, or refuses.
    """
    from accounting.audit import run_audit
    from accounting.cash.steps import Desk

    registry, given = read_registry(engine), load_rules(RulesSettings.load().folder)
    assert registry.synthetic, "money is made up for a synthetic registry only"
    with engine.connect() as db:
        rules = rules_in_force(db, given)
        begun = bool(read_bank_lines(db))
    month = month_of(local_day(clock.now()).replace(day=1) - timedelta(days=1))
    money = _Money(engine, folder, Desk(registry, rules, clock.now(), BY), month)
    receipts = 0 if begun else _receive(money)
    if not receipts:
        return None
    transfers = _pass_on(money)
    villages = _plan(money)
    paid, returned = _pay(money, villages)
    run_audit(engine, given, clock.now(), BY)
    return Moved(receipts, transfers, len(villages), paid, returned)


def _receive(money: _Money) -> int:
    """The bank's lines into the books, each matched with what was settled; returns how many there are."""
    from accounting.cash.bank import apply_bank, plan_bank
    from accounting.cash.matching import How, match_receipts

    desk, day = money.desk, _days_ago(money.desk.today, 5)
    with money.engine.connect() as db:
        dues = _of_paid_banners(money, receivables(db, desk.registry))
    bank = SyntheticBank()
    for month in sorted({due.month for due in dues}):
        pay_base(bank, _paid(dues, Part.BASE, UNPAID_OF), month, day)
    owed = _paid(dues, Part.SUBSIDY, NO_SUBSIDY_OF)
    years = sorted({due.subsidy_year for due in owed if due.subsidy_year})
    listed = {year: pay_subsidy(bank, owed, year, day) for year in years}
    if not bank.lines:
        return 0
    export = money.folder / "bank.csv"
    export.write_text(bank.export(), encoding="utf-8-sig")
    with money.engine.begin() as db:
        lock_cash(db)
        plan = plan_bank(db, desk, read_export(export, None), "演示专户", export.name)
        assert not plan.faults, plan.faults[:3]
        receipts = apply_bank(db, desk, plan, _voucher(db, money, export, "bank_lines"))
    with money.engine.begin() as db:  # each for itself, so that nobody waits long for the database
        match_receipts(db, desk, [one.receipt_id for one in receipts if one.kind == Part.BASE], How())
    for year, rows in listed.items():
        with money.engine.begin() as db:
            _match_listed(db, money, [one for one in receipts if one.subsidy_year == year], rows)
    return len(receipts)


def _of_paid_banners(money: _Money, dues: list[Due]) -> list[Due]:
    """What is due of the banners to which most is due."""
    stations, sums = money.desk.registry.stations, dict[str, int]()
    for due in dues:
        banner = stations[due.station_id].banner_code
        sums[banner] = sums.get(banner, 0) + due.amount
    paid = sorted(sums, key=lambda banner: (-sums[banner], banner))[:PAID_BANNERS]
    return [due for due in dues if stations[due.station_id].banner_code in paid]


def _match_listed(db: Connection, money: _Money, receipts: "list[Receipt]", listed: str) -> None:
    """A year's subsidy, by the list that came with it."""
    from accounting.cash.matching import How, match_receipts

    list_file = money.folder / f"subsidy-list-{receipts[0].subsidy_year}.csv"
    list_file.write_text(listed, encoding="utf-8-sig")
    lines, faults = read_list(list_file, money.desk.registry, money.desk.today)
    assert not faults, faults[:3]
    subsidy = [one.receipt_id for one in receipts if one.kind == Part.SUBSIDY]
    match_receipts(db, money.desk, subsidy, How(lines=tuple(lines)))


def _paid(dues: list[Due], part: Part, leave_out: int) -> list[Due]:
    """What the power company pays of a part: of one station in `leave_out`, by their order, nothing."""
    stations = sorted({due.station_id for due in dues})
    waiting = {station for i, station in enumerate(stations) if i % leave_out == leave_out - 1}
    return [due for due in dues if due.part == part and due.station_id not in waiting]


def _pass_on(money: _Money) -> int:
    """Transfers to townships: the first banners' have arrived, the next one's are on their way, the last's drafted."""
    from accounting.cash import passing

    desk, quarter = money.desk, f"{money.desk.today.year}-Q{(money.desk.today.month + 2) // 3}"
    count = 0
    for place, banner in enumerate(_banners(money)):
        with money.engine.begin() as db:
            lock_cash(db)
            draft = passing.plan_draft(db, desk, quarter, banner)
            passing.apply_draft(db, desk, draft)
            ids = [transfer.transfer_id for transfer, _ in draft.transfers]
            count += len(ids)
            if place < BANNERS - 1:
                passing.approve(db, desk, ids)
                passing.send(db, desk, ids, _days_ago(desk.today, 3))
            if place < BANNERS - 2:
                passing.arrive(db, desk, ids, _days_ago(desk.today, 2))
    return count


def _banners(money: _Money) -> list[str]:
    """The banners that have received most."""
    from guangfu.storage.sql.money import distributable

    registry, sums = money.desk.registry, dict[str, int]()
    with money.engine.connect() as db:
        cash = distributable(db, registry, money.desk.village_stations())
    for key, amount in cash.items():
        banner = registry.stations[key.station_id].banner_code
        sums[banner] = sums.get(banner, 0) + amount
    return sorted(sums, key=lambda banner: (-sums[banner], banner))[:BANNERS]


def _plan(money: _Money) -> list[str]:
    """Plans of the villages into whose accounts most has arrived, filed, with posts and a month's attendance."""
    from accounting.villages.plans import draft_plan, step_plan

    chosen = _richest(money)
    at, rules = money.desk.at, money.desk.rules
    with money.engine.begin() as db:
        for n, (village, has) in enumerate(chosen):
            draft_plan(
                db, village, money.year, _lines(village, money.year, has), rules, at=at, by=BY, apply=True,
                voucher_id=None,
            )  # fmt: skip
            for state, day in (("decided", 4), ("posted", 5), ("reviewed", 16), ("filed", 20)):
                step_plan(
                    db, village, money.year, state, rules, at=at, by=CHECKER, on=date(money.year, 1, day),
                    reason=NOTE,
                )  # fmt: skip
            _posts(db, money, village, has, n)
    return [village for village, _ in chosen]


def _richest(money: _Money) -> list[tuple[str, Fen]]:
    """Villages that have households and an account with money in it, with that. [fen]"""
    registry = money.desk.registry
    with money.engine.connect() as db:
        arrived = {line.village_id for line in read_transfer_lines(db, states=["arrived"])}
        has = {village: balance(db, books.VILLAGE_BANK, village_id=village) for village in sorted(arrived)}
    housed = {household.village_id for household in registry.households.values()}
    known = [(village, amount) for village, amount in has.items() if village in housed and amount > 0]
    return sorted(known, key=lambda one: (-one[1], one[0]))[:VILLAGES]


def _lines(village: str, year: int, has: Fen) -> list[PlanLine]:
    """A plan over what has arrived: half for posts, the rest for works and awards, in whole yuan."""
    works, awards = has * 3 // 1000 * 100, has // 500 * 100
    posts = has // 100 * 100 - works - awards
    return [
        PlanLine(village, year, 1, "posts", "posts", f"公益岗位工资（{NOTE}）", Fen(posts)),
        PlanLine(village, year, 2, "works", "works", f"村内道路维修（{NOTE}）", Fen(works)),
        PlanLine(village, year, 3, "awards", "awards", f"奖励补助（{NOTE}）", Fen(awards)),
    ]


def _posts(db: Connection, money: _Money, village: str, has: Fen, place: int) -> None:
    """Posts held by synthetic persons of the village's households, and how often they came in the month."""
    keys, at = throwaway_keys(money.folder / "demo-keys.txt"), money.desk.at
    homes = sorted(h.household_id for h in money.desk.registry.households.values() if h.village_id == village)[:POSTS]
    begin = date(money.year, 1, 1)
    people = [
        add_person(db, keys, PersonKind.PERSON, known_of(place * POSTS + i + 1), synthetic=True, at=at, by=BY)
        for i in range(len(homes))
    ]
    places = [
        Place(person, home, village, True, begin, None, "added") for person, home in zip(people, homes, strict=True)
    ]
    replace_places(db, [], places, at=at)
    wage = Fen(min(MOST_WAGE, has // 2 // POSTS // 1000 * 1000))
    posts = [
        Post(f"{village}-p{i}", village, person, f"{village}/{money.year}/1", f"保洁（{NOTE}）", "month", wage, begin)
        for i, person in enumerate(people, 1)
    ]
    replace_posts(db, [], posts, at=at, voucher_id=None)
    attended = [Attendance(post.post_id, money.month, 44 - 3 * i, 44) for i, post in enumerate(posts)]
    write_attendance(db, attended, at=at, by=BY, voucher_id=None)


def _pay(money: _Money, villages: list[str]) -> tuple[int, int]:
    """A batch a village: the first is paid but for one card, the next is with the bank, the last is drafted."""
    from accounting.villages import drafting, paying

    keys, at = throwaway_keys(money.folder / "demo-keys.txt"), money.desk.at
    paid = returned = 0
    for place, village in enumerate(villages):
        with money.engine.begin() as db:
            draft = drafting.draft_village(db, village, money.month, at=at, by=BY)
            if draft.batch is None or place == VILLAGES - 1:
                continue
            batch = draft.batch.batch_id
            paying.approve(db, batch, at=at, by=CHECKER)
            out = money.folder / f"{batch}.csv"
            out.unlink(missing_ok=True)
            paying.send(db, keys, batch, out, at=at, by=CHECKER)
            out.unlink()  # as finance does once the bank has it
            if place == 0:
                form = _results([payment.payment_id for payment in draft.payments], money.desk.today)
                done = paying.settle(db, form, at=at, by=BY, apply=True, voucher_id=None)
                assert not form.faults, form.faults
                paid, returned = paid + len(done.paid), returned + len(done.returned)
    return paid, returned


def _results(payments: list[str], day: date) -> FormFile:
    """What the bank says: all arrived but the last one, whose card is wrong."""
    form = FormFile("results.csv")
    for i, payment in enumerate(payments):
        cells = {"payment_id": payment, "arrived": i < len(payments) - 1, "reason": "number", "settled_on": day}
        form.rows.append(FormRow(i + 2, {**cells, "bank_reference": f"SYN{i + 1:06d}", "due_fen": None}))
    return form


def _voucher(db: Connection, money: _Money, file: Path, kind: str) -> str:
    kept = keep_file(money.folder / "vouchers", file.read_bytes())
    return record_voucher(
        db, kind, file.name, kept.sha256, kept.size_bytes, at=money.desk.at, by=BY, note=NOTE
    ).voucher_id


def _days_ago(today: date, days: int) -> date:
    """So many days ago, but not before the month's first day: the last month has just been settled."""
    return max(today.replace(day=1), today - timedelta(days=days))
