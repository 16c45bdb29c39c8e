"""Readings through the API of a system that runs here: a DuckDB file belongs to one process, which answers for it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import msgspec
import numpy as np
import urllib3
from pydantic import Field
from sqlalchemy import Engine
from urllib3.exceptions import HTTPError

from guangfu.settings import ProgramSettings, program_config
from guangfu.stations.models import DeviceKind, Registry
from guangfu.storage.boundaries import Readings
from guangfu.storage.errors import Unavailable
from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.sql.month_summary import read_month_summary
from guangfu.storage.telemetry_store import ReadingTable
from guangfu.telemetry.reading import INTEGER_FIELDS
from guangfu.texts import Lang, Text

PART: Final = "telemetry"
TIMEOUT_S: Final = 30
NOBODY: Final = Text(
    "遥测库由另一进程占用，而 {url} 没有回应（{error}）。请用 GUANGFU_API_HOST 与 GUANGFU_API_PORT 指明那一系统的接口，"
    "或先停下它",
    "another process has the telemetry, and {url} does not answer ({error}): name that system's API by "
    "GUANGFU_API_HOST and GUANGFU_API_PORT, or stop it first",
)
OTHER_SYSTEM: Final = Text(
    "{url} 是另一套系统：它的 {month} 与本数据库不同", "{url} is another system: its {month} is not this database's"
)


class ApiAddress(ProgramSettings):
    """Where the local API listens: the same settings as its own, `GUANGFU_API_HOST` and `GUANGFU_API_PORT`."""

    model_config = program_config("API")

    host: str = Field(default="127.0.0.1", description="address of the local API")
    port: int = Field(default=8080, ge=1, le=65535, description="its port")

    @property
    def url(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - what it listens on
        return f"http://{host}:{self.port}"


class ApiReadings:
    """What `TelemetryStore.read` answers, asked of the API station by station."""

    def __init__(self, url: str, lang: Lang) -> None:
        self.url, self._lang = url, lang
        self._pool = urllib3.PoolManager(maxsize=2, retries=False, timeout=urllib3.Timeout(total=TIMEOUT_S))

    def get(self, path: str, query: Mapping[str, str]) -> Any:
        """The JSON at a path.

        Raises:
            Unavailable: No answer, or none of this API.
        """
        try:
            answer = self._pool.request("GET", f"{self.url}{path}", fields=dict(query))
            if answer.status != 200:
                raise Unavailable(PART, self._nobody(f"HTTP {answer.status}"))
            return msgspec.json.decode(answer.data)
        except (HTTPError, msgspec.DecodeError) as error:
            raise Unavailable(PART, self._nobody(error)) from error

    def _nobody(self, error: object) -> str:
        return NOBODY(self._lang, url=self.url, error=str(error)[:200])

    def read(
        self, kind: DeviceKind, columns: Sequence[str], *, start_at: datetime, end_at: datetime,
        stations: Sequence[str] | None = None,
    ) -> ReadingTable:  # fmt: skip
        """As `TelemetryStore.read`; `stations` must be named.

        Raises:
            Unavailable: The API does not answer.
        """
        assert stations is not None, "the API is asked of each station"
        query = {
            "kind": kind.value, "start": start_at.isoformat(), "end": end_at.isoformat(), "fields": ",".join(columns),
        }  # fmt: skip
        found = [self.get(f"/v1/stations/{quote(one, safe='')}/readings", query) for one in sorted(set(stations))]
        return _table(found, columns)


def _table(answers: Sequence[dict[str, Any]], columns: Sequence[str]) -> ReadingTable:
    station = [answer["station_id"] for answer in answers for _ in answer["at_ms"]]
    return ReadingTable(
        np.array(station, dtype=object),
        np.array([device for answer in answers for device in answer["device"]], dtype=object),
        np.array([at for answer in answers for at in answer["at_ms"]], dtype=np.int64),
        {name: _column(name, [v for answer in answers for v in answer["columns"][name]]) for name in columns},
    )


def _column(name: str, values: Sequence[Any]) -> Any:
    if name in INTEGER_FIELDS or name == "quality":
        return np.array([-1 if value is None else value for value in values], dtype=np.int64)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


@contextmanager
def opened_readings(
    storage: StorageSettings, engine: Engine, registry: Registry, month: str, lang: Lang
) -> Iterator[Readings]:
    """The telemetry store; where another process has its DuckDB file, that system's API.

    Args:
        month: Of which the API must say the same as the database does, so that it is no other system's.

    Raises:
        Unavailable: Neither answers, or the API is another system's.
    """
    try:
        store = open_telemetry_store(storage)
    except Unavailable:
        if not storage.telemetry_url.startswith("duckdb"):
            raise
        readings = ApiReadings(ApiAddress.load().url, lang)
        _check_same(readings, engine, registry, month)
        yield readings
        return
    try:
        yield store
    finally:
        store.close()


def _check_same(readings: ApiReadings, engine: Engine, registry: Registry, month: str) -> None:
    with engine.connect() as db:
        ours = read_month_summary(db, registry, month)
    theirs = readings.get(f"/v1/months/{month}", {"lang": "en"})
    same = (
        dict(ours.states) == {name: n for name, n in theirs["states"].items() if n}
        and ours.settled.gross_fen == theirs["settled"]["settled_base_fen"] + theirs["settled"]["settled_subsidy_fen"]
    )
    if not same:
        raise Unavailable(PART, OTHER_SYSTEM(readings._lang, url=readings.url, month=month))
