"""What a month of finance waits for, along the money's way: how much, of how many stations, and what to do next."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection

from api import finance_schemas as schemas
from guangfu.clock import month_of
from guangfu.storage.sql.finance_month import StationFinance
from guangfu.storage.sql.receipts import read_unmatched
from guangfu.storage.sql.settlement import read_waiting
from guangfu.texts import Lang, Text


@dataclass(frozen=True, slots=True)
class _Step:
    """`what` has `{n}`, how many wait. `on_us`: nobody else has to move first."""

    kind: schemas.StepKind
    on_us: bool
    what: Text
    next_step: Text
    command: str


_STEPS: Final = {step.kind: step for step in (
    _Step("no_statement", False,
          Text("{n} 座电站没有结算单", "{n} stations have no statement"),
          Text("向电力公司索取并导入", "ask the power company for them, and import"),
          "guangfu statements import statements.xlsx --apply"),
    _Step("no_estimate", True,
          Text("{n} 座电站数据不足，没有预估，结算单无从核对",
               "{n} stations have too few data for an estimate to hold a statement against"),
          Text("查看电站的通信和数据完整率", "look at their communication and completeness"),
          "guangfu months show {month}"),
    _Step("to_look_at", True,
          Text("{n} 份结算单与预估不符，等人核对", "{n} statements differ from the estimate and wait for a look"),
          Text("核对原因后确认，或请电力公司更正", "accept them with a reason, or have them corrected"),
          "guangfu statements list --month {month} --state imported"),
    _Step("late", False,
          Text("{n} 座电站的钱逾期未到账", "{n} stations' money is past its deadline"),
          Text("按账龄向电力公司催收", "dun the power company, by age"),
          "guangfu receipts ageing --by station"),
    _Step("not_due", False,
          Text("{n} 座电站的钱尚未到账，未到期限", "{n} stations' money is not in yet, and not late"),
          Text("银行流水到了就导入", "import the bank's lines when they come"),
          "guangfu receipts import bank.csv --apply"),
    _Step("unmatched", True,
          Text("{n} 笔到账没有对应到电站（全部月份）", "{n} receipts are matched with no station, all months"),
          Text("逐笔核对，或附清单", "match each, or with its list"),
          "guangfu receipts list --unmatched"),
    _Step("ready", True,
          Text("{n} 座电站有钱可划拨，还没有起草划拨单", "{n} stations have money to pass on that no transfer holds"),
          Text("按旗县起草划拨单", "draft the transfers, banner by banner"),
          "guangfu transfers draft --quarter {quarter} --banner … --apply"),
    _Step("drafted", True,
          Text("{n} 座电站的划拨单已起草，还没有汇出", "{n} stations' transfers are drafted and not sent"),
          Text("审批、汇出", "approve and send"),
          "guangfu transfers list"),
    _Step("transit", False,
          Text("{n} 座电站的钱在途，村里还没有确认到账", "{n} stations' money is on its way to the villages"),
          Text("到账后登记", "note when it has arrived"),
          "guangfu transfers arrive T-…"),
    _Step("to_close", True,
          Text("{n} 座电站已结算，还没有关账", "{n} stations are settled and not closed"),
          Text("核对无误后关账", "close the month once it is right"),
          "guangfu months close {month} --apply"),
)}  # fmt: skip
"""In the order of the money's way."""


def finance_steps(
    db: Connection, rows: Sequence[StationFinance], month: str, today: date, banner: str | None, lang: Lang
) -> list[schemas.FinanceStep]:
    """What the month waits for now; nothing is asked of a month that is still running."""
    words = {"month": month, "quarter": f"{today.year}-Q{(today.month + 2) // 3}"}
    found = [*_of_stations(rows, month < month_of(today)), *_of_documents(db, rows, month, banner)]
    counts = {kind: (count, amount) for kind, count, amount in found if count}
    return [
        schemas.FinanceStep(
            kind=step.kind,
            count=counts[step.kind][0],
            amount_fen=counts[step.kind][1],
            on_us=step.on_us,
            what=step.what(lang, n=counts[step.kind][0]),
            next_step=step.next_step(lang),
            command=step.command.format(**words),
        )
        for step in _STEPS.values()
        if step.kind in counts
    ]


Counted = tuple[schemas.StepKind, int, int | None]
"""How many wait, and with how much. [fen]"""


def _of_stations(rows: Sequence[StationFinance], over: bool) -> Iterator[Counted]:
    if over:
        yield "no_statement", sum(row.settled_base_fen is None for row in rows), None
        yield "no_estimate", sum(row.estimated_base_fen is None for row in rows), None
        yield "to_close", sum(row.state == "settled" for row in rows), None
    yield _amount("late", rows, lambda row: row.late_fen)
    yield _amount("not_due", rows, lambda row: row.outstanding_base_fen + row.outstanding_subsidy_fen - row.late_fen)
    yield _amount("ready", rows, lambda row: row.ready_fen)
    yield _amount("drafted", rows, lambda row: row.drafted_fen)
    yield _amount("transit", rows, lambda row: row.transit_fen)


def _amount(kind: schemas.StepKind, rows: Sequence[StationFinance], of: Callable[[StationFinance], int]) -> Counted:
    """Stations that have some; what a correction took back is below zero and waits for nothing."""
    waiting = [amount for row in rows if (amount := of(row)) > 0]
    return kind, len(waiting), sum(waiting)


def _of_documents(db: Connection, rows: Sequence[StationFinance], month: str, banner: str | None) -> Iterator[Counted]:
    stations = {row.station_id for row in rows}
    waiting = [one for one in read_waiting(db, month) if one in stations]
    yield "to_look_at", len(waiting), None
    if banner is None:
        rests = [rest for _, rest in read_unmatched(db)]
        yield "unmatched", len(rests), sum(rests)
