"""Statements and months as answers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from api import settlement_schemas as schemas
from api.tables import Column, kwh, yuan
from guangfu.income.settlement.checking import price_text
from guangfu.income.settlement.models import CAUSE_NAMES, Difference
from guangfu.ledger.books import Part
from guangfu.stations.models import Registry
from guangfu.storage.sql.month_summary import Amounts, read_month_summary
from guangfu.storage.sql.papers import read_station_months
from guangfu.storage.sql.settlement import KeptStatement, doubtful_estimates, read_settled, read_statements
from guangfu.texts import Lang, Text


def statement_rows(db: Connection, kept: Sequence[KeptStatement], lang: Lang) -> list[schemas.StatementRow]:
    doubtful = doubtful_estimates(db, kept)
    return [schemas.StatementRow(**_statement(one, one.statement_id in doubtful, lang)) for one in kept]


def _detail(one: KeptStatement, unconfirmed: bool, lang: Lang) -> schemas.StatementDetail:
    """A statement with its meters, lines and corrections."""
    said = one.statement
    return schemas.StatementDetail(
        **_statement(one, unconfirmed, lang),
        meters=[schemas.StatementMeterRow.model_validate(x, from_attributes=True) for x in said.meters],
        lines=[
            schemas.StatementLineRow(
                part=x.part, settled_energy_wh=x.settled_energy_wh, settled_fen=x.settled_fen,
                price_yuan_per_kwh=price_text(x.price_micro_yuan_per_kwh),
            )
            for x in said.lines
        ],
        corrections=[schemas.StatementCorrectionRow.model_validate(x, from_attributes=True) for x in said.corrections],
    )  # fmt: skip


def _statement(one: KeptStatement, unconfirmed: bool, lang: Lang) -> dict[str, Any]:
    said = one.statement
    return {
        "statement_id": one.statement_id, "station_id": said.station_id, "month": said.month, "state": one.state,
        "attention": list(one.attention), "number": said.number, "window_from": said.window_from,
        "window_to": said.window_to, "settled_energy_wh": said.settled_energy_wh,
        "settled_base_fen": said.part_fen(Part.BASE), "settled_subsidy_fen": said.part_fen(Part.SUBSIDY),
        "estimated_energy_wh": one.estimated_energy_wh, "estimated_base_fen": one.estimated_base_fen,
        "estimated_subsidy_fen": one.estimated_subsidy_fen, "tolerance_wh": one.tolerance_wh,
        "unconfirmed": unconfirmed, "differences": [_difference(x, unconfirmed, lang) for x in one.differences],
        "imported_at": one.imported_at,
    }  # fmt: skip


def _difference(one: Difference, unconfirmed: bool, lang: Lang) -> schemas.DifferenceRow:
    return schemas.DifferenceRow(
        cause=one.cause, name=CAUSE_NAMES[one.cause](lang), difference_wh=one.difference_wh,
        difference_base_fen=one.difference_base_fen, difference_subsidy_fen=one.difference_subsidy_fen,
        unconfirmed=unconfirmed,
    )  # fmt: skip


def station_settlements(db: Connection, station_id: str, lang: Lang) -> schemas.StationSettlements:
    """Where a station's months stand, what is settled of them, and by which statements."""
    statements = read_statements(db, stations=[station_id])
    doubtful = doubtful_estimates(db, statements)
    return schemas.StationSettlements(
        station_id=station_id,
        months=[
            schemas.StationMonthRow.model_validate(x, from_attributes=True)
            for x in read_station_months(db, stations=[station_id])
        ],
        settled=[
            schemas.SettledRow.model_validate(x, from_attributes=True) for x in read_settled(db, stations=[station_id])
        ],
        statements=[_detail(x, x.statement_id in doubtful, lang) for x in statements],
    )


def month_answer(db: Connection, registry: Registry, month: str, banner: str | None, lang: Lang) -> schemas.Month:
    """A month of all stations, or of a banner's."""
    stations = None
    if banner is not None:
        stations = [one.station_id for one in registry.stations.values() if one.banner_code == banner]
    found = read_month_summary(db, registry, month, stations)
    return schemas.Month(
        month=month,
        states={state: found.states.get(state, 0) for state in ("open", "estimated", "settled", "closed")},
        estimated=_estimated(found.estimated),
        estimated_of_settled=_estimated(found.estimated_of_settled),
        settled=schemas.SettledAmounts(
            stations=found.settled.stations, energy_wh=found.settled.energy_wh,
            settled_gross_fen=found.settled.gross_fen, settled_base_fen=found.settled.base_fen,
            settled_subsidy_fen=found.settled.subsidy_fen, unconfirmed=found.settled.unconfirmed,
        ),
        differences=[_difference(x, found.estimated_of_settled.unconfirmed, lang) for x in found.differences],
        waiting=[x.statement_id for x in found.waiting],
    )  # fmt: skip


def _estimated(of: Amounts) -> schemas.EstimatedAmounts:
    return schemas.EstimatedAmounts(
        stations=of.stations, energy_wh=of.energy_wh, estimated_gross_fen=of.gross_fen, estimated_base_fen=of.base_fen,
        estimated_subsidy_fen=of.subsidy_fen, unconfirmed=of.unconfirmed,
    )  # fmt: skip


STATEMENT_COLUMNS: list[Column[schemas.StatementRow]] = [
    Column("statement_id", Text("结算单", "statement"), lambda r, _: r.statement_id),
    Column("station_id", Text("电站编号", "station"), lambda r, _: r.station_id),
    Column("month", Text("月份", "month"), lambda r, _: r.month),
    Column("state", Text("状态", "state"), lambda r, _: r.state),
    Column("window_from", Text("上次抄表", "read from"), lambda r, _: r.window_from),
    Column("window_to", Text("本次抄表", "read to"), lambda r, _: r.window_to),
    Column("settled_energy_kwh", Text("结算电量（kWh）", "settled, kWh"), lambda r, _: kwh(r.settled_energy_wh)),
    Column("settled_base_yuan", Text("结算基础（元）", "settled base, yuan"), lambda r, _: yuan(r.settled_base_fen)),
    Column("settled_subsidy_yuan", Text("结算补贴（元）", "settled subsidy, yuan"),
           lambda r, _: yuan(r.settled_subsidy_fen)),
    Column("estimated_energy_kwh", Text("预估电量（kWh）", "estimated, kWh"), lambda r, _: kwh(r.estimated_energy_wh)),
    Column("estimated_base_yuan", Text("预估基础（元）", "estimated base, yuan"),
           lambda r, _: yuan(r.estimated_base_fen)),
    Column("estimated_subsidy_yuan", Text("预估补贴（元）", "estimated subsidy, yuan"),
           lambda r, _: yuan(r.estimated_subsidy_fen)),
    Column("unconfirmed", Text("预估待核实", "estimate unconfirmed"), lambda r, _: r.unconfirmed),
    Column("attention", Text("待核对", "to look at"),
           lambda r, lang: "、".join(CAUSE_NAMES[c](lang) for c in r.attention)),
]  # fmt: skip
MONTH_COLUMNS: list[Column[schemas.DifferenceRow]] = [
    Column("cause", Text("差异原因", "cause"), lambda r, _: r.name),
    Column("difference_kwh", Text("电量（kWh）", "energy, kWh"), lambda r, _: kwh(r.difference_wh)),
    Column("difference_base_yuan", Text("基础（元）", "base, yuan"), lambda r, _: yuan(r.difference_base_fen)),
    Column("difference_subsidy_yuan", Text("补贴（元）", "subsidy, yuan"), lambda r, _: yuan(r.difference_subsidy_fen)),
    Column("unconfirmed", Text("预估待核实", "estimate unconfirmed"), lambda r, _: r.unconfirmed),
]
