"""The agency's bank export as lines: read by headers or a mapping, checked against the running balance, told apart.

A line is known by its hash, so that a file that comes again, or overlaps an older one, adds nothing twice. The running
balance proves that no line is missing: where it does not follow from the line before, the line is named.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

from guangfu.income.settlement.cells import yuan_fen
from guangfu.income.settlement.matching import ACCOUNT_NAMES
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.stations import cells
from guangfu.stations.cells import Wrong
from guangfu.stations.faults import Fault
from guangfu.stations.files.forms import FormColumn, FormFile, FormRow, read_form
from guangfu.stations.files.mapped import plain
from guangfu.stations.models import Registry, valid_on
from guangfu.texts import Text


def _money(cell: str) -> int | Wrong:
    """Yuan in fen; a dash is what some banks print for nothing."""
    return 0 if cell in {"-", "—", "--"} else yuan_fen(cell)


def _booked(cell: str) -> date | Wrong:
    """A day, with or without a time behind it; 20260630 too."""
    first = cell.split(" ", maxsplit=1)[0]
    return cells.day(f"{first[:4]}-{first[4:6]}-{first[6:]}" if re.fullmatch(r"[0-9]{8}", first) else first)


def _note(cell: str) -> str:
    return " ".join(cell.split())


COLUMNS: Final = (
    FormColumn("booked_on", ("交易日期", "记账日期", "日期", "交易时间"), _booked),
    FormColumn("in_yuan", ("收入金额", "贷方金额", "收入", "贷方发生额"), _money, needed=False, default=0),
    FormColumn("out_yuan", ("支出金额", "借方金额", "支出", "借方发生额"), _money, needed=False, default=0),
    FormColumn("amount_yuan", ("交易金额", "发生额"), _money, needed=False, default=0),
    FormColumn("balance_yuan", ("余额", "账户余额"), _money),
    FormColumn("counterparty", ("对方户名", "对方名称", "对方账户名称"), _note, needed=False, default=""),
    FormColumn("memo", ("摘要", "用途", "附言", "备注"), _note, needed=False, default=""),
    FormColumn("reference", ("交易流水号", "流水号", "凭证号"), _note, needed=False, default=""),
)
"""Money in and out in two columns, or in one with a sign."""


@dataclass(frozen=True, slots=True)
class ExportLine:
    """A line as the bank has it; `amount` is below zero for money that went out. [fen]"""

    row: int
    booked_on: date
    amount: Fen
    balance: Fen
    counterparty: str
    memo: str
    reference: str

    @property
    def before(self) -> Fen:
        """The balance before the line."""
        return Fen(self.balance - self.amount)

    @property
    def text(self) -> str:
        return f"{self.counterparty} {self.memo} {self.reference}"


@dataclass(frozen=True, slots=True)
class Export:
    """The lines in the order in which they were booked, and everything that is wrong with the file."""

    lines: tuple[ExportLine, ...]
    faults: tuple[Fault, ...]


def read_export(path: Path, mapping: Path | None = None) -> Export:
    """The lines of a bank's `.csv` or `.xlsx`, oldest first; bad input is a fault, never an exception.

    A file whose newest line comes first is turned round. A running balance that does not follow is a fault at its line.
    """
    form = read_form(path, COLUMNS, mapping)
    lines = [line for row in form.rows if (line := _line(row, form)) is not None]
    if _breaks(lines) and not _breaks(lines[::-1]):
        lines.reverse()
    for before, line in _breaks(lines):
        _fault(form, line, before.balance)
    return Export(tuple(lines), tuple(form.faults))


def continues(export: Export, balance: Fen, file: str) -> list[Fault]:
    """What is wrong between the last line that is known of the account and the first new one."""
    if not export.lines or export.lines[0].before == balance:
        return []
    form = FormFile(file)
    _fault(form, export.lines[0], balance)
    return form.faults


def line_hashes(account: str, lines: Iterable[ExportLine]) -> list[str]:
    """What each line is known by: SHA-256 of what the bank says; equal lines of an account are counted."""
    seen: Counter[tuple[object, ...]] = Counter()
    found = []
    for line in lines:
        said = (account, line.booked_on.isoformat(), line.amount, line.balance, line.text)
        seen[said] += 1
        found.append(hashlib.sha256(repr((*said, seen[said])).encode()).hexdigest())
    return found


BASE: Final = "base"
SUBSIDY: Final = "subsidy"
INTEREST: Final = "interest"
UNKNOWN: Final = "unmatched"
KIND_NAMES: Final[Mapping[str, Text]] = {
    BASE: Text("基础电费", "base"),
    SUBSIDY: Text("补贴", "subsidy"),
    INTEREST: Text("利息及手续费", "interest and fees"),
    UNKNOWN: Text("待核对", "not matched"),
    "company": Text("集中式电站企业付款", "paid by a company"),
}
_WORDS: Final = (
    (INTEREST, ("利息", "结息", "手续费", "账户管理费", "interest", "fee")),
    (SUBSIDY, ("补贴", "补助", "可再生能源", "附加资金", "subsidy")),
    (BASE, ("电费", "上网", "购电", "售电", "base")),
)


def kind_of(line: ExportLine) -> str:
    """What a line is by its words: interest, subsidy or base; otherwise it is not known.

    >>> line = ExportLine(2, date(2026, 7, 1), Fen(5), Fen(5), "国网", "2025年可再生能源补贴", "")
    >>> kind_of(line)
    'subsidy'
    """
    text = line.text.casefold()
    return next((kind for kind, words in _WORDS if any(word in text for word in words)), UNKNOWN)


_MONTH: Final = re.compile(r"(20[0-9]{2})(?:年|-|/|[.])?(1[0-2]|0?[1-9])(?:月|(?![0-9]))")
_YEAR: Final = re.compile(r"(20[0-9]{2})年(?:度)?(?!(?:1[0-2]|0?[1-9])月)")


def named_month(line: ExportLine) -> str | None:
    """The month that the memo names.

    >>> line = ExportLine(2, date(2026, 7, 1), Fen(5), Fen(5), "", "6月电费 2026年6月", "")
    >>> named_month(line)
    '2026-06'
    """
    found = _MONTH.search(line.memo)
    return f"{found[1]}-{int(found[2]):02d}" if found else None


def named_year(line: ExportLine) -> int | None:
    """The year that the memo names alone."""
    found = _YEAR.search(line.memo)
    return int(found[1]) if found else None


def named_station(line: ExportLine, registry: Registry) -> str | None:
    """The one station whose id, generation account or name the memo names as a whole; `None` if it is not one."""
    words = set(re.findall(r"[A-Za-z0-9_-]+", line.memo))
    found = {station for station in registry.stations if station in words}
    found |= {
        one.subject_id for one in registry.attributes
        if one.value in words and plain(one.name) in ACCOUNT_NAMES and one.subject_id in registry.stations
        and valid_on(one, line.booked_on)
    }  # fmt: skip
    found |= {s.station_id for s in registry.stations.values() if s.name in line.memo.split()}
    return found.pop() if len(found) == 1 else None


def _line(row: FormRow, form: FormFile) -> ExportLine | None:
    values = row.cells
    two = values["in_yuan"] - values["out_yuan"]
    amount = values["amount_yuan"] or two
    if not amount or (values["in_yuan"] and values["out_yuan"]) or (two and values["amount_yuan"] not in {0, two}):
        form.fault(_NO_AMOUNT, row=row.number)
        return None
    return ExportLine(
        row.number, values["booked_on"], Fen(amount), Fen(values["balance_yuan"]), values["counterparty"],
        values["memo"], values["reference"],
    )  # fmt: skip


def _breaks(lines: Sequence[ExportLine]) -> list[tuple[ExportLine, ExportLine]]:
    return [(a, b) for a, b in pairwise(lines) if b.before != a.balance]


def _fault(form: FormFile, line: ExportLine, before: Fen) -> None:
    text = _GAP.filled(
        day=line.booked_on, amount=yuan_text(line.amount), balance=yuan_text(line.balance), before=yuan_text(before),
        missing=yuan_text(Fen(line.before - before)),
    )  # fmt: skip
    form.fault(text, row=line.row, column=COLUMNS[4].headers[0])


_NO_AMOUNT: Final = Text(
    "收入、支出、交易金额三列应恰好给出一笔不为零的金额", "exactly one amount that is not zero should stand in the row"
)
_GAP: Final = Text(
    "余额不连续：{day} 发生 {amount} 后余额 {balance}，而上一笔余额 {before}，其间缺 {missing} 元",
    "the running balance has a gap: {day}, {amount}, then {balance}, but {before} before; {missing} yuan are missing",
)
