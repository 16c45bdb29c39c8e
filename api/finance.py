"""A month of finance as an answer and as a table."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from api import finance_schemas as schemas
from api.finance_steps import finance_steps
from api.money import receivables_answer
from api.tables import Column, yuan
from guangfu.clock import month_of
from guangfu.income.rules import Rules
from guangfu.income.settlement.models import CAUSE_NAMES
from guangfu.ledger.states import Subject, state_name
from guangfu.stations.models import Registry, StationKind
from guangfu.storage.sql.finance_month import (
    AMOUNTS,
    StationFinance,
    finance_month,
    month_standings,
    station_finance,
)
from guangfu.texts import Lang, Text

_OF_STATION: Final = tuple(f.name for f in fields(StationFinance) if f.name in schemas.FinanceStation.model_fields)
STATES: Final = ("open", "estimated", "settled", "closed")


def finance_month_answer(
    db: Connection, registry: Registry, rules: Rules, month: str, today: date, banner: str | None, lang: Lang
) -> schemas.FinanceMonth:
    """The month by banner and station, with sums."""
    rows = finance_month(db, registry, rules, month, today, banner)
    of: dict[str, list[StationFinance]] = {}
    for row in rows:
        of.setdefault(row.banner_code, []).append(row)
    return schemas.FinanceMonth(
        month=month,
        states=_states(rows),
        running=month == month_of(today),
        total=schemas.FinanceAmounts(**_sum(registry, rows)),
        steps=finance_steps(db, rows, month, today, banner, lang),
        banners=[_banner(registry, code, of_banner, lang) for code, of_banner in of.items()],
        synthetic=registry.synthetic,
    )


def _banner(registry: Registry, code: str, rows: Sequence[StationFinance], lang: Lang) -> schemas.FinanceBanner:
    banner = registry.banners.get(code)
    return schemas.FinanceBanner(
        **_sum(registry, rows),
        banner_code=code,
        banner=banner.name if banner else code,
        banner_en=banner.name_en if banner else code,
        states=_states(rows),
        stations=[_station(registry, row, lang) for row in rows],
    )


def _station(registry: Registry, row: StationFinance, lang: Lang) -> schemas.FinanceStation:
    return schemas.FinanceStation(**_values(registry, row, lang))


def _values(registry: Registry, row: StationFinance, lang: Lang) -> dict[str, Any]:
    station = registry.stations[row.station_id]
    return {
        **{name: getattr(row, name) for name in _OF_STATION},
        "receivable_fen": _receivable(row),
        "name": station.name,
        "name_en": station.name_en,
        "main_cause_name": CAUSE_NAMES[row.main_cause](lang) if row.main_cause else None,
    }


def station_finance_answer(
    db: Connection, registry: Registry, rules: Rules, station_id: str, start: str, end: str, today: date, lang: Lang
) -> schemas.StationFinance:
    """A station's months from one to another, both included; ageing is of all months."""
    standing = receivables_answer(
        db, registry, rules, today, lang, by="station", among=lambda one: one.station_id == station_id
    )
    months = []
    if registry.stations[station_id].kind is StationKind.VILLAGE:
        rows = station_finance(db, registry, rules, station_id, start, end, today)
        months = [schemas.StationFinanceMonth(month=row.month, **_values(registry, row, lang)) for row in rows]
    return schemas.StationFinance(
        station_id=station_id, months=months, ageing=standing.items, company=next(iter(standing.companies), None)
    )


def _states(rows: Sequence[StationFinance]) -> dict[Any, int]:
    return {state: sum(row.state == state for row in rows) for state in STATES}


def _receivable(row: StationFinance) -> int:
    return (
        row.received_base_fen + row.received_subsidy_fen + row.outstanding_base_fen + row.outstanding_subsidy_fen
    )  # fmt: skip


def _sum(registry: Registry, rows: Sequence[StationFinance]) -> dict[str, Any]:
    """Amounts added up, without those that are not known; `None` where no row knows one."""
    sums: dict[str, Any] = {}
    for name in AMOUNTS:
        known = [getattr(row, name) for row in rows if getattr(row, name) is not None]
        sums[name] = sum(known) if known or not _may_lack(name) else None
    weights = [registry.stations[row.station_id].capacity_dc_w for row in rows]
    covered = sum((row.coverage or 0) * weight for row, weight in zip(rows, weights, strict=True))
    return {
        **sums,
        "receivable_fen": sum(map(_receivable, rows)),
        "coverage": covered / sum(weights) if any(row.coverage is not None for row in rows) else None,
        "unconfirmed": any(row.unconfirmed for row in rows),
    }


def _may_lack(name: str) -> bool:
    return name.startswith(("estimated_", "settled_", "difference_"))


def finance_months_answer(db: Connection, registry: Registry, rules: Rules, today: date) -> schemas.FinanceMonths:
    return schemas.FinanceMonths(
        items=[
            schemas.MonthStandingRow.model_validate(one, from_attributes=True)
            for one in month_standings(db, registry, rules, today)
        ]
    )


def finance_rows(answer: schemas.FinanceMonth) -> list[tuple[schemas.FinanceBanner, schemas.FinanceStation]]:
    """A row a station, with its banner."""
    return [(banner, station) for banner in answer.banners for station in banner.stations]


Row = tuple[schemas.FinanceBanner, schemas.FinanceStation]


def _yuan(name: str, zh: str, en: str) -> Column[Row]:
    return Column(
        name.replace("_fen", "_yuan"), Text(f"{zh}（元）", f"{en}, yuan"), lambda row, _: yuan(getattr(row[1], name))
    )


FINANCE_COLUMNS: Final[Sequence[Column[Row]]] = (
    Column("banner", Text("旗县", "banner"), lambda row, lang: row[0].banner if lang is Lang.ZH else row[0].banner_en),
    Column("station_id", Text("电站编号", "station"), lambda row, _: row[1].station_id),
    Column("name", Text("电站", "name"), lambda row, lang: row[1].name if lang is Lang.ZH else row[1].name_en),
    Column("state", Text("状态", "state"), lambda row, lang: state_name(Subject.STATION_MONTH, row[1].state)(lang)),
    _yuan("estimated_base_fen", "预估基础", "estimated base"),
    _yuan("estimated_subsidy_fen", "预估补贴", "estimated subsidy"),
    _yuan("settled_base_fen", "结算基础", "settled base"),
    _yuan("settled_subsidy_fen", "结算补贴", "settled subsidy"),
    _yuan("difference_fen", "差异", "difference"),
    Column("main_cause", Text("主要原因", "main cause"), lambda row, _: row[1].main_cause_name),
    _yuan("received_base_fen", "到账基础", "received base"),
    _yuan("received_subsidy_fen", "到账补贴", "received subsidy"),
    _yuan("outstanding_base_fen", "未到账基础", "outstanding base"),
    _yuan("outstanding_subsidy_fen", "未到账补贴", "outstanding subsidy"),
    _yuan("late_fen", "逾期", "late"),
    _yuan("deductions_fen", "扣除", "deductions"),
    _yuan("ready_fen", "可划拨", "may be passed on"),
    _yuan("drafted_fen", "已起草", "drafted"),
    _yuan("transit_fen", "在途", "in transit"),
    _yuan("arrived_fen", "已到村", "arrived"),
    Column("unconfirmed", Text("待核实", "unconfirmed"), lambda row, _: row[1].unconfirmed),
)
