"""Deductions in their order with what each rests on, and the three figures of VAT."""

from typing import Final

from sqlalchemy import Connection

from accounting.papers.common import PART_NAMES, Office
from accounting.papers.model import Column, Kind, Row, Table
from guangfu.clock import month_days
from guangfu.income.rules.cash_words import cash_says, cash_value
from guangfu.income.rules.models import Deduction, Taxpayer, Vat
from guangfu.income.shares import deductions_on
from guangfu.stations.models import Station
from guangfu.storage.sql.transfers import BorneRow, Invoice, read_borne, read_invoices, read_vat
from guangfu.texts import Text

TAXPAYERS: Final = {
    Taxpayer.VILLAGE: Text("村集体", "village"),
    Taxpayer.AGENCY: Text("结转机构", "agency"),
    Taxpayer.GRID: Text("电网企业代收", "kept back by the grid company"),
    Taxpayer.COMPANY: Text("电站企业", "company"),
}


def deduction_table(db: Connection, office: Office, station: Station, month: str) -> Table:
    """What the month bears, in order; due and carried in = borne and carried on."""
    rules = {d.deduction_id: d for d in deductions_on(month_days(month)[-1], office.desk.rules, station)}
    invoices = [
        one for one in read_invoices(db, stations=[station.station_id]) if one.month_from <= month <= one.month_to
    ]
    rows = tuple(
        _row(row, rules.get(row.deduction_id), [one for one in invoices if one.deduction_id == row.deduction_id])
        for row in read_borne(db, stations=[station.station_id])
        if row.month == month
    )
    return Table(Text("扣除（按顺序）", "Deductions, in order"), DEDUCTION_COLUMNS, rows, note=_CARRIED)


def _row(row: BorneRow, rule: Deduction | None, invoices: list[Invoice]) -> Row:
    name = rule.name if rule else Text(row.deduction_id, row.deduction_id)
    cells = (
        Text(f"{row.position}. {name.zh}", f"{row.position}. {name.en}"), _basis(row, rule, invoices), row.due_fen,
        row.carried_before_fen, row.borne_base_fen, row.borne_subsidy_fen, row.borne_base_fen + row.borne_subsidy_fen,
        row.carried_fen,
    )  # fmt: skip
    return Row(cells, (_unconfirmed(row, rule),) if row.unconfirmed else ())


def _basis(row: BorneRow, rule: Deduction | None, invoices: list[Invoice]) -> Text:
    if row.way == "invoice" and invoices:
        names = "、".join(f"{one.number or one.invoice_id}（{one.voucher_id}）" for one in invoices)
        return Text(f"发票 {names}", f"invoice {names}")
    share = f"{rule.share_of_gross * 100:f}".rstrip("0").rstrip(".") if rule else "?"
    zh, en = f"费率 {share or 0}%", f"rate {share or 0} %"
    return Text(f"{zh}，含增值税", f"{en}, with VAT") if row.way == "vat" else Text(zh, en)


def _unconfirmed(row: BorneRow, rule: Deduction | None) -> Text:
    if rule is None:
        return Text(f"{row.deduction_id} 的规则待核实", f"the rule of {row.deduction_id} is unconfirmed")
    zh, en = rule.document or "没有文号", rule.document or "no document number"
    return Text(
        f"{rule.name.zh}的费率待核实：{zh}，可信度 {rule.confidence}",
        f"the rate of {rule.name.en} is unconfirmed: {en}, confidence {rule.confidence}",
    )


def vat_table(db: Connection, office: Office, station_id: str, month: str) -> Table:
    """Gross, tax and net of each part, who owes the tax and by which rule."""
    rules = {one.vat_id: one for one in office.desk.rules.vat}
    rows = []
    for row in read_vat(db, start=month, end=month, stations=[station_id]):
        rule = rules.get(row.vat_id)
        payer = TAXPAYERS[Taxpayer(row.taxpayer)]
        how = _vat_words(row.vat_id, rule, exempt=row.exempt)
        figures = (row.settled_gross_fen, row.settled_tax_fen, row.settled_net_fen, row.settled_refund_fen)
        notes = (_vat_note(row.vat_id, rule),) if row.unconfirmed else ()
        rows.append(Row((PART_NAMES[row.part], payer, how, *figures), notes, row.part))
    return Table(Text("增值税（价内）", "VAT, within the price"), VAT_COLUMNS, tuple(rows), empty=_NO_VAT)


def _vat_words(vat_id: str, rule: Vat | None, *, exempt: bool) -> Text:
    value = cash_value(rule) if rule else Text(vat_id, vat_id)
    return Text(f"免征（{value.zh}）", f"exempt ({value.en})") if exempt else value


def _vat_note(vat_id: str, rule: Vat | None) -> Text:
    if rule is None:
        return Text(f"增值税规则 {vat_id} 待核实", f"the VAT rule {vat_id} is unconfirmed")
    says = cash_says(rule)
    return Text(
        f"增值税待核实：{says.zh}（{vat_id}），可信度 {rule.confidence}",
        f"VAT is unconfirmed: {says.en} ({vat_id}), confidence {rule.confidence}",
    )


DEDUCTION_COLUMNS: Final = (
    Column("name", Text("项目", "deduction")),
    Column("basis", Text("依据", "basis")),
    Column("due", Text("本月应扣", "due this month"), Kind.FEN, total=True),
    Column("before", Text("上期结转", "carried in"), Kind.FEN, total=True),
    Column("base", Text("承担：基础", "borne: base"), Kind.FEN, tone="base", total=True),
    Column("subsidy", Text("承担：补贴", "borne: subsidy"), Kind.FEN, tone="subsidy", total=True),
    Column("borne", Text("承担：合计", "borne: both"), Kind.FEN, "{base}+{subsidy}", total=True),
    Column("carried", Text("结转下期", "carried forward"), Kind.FEN, "{due}+{before}-{base}-{subsidy}", total=True),
)
VAT_COLUMNS: Final = (
    Column("part", Text("部分", "part")),
    Column("payer", Text("纳税人", "taxpayer")),
    Column("rule", Text("税率", "rate")),
    Column("gross", Text("含税", "gross"), Kind.FEN, total=True),
    Column("tax", Text("税额", "tax"), Kind.FEN, total=True),
    Column("net", Text("不含税", "net"), Kind.FEN, "{gross}-{tax}", total=True),
    Column("refund", Text("其中退税", "of the tax given back"), Kind.FEN, total=True),
)
_CARRIED: Final = Text("承担 + 结转下期 = 本月应扣 + 上期结转。", "borne + carried forward = due + carried in.")
_NO_VAT: Final = Text("尚无结算，未计税", "nothing is settled, so no VAT is computed")
