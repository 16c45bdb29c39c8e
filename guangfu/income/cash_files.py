"""Files about money that finance is given: lists to batch receipts, companies' payments, invoices, the subsidy list."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from guangfu.income.deducting import Invoiced
from guangfu.income.rules.models import Confidence, ListStatus, SubsidyStatus
from guangfu.income.settlement.cells import month, yuan_fen
from guangfu.income.settlement.matching import station_of_account
from guangfu.income.subsidy_status import STATUS_NAMES
from guangfu.ledger.fen import Fen
from guangfu.stations import cells
from guangfu.stations.faults import Fault
from guangfu.stations.files.forms import FormColumn, FormFile, FormRow, read_form
from guangfu.stations.models import Registry, StationKind
from guangfu.texts import Text

_STATION: Final = ("电站编号",)
_ACCOUNT: Final = ("发电户号", "户号")


def _word(cell: str) -> object:
    return cells.text(cell)


_WHO: Final = (
    FormColumn("station_id", _STATION, cells.identifier, needed=False),
    FormColumn("account_number", _ACCOUNT, _word, needed=False),
)
_AMOUNT: Final = FormColumn("amount_yuan", ("金额", "金额（元）", "电费（元）", "补贴（元）"), yuan_fen)
_MONTH: Final = FormColumn("month", ("电量月份", "月份"), month, needed=False)

LIST_COLUMNS: Final = (*_WHO, _AMOUNT, _MONTH)
COMPANY_COLUMNS: Final = (
    FormColumn("station_id", _STATION, cells.identifier),
    FormColumn("paid_on", ("付款日期", "到账日期"), cells.day),
    FormColumn("amount_yuan", ("金额", "金额（元）"), yuan_fen),
    FormColumn("month", ("所属月份",), month, needed=False),
    FormColumn("payer", ("付款单位",), _word, needed=False, default=""),
)
INVOICE_COLUMNS: Final = (
    FormColumn("station_id", _STATION, cells.identifier),
    FormColumn("deduction_id", ("扣除项目",), cells.identifier),
    FormColumn("month_from", ("起始月份",), month),
    FormColumn("month_to", ("截止月份",), month, needed=False),
    FormColumn("amount_yuan", ("金额", "金额（元）"), yuan_fen),
    FormColumn("number", ("发票号码",), _word, needed=False, default=""),
    FormColumn("issued_on", ("开票日期",), cells.day, needed=False),
    FormColumn("payee", ("收款单位",), _word, needed=False, default=""),
)
_STATUSES: Final[Mapping[str, object]] = {
    word: status
    for status, name in STATUS_NAMES.items()
    for word in (status.value, name.zh, name.zh.removesuffix("补贴清单").removesuffix("补贴"), name.en)
}
_CONFIDENCES: Final[Mapping[str, object]] = {one.value.casefold(): one for one in Confidence}
STATUS_COLUMNS: Final = (
    FormColumn("station_id", _STATION, cells.identifier),
    FormColumn("status", ("补贴状态", "状态"), cells.choice(_STATUSES, (n.zh for n in STATUS_NAMES.values()))),
    FormColumn("valid_from", ("生效日期",), cells.day),
    FormColumn("valid_to", ("失效日期",), cells.day, needed=False),
    FormColumn("listed_capacity_kw", ("清单容量（kW）", "清单容量"), cells.scaled(1_000, 5_000_000_000), needed=False),
    FormColumn("document", ("文号", "清单批次"), _word, needed=False, default=""),
    FormColumn("confidence", ("可信度",), cells.choice(_CONFIDENCES, "ABC"), needed=False, default=Confidence.B),
)


class ListLine(NamedTuple):
    """A station of a list that comes with a receipt. [fen]"""

    row: int
    station_id: str
    amount: Fen
    month: str | None


class CompanyPayment(NamedTuple):
    """What a centralized station's company paid for its slots. [fen]"""

    row: int
    station_id: str
    paid_on: date
    amount: Fen
    month: str | None
    payer: str


class InvoiceLine(NamedTuple):
    row: int
    invoiced: Invoiced
    number: str
    issued_on: date | None
    payee: str


def read_list(
    path: Path, registry: Registry, day: date, mapping: Path | None = None
) -> tuple[list[ListLine], list[Fault]]:
    """The stations of a batch receipt's list, by id or generation account; rows of one station stay apart."""
    form = read_form(path, LIST_COLUMNS, mapping)
    lines = []
    for row in form.rows:
        station = row.cells["station_id"] or station_of_account(registry, row.cells["account_number"] or "", day)
        if station is None or station not in registry.stations:
            form.fault(_NO_STATION, row=row.number)
        elif row.cells["amount_yuan"] <= 0:
            form.fault(_NOT_ABOVE, row=row.number)
        else:
            lines.append(ListLine(row.number, station, Fen(row.cells["amount_yuan"]), row.cells["month"]))
    return lines, form.faults


def read_company_payments(
    path: Path, registry: Registry, mapping: Path | None = None
) -> tuple[list[CompanyPayment], list[Fault]]:
    """What companies of centralized stations paid."""
    form = read_form(path, COMPANY_COLUMNS, mapping)
    found = []
    for row in form.rows:
        values = row.cells
        station = registry.stations.get(values["station_id"])
        if station is None or station.kind is not StationKind.CENTRALIZED:
            form.fault(_NOT_CENTRALIZED, row=row.number)
        elif values["amount_yuan"] <= 0:
            form.fault(_NOT_ABOVE, row=row.number)
        else:
            found.append(
                CompanyPayment(
                    row.number, station.station_id, values["paid_on"], Fen(values["amount_yuan"]), values["month"],
                    values["payer"],
                )
            )  # fmt: skip
    return found, form.faults


def read_invoices(
    path: Path, registry: Registry, deductions: frozenset[str], mapping: Path | None = None
) -> tuple[list[InvoiceLine], list[Fault]]:
    """Invoices for stations' costs; `deductions` are the ids that the rules know."""
    form = read_form(path, INVOICE_COLUMNS, mapping)
    found = [line for row in form.rows if (line := _invoice(row, form, registry, deductions)) is not None]
    return found, form.faults


def _invoice(row: FormRow, form: FormFile, registry: Registry, deductions: frozenset[str]) -> InvoiceLine | None:
    values = row.cells
    station = registry.stations.get(values["station_id"])
    last = values["month_to"] or values["month_from"]
    wrong = (
        _NO_STATION if station is None or station.kind is not StationKind.VILLAGE
        else _NO_DEDUCTION.filled(known=", ".join(sorted(deductions))) if values["deduction_id"] not in deductions
        else _NOT_ABOVE if values["amount_yuan"] <= 0
        else _BACKWARDS if last < values["month_from"]
        else None
    )  # fmt: skip
    if wrong is not None:
        form.fault(wrong, row=row.number)
        return None
    invoiced = Invoiced(
        values["deduction_id"], values["station_id"], values["month_from"], last, Fen(values["amount_yuan"])
    )
    return InvoiceLine(row.number, invoiced, values["number"], values["issued_on"], values["payee"])


def read_status_file(
    path: Path, registry: Registry, mapping: Path | None = None
) -> tuple[list[SubsidyStatus], list[Fault]]:
    """Stations' places in the subsidy list, a row a stretch of days."""
    form = read_form(path, STATUS_COLUMNS, mapping)
    found: dict[tuple[str, date], SubsidyStatus] = {}
    for row in form.rows:
        values = row.cells
        key = values["station_id"], values["valid_from"]
        wrong = (
            _NO_STATION if values["station_id"] not in registry.stations
            else _BACKWARDS if values["valid_to"] and values["valid_to"] <= values["valid_from"]
            else _TWICE if key in found
            else None
        )  # fmt: skip
        if wrong is not None:
            form.fault(wrong, row=row.number)
            continue
        found[key] = SubsidyStatus(
            *key, values["valid_to"], ListStatus(values["status"]), values["listed_capacity_kw"], values["document"],
            values["confidence"], confirmed=False,
        )  # fmt: skip
    return list(found.values()), form.faults


_NO_STATION: Final = Text(
    "登记册中没有这座电站（或其类型不符）", "the registry has no such station, or of another kind"
)
_NOT_CENTRALIZED: Final = Text("不是登记册中的集中式电站", "no centralized station of the registry")
_NOT_ABOVE: Final = Text("金额应大于 0", "the amount should be above 0")
_NO_DEDUCTION: Final = Text("没有这个扣除项目；有：{known}", "there is no such deduction; known: {known}")
_BACKWARDS: Final = Text("结束早于开始", "it ends before it begins")
_TWICE: Final = Text("同一电站、同一生效日期重复", "the same station and first day twice")
