"""The synthetic fleet of 786 stations at noon of 2026-06-01, with 30 days behind it, and some trouble.

Every 97th station is silent since yesterday, every 89th has an inverter fault, every 83rd is stale, and every
191st was never heard of. Of every 101st only the last seven days of May are known. One station's name is an attack
on pages that forget to escape it.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Engine

from guangfu.clock import day_start, month_of, to_ms
from guangfu.income.audit import Found, RowRef, periods_of
from guangfu.income.figures import DailyEnergy, DailyIncome, MonthlyIncome
from guangfu.income.reasons import Reason
from guangfu.income.reconciling import Reconciled
from guangfu.income.rules.audit import Check, Severity
from guangfu.income.settlement.models import SettledIncome
from guangfu.ledger.fen import Fen
from guangfu.stations.models import DeviceKind, Registry, Station, StationKind
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.sql.completeness import keep_numbers
from guangfu.storage.sql.figures import replace_month, write_daily_energy
from guangfu.storage.sql.findings import take_findings
from guangfu.storage.sql.inbox import DeadLetter, Seen, keep_dead_letters, mark_seen
from guangfu.storage.sql.notices import Notice, keep_notice
from guangfu.storage.sql.papers import StationMonth, write_station_months
from guangfu.storage.sql.reconciliation import write_reconciled
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.sql.settlement import replace_settled
from guangfu.storage.telemetry_store import Point, TelemetryStore
from guangfu.telemetry.completeness import Came, Run, local_day_number
from guangfu.telemetry.reading import DeviceState, Reading
from guangfu.texts import Text
from tests.api.small_county import NOON, TODAY

ATTACK = '<script>document.title = "taken"</script>&"电站'
DAYS = [TODAY - timedelta(days=i) for i in range(29, -1, -1)]
QUARTER = timedelta(minutes=15)
NOTICE = Notice(
    "7K3M-ABCD-0119-ZZZZ", "result", "vl1", 2026, "2026-05", TODAY, TODAY + timedelta(days=9), 3, None, 80_000,
    "ab" * 32, f"AGENCY:12:{'cd' * 32}", True, NOON, "test",
)  # fmt: skip
"""A public notice that hangs on a wall."""


@cache
def fleet() -> Registry:
    registry = synthetic_registry()
    first = min(registry.stations)
    attacked = replace(registry.stations[first], name=ATTACK, name_en=ATTACK)
    return replace(registry, stations={**registry.stations, first: attacked})


def stations() -> list[Station]:
    return [station for _, station in sorted(fleet().stations.items())]


def silent(place: int) -> bool:
    return place % 97 == 5


def faulty(place: int) -> bool:
    return place % 89 == 7


def stale(place: int) -> bool:
    return place % 83 == 11


def unknown(place: int) -> bool:
    return place % 191 == 13


def sparse(place: int) -> bool:
    return place % 101 == 9


def _light(hour: float) -> float:
    return max(0.0, math.sin(math.pi * (hour - 5) / 14)) ** 1.3 if 5 < hour < 19 else 0.0


def _points(place: int, station: Station) -> Iterator[Point]:
    meters = [d for d in fleet().devices_of[station.station_id] if d.kind is DeviceKind.METER]
    quarters = 12 * 4 if stale(place) else 12 * 4 + 1
    for i in range(0 if unknown(place) or silent(place) else quarters):
        at = min(day_start(TODAY) + i * QUARTER, NOON - timedelta(minutes=1))
        power_w = 0.0 if faulty(place) and i > 40 else station.capacity_ac_w * 0.8 * _light(i / 4)
        for meter in meters:
            yield Point(station.station_id, DeviceKind.METER, Reading(
                at_ms=to_ms(at), device=meter.device, ac_power_w=power_w / len(meters), energy_export_total_wh=1_000,
            ))  # fmt: skip
    if faulty(place):
        yield Point(station.station_id, DeviceKind.INVERTER, Reading(
            at_ms=to_ms(NOON - timedelta(minutes=1)), device="inverter-1", ac_power_w=0.0, state=int(DeviceState.FAULT)
        ))  # fmt: skip


def _seen(place: int, station: Station) -> Seen:
    since = NOON - (timedelta(days=1) if silent(place) else timedelta(minutes=1))
    return Seen(station.station_id, since, NOON, "offline" if silent(place) else "online", since)


def energy_wh(place: int, station: Station, day: date) -> int | None:
    """Equivalent hours between three and six; one day in forty has no figure, today is half over."""
    if sparse(place) and day < date(2026, 5, 25):
        return None
    if unknown(place) or (place + day.toordinal()) % 40 == 0 or (silent(place) and day == TODAY):
        return None
    hours = 3 + (day.toordinal() * 7 + place) % 31 / 10
    return round(station.capacity_dc_w * hours * (0.5 if day == TODAY else 1))


def _income(place: int, station: Station, day: date) -> DailyIncome | None:
    wh = energy_wh(place, station, day)
    if wh is None:
        return None
    gross, base = wh * 65 // 1000, wh * 28 // 1000
    return DailyIncome(station.station_id, day, Fen(gross), Fen(base), Fen(gross - base), "village-2018", True)


def _daily_energy(place: int, station: Station, day: date) -> DailyEnergy:
    wh = energy_wh(place, station, day)
    estimated = wh // 5 if wh is not None and (place + day.day) % 11 == 0 else 0
    if wh is None:
        return DailyEnergy(station.station_id, day, None, None, 0.2, Reason.LOW_COVERAGE, False, "test", NOON)
    return DailyEnergy(station.station_id, day, wh, estimated, 0.98, None, day < TODAY, "test", NOON)


def _came(station: Station) -> list[Came]:
    """A message a minute since midnight, of which ten are missing; the last five came twice."""
    midnight_ms, name = to_ms(day_start(TODAY)), station.station_id

    def run(first: int, last: int, copies: int = 1) -> Came:
        came = Run(first, last, midnight_ms + first * 60_000, midnight_ms + last * 60_000)
        return Came(name, "5f3a9c", local_day_number(midnight_ms), False, came, (last - first + 1) * copies)

    return [run(1, 99), run(110, 695), run(696, 700, copies=2)]


def _month(place: int, station: Station, month: str) -> MonthlyIncome:
    days = [row for day in DAYS if month_of(day) == month and (row := _income(place, station, day))]
    wh = sum(energy_wh(place, station, row.day) or 0 for row in days)
    due = 31 if month == "2026-05" else 1
    gross, base = sum(r.estimated_gross_fen for r in days), sum(r.estimated_base_fen for r in days)
    return MonthlyIncome(
        station.station_id, month, wh, len(days), due, len(days) / due, Fen(gross), Fen(base), Fen(gross - base),
        "village-2018", True, "test", NOON,
    )  # fmt: skip


def _settled() -> list[SettledIncome]:
    """April 2024 and February 2026 of the joint stations are settled and nothing of it has come in; nor of May."""
    settled = []
    for n, station in enumerate(s for s in stations() if s.joint):
        for month in ("2024-04", "2026-02"):
            base, subsidy = Fen(1_000_00 + n), Fen(2_000_00 + 3 * n)
            statement, year = f"{station.station_id}-{month}-1", int(month[:4])
            gross = Fen(base + subsidy)
            settled.append(SettledIncome(
                station.station_id, month, statement, 10**6, gross, base, subsidy, year, True, False
            ))  # fmt: skip
    return settled


def _letters() -> list[DeadLetter]:
    """Three messages of a station that nobody has registered."""
    reason, topic = "unknown_station", "pv/1/st9999/telemetry"
    return [DeadLetter(f"0/t/{i}", reason, "not registered", topic, b"{}", "st9999", NOON) for i in range(3)]


def _findings() -> list[Found]:
    """May's of the attacked station: two idle weeks that somebody should look at, and nothing received."""
    name = min(fleet().stations)
    place: dict[str, Any] = {"subject_kind": "station", "subject_id": name, "station_id": name, "confidence": "C"}
    rows = (RowRef("daily_energy", {"station_id": name, "day": "2026-05-04"}, {"energy_wh": 0}),)
    facts: dict[str, Any] = {**place, "rows": rows, "document": "", "unconfirmed": True}
    idle = Found(
        check=Check.IDLE_STATION, period="2026-05", text=Text("停发 14 天", "idle for 14 days"), rule_id="idle-station",
        severity=Severity.WARNING, **facts,
    )  # fmt: skip
    nothing = Found(
        check=Check.NOTHING_RECEIVED, period="2026-Q2", text=Text("分文未到", "nothing came"),
        rule_id="nothing-received", severity=Severity.SERIOUS, **facts,
    )  # fmt: skip
    return [idle, nothing]


def _reconciled(station: Station) -> Reconciled:
    """Yesterday, by all ways the same but for the gateway meter, which counted a tenth less than the inverters."""
    wh = station.capacity_dc_w * 5
    counted = wh, wh, 1.0
    return Reconciled(station.station_id, TODAY - timedelta(days=1), wh * 9 // 10, wh, *counted, *counted, NOON)


def fill_fleet(engine: Engine, store: TelemetryStore) -> None:
    write_registry(engine, fleet(), at=NOON - timedelta(days=60))
    placed = list(enumerate(stations()))
    with engine.begin() as db:
        keep_dead_letters(db, _letters())
        mark_seen(db, [_seen(place, station) for place, station in placed if not unknown(place)])
        write_daily_energy(db, [_daily_energy(place, station, day) for place, station in placed for day in DAYS])
        for month in sorted({month_of(day) for day in DAYS}):
            rows = [_income(p, s, day) for p, s in placed for day in DAYS if month_of(day) == month]
            replace_month(
                db, month, [station.station_id for _, station in placed],
                daily=[row for row in rows if row is not None],
                monthly=[_month(place, station, month) for place, station in placed if not unknown(place)],
                villages=[],
            )  # fmt: skip
        periods = periods_of(["2026-05"])
        take_findings(db, _findings(), periods, at=NOON, rules_version="x", by="accounting")
        replace_settled(db, [], _settled())
        write_station_months(db, [
            StationMonth(one.station_id, one.month, "settled", NOON, "test", one.statement_id, None)
            for one in _settled()
        ], reason="test")  # fmt: skip
        keep_notice(db, NOTICE)
        keep_numbers(db, "0/x", 1, _came(one_of(StationKind.VILLAGE, joint=True)), [])
        write_reconciled(db, [_reconciled(one_of(StationKind.VILLAGE, joint=True))])
    assert not store.write([point for place, station in placed for point in _points(place, station)])


def one_of(kind: StationKind, *, joint: bool = False) -> Station:
    return next(s for i, s in enumerate(stations()) if s.kind is kind and s.joint is joint and i > 20)
