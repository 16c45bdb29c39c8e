"""The settings of ingest."""

import math
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, FilePath, SecretStr, model_validator

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
        default="guangfu-ingest", pattern=r"^[^/+#]{1,40}$", description="the client id is this, - and the worker"
    )
    worker: int = Field(default=0, ge=0, le=999, description="index of this worker; there must be a worker 0")
    shared_subscriptions: bool = Field(
        default=False, description="several workers share the messages (MQTT 5): true for all of them, or for none"
    )
    spool_path: Path = Field(
        default=Path("var/guangfu/spool-{worker}.sqlite"), description="the spool's file; {worker} is put in"
    )
    max_spool_mib: int = Field(
        default=10_240, ge=1, description="above this size of waiting messages the broker keeps the rest"
    )
    min_disk_free_percent: float = Field(
        default=10,
        ge=0,
        le=90,
        description="below this share of free space on the spool's disk the broker keeps the rest",
    )
    min_disk_free_mib: int = Field(
        default=512, ge=0, description="the same, in MiB, where the share of a small disk is less"
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
    gaps_open_days: int = Field(
        default=60, ge=7, le=3650, description="days for which missing numbers are remembered one by one, then counted"
    )
    health_interval_s: float = Field(
        default=15, ge=0.05, le=600, description="how often SQL is told how ingest does, for Grafana"
    )
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="serves Prometheus metrics on 127.0.0.1; not if left out"
    )

    @model_validator(mode="after")
    def _can_share(self) -> Self:
        if self.shared_subscriptions and self.mqtt_version != "5":
            raise ValueError("shared_subscriptions needs mqtt_version 5")
        if self.shared_subscriptions and "{worker}" not in str(self.spool_path) and self.worker:
            raise ValueError("spool_path must name {worker}: each worker has a spool of its own")
        return self

    @property
    def client_id(self) -> str:
        return f"{self.client_id_prefix}-{self.worker}"

    @property
    def spool_file(self) -> Path:
        return Path(str(self.spool_path).format(worker=self.worker))

    @property
    def max_spool_bytes(self) -> int:
        return self.max_spool_mib * MIB

    def min_disk_free_bytes(self, disk_bytes: int) -> int:
        """What must stay free of a disk of this size. [bytes]"""
        return max(self.min_disk_free_mib * MIB, math.ceil(disk_bytes * self.min_disk_free_percent / 100))
