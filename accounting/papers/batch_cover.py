"""The cover sheet of a payment batch for the bank: count, total, in words, control sums. No name and no card."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from accounting.papers.amount_words import amount_words
from accounting.papers.common import Office, station_name, village_name, yuan
from accounting.papers.model import Column, Kind, Look, Paper, Row, Table
from accounting.villages.imports import Declined
from guangfu.ledger.states import Subject, state_name
from guangfu.storage.sql.papers import read_changes
from guangfu.storage.sql.payments import Batch, Payment, read_batches, read_payments
from guangfu.texts import Text


def control_sum(payments: Iterable[Payment]) -> str:
    """SHA-256, its first 16 digits, over `number,amount` in fen of each payment, a line each, by number."""
    lines = "".join(f"{p.payment_id},{p.due_fen}\n" for p in sorted(payments, key=lambda p: p.payment_id))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def batch_cover(db: Connection, office: Office, batch_id: str, bank_file: Path | None = None) -> Paper:
    """The cover sheet of a batch.

    Args:
        bank_file: The file for the bank that `payments send` wrote: its SHA-256 is printed.

    Raises:
        KeyError: There is no such batch.
        Declined: The file does not have the batch's payments.
    """
    found = read_batches(db, batch_id=batch_id)
    if not found:
        raise KeyError(batch_id)
    batch, payments = found[0], read_payments(db, batch_id=batch_id)
    facts = _facts(db, office, batch, payments)
    if bank_file is not None:
        facts = (*facts, (Text("银行文件 SHA-256", "bank file, SHA-256"), _checked(bank_file, payments)))
    return Paper(
        title=Text("代发批次封面", "Cover sheet of a payment batch"),
        subtitle=Text(f"批次 {batch_id}", f"Batch {batch_id}"), issuer=office.issuer, number=batch_id,
        printed_at=office.desk.at, synthetic=office.registry.synthetic, look=Look.FORM,
        answer=(Text("代发总额（元）", "total (yuan)"), yuan(batch.due_fen)), facts=facts,
        tables=(_payments(batch, payments),), paragraphs=(_NO_NAMES,), signatures=_SIGN,
    )  # fmt: skip


def _facts(db: Connection, office: Office, batch: Batch, payments: list[Payment]) -> tuple[tuple[Text, str], ...]:
    steps = {change.after: change for change in read_changes(db, Subject.PAYMENT_BATCH, batch.batch_id)}
    who = {state: steps[state].changed_by if state in steps else "—" for state in ("drafted", "approved", "sent")}
    return (
        (Text("金额（大写）", "amount in words"), amount_words(batch.due_fen, office.lang)),
        (Text("付款方", "paid by"), _payer(office, batch)(office.lang)),
        (Text("月份", "month"), batch.month),
        (Text("笔数", "payments"), str(len(payments))),
        (Text("状态", "state"), state_name(Subject.PAYMENT_BATCH, batch.state)(office.lang)),
        (Text("起草 / 审批 / 汇出", "drafted / approved / sent"), " / ".join(who.values())),
        (Text("校验和", "control sum"), control_sum(payments)),
    )


def _payer(office: Office, batch: Batch) -> Text:
    if batch.village_id is not None:
        return village_name(office.registry, batch.village_id)
    station = office.registry.stations.get(batch.station_id or "")
    return station_name(station) if station else Text(batch.station_id or "—", batch.station_id or "—")


def _payments(batch: Batch, payments: list[Payment]) -> Table:
    rows = tuple(
        Row((number, p.payment_id, state_name(Subject.PAYMENT, p.state), int(p.due_fen)))
        for number, p in enumerate(payments, 1)
    )
    return Table(Text("付款", "Payments"), COLUMNS, rows, {"amount": int(batch.due_fen)})


def _checked(path: Path, payments: list[Payment]) -> str:
    """The file's hash, once its payments are the batch's."""
    content = path.read_bytes()
    text = content.decode("utf-8-sig")
    if any(p.payment_id not in text for p in payments) or text.count("P-") != len(payments):
        raise Declined(_OTHER)
    return hashlib.sha256(content).hexdigest()


COLUMNS: Final = (
    Column("number", Text("序号", "no."), Kind.COUNT),
    Column("payment", Text("付款编号", "payment")),
    Column("state", Text("状态", "state")),
    Column("amount", Text("金额", "amount"), Kind.FEN, tone="paid", total=True),
)
_SIGN: Final = (
    Text("经办", "prepared by"), Text("审批", "approved by"), Text("银行受理", "taken by the bank"),
    Text("日期", "date"),
)  # fmt: skip
_NO_NAMES: Final = Text(
    "本页不含姓名和账号；姓名和账号只在交给银行的文件中。校验和为各付款编号与金额（分）按编号排列的 SHA-256 前 16 位。",
    "No names or cards are on this sheet; they are in the bank's file alone. The control sum is the first 16 digits of "
    "the SHA-256 over each payment's number and amount in fen, by number.",
)
_OTHER: Final = Text("银行文件与批次的付款不一致", "the bank's file does not have the batch's payments")
