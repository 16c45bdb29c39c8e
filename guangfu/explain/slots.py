"""Centralized stations: what the company owes to each slot, what it paid, what reached the households."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from guangfu.clock import month_days
from guangfu.explain.cash import received_part
from guangfu.explain.energy import REMARK
from guangfu.explain.estimate import DOCUMENT, station_name
from guangfu.explain.source import Source
from guangfu.explain.tree import Step, whole
from guangfu.income.entitlement import entitlement_fen, entitlement_unconfirmed
from guangfu.income.rules.models import Entitlement
from guangfu.income.villages import overlaps
from guangfu.ledger.books import CENTRALIZED
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.postings.estimates import entitlement_keys
from guangfu.ledger.postings.receipts import ENTITLEMENT
from guangfu.ledger.postings.revisions import in_key
from guangfu.stations.models import Slot, Station
from guangfu.texts import Text

OWED: Final = Text("{station} {month} 应付名额", "{station} {month}, owed to slots")
SLOT: Final = Text("名额 {slot}，户 {household}", "slot {slot}, household {household}")
HELD: Final = Text("持有", "held")
RULE: Final = Text("应得标准", "entitlement")
YEARLY: Final = Text("每名额每年 {yuan} 元，{years} 年", "{yuan} yuan a slot and year, for {years} years")
BY_DAYS: Final = Text(
    "{yuan} × {until}/{year} − {yuan} × {before}/{year} 天，各自四舍五入",
    "{yuan} × {until}/{year} − {yuan} × {before}/{year} days, each rounded",
)
COMPANY: Final = Text("{station} {month} 企业付款", "{station} {month}, paid by the company")
NOT_PAID: Final = Text("企业尚未付款", "the company has paid nothing yet")
NO_SLOTS: Final = Text("该月没有名额", "no slots in the month")
UNCONFIRMED: Final = Text("应得标准待核实", "the entitlement is not confirmed")
FLOOR: Final = Text("下限，与电站收益无关", "a floor, whatever the station earned")


def month_slots(source: Source, station: Station, month: str) -> list[Slot]:
    """The station's slots that hold on a day of the month, by id."""
    first, last = month_days(month)[0], month_days(month)[-1]
    of = (slot for slot in source.registry.slots if slot.station_id == station.station_id)
    return sorted((slot for slot in of if overlaps(slot, first, last)), key=lambda slot: slot.slot_id)


def slots_owed(source: Source, station: Station, month: str, slots: Iterable[Slot]) -> Step:
    """What the company owes these slots for the month, up to today. [fen]"""
    steps = tuple(_slot(source, slot, month) for slot in slots)
    title = source.say(OWED, station=station_name(source, station), month=month)
    if not steps:
        return Step("entitlement", title, insufficient=source.say(NO_SLOTS))
    last = _last(source, month)
    return Step(
        "entitlement", title, whole(steps), parts=steps, grounds=_rules(source, last),
        facts=(source.fact(REMARK, FLOOR),),
        unconfirmed=source.say(UNCONFIRMED) if entitlement_unconfirmed(last, source.rules) else "",
        entries=source.entries(
            f"{entitlement_keys(month)}{in_key(station.station_id)}/", station_id=station.station_id, book=CENTRALIZED
        ),
    )  # fmt: skip


def _last(source: Source, month: str) -> date:
    return min(month_days(month)[-1], source.today)


def _slot(source: Source, slot: Slot, month: str) -> Step:
    first, last = month_days(month)[0], _last(source, month)
    amount = entitlement_fen(source.registry, [slot], first, last, source.rules)
    rule = _rule(source, last)
    yearly = yuan_text(Fen(rule.fen_per_slot_year if rule else 0))
    return Step(
        "slot", source.say(SLOT, slot=slot.slot_id, household=slot.household_id), amount,
        formula=_formula(source, slot, first, last, yearly),
        facts=(source.dates(HELD, slot.valid_from, slot.valid_to),),
    )  # fmt: skip


def _formula(source: Source, slot: Slot, first: date, last: date, yearly: str) -> str:
    """The year's rounded cumulative up to the last day less that before the first."""
    station = source.registry.stations[slot.station_id]
    begin = max(first, slot.valid_from, station.grid_connected_on)
    until = min([last, *(day - timedelta(days=1) for day in (slot.valid_to, station.closed_on) if day)])
    if until < begin:
        return ""
    year = date(begin.year, 12, 31).timetuple().tm_yday
    numbers = {"until": until.timetuple().tm_yday, "before": begin.timetuple().tm_yday - 1, "year": year}
    return source.say(BY_DAYS, yuan=yearly, **numbers)


def _rule(source: Source, day: date) -> Entitlement | None:
    begun = [rule for rule in source.rules.entitlements if rule.valid_from <= day]
    return max(begun, key=lambda rule: rule.valid_from, default=None)


def _rules(source: Source, day: date) -> tuple[Step, ...]:
    rule = _rule(source, day)
    if rule is None:
        return ()
    yearly = YEARLY.filled(yuan=yuan_text(Fen(rule.fen_per_slot_year)), years=rule.years)
    facts = source.fact(RULE, yearly), source.document(DOCUMENT, rule.document, rule.confidence)
    return (Step("entitlement_rule", f"{source.say(RULE)} {rule.entitlement_id}", facts=facts),)


def company_paid(source: Source, station: Station, month: str) -> Step:
    """What the station's company paid for the month, receipt by receipt. [fen]"""
    title = source.say(COMPANY, station=station_name(source, station), month=month)
    found = received_part(source, station, month, ENTITLEMENT)
    if not found.parts:
        return Step("company_paid", title, insufficient=source.say(NOT_PAID))
    return Step("company_paid", title, found.amount, parts=found.parts)
