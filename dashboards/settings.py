"""The settings of the dashboards: where their databases are, as Grafana reaches them, and where Grafana is."""

from typing import Literal

from pydantic import Field, SecretStr

from guangfu.settings import ProgramSettings, program_config


class Settings(ProgramSettings):
    """`GUANGFU_DASHBOARDS_…`; the addresses of the databases are those that Grafana itself uses."""

    model_config = program_config("DASHBOARDS")

    influx_url: str = Field(
        default="http://127.0.0.1:8086", pattern=r"^https?://", description="InfluxDB, as Grafana reaches it"
    )
    influx_database: str = Field(
        default="guangfu", min_length=1, description="bucket of InfluxDB 2, database of InfluxDB 1.8"
    )
    influx_token: SecretStr = Field(default=SecretStr(""), description="token of InfluxDB 2; empty for 1.8")
    influx_user: str = Field(default="", description="user of InfluxDB 1.8; empty without access control")
    influx_password: SecretStr = Field(default=SecretStr(""), description="password of that user")
    postgres_url: str = Field(
        default="127.0.0.1:5432",
        pattern=r"^[^/:]+(:\d+)?$",
        description="host:port of PostgreSQL, as Grafana reaches it",
    )
    postgres_database: str = Field(default="guangfu", min_length=1, description="database in PostgreSQL")
    postgres_user: str = Field(
        default="guangfu", min_length=1, description="user in PostgreSQL; reading is all that it needs"
    )
    postgres_password: SecretStr = Field(default=SecretStr(""), description="password of that user")
    postgres_sslmode: Literal["disable", "require", "verify-ca", "verify-full"] = Field(
        default="disable", description="TLS to PostgreSQL: disable, require, verify-ca or verify-full"
    )
    grafana_url: str = Field(
        default="http://127.0.0.1:3000", pattern=r"^https?://", description="Grafana, for push and diff"
    )
    grafana_token: SecretStr = Field(
        default=SecretStr(""), description="token of a Grafana service account that is an Admin"
    )
    grafana_user: str = Field(default="admin", min_length=1, description="user in Grafana, where there is no token")
    grafana_password: SecretStr = Field(default=SecretStr(""), description="password of that user")
    grafana_timeout_s: float = Field(default=20, gt=0, le=300, description="how long a request to Grafana may take")
    provisioned_folder: str = Field(
        default="/var/guangfu/dashboards",
        pattern=r"^/",
        description="where Grafana finds the folder dashboards that build writes",
    )
