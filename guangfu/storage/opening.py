"""Which databases a program uses: the settings that all programs share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field, SecretStr
from sqlalchemy import Engine

from guangfu.settings import BadSettings, ProgramSettings, program_config
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.telemetry_store import TelemetryStore


class StorageSettings(ProgramSettings):
    model_config = program_config("STORAGE")

    telemetry_url: str = Field(
        default="duckdb:///var/guangfu/telemetry.duckdb",
        description="duckdb:///path (four slashes for an absolute one) for one process, or http(s)://host:8086 of "
        "InfluxDB",
    )
    influx_bucket: str = Field(default="guangfu/autogen", description="bucket; database/retention on InfluxDB 1.8")
    influx_org: str = Field(default="-", description="organisation; - on InfluxDB 1.8")
    influx_token: SecretStr = Field(default=SecretStr(""), description="token; user:password on InfluxDB 1.8")
    duckdb_memory_mb: int = Field(default=256, ge=64, le=65_536, description="what DuckDB may use for its buffers")
    influx_timeout_s: float = Field(default=10, gt=0, le=300, description="how long a request may take")
    sql_url: SecretStr = Field(
        default=SecretStr("sqlite:///var/guangfu/guangfu.sqlite"),
        description="sqlite:///path or postgresql+psycopg://user:password@host/database",
    )
    vouchers_folder: Path = Field(
        default=Path("var/guangfu/vouchers"), description="where the files behind vouchers are kept, by their hash"
    )


def open_telemetry_store(settings: StorageSettings, *, ask: bool = True) -> TelemetryStore:
    """The store that `telemetry_url` names.

    Args:
        ask: Whether to ask a server if it is there; who keeps what it can't write need not know yet.

    Raises:
        Unavailable: It can't be reached; or, for a DuckDB file, another process has it.
        BadSettings: The URL is of no kind that is known.
    """
    scheme, _, rest = settings.telemetry_url.partition("://")
    if scheme == "duckdb" and len(rest) > 1 and rest.startswith("/"):
        return _open_duckdb(Path(rest.removeprefix("/")), settings)
    if scheme in {"http", "https"} and rest:
        return _open_influxdb(settings, ask=ask)
    raise BadSettings(
        f"GUANGFU_STORAGE_TELEMETRY_URL: {settings.telemetry_url!r}; it begins with duckdb:///, http:// or https://"
    )


# The client libraries are imported late: who uses the one store does not pay for the other.


def _open_duckdb(path: Path, settings: StorageSettings) -> TelemetryStore:
    from guangfu.storage.duckdb_store import DuckDBStore

    return DuckDBStore(path, memory_limit_mb=settings.duckdb_memory_mb)


def _open_influxdb(settings: StorageSettings, *, ask: bool) -> TelemetryStore:
    from guangfu.storage.influxdb_store import InfluxDBStore

    store = InfluxDBStore(
        settings.telemetry_url,
        bucket=settings.influx_bucket,
        org=settings.influx_org,
        token=settings.influx_token.get_secret_value(),
        timeout_s=settings.influx_timeout_s,
    )
    if ask:
        store.ping()
    return store


@contextmanager
def opened_stores(
    storage: StorageSettings, *, create: bool = True, ask: bool = True
) -> Iterator[tuple[TelemetryStore, Engine]]:
    """Both databases, closed afterwards; SQL is made and upgraded only where `create` says so; `ask` as above."""
    engine = open_database(storage.sql_url.get_secret_value(), create=create)
    try:
        if create:
            upgrade(engine)
        store = open_telemetry_store(storage, ask=ask)
        try:
            yield store, engine
        finally:
            store.close()
    finally:
        engine.dispose()
