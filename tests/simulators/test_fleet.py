"""A fleet at a real broker, heard by a subscriber that shares no code with it."""

import itertools
import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guangfu.clock import Clock, FastClock, ManualClock, SystemClock, day_start, to_ms
from guangfu.stations.models import Registry
from simulators.fleet import run
from simulators.publisher import BrokerUnreachable
from simulators.settings import Protocol, Settings
from simulators.state import BadState
from simulators.stations import BadSelection
from tests.services.running import Service, free_port, running_mosquitto
from tests.simulators.conftest import listening, wait_until

DAY = datetime(2026, 6, 1, tzinfo=UTC).date()
START, END = day_start(DAY), day_start(DAY + timedelta(days=1))
QUARTER_MS = 900_000


def settings_for(broker: Service, **given: Any) -> Settings:
    return Settings.load(mqtt_host=broker.host, mqtt_port=broker.port, patience_s=10, **given)


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def fast(origin: datetime, speed: float) -> FastClock:
    return FastClock(origin, SystemClock().now(), speed)


@contextmanager
def running(settings: Settings, registry: Registry, clock: Clock) -> Iterator[threading.Event]:
    """A fleet in a thread, stopped at the end of the block; what it raises is raised here."""
    stop, failed = threading.Event(), []

    def work() -> None:
        try:
            run(settings, registry, clock, stop)
        except Exception as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()
    if failed:
        raise failed[0]


@pytest.mark.parametrize("version", list(Protocol))
def test_one_day_of_the_whole_fleet(mosquitto: Service, registry: Registry, tmp_path: Path, version: Protocol) -> None:
    truth = tmp_path / "truth.jsonl"
    settings = settings_for(mosquitto, start_at=START, end_at=END, truth_file=truth, mqtt_version=version)
    with listening(mosquitto) as heard:
        sent = run(settings, registry, ManualClock(END), threading.Event())
        wait_until(lambda: len(heard.telemetry) == 786)
    assert sent == {"messages": 786, "readings": 786 * 97, "acknowledged": 786, "rejected": 0}
    by_station = {message["station"]: message["readings"] for message in heard.telemetry}
    *rows, total = rows_of(truth)
    assert total == {"total": sent}
    assert len(rows) == 786
    for row in rows:
        readings = by_station[row["station"]]
        assert [r["at"] for r in readings] == [to_ms(START) + QUARTER_MS * k for k in range(97)]
        shown_wh = readings[-1]["energy_export_total_wh"] - readings[0]["energy_export_total_wh"]
        assert shown_wh == row["register_end_wh"] - row["register_start_wh"]
        assert abs(shown_wh * row["factor"] - row["energy_wh"]) <= row["factor"]
        assert row["gross_fen"] == pytest.approx(row["energy_wh"] / 1000 * row["price_yuan_per_kwh"] * 100)
        assert row["readings"] == 96


def test_live_is_all_devices_once_an_interval_and_every_midnight(mosquitto: Service, registry: Registry) -> None:
    origin, end = END - timedelta(minutes=4), END + timedelta(minutes=3)
    settings = settings_for(mosquitto, stations=5, interval_s=60, end_at=end)
    with listening(mosquitto) as heard:
        sent = run(settings, registry, fast(origin, 200), threading.Event())
        wait_until(lambda: len(heard.telemetry) == sent["messages"])
    ids = sorted(registry.stations)[:5]
    for station in ids:
        seqs = heard.seqs(station)
        assert seqs == list(range(1, len(seqs) + 1))
        meter = heard.readings(station)
        at = [r["at"] for r in meter]
        assert to_ms(END) in at
        assert {b - a for a, b in itertools.pairwise(at) if to_ms(END) not in {a, b}} == {60_000}
        assert all(r["energy_export_total_wh"] > 0 and "ac_power_w" in r for r in meter)
    said = [r for m in heard.telemetry for r in m["readings"]]
    assert any("poa_irradiance_w_m2" in r for r in said)
    assert any(r.get("state") == 2 and "dc_power_w" in r for r in said), "inverters sleep at midnight"
    phases = {m["readings"][-1]["at"] % 60_000 for m in heard.telemetry}
    assert len(phases) == 5, "spread over the interval"


def test_status_is_retained(mosquitto: Service, registry: Registry) -> None:
    settings = settings_for(mosquitto, stations=2)
    station = min(registry.stations)
    topic = f"pv/1/{station}/status"
    with running(settings, registry, SystemClock()), listening(mosquitto, topic) as heard:
        wait_until(lambda: bool(heard.status) and heard.status[-1]["state"] == "online")
    with listening(mosquitto, topic) as late:
        wait_until(lambda: bool(late.status))
    assert late.status[0]["state"] == "offline"
    assert late.status[0]["station"] == station


def test_a_second_start_continues_the_counters_and_fills_the_gap(
    mosquitto: Service, registry: Registry, tmp_path: Path
) -> None:
    first_stop, second_stop = START + timedelta(hours=11, minutes=7), START + timedelta(hours=30)
    common: dict[str, Any] = {"stations": 3, "backfill_days": 2}
    kept = {"state_file": tmp_path / "state.json", "truth_file": tmp_path / "truth.jsonl"}
    with listening(mosquitto) as heard:
        for now in (first_stop, second_stop):
            settings = settings_for(mosquitto, end_at=now, **common, **kept)
            run(settings, registry, ManualClock(now), threading.Event())
        wait_until(lambda: len(heard.telemetry) >= 3 * 5)
    with listening(mosquitto) as whole:
        period = {"start_at": START - timedelta(days=2), "end_at": second_stop}
        once = tmp_path / "once.jsonl"
        run(settings_for(mosquitto, stations=3, truth_file=once, **period), registry, SystemClock(), threading.Event())
        wait_until(lambda: len(whole.telemetry) >= 3 * 4)
    for station in sorted(registry.stations)[:3]:
        in_two, in_one = heard.readings(station), whole.readings(station)
        quarters = [r for r in in_two if r["at"] % QUARTER_MS == 0 and "ac_voltage_v" not in r]
        assert [(r["at"], r["energy_export_total_wh"]) for r in quarters] == [
            (r["at"], r["energy_export_total_wh"]) for r in in_one
        ]
        shown = [r["energy_export_total_wh"] for r in sorted(in_two, key=lambda r: r["at"])]
        assert shown == sorted(shown)
    in_two_rows = [row for row in rows_of(kept["truth_file"]) if "station" in row]
    assert in_two_rows == [row for row in rows_of(once) if "station" in row]


def test_a_state_of_another_fleet_or_of_the_future_is_refused(
    mosquitto: Service, registry: Registry, tmp_path: Path
) -> None:
    settings = settings_for(mosquitto, stations=1, backfill_days=1, end_at=END, state_file=tmp_path / "state.json")
    run(settings, registry, ManualClock(END), threading.Event())
    with pytest.raises(BadState, match="seed 2018"):
        run(settings.model_copy(update={"seed": 1}), registry, ManualClock(END), threading.Event())
    with pytest.raises(BadState, match="published_until_s"):
        run(settings, registry, ManualClock(END - timedelta(days=3)), threading.Event())


def test_after_the_broker_died_the_last_half_hour_is_sent_again(registry: Registry, tmp_path: Path) -> None:
    with running_mosquitto(tmp_path) as broker:
        settings = settings_for(broker, stations=3, interval_s=20)
        with running(settings, registry, fast(START, 60)):
            with listening(broker) as before:
                wait_until(lambda: len(before.telemetry) >= 9)
            broker.kill()
            broker.start()
            with listening(broker) as after:
                wait_until(lambda: len(after.telemetry) >= 30)
    for station in sorted(registry.stations)[:3]:
        known, again = before.seqs(station), after.seqs(station)
        assert again[0] == 1, "all of it lies within the last half hour"
        assert set(known) < set(again)
        assert sorted(set(again)) == list(range(1, max(again) + 1)), "nothing is missing"
        assert len({m["boot"] for m in (*before.telemetry, *after.telemetry)}) == 1


def test_faults_of_the_network_are_asked_for(mosquitto: Service, registry: Registry, tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    unkind: dict[str, Any] = {"missing": 0.2, "duplicates": 0.3, "late": 0.3, "truth_file": truth}
    settings = settings_for(mosquitto, stations=10, start_at=START - timedelta(days=9), end_at=END, **unkind)
    with listening(mosquitto) as heard:
        sent = run(settings, registry, ManualClock(END), threading.Event())
        wait_until(lambda: len(heard.telemetry) >= sent["messages"])
    *rows, _ = rows_of(truth)
    for station in sorted(registry.stations)[:10]:
        seqs = heard.seqs(station)
        assert set(seqs) == set(range(1, 11))
        at = {r["at"] for r in heard.readings(station)}
        assert {to_ms(START - timedelta(days=d)) for d in range(-1, 10)} <= at, "midnights are never missing"
        assert 0.7 < len(at) / (96 * 10 + 1) < 0.9
        assert sum(row["readings"] for row in rows if row["station"] == station) == len(at) - 1
    assert 100 * 1.15 < sent["messages"] < 100 * 1.45
    assert any(seqs != sorted(seqs) for seqs in map(heard.seqs, sorted(registry.stations)[:10])), "some come late"


def test_the_demonstration_shows_troubled_stations(mosquitto: Service, registry: Registry) -> None:
    noon = START + timedelta(hours=12)
    settings = settings_for(mosquitto, backfill_days=3, interval_s=60, faults="demo", end_at=noon, connections=40)
    with listening(mosquitto) as heard:
        sent = run(settings, registry, ManualClock(noon), threading.Event())
        wait_until(lambda: len(heard.telemetry) >= sent["messages"])
    newest = {m["station"]: max(r["at"] for r in m["readings"]) for m in heard.telemetry}
    silent = [s for s, at in newest.items() if at < to_ms(noon - timedelta(hours=47))]
    stale = [s for s, at in newest.items() if to_ms(noon - timedelta(hours=47)) < at < to_ms(noon - timedelta(hours=4))]
    assert len(silent) == 1
    assert len(stale) == 1
    last = {m["station"]: m["readings"][-1]["ac_power_w"] for m in heard.telemetry}
    idle = [s for s, watt in last.items() if watt == 0 and s not in {*silent, *stale}]
    assert len(idle) == 1


def test_a_fleet_may_share_connections(mosquitto: Service, registry: Registry) -> None:
    settings = settings_for(mosquitto, stations=30, connections=2, start_at=START, end_at=END, step_minutes=60)
    with listening(mosquitto) as heard:
        sent = run(settings, registry, ManualClock(END), threading.Event())
        wait_until(lambda: len(heard.telemetry) == 30)
    assert sent["readings"] == 30 * 25
    assert {m["station"] for m in heard.telemetry} == set(sorted(registry.stations)[:30])


def test_nobody_listens_there(registry: Registry) -> None:
    settings = Settings.load(mqtt_port=free_port(), patience_s=0.3, stations=2)
    with pytest.raises(BrokerUnreachable, match="refused"):
        run(settings, registry, SystemClock(), threading.Event())


def test_there_is_no_such_station(registry: Registry) -> None:
    with pytest.raises(BadSelection, match="nowhere"):
        run(Settings.load(station="nowhere"), registry, SystemClock(), threading.Event())


AMQTT = """
import asyncio, logging, sys
from amqtt.broker import Broker

logging.disable(logging.CRITICAL)

async def main():
    plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    listeners = {"default": {"type": "tcp", "bind": "127.0.0.1:" + sys.argv[1]}}
    await Broker({"listeners": listeners, "plugins": plugins}).start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_the_pure_python_broker_takes_a_fleet_too(registry: Registry, tmp_path: Path) -> None:
    port = free_port()
    broker = Service(
        "127.0.0.1", port, [sys.executable, "-c", AMQTT, str(port)], lambda: listens(port), tmp_path / "amqtt.log"
    )
    broker.start()
    try:
        settings = settings_for(broker, start_at=START, end_at=END, mqtt_version="3.1.1", stations=100)
        with listening(broker) as heard:
            sent = run(settings, registry, ManualClock(END), threading.Event())
            wait_until(lambda: len(heard.telemetry) == 100)
        assert sent == {"messages": 100, "readings": 100 * 97, "acknowledged": 100, "rejected": 0}
    finally:
        broker.kill()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
