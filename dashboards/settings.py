"""The settings of the dashboards: where their databases are, as Grafana reaches them, and where Grafana is."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator

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
    influx_user: str = Field(
        default="",
        description="user in InfluxDB 1.8 or 2; guangfu dashboards grants makes it, and lets it read only; empty "
        "without access control",
    )
    influx_password: SecretStr = Field(
        default=SecretStr(""), description="password of that user, eight characters or more"
    )
    influx_token: SecretStr = Field(
        default=SecretStr(""), description="token in place of that user: InfluxDB 3, or one that you made yourself"
    )
    postgres_url: str = Field(
        default="127.0.0.1:5432",
        pattern=r"^[^/:]+(:\d+)?$",
        description="host:port of PostgreSQL, as Grafana reaches it",
    )
    postgres_database: str = Field(default="guangfu", min_length=1, description="database in PostgreSQL")
    postgres_user: str = Field(
        default="grafana",
        min_length=1,
        description="user in PostgreSQL; guangfu dashboards grants makes it, and lets it read views only",
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
    alert_language: Literal["zh-CN", "en"] = Field(default="zh-CN", description="language of the alerts: zh-CN or en")
    alert_silent_min: int = Field(
        default=30, ge=2, le=1440, description="minutes without a reading until a station's alert begins"
    )
    alert_accounting_late_h: float = Field(
        default=3, gt=0, le=72, description="hours without a computed day, while days wait, until an alert"
    )
    alert_yesterday_missing_percent: float = Field(
        default=20, ge=0, lt=100, description="stations that may lack a complete yesterday without an alert, in percent"
    )
    alert_month_overdue_day: int = Field(
        default=5, ge=2, le=28, description="day of the month from which last month is overdue"
    )
    alert_output_percent: float = Field(
        default=40, gt=0, lt=100, description="alert when yesterday's energy is under so much of the usual, in percent"
    )
    alert_dead_letters_per_h: int = Field(
        default=60, ge=0, description="messages an hour that may be refused without an alert"
    )
    alert_ingest_stalled_min: float = Field(
        default=5, ge=1, le=1440, description="minutes without a connected ingest's word until an alert"
    )
    alert_spool_age_min: float = Field(
        default=10, gt=0, le=1440, description="minutes the oldest message may wait in a spool without an alert"
    )
    alert_database_failures: int = Field(
        default=5, ge=0, description="failures of the databases in ten minutes that ingest may meet without an alert"
    )
    alert_webhook_url: SecretStr = Field(default=SecretStr(""), description="webhook that gets Grafana's JSON")
    alert_wecom_url: SecretStr = Field(default=SecretStr(""), description="webhook of a WeCom group robot")
    alert_dingtalk_url: SecretStr = Field(default=SecretStr(""), description="webhook of a DingTalk group robot")
    alert_feishu_url: SecretStr = Field(
        default=SecretStr(""), description="webhook of a Feishu group robot; needs Grafana 12"
    )

    @field_validator("alert_webhook_url", "alert_wecom_url", "alert_dingtalk_url", "alert_feishu_url")
    @classmethod
    def _is_address(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value() and not url.get_secret_value().startswith(("http://", "https://")):
            raise ValueError("not an address that begins with http:// or https://")
        return url
