"""Settings of the simulated fleet, from `GUANGFU_SIMULATE_…` or the command line."""

from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field, FilePath, SecretStr, model_validator

from guangfu.settings import ProgramSettings, program_config
from simulators.faults import Faults


class Protocol(StrEnum):
    """MQTT versions; the pure-Python broker of the demonstration knows only the older."""

    V5 = "5"
    V311 = "3.1.1"


class Settings(ProgramSettings):
    """A fleet of stations that meets the rest of the world only over MQTT."""

    model_config = program_config("SIMULATE")

    mqtt_host: str = Field("127.0.0.1", min_length=1, description="The MQTT broker's host.")
    mqtt_port: int = Field(1883, ge=1, le=65535, description="The MQTT broker's port.")
    username: str | None = Field(None, description="User name at the broker; {station} stands for the station's id.")
    password: SecretStr | None = Field(None, description="Password at the broker.")
    ca_file: FilePath | None = Field(
        None, description="Certificate authority of the broker; when given, the connections use TLS."
    )
    mqtt_version: Protocol = Field(Protocol.V5, description="MQTT version: 5, or 3.1.1 for brokers that know no other.")
    keepalive_s: int = Field(60, ge=5, le=3600, description="Keep-alive of the connections. [s]")
    patience_s: float = Field(
        30, ge=0, le=3600, description="How long the broker may be unreachable at the start before giving up. [s]"
    )
    connections: int | None = Field(
        None, ge=1, le=10_000, description="Share so many connections; one for each station if not given."
    )
    max_inflight: int = Field(
        400, ge=1, le=20_000, description="Messages of the whole fleet that may wait for an acknowledgement."
    )

    seed: int = Field(2018, ge=0, description="Of the weather, the losses and the faults.")
    station: str | None = Field(None, description="Simulate this station only.")
    stations: int | None = Field(None, ge=1, description="Simulate the first so many stations only.")
    backfill_days: int = Field(0, ge=0, le=400, description="Days to fill before going live. [days]")
    step_minutes: Literal[5, 15, 30, 60] = Field(15, description="Between the readings of a back-fill. [minutes]")
    interval_s: int = Field(60, ge=1, le=3600, description="Between a station's live messages. [s]")
    start_at: AwareDatetime | None = Field(
        None, description="Simulate a fixed period from this instant to end_at, then end."
    )
    end_at: AwareDatetime | None = Field(None, description="End at this instant of the simulated time.")
    faults: Faults = Field(Faults.NONE, description="Stations in trouble: none, or a small share for a demonstration.")
    missing: float = Field(0, ge=0, lt=1, description="Part of the readings that are never taken; not at midnight.")
    duplicates: float = Field(0, ge=0, lt=1, description="Part of the messages that are sent twice.")
    late: float = Field(0, ge=0, lt=1, description="Part of the messages that are sent long after the others.")
    state_file: Path | None = Field(None, description="Where a second start finds what was published last.")
    truth_file: Path | None = Field(None, description="Where the truth is written: energy and income by station, day.")

    @model_validator(mode="after")
    def _period_makes_sense(self) -> "Settings":
        if self.start_at is not None and self.end_at is None:
            raise ValueError("start_at needs end_at")
        if self.start_at is not None and self.end_at is not None and self.end_at <= self.start_at:
            raise ValueError("end_at must be after start_at")
        return self
