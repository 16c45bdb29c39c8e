"""What the API says of villages and households; the amounts are those of `guangfu.income.sharing`."""

import re
from datetime import date
from typing import Final

from api import schemas
from api.catalog import Catalog
from api.figures import gross_bound_fen
from api.parameters import Period
from api.parts import Parts
from api.village_months import Daily, read_daily, stored_reason
from guangfu.clock import local_day, month_days
from guangfu.income.reasons import Reason
from guangfu.income.sharing import (
    Basis,
    By,
    HouseholdMonth,
    HouseholdPeriod,
    VillagePeriod,
    household_rows,
    village_households,
    village_rows,
)
from guangfu.stations.models import Household, ShareUnits, Village, valid_on
from guangfu.texts import Lang, Text

NOT_BEGUN: Final = Text("该月尚未开始", "The month has not begun")


def village(parts: Parts, asked: Village) -> schemas.Village:
    view = parts.look.get()
    catalog = view.catalog
    banner = catalog.banner(asked)
    return schemas.Village(
        village_id=asked.village_id,
        name=asked.name,
        name_en=asked.name_en,
        township=asked.township,
        township_en=asked.township_en or asked.township,
        banner_code=banner.code,
        banner=banner.name,
        banner_en=banner.name_en,
        households=catalog.households_in.get(asked.village_id, 0),
        stations=_stations(catalog, asked.village_id),
        synthetic=catalog.registry.synthetic,
        as_of=view.present.as_of,
    )


def _stations(catalog: Catalog, village_id: str) -> list[schemas.VillageStation]:
    """Stations whose units the village holds, or whose slots its households hold, on the catalog's day."""
    slots = catalog.slots_in.get(village_id, {})
    held = {share.station_id for share in catalog.registry.share_units if _holds(share, village_id, catalog.day)}
    return [_station(catalog, station_id, village_id) for station_id in sorted(held | slots.keys())]


def _holds(share: ShareUnits, village_id: str, day: date) -> bool:
    return share.village_id == village_id and valid_on(share, day)


def _station(catalog: Catalog, station_id: str, village_id: str) -> schemas.VillageStation:
    station = catalog.registry.stations[station_id]
    shares = [s for s in catalog.registry.shares_of.get(station_id, ()) if valid_on(s, catalog.day)]
    return schemas.VillageStation(
        station_id=station_id,
        name=station.name,
        name_en=station.name_en,
        kind=station.kind,
        joint=station.joint,
        units=sum(s.units for s in shares if s.village_id == village_id) if shares else None,
        units_total=sum(s.units for s in shares) if shares else None,
        slots=catalog.slots_in.get(village_id, {}).get(station_id, 0),
    )


def village_income(parts: Parts, village_id: str, asked: Period, lang: Lang) -> schemas.VillageIncome:
    daily = read_daily(parts, village_id, asked)
    rows = _village_periods(parts, village_id, asked, daily)
    items = [_village_row(row, daily.reason(row.period, row.reason), lang) for row in rows]
    return schemas.VillageIncome(village_id=village_id, by=asked.by.value, items=items)


def _village_periods(parts: Parts, village_id: str, asked: Period, daily: Daily) -> list[VillagePeriod]:
    return village_rows(
        parts.registry,
        village_id,
        by=asked.by,
        start=asked.start,
        end=asked.end,
        energy=daily.energy,
        income=daily.income,
        rules=parts.rules,
    )


def _village_row(row: VillagePeriod, reason: Text | None, lang: Lang) -> schemas.VillageIncomeRow:
    return schemas.VillageIncomeRow(
        period=row.period,
        energy_wh=row.energy_wh,
        estimated_low_wh=row.estimated_low_wh,
        estimated_high_wh=row.estimated_high_wh,
        income=schemas.EstimatedIncome(
            gross_fen=row.estimated_gross_fen,
            gross_low_fen=gross_bound_fen(row.estimated_gross_fen, row.energy_wh, row.estimated_low_wh),
            gross_high_fen=gross_bound_fen(row.estimated_gross_fen, row.energy_wh, row.estimated_high_wh),
            base_fen=row.estimated_base_fen,
            subsidy_fen=row.estimated_subsidy_fen,
            coverage=round(row.coverage, 4),
            unconfirmed=row.unconfirmed,
            reason=reason(lang) if reason else None,
        ),
        deductions_fen=row.estimated_deductions_fen,
        distributable_fen=row.estimated_distributable_fen,
        households=row.households,
        per_household_fen=row.per_household_fen,
    )


def households(parts: Parts, village_id: str, month: str, lang: Lang) -> schemas.Households:
    """Every household of the village in the month; a month to come has no amounts yet."""
    first, last = month_days(month)[0], month_days(month)[-1]
    until = min(last, local_day(parts.clock.now()))
    asked = Period(By.MONTH, first, until)
    daily = read_daily(parts, village_id, asked)
    rows = village_households(
        parts.registry,
        village_id,
        month=month,
        until=until,
        energy=daily.energy,
        income=daily.income,
        rules=parts.rules,
    )
    village_periods = _village_periods(parts, village_id, asked, daily)
    reason = daily.reason(month, village_periods[0].reason) if village_periods else NOT_BEGUN
    items = [_household_row(row, reason, lang, begun=first <= until) for row in rows]
    return schemas.Households(village_id=village_id, month=month, items=items)


def _household_row(row: HouseholdMonth, reason: Text | None, lang: Lang, *, begun: bool) -> schemas.HouseholdRow:
    rests_on_data = row.basis is Basis.INDICATOR or not begun
    return schemas.HouseholdRow(
        household_id=row.household_id,
        pseudonym=f"户 {pseudonym(row.household_id)}",
        pseudonym_en=f"Household {pseudonym(row.household_id)}",
        slots=row.slots,
        month_fen=row.month_fen if begun else None,
        basis=row.basis.value,
        unconfirmed=row.unconfirmed and begun,
        reason=reason(lang) if reason and rests_on_data else None,
    )


def pseudonym(household_id: str) -> str:
    """The number of an opaque id; who it is stays in the county's register.

    >>> pseudonym("hh000123")
    '000123'
    """
    number = re.search(r"[0-9]+$", household_id)
    return number[0] if number else household_id


def household_income(parts: Parts, household: Household, asked: Period, lang: Lang) -> schemas.HouseholdIncome:
    daily = read_daily(parts, household.village_id, asked)
    found = household_rows(
        parts.registry,
        household.household_id,
        by=asked.by,
        start=asked.start,
        end=asked.end,
        energy=daily.energy,
        income=daily.income,
        rules=parts.rules,
    )
    items = [_household_period(row, daily, found.basis, lang) for row in found.items]
    return schemas.HouseholdIncome(
        household_id=household.household_id,
        village_id=household.village_id,
        basis=found.basis.value,
        by=asked.by.value,
        unconfirmed=found.unconfirmed,
        items=items,
    )


def _household_period(row: HouseholdPeriod, daily: Daily, basis: Basis, lang: Lang) -> schemas.HouseholdIncomeRow:
    shared = basis is Basis.INDICATOR and row.reason is not Reason.NOT_BENEFICIARY
    reason = daily.reason(row.period, row.reason) if shared else stored_reason(row.reason)
    return schemas.HouseholdIncomeRow(
        period=row.period, amount_fen=row.amount_fen, unconfirmed=row.unconfirmed,
        reason=reason(lang) if reason else None,
    )  # fmt: skip
