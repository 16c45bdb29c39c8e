"""The transfer form (划拨单): agency to township, with each village's lines, the amount in words, fields to sign."""

from typing import Final

from sqlalchemy import Connection

from accounting.papers.amount_words import amount_words
from accounting.papers.common import (
    PART_NAMES,
    Office,
    banner_name,
    day_name,
    station_name,
    village_name,
    yuan,
)
from accounting.papers.model import Column, Kind, Look, Paper, Row, Table
from guangfu.ledger.fen import Fen
from guangfu.ledger.states import Subject, state_name
from guangfu.storage.sql.papers import read_changes
from guangfu.storage.sql.transfers import Transfer, TransferLine, read_transfer_lines, read_transfers
from guangfu.texts import Text


def transfer_form(db: Connection, office: Office, transfer_id: str) -> Paper:
    """The form of one transfer.

    Raises:
        KeyError: There is no such transfer.
    """
    found = read_transfers(db, ids=[transfer_id])
    if not found:
        raise KeyError(transfer_id)
    transfer, lines = found[0], read_transfer_lines(db, ids=[transfer_id])
    return Paper(
        title=Text("光伏帮扶收益划拨单", "Transfer of PV relief income"),
        subtitle=Text(f"编号 {transfer_id}", f"No. {transfer_id}"), issuer=office.issuer, number=transfer_id,
        printed_at=office.desk.at, synthetic=transfer.synthetic or office.registry.synthetic, look=Look.FORM,
        answer=(Text("划拨金额（元）", "amount (yuan)"), yuan(transfer.passed_on_fen)),
        facts=_facts(db, office, transfer), tables=(_by_village(office, lines), _lines(office, transfer, lines)),
        paragraphs=(_UNCONFIRMED,) if transfer.unconfirmed else (), signatures=_SIGN,
    )  # fmt: skip


def _facts(db: Connection, office: Office, transfer: Transfer) -> tuple[tuple[Text, str], ...]:
    lang = office.lang
    steps = {change.after: change for change in read_changes(db, Subject.TRANSFER, transfer.transfer_id)}
    approved = steps.get("approved")
    vouchers = list(dict.fromkeys(c.voucher_id for c in steps.values() if c.voucher_id))
    return (
        (Text("金额（大写）", "amount in words"), amount_words(Fen(transfer.passed_on_fen), lang)),
        (
            Text("收款", "to"),
            f"{banner_name(office.registry, transfer.banner_code)(lang)} {_township(office, transfer)}",
        ),
        (Text("期间", "period"), transfer.period),
        (Text("状态", "state"), state_name(Subject.TRANSFER, transfer.state)(lang)),
        (Text("审批", "approved by"), approved.changed_by if approved else "—"),
        (Text("汇出", "sent on"), day_name(transfer.sent_on)),
        (Text("到账或退回", "arrived or returned on"), day_name(transfer.ended_on)),
        (Text("凭证", "vouchers"), " ".join(vouchers) or "—"),
    )


def _township(office: Office, transfer: Transfer) -> str:
    english = {v.township_en for v in office.registry.villages.values() if v.township == transfer.township}
    return Text(transfer.township, next(iter(sorted(english - {""})), transfer.township))(office.lang)


def _by_village(office: Office, lines: list[TransferLine]) -> Table:
    rows = []
    for village in sorted({line.village_id for line in lines}):
        parts = [
            sum(line.passed_on_fen for line in lines if (line.village_id, line.part) == (village, part))
            for part in PART_NAMES
        ]
        rows.append(Row((village_name(office.registry, village), *parts, sum(parts))))
    return Table(Text("各嘎查村", "By village"), BY_VILLAGE, tuple(rows))


def _lines(office: Office, transfer: Transfer, lines: list[TransferLine]) -> Table:
    rows = tuple(
        Row((line.position, village_name(office.registry, line.village_id), _station(office, line.station_id),
             line.month, PART_NAMES[line.part], line.passed_on_fen), (), line.part)
        for line in lines
    )  # fmt: skip
    name = Text("明细", "Lines")
    return Table(name, LINES, rows, {"amount": transfer.passed_on_fen}, sheet=name, annex=True)


def _station(office: Office, station_id: str) -> Text:
    found = office.registry.stations.get(station_id)
    return station_name(found) if found else Text(station_id, station_id)


BY_VILLAGE: Final = (
    Column("village", Text("嘎查村", "village")),
    Column("base", Text("基础", "base"), Kind.FEN, tone="base", total=True),
    Column("subsidy", Text("补贴", "subsidy"), Kind.FEN, tone="subsidy", total=True),
    Column("both", Text("合计", "both"), Kind.FEN, "{base}+{subsidy}", tone="passed", total=True),
)
LINES: Final = (
    Column("position", Text("序号", "no."), Kind.COUNT),
    Column("village", Text("嘎查村", "village")),
    Column("station", Text("电站", "station")),
    Column("month", Text("电量月份", "energy month")),
    Column("part", Text("部分", "part")),
    Column("amount", Text("划拨额", "passed on"), Kind.FEN, tone="passed", total=True),
)
_SIGN: Final = (
    Text("经办", "prepared by"), Text("复核", "checked by"), Text("结转机构负责人", "agency"),
    Text("苏木乡镇签收", "received, township"), Text("银行", "bank"), Text("日期", "date"),
)  # fmt: skip
_UNCONFIRMED: Final = Text(
    "待核实：所依据的扣除费率或划拨规则中有尚未核实的，见各电站月度报表的脚注。",
    "Unconfirmed: a rule of deduction or of passing on that this rests on is not confirmed; see the footnotes of the "
    "stations' statements.",
)
