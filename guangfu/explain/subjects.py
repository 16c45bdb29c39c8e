"""What `guangfu explain` and the API answer: a station's month or day; a village's, household's or person's month."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from guangfu.clock import month_days
from guangfu.explain import payments, slots, villages
from guangfu.explain.cash import station_received
from guangfu.explain.estimate import station_estimate, station_name
from guangfu.explain.settled import station_settled
from guangfu.explain.source import Source
from guangfu.explain.tree import Amount, Chain, Explanation, See, Step, whole
from guangfu.income.villages import household_slots, indicator_households
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.split import split
from guangfu.stations.models import Household, Slot, Station, StationKind, Village
from guangfu.storage.sql.payments import Due, read_dues
from guangfu.storage.sql.persons import read_persons, read_places
from guangfu.storage.sql.transfers import ON_THE_WAY, read_transfer_lines
from guangfu.texts import Text

BOTH: Final = tuple(Part)
PASSED: Final = Text("{station} {month} 划拨", "{station} {month}, passed on")
INDICATOR: Final = Text(
    "户 {household} {month} 指标（不是发放）", "household {household} {month}, an indicator, no payment"
)
NOT_IN: Final = Text("该月不是受益户，或持有集中式名额", "no beneficiary in the month, or it holds a slot")
EACH: Final = Text("{amount} / {n} 户 = {part}", "{amount} / {n} households = {part}")
HOUSEHOLD: Final = Text("户 {id}", "household {id}")
PERSON: Final = Text("人员 {id}", "person {id}")


def is_month(period: str) -> bool:
    """Is it `2026-06` rather than `2026-06-01`?

    Raises:
        ValueError: It is neither.
    """
    if re.fullmatch(r"\d{4}-\d{2}", period):
        date.fromisoformat(f"{period}-01")
        return True
    if date.fromisoformat(period).isoformat() != period:
        raise ValueError(period)
    return False


def explain_station(source: Source, station: Station, period: str, parts: Sequence[Part] = BOTH) -> Explanation:
    """A station's month, or day: estimated, settled, received, passed on; of a centralized one what slots are owed.

    Raises:
        Unavailable: A database can't be reached.
    """
    chains = [(Amount.ESTIMATED, station_estimate(source, station, period, parts))]
    if is_month(period):
        chains.append((Amount.SETTLED, station_settled(source, station, period, parts)))
        if station.kind is StationKind.CENTRALIZED:
            chains += _centralized(source, station, period)
        else:
            chains += _village_level(source, station, period, parts)
    return _answer(source, "station", station.station_id, station_name(source, station), period, chains)


def _village_level(
    source: Source, station: Station, month: str, parts: Sequence[Part]
) -> list[tuple[Amount, Step]]:  # fmt: skip
    rows = read_transfer_lines(source.db, states=ON_THE_WAY, stations=[station.station_id])
    title = source.say(PASSED, station=station_name(source, station), month=month)
    return [
        (Amount.RECEIVED, station_received(source, station, month, parts)),
        (Amount.PASSED_ON, villages.passed_on(source, title, [row for row in rows if row.month == month], parts)),
    ]


def _centralized(source: Source, station: Station, month: str) -> list[tuple[Amount, Step]]:
    held = slots.month_slots(source, station, month)
    dues = [due for due in read_dues(source.db, station_id=station.station_id) if due.month == month]
    return [
        (Amount.ENTITLEMENT, slots.slots_owed(source, station, month, held)),
        (Amount.RECEIVED, slots.company_paid(source, station, month)),
        (Amount.PAID, payments.paid(source, dues, station_name(source, station), month)),
    ]


def explain_village(source: Source, village: Village, month: str, parts: Sequence[Part] = BOTH) -> Explanation:
    """A village's energy month in each of the amounts, and what it paid in the calendar month.

    Raises:
        Unavailable: A database can't be reached.
    """
    name = villages.village_name(source, village)
    estimated = villages.village_estimate(source, village, month, parts)
    chains = [(Amount.ESTIMATED, estimated)]
    if len(parts) == len(BOTH):
        chains.append((Amount.DISTRIBUTABLE, villages.village_expected(source, village, month, estimated)))
    chains += [
        (Amount.SETTLED, villages.village_settled(source, village, month, parts)),
        (Amount.RECEIVED, villages.village_received(source, village, month, parts)),
        (Amount.PASSED_ON, villages.village_passed(source, village, month, parts)),
        (Amount.PAID, payments.village_paid(source, village.village_id, name, month)),
    ]
    return _answer(source, "village", village.village_id, name, month, chains)


def explain_household(source: Source, household: Household, month: str) -> Explanation:
    """A household's month by opaque ids: its slots' entitlement, or its persons' pay, and the indicator.

    Raises:
        Unavailable: A database can't be reached.
    """
    first, last = month_days(month)[0], month_days(month)[-1]
    held = household_slots(source.registry, household.household_id, first, last)
    people = {
        place.person_id for place in read_places(source.db, villages=[household.village_id])
        if place.household_id == household.household_id
        and place.valid_from <= last and (place.valid_to is None or first < place.valid_to)
    }  # fmt: skip
    what = source.say(HOUSEHOLD, id=household.household_id)
    chains = _entitled(source, household, held, month, what) if held else []
    if people:
        chains += _pay(source, sorted(people), month, what)
    if not held:
        chains.append((Amount.INDICATOR, _indicator(source, household, month)))
    return _answer(source, "household", household.household_id, what, month, chains)


def _entitled(
    source: Source, household: Household, held: Sequence[Slot], month: str, what: str
) -> list[tuple[Amount, Step]]:  # fmt: skip
    steps, dues = [], list[Due]()
    for station_id in sorted({slot.station_id for slot in held}):
        station = source.registry.stations[station_id]
        own = [slot for slot in held if slot.station_id == station_id]
        steps.append(slots.slots_owed(source, station, month, own))
        of_station = read_dues(source.db, station_id=station_id)
        dues += [d for d in of_station if d.household_id == household.household_id and d.month == month]
    companies = tuple(
        slots.company_paid(source, source.registry.stations[station_id], month)
        for station_id in sorted({slot.station_id for slot in held})
    )
    root = Step("entitlements", what, whole(steps), parts=tuple(steps), grounds=companies)
    return [(Amount.ENTITLEMENT, root), (Amount.PAID, payments.paid(source, dues, what, month))]


def _pay(
    source: Source, people: Sequence[str], month: str, what: str
) -> list[tuple[Amount, Step]]:  # fmt: skip
    planned = tuple(step for person in people for step in payments.planned_pay(source, person, month))
    amount = whole(planned)
    missing = "" if amount is not None else source.say(payments.NO_POST if not planned else payments.NO_ATTENDANCE)
    title = f"{what} {source.say(payments.PLANNED)}"
    dues = payments.person_dues(source, people, month)
    return [
        (Amount.PLANNED, Step("planned", title, amount, insufficient=missing, parts=planned)),
        (Amount.DUE, payments.owed(source, dues, what)),
        (Amount.PAID, payments.paid(source, dues, what, month)),
    ]


def _indicator(source: Source, household: Household, month: str) -> Step:
    """An equal part of what the village may expect: a figure to compare, never a payment."""
    title = source.say(INDICATOR, household=household.household_id, month=month)
    village = source.registry.villages[household.village_id]
    shared = indicator_households(source.registry, village.village_id, month)
    if household.household_id not in shared:
        return Step("indicator", title, insufficient=source.say(NOT_IN))
    estimated = villages.village_estimate(source, village, month)
    expected = villages.village_expected(source, village, month, estimated)
    if expected.amount is None:
        return Step("indicator", title, insufficient=expected.insufficient, grounds=(expected, estimated))
    amount = max(expected.amount, 0)
    see = (See("village", village.village_id, month),)
    part = split(Fen(amount), dict.fromkeys(shared, 1))[household.household_id]
    formula = source.say(EACH, amount=yuan_text(Fen(amount)), n=len(shared), part=yuan_text(part))
    return Step("indicator", title, part, formula=formula, grounds=(expected, estimated), see=see)


def explain_person(source: Source, person_id: str, month: str) -> Explanation | None:
    """A person's month by the opaque id: planned pay, due, paid, returned; `None` where nobody has the id.

    Raises:
        Unavailable: A database can't be reached.
    """
    if not read_persons(source.db, [person_id]):
        return None
    what = source.say(PERSON, id=person_id)
    return _answer(source, "person", person_id, what, month, _pay(source, [person_id], month, what))


def _answer(
    source: Source, subject: str, id_: str, name: str, period: str, chains: Sequence[tuple[Amount, Step]]
) -> Explanation:
    return Explanation(
        subject, id_, name, period, source.registry.synthetic, source.rules.version,
        tuple(Chain(of, root) for of, root in chains),
    )  # fmt: skip
