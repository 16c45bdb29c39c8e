"""Each kind of telemetry store, fresh and empty, that can be opened again."""

import http.client
import itertools
import json
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from guangfu.stations.models import DeviceKind
from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.telemetry_store import Point, TelemetryStore
from guangfu.telemetry.reading import Reading
from tests.services.running import Service

_numbers = itertools.count(1)
NOON_MS = 1_780_286_400_000
"""2026-06-01 12:00 in China. [ms]"""


@dataclass
class Place:
    """Where a store keeps its points; every `open` gives another store on the same points."""

    settings: StorageSettings
    opened: list[TelemetryStore] = field(default_factory=list)

    def open(self) -> TelemetryStore:
        self.opened.append(open_telemetry_store(self.settings))
        return self.opened[-1]

    def close(self) -> None:
        for store in self.opened:
            store.close()
        self.opened.clear()

    def forget(self) -> TelemetryStore:
        """Delete every reading past the store, for good, as retention does; the store that is opened then."""
        address = urllib.parse.urlsplit(self.settings.telemetry_url)
        self.close()
        if address.scheme == "duckdb":
            with duckdb.connect(address.path) as db:
                for kind in DeviceKind:
                    db.execute(f"DELETE FROM pv_{kind}_rows")
        else:
            drop_shards(address, self.settings.influx_bucket.split("/")[0])
        return self.open()


def drop_shards(address: urllib.parse.SplitResult, database: str) -> None:
    """InfluxDB's retention drops whole shards."""
    service = Service(address.hostname or "", address.port or 0, (), bool, Path())
    (found,) = json.loads(ask_influxdb(service, "SHOW SHARDS"))["results"]
    shards: list[list[object]] = next((one["values"] for one in found["series"] if one["name"] == database), [])
    assert shards
    for shard in shards:
        ask_influxdb(service, f"DROP SHARD {shard[0]}")


def duckdb_place(folder: Path) -> Place:
    return Place(StorageSettings(telemetry_url=f"duckdb:///{folder}/made/telemetry.duckdb"))


def influxdb_place(service: Service) -> Place:
    database = f"store{next(_numbers)}"
    ask_influxdb(service, f"CREATE DATABASE {database}")
    url = f"http://{service.host}:{service.port}"
    return Place(StorageSettings.load(telemetry_url=url, influx_bucket=f"{database}/autogen", influx_token="u:p"))


def ask_influxdb(service: Service, statement: str) -> bytes:
    """Send a statement past the store."""
    connection = http.client.HTTPConnection(service.host, service.port, timeout=20)
    connection.request("POST", "/query?" + urllib.parse.urlencode({"q": statement}))
    answer = connection.getresponse().read()
    connection.close()
    return answer


def write_influxdb(service: Service, database: str, lines: str) -> None:
    """Write lines past the store."""
    connection = http.client.HTTPConnection(service.host, service.port, timeout=20)
    connection.request("POST", f"/write?db={database}&precision=ms", lines.encode())
    assert connection.getresponse().status == 204
    connection.close()


def meter(at_ms: int = NOON_MS, station: str = "s1", device: str = "m1", *, quality: int = 0, **values: float) -> Point:
    return Point(station, DeviceKind.METER, Reading(at_ms=at_ms, device=device, **values), quality)  # type: ignore[arg-type]


def inverter(
    at_ms: int = NOON_MS, station: str = "s1", device: str = "i1", *, quality: int = 0, **values: float
) -> Point:
    return Point(station, DeviceKind.INVERTER, Reading(at_ms=at_ms, device=device, **values), quality)  # type: ignore[arg-type]


def weather(at_ms: int = NOON_MS, station: str = "s1", device: str = "w1", **values: float) -> Point:
    return Point(station, DeviceKind.WEATHER, Reading(at_ms=at_ms, device=device, **values))  # type: ignore[arg-type]
