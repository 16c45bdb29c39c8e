"""Receipts, receivables, transfers and a village's amounts as answers and as tables."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Final

from sqlalchemy import Connection

from api import money_schemas as schemas
from api.tables import Column, yuan
from guangfu.income.bank_export import KIND_NAMES
from guangfu.income.rules import Rules
from guangfu.ledger.allocating import CHOSEN, WAY_NAMES, Due, ageing
from guangfu.ledger.books import AGENCY
from guangfu.ledger.states import Subject, state_name
from guangfu.stations.models import Grid, Registry, Station
from guangfu.storage.sql.companies import company_standings
from guangfu.storage.sql.money import doubtful_months, receivables, total_of, village_money
from guangfu.storage.sql.receipts import KeptAllocation, Receipt, read_allocations, read_receipts
from guangfu.storage.sql.transfers import Transfer, TransferLine, read_transfer_lines, read_transfers
from guangfu.texts import Lang, Text

INTEREST: Final = "interest"
PAYERS: Final = {
    Grid.MENGXI: Text("蒙西电网（内蒙古电力集团）", "Mengxi grid (Inner Mongolia Power)"),
    Grid.MENGDONG: Text("蒙东电网（国网蒙东电力）", "Mengdong grid (State Grid East Inner Mongolia)"),
}
"""Who buys a station's energy and pays for it, the subsidy that passes through its hands too."""


def receipts_answer(
    db: Connection, lang: Lang, *, state: str | None, start: date, end: date, offset: int, limit: int
) -> schemas.Receipts:
    """Receipts in the order of their numbers, each with what it is matched with."""
    found = read_receipts(db, states=None if state is None else [state], start=start, end=end)
    shown = found[offset : offset + limit]
    of: dict[str, list[KeptAllocation]] = {}
    for one in read_allocations(db, receipts=[receipt.receipt_id for receipt in shown]):
        of.setdefault(one.receipt_id, []).append(one)
    rows = [_receipt(receipt, of.get(receipt.receipt_id, []), lang) for receipt in shown]
    return schemas.Receipts(total=len(found), items=rows)


def _receipt(receipt: Receipt, kept: Sequence[KeptAllocation], lang: Lang) -> schemas.ReceiptRow:
    explained = receipt.kind == INTEREST or (receipt.state == "reversed" and receipt.revision == 0)
    matched = sum(one.received_fen for one in kept)
    return schemas.ReceiptRow(
        receipt_id=receipt.receipt_id,
        book="AGENCY" if receipt.book == AGENCY else "CENTRALIZED",
        received_on=receipt.received_on,
        kind=receipt.kind,
        kind_name=KIND_NAMES[receipt.kind](lang),
        payer=receipt.payer,
        state=receipt.state,  # type: ignore[arg-type]
        received_fen=receipt.received_fen,
        unmatched_fen=0 if explained else receipt.received_fen - matched,
        allocations=[_allocation(one, lang) for one in kept],
        synthetic=receipt.synthetic,
    )


def _allocation(one: KeptAllocation, lang: Lang) -> schemas.AllocationRow:
    way = one.allocation.way
    return schemas.AllocationRow(
        station_id=one.station_id, month=one.month, part=one.part, subsidy_year=one.subsidy_year,
        received_fen=one.received_fen, way=way, way_name=WAY_NAMES[way](lang), chosen=way in CHOSEN,
    )  # fmt: skip


def receivables_answer(
    db: Connection, registry: Registry, rules: Rules, today: date, lang: Lang, *, by: schemas.ReceivableBy,
    among: Callable[[Station], bool] | None = None,
) -> schemas.Receivables:  # fmt: skip
    """What is outstanding by age, and where the companies of centralized stations stand.

    Args:
        among: Which stations count; all of them if left out.
    """
    stations = {s.station_id: s for s in registry.stations.values() if among is None or among(s)}
    groups: dict[str, list[Due]] = {}
    doubtful = doubtful_months(db)
    for due in receivables(db, registry, stations=None if among is None else list(stations)):
        groups.setdefault(_owing(stations[due.station_id], by), []).append(due)
    rows = [
        schemas.ReceivableRow(
            id=key, name=_owing_name(registry, key, by, lang), part=part,
            up_to_3_months_fen=classes[0], up_to_12_months_fen=classes[1],
            up_to_24_months_fen=classes[2], over_24_months_fen=classes[3], outstanding_fen=sum(classes),
            unconfirmed=any(due.part == part and (due.station_id, due.month) in doubtful for due in dues),
        )
        for key, dues in sorted(groups.items())
        for part, classes in ageing(dues, f"{today:%Y-%m}").items()
    ]  # fmt: skip
    companies = [
        schemas.CompanyRow(
            station_id=one.station_id, name=_name(registry, one.station_id, lang), due_fen=one.due, paid_fen=one.paid,
            outstanding_fen=one.outstanding, late_fen=one.late, late_days=one.late_days, ahead_fen=one.ahead,
            unconfirmed=one.unconfirmed,
        )
        for one in company_standings(db, registry, rules, today)
        if one.station_id in stations
    ]  # fmt: skip
    return schemas.Receivables(by=by, items=rows, companies=companies)


def _owing(station: Station, by: schemas.ReceivableBy) -> str:
    return {"payer": station.grid.value, "banner": station.banner_code, "station": station.station_id}[by]


def _owing_name(registry: Registry, key: str, by: schemas.ReceivableBy, lang: Lang) -> str:
    if by == "payer":
        return PAYERS[Grid(key)](lang)
    place = (registry.stations if by == "station" else registry.banners).get(key)
    return key if place is None else place.name if lang is Lang.ZH else place.name_en


def _name(registry: Registry, station_id: str, lang: Lang) -> str:
    station = registry.stations[station_id]
    return station.name if lang is Lang.ZH else station.name_en


def transfers_answer(
    db: Connection, registry: Registry, lang: Lang, *, state: str | None, banner: str | None, offset: int, limit: int
) -> schemas.Transfers:
    """Transfers in the order of their numbers, each with its lines."""
    found = read_transfers(db, states=None if state is None else [state], banner_code=banner)
    shown = found[offset : offset + limit]
    of: dict[str, list[TransferLine]] = {}
    for line in read_transfer_lines(db, ids=[one.transfer_id for one in shown]):
        of.setdefault(line.transfer_id, []).append(line)
    rows = [_transfer(one, of.get(one.transfer_id, []), registry, lang) for one in shown]
    return schemas.Transfers(total=len(found), items=rows)


def _transfer(one: Transfer, lines: Iterable[TransferLine], registry: Registry, lang: Lang) -> schemas.TransferRow:
    villages = {v.village_id: v.name if lang is Lang.ZH else v.name_en for v in registry.villages.values()}
    return schemas.TransferRow(
        **{name: getattr(one, name) for name in schemas.TransferRow.model_fields if hasattr(one, name)},
        state_name=state_name(Subject.TRANSFER, one.state)(lang),
        lines=[_line(line, villages) for line in lines],
    )


def _line(line: TransferLine, villages: Mapping[str, str]) -> schemas.TransferLineRow:
    return schemas.TransferLineRow(
        village_id=line.village_id, village=villages.get(line.village_id, line.village_id), station_id=line.station_id,
        month=line.month, part=line.part, passed_on_fen=line.passed_on_fen,
    )  # fmt: skip


def village_money_answer(
    db: Connection, registry: Registry, village_id: str, start: str, end: str
) -> schemas.VillageMoney:
    """A village's amounts by energy month, and their sum."""
    rows = village_money(db, registry, village_id, start, end)
    return schemas.VillageMoney(
        village_id=village_id,
        items=[schemas.VillageMoneyRow(**asdict(row)) for row in rows],
        total=schemas.VillageMoneyRow(**asdict(total_of(rows, f"{start}/{end}"))),
    )


def _yuan(name: str, title: Text) -> Column[object]:
    return Column(
        name.replace("_fen", "_yuan"),
        Text(f"{title.zh}（元）", f"{title.en}, yuan"),
        lambda row, _: yuan(getattr(row, name)),
    )


def _plain(name: str, title: Text) -> Column[object]:
    return Column(name, title, lambda row, _: getattr(row, name))


_UNCONFIRMED: Final = _plain("unconfirmed", Text("待核实", "unconfirmed"))
RECEIPT_COLUMNS: Final[tuple[Column[object], ...]] = (
    _plain("receipt_id", Text("到账编号", "receipt")),
    _plain("received_on", Text("到账日期", "received on")),
    _plain("kind_name", Text("种类", "kind")),
    _plain("payer", Text("付款方", "payer")),
    _plain("state", Text("状态", "state")),
    _yuan("received_fen", Text("到账金额", "received")),
    _yuan("unmatched_fen", Text("待核对", "unmatched")),
    _plain("synthetic", Text("演示数据", "synthetic")),
)
RECEIVABLE_COLUMNS: Final[tuple[Column[object], ...]] = (
    _plain("id", Text("编号", "id")),
    _plain("name", Text("名称", "name")),
    _plain("part", Text("部分", "part")),
    _yuan("up_to_3_months_fen", Text("3 个月以内", "up to 3 months")),
    _yuan("up_to_12_months_fen", Text("3 至 12 个月", "3 to 12 months")),
    _yuan("up_to_24_months_fen", Text("1 至 2 年", "1 to 2 years")),
    _yuan("over_24_months_fen", Text("2 年以上", "over 2 years")),
    _yuan("outstanding_fen", Text("未到账合计", "outstanding")),
    _UNCONFIRMED,
)
TRANSFER_COLUMNS: Final[tuple[Column[object], ...]] = (
    _plain("transfer_id", Text("划拨单", "transfer")),
    _plain("township", Text("苏木乡镇", "township")),
    _plain("period", Text("期间", "period")),
    _plain("state_name", Text("状态", "state")),
    _plain("sent_on", Text("汇出日期", "sent on")),
    _plain("ended_on", Text("到账或退回日期", "ended on")),
    _yuan("passed_on_fen", Text("划拨金额", "passed on")),
    _UNCONFIRMED,
    _plain("synthetic", Text("演示数据", "synthetic")),
)
MONEY_COLUMNS: Final[tuple[Column[object], ...]] = (
    _plain("month", Text("电量月份", "month")),
    _yuan("estimated_fen", Text("预估", "estimated")),
    _yuan("settled_fen", Text("结算", "settled")),
    _yuan("received_fen", Text("到账", "received")),
    _yuan("deductions_fen", Text("扣除", "deductions")),
    _yuan("distributable_fen", Text("可分配", "distributable")),
    _yuan("passed_on_fen", Text("划拨", "passed on")),
    _yuan("arrived_fen", Text("已到村账", "arrived")),
    _yuan("balance_fen", Text("待划拨", "balance")),
    _yuan("paid_fen", Text("发放", "paid")),
    _UNCONFIRMED,
)
