"""A beneficiary's own statement: what was due, paid, when. The name is decrypted for it, and the look is kept."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from accounting.papers.common import Office, day_name, village_name, yuan
from accounting.papers.model import Column, Kind, Look, Paper, Row, Table
from accounting.villages.paying import RETURNED
from guangfu.ledger.states import Subject, state_name
from guangfu.storage.personal_keys import Keyring
from guangfu.storage.sql import schema
from guangfu.storage.sql.payments import Due, Payment, read_dues, read_payments
from guangfu.storage.sql.persons import Secret, look, read_persons
from guangfu.texts import Text


def beneficiary_statement(
    db: Connection, office: Office, keys: Keyring, person_id: str, *, start: str, end: str, purpose: str
) -> Paper:
    """The statement of one person's months from one to another, both included; the look is kept with its purpose.

    Raises:
        KeyError: There is no such person.
        Refused: No purpose, or a key is not set.
    """
    persons = read_persons(db, [person_id])
    person = persons[person_id]
    known = look(db, keys, [person_id], [Secret.NAME], purpose=purpose, at=office.now, by=office.desk.by)
    name = known[person_id].get(Secret.NAME) or _ERASED(office.lang)
    dues = [due for due in _dues(db, person_id) if start <= due.month <= end]
    tries = {p.due_id: p for p in read_payments(db, due_ids=[due.due_id for due in dues])}  # the last one of each
    rows = tuple(_row(office, due, tries.get(due.due_id)) for due in dues)
    paid = sum(int(p.paid_fen) for p in tries.values())
    return Paper(
        title=Text("个人收益明细", "Statement of what you were paid"),
        subtitle=Text(f"{start} 至 {end}", f"{start} to {end}"),
        issuer=office.issuer, number=f"{person_id}-{start}-{end}", printed_at=office.desk.at,
        synthetic=person.synthetic or office.registry.synthetic, look=Look.FORM,
        answer=(Text("已发放（元）", "paid (yuan)"), yuan(paid)),
        facts=((Text("姓名", "name"), name), (Text("编号", "number"), person_id)),
        tables=(Table(Text("明细", "What was due and paid"), COLUMNS, rows),),
        paragraphs=(_OWN,),
    )  # fmt: skip


def _dues(db: Connection, person_id: str) -> list[Due]:
    ids = db.execute(sa.select(schema.dues.c.due_id).where(schema.dues.c.payee_id == person_id)).scalars().all()
    return sorted(read_dues(db, due_ids=ids), key=lambda due: (due.month, due.due_id)) if ids else []


def _row(office: Office, due: Due, payment: Payment | None) -> Row:
    if due.village_id:
        source = village_name(office.registry, due.village_id)
    else:
        source = Text(due.station_id or "—", due.station_id or "—")
    state = state_name(Subject.PAYMENT, payment.state) if payment else Text("待发", "not drafted yet")
    if payment and payment.returned_reason in RETURNED:
        why = RETURNED[payment.returned_reason][0]
        state = Text(f"{state.zh}（{why.zh}）", f"{state.en} ({why.en})")
    return Row(
        (due.month, source, due.reason, int(due.due_fen), int(payment.paid_fen) if payment else 0, state,
         day_name(payment.settled_on if payment else None))
    )  # fmt: skip


COLUMNS: Final = (
    Column("month", Text("月份", "month")),
    Column("source", Text("嘎查村或电站", "village or station")),
    Column("reason", Text("事由", "reason")),
    Column("due", Text("应付", "due"), Kind.FEN, total=True),
    Column("paid", Text("已发放", "paid"), Kind.FEN, tone="paid", total=True),
    Column("state", Text("状态", "state")),
    Column("on", Text("日期", "on")),
)
_ERASED: Final = Text("（个人信息已删除）", "(erased)")
_OWN: Final = Text(
    "仅供本人核对，请妥善保管。有疑问请向嘎查村委会或苏木乡镇查询。",
    "For your own check; keep it well. Ask the village committee or the township if something is unclear.",
)
