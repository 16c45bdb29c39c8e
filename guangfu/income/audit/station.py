"""Checks of stations: statements that don't match, meters that stand still, sizes; and households helped twice."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from guangfu.income.audit.facts import AuditFacts, IdleDay, Outage
from guangfu.income.audit.found import Found, RowRef, Scope, first_day, grouped, last_day, yuan
from guangfu.income.audit.village import due_ref, paid_by_both
from guangfu.income.reconciling import Way
from guangfu.income.rules.audit import Check
from guangfu.income.settlement.models import CAUSE_NAMES, Cause
from guangfu.ledger.books import Part
from guangfu.stations.checks.dates import Period, overlap, period
from guangfu.stations.checks.households import ROUNDING_KW, centralized_kw, village_kw
from guangfu.stations.checks.ownership import no_double_benefit
from guangfu.stations.models import Registry, StationKind
from guangfu.stations.tables import Facts, facts_of
from guangfu.texts import Text

ONE_DAY: Final = timedelta(days=1)


def tariff_mismatch(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """A part of a statement is not its energy × our tariff; a part that the statement does not have is left out."""
    for one in facts.statements:
        rule = scope.rule(Check.TARIFF_MISMATCH, last_day(one.month), scope.banner_of(one.station_id))
        price = next((d for d in one.differences if d.cause is Cause.PRICE), None)
        if one.month not in scope.months or rule is None or price is None:
            continue
        amounts = {Part.BASE: price.difference_base_fen, Part.SUBSIDY: price.difference_subsidy_fen}
        wrong = {part: fen for part, fen in amounts.items() if part in one.parts and abs(fen) > rule.fen}
        if wrong:
            rows = [
                RowRef("settlement_differences", {"statement_id": one.statement_id, "cause": Cause.PRICE.value},
                       {f"difference_{part}_fen": fen for part, fen in wrong.items()})
            ]  # fmt: skip
            text = _TARIFF.filled(
                station=one.station_id, month=one.month, statement=one.statement_id, yuan=yuan(sum(wrong.values()))
            )
            yield scope.found(rule, ("statement", one.statement_id), one.month, text, rows, station=one.station_id)


def beyond_tolerance(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """What a statement's causes leave unexplained, or lay to another factor or to missing data, is too much."""
    for one in facts.statements:
        rule = scope.rule(Check.BEYOND_TOLERANCE, last_day(one.month), scope.banner_of(one.station_id))
        if one.month not in scope.months or rule is None:
            continue
        most_wh = rule.threshold * one.tolerance_wh
        wrong = [d for d in one.differences if d.cause in _UNEXPLAINED and abs(d.difference_wh) > most_wh]
        if wrong:
            rows = [
                RowRef("settlement_differences", {"statement_id": one.statement_id, "cause": d.cause.value},
                       {"difference_wh": d.difference_wh, "tolerance_wh": one.tolerance_wh})
                for d in wrong
            ]  # fmt: skip
            zh = "、".join(f"{CAUSE_NAMES[d.cause].zh} {d.difference_wh / 1000:,.2f} kWh" for d in wrong)
            en = ", ".join(f"{CAUSE_NAMES[d.cause].en} {d.difference_wh / 1000:,.2f} kWh" for d in wrong)
            text = Text(
                f"{one.statement_id}：与预估的差异超出容差：{zh}", f"{one.statement_id}: beyond tolerance: {en}"
            )
            yield scope.found(rule, ("statement", one.statement_id), one.month, text, rows, station=one.station_id)


def differing_energies(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """Two ways to a month's energy differ by more than a day's may, see `guangfu.income.reconciling`."""
    energy = scope.rules.energy
    for one in facts.integrals:
        check, text = _WAYS[one.way]
        rule = scope.rule(check, last_day(one.month), scope.banner_of(one.station_id))
        if one.month not in scope.months or rule is None:
            continue
        share = rule.threshold * Decimal(str(getattr(energy, one.way.tolerance)))
        if abs(one.integral_wh - one.energy_wh) > share * max(one.integral_wh, one.energy_wh):
            values = {"integral_wh": one.integral_wh, "energy_wh": one.energy_wh}
            ref = RowRef("energy_reconciliation", {"station_id": one.station_id, "month": one.month}, values)
            words = text.filled(
                station=one.station_id, month=one.month, first=f"{one.integral_wh / 1000:,.1f}",
                second=f"{one.energy_wh / 1000:,.1f}",
            )  # fmt: skip
            yield scope.found(
                rule, ("station", one.station_id), one.month, words, [ref],
                also_unconfirmed=one.way.tolerance in energy.unconfirmed,
            )  # fmt: skip


def idle_stations(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """The meter did not move on more days than it may, in the month or in a row that reaches into it; nobody told."""
    outages = grouped((outage.station_id, outage) for outage in facts.outages)
    for station, days in sorted(grouped((row.station_id, row) for row in facts.idle_days).items()):
        untold = sorted({row.day for row in days if not _told(row, outages.get(station, []))})
        for month in sorted(scope.months):
            rule = scope.rule(Check.IDLE_STATION, last_day(month), scope.banner_of(station))
            in_month = [day for day in untold if first_day(month) <= day <= last_day(month)]
            longest = max((run for run in _runs(untold) if set(run) & set(in_month)), key=len, default=[])
            wrong = max(in_month, longest, key=len)
            if rule and in_month and len(wrong) > rule.threshold:
                rows = [
                    RowRef("daily_energy", {"station_id": station, "day": str(day)}, {"energy_wh": 0}) for day in wrong
                ]
                text = _IDLE.filled(station=station, month=month, n=len(wrong), first=wrong[0], last=wrong[-1])
                yield scope.found(rule, ("station", station), month, text, rows)


def _told(row: IdleDay, outages: list[Outage]) -> bool:
    return any(one.from_ <= row.day and (one.to is None or row.day < one.to) for one in outages)


def _runs(days: list[date]) -> Iterator[list[date]]:
    run: list[date] = []
    for day in days:
        if run and day != run[-1] + ONE_DAY:
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def sizes(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """Stations that are larger than their kind may be, once a year, as the registry has them."""
    for station in facts.registry.stations.values():
        check = Check.JOINT_SIZE if station.joint else Check.SINGLE_SIZE
        for year, day in _years(scope):
            rule = scope.rule(check, day, station.banner_code, station.kind)
            kw = station.capacity_dc_w / 1000
            if (
                station.kind is StationKind.VILLAGE
                and rule
                and kw > rule.threshold
                and station.grid_connected_on <= day
            ):
                ref = RowRef("stations", {"station_id": station.station_id}, {"capacity_dc_w": station.capacity_dc_w})
                text = _SIZE.filled(station=station.station_id, kw=f"{kw:,g}", most=f"{rule.threshold:f}")
                yield scope.found(rule, ("station", station.station_id), year, text, [ref])


def kw_per_household(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """KW behind each household or slot, once a year, as the registry has it."""
    of = facts_of(facts.registry)
    for index, kw in [*village_kw(of), *centralized_kw(of)]:
        station = of.stations[index]
        for year, day in _years(scope):
            for check, sign in ((Check.KW_MOST, 1), (Check.KW_LEAST, -1)):
                rule = scope.rule(check, day, station.banner_code, station.kind)
                beyond = None if rule is None or kw is None else sign * (kw - float(rule.threshold))
                if rule and beyond is not None and beyond > ROUNDING_KW and station.grid_connected_on <= day:
                    values = {"capacity_dc_w": station.capacity_dc_w, "kw_per_household": round(kw or 0, 3)}
                    ref = RowRef("stations", {"station_id": station.station_id}, values)
                    words = _KW_MOST if sign > 0 else _KW_LEAST
                    text = words.filled(station=station.station_id, kw=f"{kw:.2f}", bound=f"{rule.threshold:f}")
                    yield scope.found(rule, ("station", station.station_id), year, text, [ref])


def both_kinds(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """A household holds a slot while its village holds units, or was paid out of both books."""
    paid, helped = paid_by_both(facts, scope), _helped_twice(facts.registry)
    for month in sorted(scope.months):
        whole = (first_day(month), last_day(month) + ONE_DAY)
        held = grouped((home, ref) for home, ref, times in helped if any(overlap(one, whole) for one in times))
        for household in sorted({*held, *(h for h, m in paid if m == month)}):
            home = facts.registry.households.get(household)
            village = home.village_id if home else None
            rule = scope.rule(Check.BOTH_KINDS, last_day(month), scope.village_banner(village))
            rows = [*held.get(household, []), *map(due_ref, paid.get((household, month), []))]
            if rule and len(rows) > rule.threshold:
                text = _BOTH.filled(household=household, month=month)
                yield scope.found(rule, ("household", household), month, text, rows, village=village)


def _helped_twice(registry: Registry) -> list[tuple[str, RowRef, list[Period]]]:
    """Slots that a household may not hold, as `guangfu.stations.checks` finds them, with the times of both."""
    if not registry.slots or not registry.share_units:
        return []
    shares = [share for share in registry.share_units if share.units > 0]
    owned = grouped((share.village_id, period(share)) for share in shares)
    of = Facts(slots=list(registry.slots), share_units=shares, households=list(registry.households.values()))
    found = []
    for finding in no_double_benefit(of):
        assert finding.index is not None
        slot = of.slots[finding.index]
        village = registry.households[slot.household_id].village_id
        ref = RowRef("slots", {"slot_id": slot.slot_id, "station_id": slot.station_id}, {"village_id": village})
        found.append((slot.household_id, ref, [_both(period(slot), share) for share in owned[village]]))
    return found


def _both(one: Period, other: Period) -> Period:
    """What two periods have in common; empty, with its end not after its beginning, if they share no day."""
    return max(one[0], other[0]), min(one[1], other[1])


def _years(scope: Scope) -> list[tuple[str, date]]:
    """Each year with the last day of its months that are looked at, today at the latest."""
    months = grouped((month[:4], month) for month in sorted(scope.months))
    return [(year, min(last_day(of_year[-1]), scope.today)) for year, of_year in sorted(months.items())]


_UNEXPLAINED: Final = frozenset({Cause.FACTOR, Cause.MISSING, Cause.REST})
_TARIFF: Final = Text(
    "{station}：{month} 结算单 {statement} 与电量乘电价相差 {yuan} 元",
    "{station}: statement {statement} of {month} differs by {yuan} yuan from energy × tariff",
)
_WAYS: Final = {
    Way.METER_POWER: (Check.POWER_INTEGRAL, Text(
        "{station}：{month} 功率积分 {first} kWh，电表 {second} kWh",
        "{station}: the power of {month} adds up to {first} kWh, the meter counted {second} kWh",
    )),
    Way.INVERTER_POWER: (Check.INVERTER_INTEGRAL, Text(
        "{station}：{month} 逆变器功率积分 {first} kWh，其电量 {second} kWh",
        "{station}: the inverters' power of {month} adds up to {first} kWh, they counted {second} kWh",
    )),
    Way.INVERTERS: (Check.INVERTERS_METER, Text(
        "{station}：{month} 逆变器电量 {first} kWh，关口表 {second} kWh",
        "{station}: in {month} the inverters counted {first} kWh, the gateway meter {second} kWh",
    )),
}  # fmt: skip
_IDLE: Final = Text(
    "{station}：{month} 有 {n} 天发电量为零（{first} 至 {last}），无人报告",
    "{station}: no output on {n} days ({first} to {last}, {month}), and nobody told",
)
_SIZE: Final = Text("{station}：{kw} kW，不得超过 {most} kW", "{station}: {kw} kW; {most} kW is the most")
_KW_MOST: Final = Text(
    "{station}：每户 {kw} kW，不得超过 {bound} kW", "{station}: {kw} kW per household; {bound} kW is the most"
)
_KW_LEAST: Final = Text(
    "{station}：每户 {kw} kW，不得低于 {bound} kW", "{station}: {kw} kW per household; {bound} kW is the least"
)
_BOTH: Final = Text(
    "{household}：{month} 同时受益于集中式电站和村级电站", "{household}: helped by both station types in {month}"
)
