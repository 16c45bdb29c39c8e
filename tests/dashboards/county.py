"""A small county whose figures can be had by hand, in a real InfluxDB and a real PostgreSQL.

It is 2026-06-10 12:00 in China. In Aohan, eight stations of 100 kWp; 1 kWh brings 1 yuan, 0.30 base and 0.70 subsidy.

| station | June 8 | June 9 | today | last heard | so it is |
|---|---|---|---|---|---|
| a, b, c | 500 kWh | 400 kWh | 200 kWh | 11:59 | producing |
| low | 500 | 200, half of the median | 100 | 11:59 | low |
| idle | 500 | 0 | 0 | 11:59 | idle |
| offline | 500 | no readings | - | June 8 | offline |
| closed | 400, then closed on June 9 | - | - | - | not there any more, its money is |
| few | one day of ten | - | - | 11:59, said offline | offline |

In Wuchuan, another league, one station `never` was never heard of.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Engine

from accounting.rollups import Rollups
from accounting.states import States
from guangfu.clock import ManualClock, day_start, to_ms
from guangfu.income.figures import DailyEnergy, DailyIncome, MonthlyIncome, VillageMonthlyIncome
from guangfu.ledger.fen import Fen
from guangfu.stations.models import Device, DeviceKind, Grid, Registry, ShareUnits, Station, StationKind, Village, Zone
from guangfu.stations.places import banners, leagues
from guangfu.storage.present import StateSettings
from guangfu.storage.sql import schema
from guangfu.storage.sql.figures import replace_month, write_daily_energy
from guangfu.storage.sql.inbox import DeadLetter, Seen, keep_dead_letters, mark_replayed, mark_seen, read_dead_letters
from guangfu.storage.sql.operations import IngestHealth, write_ingest_health
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.telemetry_store import Point, TelemetryStore
from guangfu.telemetry.reading import Quality, Reading

NOW: Final = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)
TODAY: Final = date(2026, 6, 10)
MONTH: Final = "2026-06"
AOHAN, WUCHUAN = "150430", "150125"
BASE_OF_YUAN: Final = 0.3

ENERGY_KWH: Final[Mapping[str, Mapping[int, int | None]]] = {
    "a": {8: 500, 9: 400, 10: 200},
    "b": {8: 500, 9: 400, 10: 200},
    "c": {8: 500, 9: 400, 10: 200},
    "low": {8: 500, 9: 200, 10: 100},
    "idle": {8: 500, 9: 0, 10: 0},
    "offline": {8: 500, 9: None},
    "closed": {8: 400},
    "few": {8: 300},
}
"""By station and day of June; None: no readings."""

SEEN: Final = {name: NOW - timedelta(minutes=1) for name in ("a", "b", "c", "low", "idle", "few")}
OFFLINE_SINCE: Final = datetime(2026, 6, 8, 4, 30, tzinfo=UTC)


def registry() -> Registry:
    stations = {name: _station(name, AOHAN) for name in ENERGY_KWH} | {"never": _station("never", WUCHUAN)}
    stations["closed"] = replace(stations["closed"], closed_on=date(2026, 6, 9))
    villages = {name: Village(name, f"{name}嘎查", f"{name} village", "苏木", AOHAN) for name in ("v1", "v2")}
    return Registry(
        leagues=dict(leagues()),
        banners=dict(banners()),
        villages=villages,
        stations=stations,
        devices=tuple(Device(name, "m1", DeviceKind.METER, date(2018, 6, 30)) for name in stations),
        share_units=(ShareUnits("a", "v1", 3, date(2018, 6, 30)), ShareUnits("a", "v2", 1, date(2018, 6, 30))),
        households={},
        slots=(),
        attributes=(),
    )


def _station(name: str, banner: str) -> Station:
    return Station(
        station_id=name, name=f"{name}站", name_en=f"Station {name}", kind=StationKind.VILLAGE, joint=name == "a",
        banner_code=banner, resource_zone=Zone.II, grid=Grid.MENGDONG, lon=120.0, lat=42.0, capacity_dc_w=100_000,
        capacity_ac_w=80_000, tilt_deg=38.0, azimuth_deg=180.0, plan_year=2018, filed_on=date(2018, 3, 1),
        grid_connected_on=date(2018, 6, 30),
    )  # fmt: skip


def fill_sql(engine: Engine) -> None:
    write_registry(engine, registry(), at=NOW)
    with engine.begin() as db:
        write_daily_energy(db, [_energy(s, day, kwh) for s, days in ENERGY_KWH.items() for day, kwh in days.items()])
        replace_month(db, MONTH, ENERGY_KWH, daily=_daily(), monthly=_monthly(), villages=_villages())
        mark_seen(db, [Seen(name, at, at, "online", at) for name, at in SEEN.items() if name != "few"])
        mark_seen(db, [Seen("offline", OFFLINE_SINCE, OFFLINE_SINCE), Seen("few", SEEN["few"], NOW, "offline", NOW)])


def _energy(station: str, day: int, kwh: int | None) -> DailyEnergy:
    """On June 8 a tenth of station a's energy was interpolated."""
    interpolated_wh = 50_000 if (station, day) == ("a", 8) else 0
    return DailyEnergy(
        station, date(2026, 6, day), None if kwh is None else kwh * 1000, None if kwh is None else interpolated_wh,
        0.0 if kwh is None else 1.0, "no_readings" if kwh is None else None, day < TODAY.day, "r1", NOW,
    )  # fmt: skip


def _split(kwh: int) -> tuple[Fen, Fen, Fen]:
    base = round(kwh * 100 * BASE_OF_YUAN)
    return Fen(kwh * 100), Fen(base), Fen(kwh * 100 - base)


def _daily() -> list[DailyIncome]:
    return [
        DailyIncome(station, date(2026, 6, day), *_split(kwh), "t", False)
        for station, days in ENERGY_KWH.items()
        for day, kwh in days.items()
        if kwh is not None
    ]


def month_kwh(station: str) -> int:
    return sum(kwh or 0 for kwh in ENERGY_KWH[station].values())


def _monthly() -> list[MonthlyIncome]:
    """All ten days are due; everybody has all of them counted but `offline` (9) and `few` (1). Rules of b are open."""
    days = {"offline": 9, "few": 1}
    return [
        MonthlyIncome(
            name, MONTH, month_kwh(name) * 1000, days.get(name, 10), 10, days.get(name, 10) / 10,
            *_split(month_kwh(name)), "t", name == "b", "r1", NOW,
        )
        for name in ENERGY_KWH
    ]  # fmt: skip


def _villages() -> list[VillageMonthlyIncome]:
    """Station a, 1100 yuan, belongs to v1 by three units of four; a tenth is deducted. `few` has a village as well."""
    owners = (("a", "v1", 3, 825), ("a", "v2", 1, 275), ("few", "v1", 1, 300))
    return [
        VillageMonthlyIncome(
            station,
            village,
            MONTH,
            units,
            *_split(yuan),
            Fen(yuan * 10),
            Fen(yuan * 90),
            households=1,
            unconfirmed=False,
        )
        for station, village, units, yuan in owners
    ]


def fill_health(engine: Engine) -> None:
    """Worker 0 speaks every 15 s of the last three minutes: 10 messages and 30 readings a second; nothing waits.

    It was silent before, from 11:00 to 11:57.
    """
    for seconds in (3600, *range(180, -1, -15)):
        grown = 3600 - seconds
        row = IngestHealth(
            0, NOW - timedelta(seconds=seconds), NOW - timedelta(hours=2), grown * 10, grown * 30, 0, 0, 0,
            5 if seconds == 90 else 0, 500, 7.0 if seconds == 90 else 0.0, 2, 0, 10**9, True, False,
        )  # fmt: skip
        with engine.begin() as db:
            write_ingest_health(db, row)


def fill_letters(engine: Engine) -> None:
    """Two on June 9, one of which was replayed, and one half an hour ago."""
    ages = (("not_json", 24), ("bad_reading", 25), ("not_json", 0.5))
    letters = [
        DeadLetter(f"o{i}", reason, "", "pv/1/a/telemetry", b"x", "a", NOW - timedelta(hours=hours))
        for i, (reason, hours) in enumerate(ages)
    ]
    with engine.begin() as db:
        keep_dead_letters(db, letters)
        mark_replayed(db, [min(one.id for one in read_dead_letters(db, reason="bad_reading"))], NOW)


def fill_completeness(engine: Engine) -> None:
    """On June 9 station a sent 100 messages: 90 came, 5 of them late, one twice; 4 lack and 6 were given up.

    The gap goes on over midnight, so that 4 lack of June 10.
    """
    gap = {
        "station_id": "a", "boot": "b", "first_seq": 11, "last_seq": 18,
        "from_at": day_start(TODAY) - timedelta(hours=1), "until_at": day_start(TODAY) + timedelta(hours=1),
    }  # fmt: skip
    day = {"arrived": 91, "received": 90, "late": 5, "unnumbered": 0, "missing_closed": 6}
    with engine.begin() as db:
        db.execute(sa.insert(schema.seq_gaps).values(**gap))
        db.execute(sa.insert(schema.completeness_days).values(station_id="a", day=date(2026, 6, 9), **day))


def fill_rollups(store: TelemetryStore, engine: Engine) -> None:
    """As accounting does."""
    Rollups(store, engine, ManualClock(NOW)).once()


def fill_states(store: TelemetryStore, engine: Engine) -> None:
    """As accounting does."""
    States(StateSettings(), store, engine, ManualClock(NOW)).once(registry())


def fill_telemetry(store: TelemetryStore) -> None:
    """Every station that is heard gives 50 kW in the last hour, by a reading every five minutes.

    The newest readings of `a` say wild things and bear a mark for it: no figure may have them.
    """
    times = [NOW - timedelta(minutes=minutes) for minutes in range(1, 60, 5)]
    points = [_point(name, DeviceKind.METER, "m1", at, ac_power_w=50_000.0) for name in SEEN for at in times]
    for at in times:
        points += [_point("a", DeviceKind.INVERTER, i, at, ac_power_w=w) for i, w in (("i1", 30e3), ("i2", 20e3))]
        points.append(_point("a", DeviceKind.WEATHER, "w1", at, poa_irradiance_w_m2=800.0, ghi_w_m2=700.0))
    at, mark = NOW - timedelta(seconds=30), Quality.SUSPECT_POWER
    points += [
        _point("a", DeviceKind.METER, "m1", at, mark, ac_power_w=9e9),
        _point("a", DeviceKind.INVERTER, "i1", at, mark, ac_power_w=9e9),
        _point("a", DeviceKind.WEATHER, "w1", at, mark, poa_irradiance_w_m2=9e9, ghi_w_m2=9e9),
    ]
    assert store.write(points) == []


def _point(station: str, kind: DeviceKind, device: str, at: datetime, quality: int = 0, **values: float) -> Point:
    return Point(station, kind, Reading(at_ms=to_ms(at), device=device, **values), quality)  # type: ignore[arg-type]
