"""What came in, what it bore, and what may be passed on of a station's month: bank lines, receipts, deductions."""

from collections.abc import Sequence
from typing import Final

from guangfu.explain.energy import REMARK
from guangfu.explain.estimate import DOCUMENT, PART_NAMES, station_name
from guangfu.explain.settled import STATE
from guangfu.explain.source import Source
from guangfu.explain.tree import Fact, Step, whole
from guangfu.income.rules.models import Deduction
from guangfu.ledger.allocating import CHOSEN, WAY_NAMES, Way
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.postings.passing import deduction_keys
from guangfu.ledger.postings.receipts import receipt_keys
from guangfu.ledger.postings.revisions import in_key
from guangfu.ledger.states import Subject, state_name
from guangfu.stations.models import Station
from guangfu.storage.sql.receipts import (
    BankLine,
    KeptAllocation,
    Receipt,
    read_allocations,
    read_bank_lines,
    read_receipts,
)
from guangfu.storage.sql.transfers import BorneRow, read_borne, read_invoices
from guangfu.texts import Text

RECEIVED: Final = Text("{station} {month} 到账", "{station} {month}, received")
RECEIPT: Final = Text("到账 {id}，{day}", "receipt {id}, {day}")
WHOLE: Final = Text("整笔到账", "the whole receipt")
PAYER: Final = Text("付款方", "payer")
WAY: Final = Text("核对依据", "matched by")
BANK_LINE: Final = Text("银行流水", "bank line")
BANK_LINE_IS: Final = Text(
    "{account} 第 {n} 笔，{day}，{amount} 元，余额 {balance} 元，{reference}，文件第 {row} 行，哈希 {hash}",
    "{account} no. {n}, {day}, {amount} yuan, balance {balance} yuan, {reference}, row {row} of the file, hash {hash}",
)
OUR_CHOICE: Final = Text("推定，并无单据指明", "our choice: no document says so")
NOTHING: Final = Text("尚未到账", "nothing has come in yet")
CAN_PASS: Final = Text("{station} {month} {part}：到账减扣除", "{station} {month} {part}: received less deductions")
DEDUCTION: Final = Text("扣除：{name}", "deduction: {name}")
BORNE: Final = Text(
    "应扣 {due} + 上月结转 {before} = 本月承担 {borne} + 结转下月 {carried}",
    "due {due} + carried before {before} = borne {borne} + carried on {carried}",
)
ORDER: Final = Text("顺序", "order")
RATE: Final = Text("比例", "share")
INVOICE: Final = Text("发票", "invoice")
INVOICE_IS: Final = Text("{id} 编号 {number}，{months}，{amount} 元", "{id}, number {number}, {months}, {amount} yuan")
BY_VAT: Final = Text("含增值税", "VAT included")
UNCONFIRMED: Final = Text("扣除规则待核实", "the deduction's rule is not confirmed")


def station_received(source: Source, station: Station, month: str, parts: Sequence[Part] = tuple(Part)) -> Step:
    """What came in for a station's month, receipt by receipt. [fen]"""
    title = source.say(RECEIVED, station=station_name(source, station), month=month)
    rows = _allocations(source, station, month)
    if not rows:
        return Step("received", title, insufficient=source.say(NOTHING))
    of_parts = tuple(received_part(source, station, month, part) for part in parts)
    return Step("received", title, whole(of_parts), parts=of_parts)


def received_part(source: Source, station: Station, month: str, part: str) -> Step:
    """Each allocation of a receipt to the month's part, with its bank line and document. [fen]"""
    rows = [row for row in _allocations(source, station, month) if row.part == part]
    receipts = {one.receipt_id: one for one in read_receipts(source.db, ids=sorted({row.receipt_id for row in rows}))}
    lines = {line.line_hash: line for line in read_bank_lines(source.db)} if rows else {}
    steps = tuple(_allocation(source, row, receipts[row.receipt_id], lines) for row in rows)
    name = source.say(PART_NAMES[Part(part)]) if part in set(Part) else part
    return Step("part", name, whole(steps) or 0, parts=steps)


def _allocations(source: Source, station: Station, month: str) -> list[KeptAllocation]:
    return [row for row in read_allocations(source.db, stations=[station.station_id]) if row.month == month]


def _allocation(source: Source, row: KeptAllocation, receipt: Receipt, lines: dict[str, BankLine]) -> Step:
    facts = [
        source.fact(WHOLE, f"{yuan_text(Fen(receipt.received_fen))}"), source.fact(PAYER, receipt.payer or "—"),
        source.fact(WAY, WAY_NAMES[Way(row.way)]), source.fact(STATE, state_name(Subject.RECEIPT, receipt.state)),
    ]  # fmt: skip
    line = lines.get(receipt.line_hash or "")
    if line is not None:
        facts.append(source.fact(BANK_LINE, _line(line)))
    keys = receipt_keys(row.receipt_id)
    chosen = Way(row.way) in CHOSEN
    return Step(
        "receipt", source.say(RECEIPT, id=row.receipt_id, day=receipt.received_on), row.received_fen,
        facts=(*facts, *source.vouchers(receipt.voucher_id, line.voucher_id if line else None)),
        unconfirmed=source.say(OUR_CHOICE) if chosen else "",
        entries=source.entries(f"{keys}in", f"{keys}{row.revision}", book=receipt.book),
    )  # fmt: skip


def _line(line: BankLine) -> Text:
    return BANK_LINE_IS.filled(
        account=line.account, n=line.position, day=line.booked_on, amount=yuan_text(Fen(line.bank_amount_fen)),
        balance=yuan_text(Fen(line.bank_balance_fen)), reference=line.reference or "—", row=line.file_row,
        hash=line.line_hash,
    )  # fmt: skip


def can_pass(source: Source, station: Station, month: str, part: Part) -> Step:
    """Received less what was borne of deductions: what goes on to the villages rests on it. [fen]"""
    came = received_part(source, station, month, part)
    borne = [row for row in read_borne(source.db, stations=[station.station_id]) if row.month == month]
    steps = (came, *(_borne(source, station, row, part) for row in borne if _of(row, part)))
    names = {"station": station_name(source, station), "month": month, "part": source.say(PART_NAMES[part])}
    formula = " ".join(
        [yuan_text(Fen(came.amount or 0)), *(f"− {yuan_text(Fen(-(one.amount or 0)))}" for one in steps[1:])]
    )
    return Step("can_pass", source.say(CAN_PASS, **names), whole(steps), formula=formula, parts=steps)


def _of(row: BorneRow, part: Part) -> int:
    return row.borne_base_fen if part is Part.BASE else row.borne_subsidy_fen


def _borne(source: Source, station: Station, row: BorneRow, part: Part) -> Step:
    rule = next((d for d in source.rules.deductions if d.deduction_id == row.deduction_id), None)
    borne = row.borne_base_fen + row.borne_subsidy_fen
    formula = source.say(
        BORNE, due=yuan_text(Fen(row.due_fen)), before=yuan_text(Fen(row.carried_before_fen)),
        borne=yuan_text(Fen(borne)), carried=yuan_text(Fen(row.carried_fen)),
    )  # fmt: skip
    name = row.deduction_id if rule is None else source.say(rule.name)
    return Step(
        "deduction", source.say(DEDUCTION, name=name), -_of(row, part), formula=formula,
        facts=(source.fact(ORDER, row.position), *_ground_of(source, station, row, rule)),
        unconfirmed=source.say(UNCONFIRMED) if row.unconfirmed else "",
        entries=source.entries(
            f"{deduction_keys(row.month, row.station_id)}{in_key(row.deduction_id)}/", station_id=row.station_id
        ),
    )  # fmt: skip


def _ground_of(source: Source, station: Station, row: BorneRow, rule: Deduction | None) -> tuple[Fact, ...]:
    """What its amount rests on: the rule's share with its document, or invoices in its place."""
    if row.way == "invoice":
        found = [
            one for one in read_invoices(source.db, stations=[station.station_id])
            if one.deduction_id == row.deduction_id and one.month_from <= row.month <= one.month_to
        ]  # fmt: skip
        facts = [
            source.fact(INVOICE, INVOICE_IS.filled(
                id=one.invoice_id, number=one.number, months=f"{one.month_from}–{one.month_to}",
                amount=yuan_text(Fen(one.invoiced_fen)),
            )) for one in found
        ]  # fmt: skip
        return (*facts, *source.vouchers(*(one.voucher_id for one in found)))
    facts = [source.fact(REMARK, BY_VAT)] if row.way == "vat" else []
    return (*facts, *(() if rule is None else rule_facts(source, rule)))


def rule_facts(source: Source, rule: Deduction) -> tuple[Fact, ...]:
    rate = source.fact(RATE, f"{rule.share_of_gross:.3%}")
    return rate, source.document(DOCUMENT, rule.document, rule.confidence)
