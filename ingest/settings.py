"""The settings of ingest."""

from pathlib import Path
from typing import Literal

from pydantic import Field, FilePath, SecretStr

from guangfu.settings import ProgramSettings, program_config

MIB = 1 << 20


class Settings(ProgramSettings):
    """`GUANGFU_INGEST_…`; a worker's index fixes its client id and its spool."""

    model_config = program_config("INGEST")

    mqtt_host: str = Field(default="127.0.0.1", description="host of the MQTT broker")
    mqtt_port: int = Field(default=1883, ge=1, le=65535, description="port of the MQTT broker")
    mqtt_version: Literal["5", "3.1.1"] = Field(default="5", description="version of MQTT to speak: 5 or 3.1.1")
    mqtt_username: str | None = Field(default=None, description="user at the broker; none if left out")
    mqtt_password: SecretStr | None = Field(default=None, description="password at the broker")
    mqtt_ca_file: FilePath | None = Field(default=None, description="CA certificate of the broker (PEM); turns TLS on")
    mqtt_keepalive_s: int = Field(default=30, ge=5, le=600, description="longest silence on the connection")
    client_id_prefix: str = Field(
        default="guangfu-ingest", min_length=1, max_length=40, description="the client id is this, - and the worker"
    )
    worker: int = Field(default=0, ge=0, le=999, description="index of this worker")
    spool_path: Path = Field(
        default=Path("var/guangfu/spool-{worker}.sqlite"), description="the spool's file; {worker} is put in"
    )
    max_spool_mib: int = Field(
        default=10_240, ge=1, description="above this size of waiting messages the broker keeps the rest"
    )
    min_disk_free_mib: int = Field(
        default=512, ge=0, description="below this free space on the spool's disk the broker keeps the rest"
    )
    mappings: list[Path] = Field(
        default=[],
        description='files, and folders of *.yaml files, that say what foreign messages mean, such as ["/etc/guangfu"]',
    )
    group_size: int = Field(default=2000, ge=1, le=10_000, description="messages that are committed together at most")
    group_wait_ms: int = Field(default=10, ge=0, le=1000, description="how long a group waits for more messages")
    linger_ms: int = Field(default=10, ge=0, le=10_000, description="how long a write waits for more groups")
    batch_points: int = Field(default=10_000, ge=1, le=20_000, description="points written to the store at once")
    max_ahead_s: int = Field(
        default=300, ge=60, le=86_400, description="a reading further ahead of the clock has an impossible time"
    )
    outbox_flush_s: float = Field(default=0.5, ge=0.01, le=60, description="how often SQL is told what it must know")
    registry_poll_s: float = Field(default=3, ge=0.01, le=600, description="how often a new registry is looked for")
    health_interval_s: float = Field(
        default=15, ge=0.05, le=600, description="how often SQL is told how ingest does, for Grafana"
    )
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="serves Prometheus metrics on 127.0.0.1; not if left out"
    )

    @property
    def client_id(self) -> str:
        return f"{self.client_id_prefix}-{self.worker}"

    @property
    def spool_file(self) -> Path:
        return Path(str(self.spool_path).format(worker=self.worker))

    @property
    def max_spool_bytes(self) -> int:
        return self.max_spool_mib * MIB

    @property
    def min_disk_free_bytes(self) -> int:
        return self.min_disk_free_mib * MIB
