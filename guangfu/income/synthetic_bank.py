"""A made-up bank: an export, and the lists that come with batch receipts, for the demo and for tests. Pure.

Every line says 演示数据, so that nobody takes it for a real one.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from guangfu.ledger.allocating import Due
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.texts import Text

SYNTHETIC = Text("演示数据", "synthetic")
PAYER = "演示供电公司"
NOTHING = Fen(0)
EXPORT_HEADER = ("交易日期", "收入金额", "支出金额", "余额", "对方户名", "摘要", "交易流水号")
LIST_HEADER = ("电站编号", "月份", "金额")


@dataclass
class SyntheticBank:
    """An account whose running balance follows from its lines. [fen]"""

    balance: Fen = NOTHING
    lines: list[tuple[str, ...]] = field(default_factory=list)

    def book(self, day: date, amount: Fen, counterparty: str, memo: str) -> None:
        """Books a line; an amount below zero goes out."""
        self.balance = Fen(self.balance + amount)
        incoming, outgoing = (_yuan(amount), "") if amount > 0 else ("", _yuan(Fen(-amount)))
        said = f"{memo} {SYNTHETIC.zh}"
        number = f"SYN{len(self.lines) + 1:06d}"
        self.lines.append((day.isoformat(), incoming, outgoing, _yuan(self.balance), counterparty, said, number))

    def export(self) -> str:
        """All lines as the bank's CSV."""
        return _csv([EXPORT_HEADER, *self.lines])


def pay_base(bank: SyntheticBank, dues: Iterable[Due], month: str, day: date) -> None:
    """The power company pays the base of a month, a line a station."""
    for due in dues:
        if due.part == Part.BASE and due.month == month and due.amount > 0:
            bank.book(day, due.amount, PAYER, f"{due.station_id} {month[:4]}年{int(month[5:])}月上网电费")


def pay_subsidy(bank: SyntheticBank, dues: Sequence[Due], year: int, day: date) -> str:
    """The subsidy of a year comes in one sum for all stations; returns the list that comes with it, as CSV."""
    sums: dict[str, int] = {}
    for due in dues:
        if due.part == Part.SUBSIDY and due.subsidy_year == year:
            sums[due.station_id] = sums.get(due.station_id, 0) + due.amount
    owed = {station: amount for station, amount in sorted(sums.items()) if amount > 0}
    if owed:
        bank.book(day, Fen(sum(owed.values())), PAYER, f"{year}年度可再生能源补贴")
    return _csv([LIST_HEADER, *((station, "", _yuan(Fen(amount))) for station, amount in owed.items())])


def _yuan(amount: Fen) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def _csv(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
