"""A measured day, NREL's serf_east at one minute, from a meter's messages to fen.

The energy is held against pandas on the same file, the money against a calculation by hand: zone II, a village
station on grid from 2018 on, 0.75 yuan/kWh (发改价格规〔2017〕2196号), of it base 0.3035 (蒙东) and subsidy 0.4465.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from guangfu.clock import day_start
from guangfu.stations.models import Grid, Registry, Station, StationKind, Zone
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.sql import schema
from tests.end_to_end.whole import Whole, running_whole, wait_until
from tests.services.running import Postgres, Service
from tests.storage.stores import influxdb_place

DAY = date(2026, 6, 1)  # the first of a month: the day's amount is the month's
SOURCE_DAY = "2022-03-19"
SCALE = 50
HALF_FEN = 0.5


@dataclass(frozen=True)
class MeasuredDay:
    whole: Whole
    station: str
    energy_wh: int
    income: Any


def some_station(registry: Registry) -> Station:
    """A single-village station in zone II of about 300 kW, on grid in 2018."""
    return next(
        s
        for s in registry.stations.values()
        if (s.kind, s.joint, s.resource_zone, s.grid) == (StationKind.VILLAGE, False, Zone.II, Grid.MENGDONG)
        and s.capacity_dc_w >= 300_000
        and s.grid_connected_on.year == 2018
    )


def energy_by_pandas_wh() -> float:
    """Trapezoids over the file's own times, of what is above zero, for the day that is replayed."""
    table = pd.read_csv(str(files("pvanalytics") / "data" / "serf_east_1min_ac_power.csv"))
    times = pd.to_datetime(table["measured_on"])
    power_w = pd.Series(table["ac_power__752"].to_numpy(), index=times).clip(lower=0) * SCALE
    day = power_w[f"{SOURCE_DAY} 00:00" : f"{pd.Timestamp(SOURCE_DAY) + pd.Timedelta(days=1):%Y-%m-%d} 00:00"]
    hours = day.index.to_series().diff().dt.total_seconds() / 3600
    return float(((day + day.shift()) / 2 * hours).sum())


@pytest.fixture(scope="module")
def measured(
    mosquitto: Service, influxdb: Service, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MeasuredDay]:
    registry = synthetic_registry()
    station = some_station(registry).station_id
    folder: Path = tmp_path_factory.mktemp("measured-day")
    place = influxdb_place(influxdb)
    now = day_start(DAY + timedelta(days=1)) + timedelta(minutes=10)
    with running_whole(mosquitto, place.open(), postgres.new_database(), registry, folder, now) as whole:
        replay(mosquitto.port, station)
        wait_until(lambda: whole.count("dirty_days") >= 1 and whole.is_drained(), "the day is stored")
        whole.account()
        yield measured_day(whole, station)
    place.close()


def replay(port: int, station: str) -> None:
    command = [
        sys.executable, "-m", "guangfu", "simulate", "replay", "--nrel", "--day", DAY.isoformat(),
        "--source-day", SOURCE_DAY, "--scale", str(SCALE), "--station", station, "--mqtt-port", str(port),
    ]  # fmt: skip
    answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    assert json.loads(answer.stdout)["station"] == station


def measured_day(whole: Whole, station: str) -> MeasuredDay:
    energy, income = schema.daily_energy, schema.daily_income
    with whole.engine.connect() as db:
        where = (energy.c.station_id == station, energy.c.day == DAY)
        energy_wh = db.execute(select(energy.c.energy_wh).where(*where)).scalar_one()
        row = db.execute(select(income).where(income.c.station_id == station, income.c.day == DAY)).one()
    return MeasuredDay(whole, station, energy_wh, row)


def test_the_energy_is_what_pandas_finds_in_the_file(measured: MeasuredDay) -> None:
    assert measured.energy_wh == pytest.approx(energy_by_pandas_wh(), rel=1e-3)


def test_the_energy_is_known_by_heart(measured: MeasuredDay) -> None:
    """35.58 kWh of a 6 kW array, times 50; the register moves in steps of its factor."""
    assert measured.energy_wh == pytest.approx(1_779_000, rel=1e-3)


def test_the_income_follows_by_hand_to_the_fen(measured: MeasuredDay) -> None:
    """Gross and base are each rounded half up to a fen, the subsidy is the remainder."""
    gross = int(measured.energy_wh * 75 / 1000 + HALF_FEN)
    base = int(measured.energy_wh * 30.35 / 1000 + HALF_FEN)
    assert measured.income.estimated_gross_fen == gross
    assert measured.income.estimated_base_fen == base
    assert measured.income.estimated_subsidy_fen == gross - base
    assert gross == pytest.approx(133_425, rel=1e-3)


def test_the_split_of_the_price_is_unconfirmed_and_says_so(measured: MeasuredDay) -> None:
    assert measured.income.unconfirmed
    assert measured.income.tariff_id.startswith("village")
