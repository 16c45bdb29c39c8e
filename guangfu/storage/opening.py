"""Which databases a program uses: the settings that all programs share."""

from pydantic import Field, SecretStr

from guangfu.settings import ProgramSettings, program_config
from guangfu.storage.telemetry_store import TelemetryStore


class StorageSettings(ProgramSettings):
    model_config = program_config("STORAGE")

    telemetry_url: str = Field(
        default="duckdb:///var/guangfu/telemetry.duckdb",
        description="duckdb:///path for one process, or http(s)://host:8086 of InfluxDB",
    )
    influx_bucket: str = Field(default="guangfu/autogen", description="bucket; database/retention on InfluxDB 1.8")
    influx_org: str = Field(default="-", description="organisation; - on InfluxDB 1.8")
    influx_token: SecretStr = Field(default=SecretStr(""), description="token; user:password on InfluxDB 1.8")
    influx_timeout_s: float = Field(default=10, gt=0, le=300, description="how long a request may take")
    sql_url: SecretStr = Field(
        default=SecretStr("sqlite:///var/guangfu/guangfu.sqlite"),
        description="sqlite:///path or postgresql+psycopg://user:password@host/database",
    )


def open_telemetry_store(settings: StorageSettings) -> TelemetryStore:
    """The store that `telemetry_url` names.

    Raises:
        Unavailable: It can't be reached; or, for a DuckDB file, another process has it.
        ValueError: The URL is of no kind that is known.
    """
    raise NotImplementedError
