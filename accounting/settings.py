"""The settings of accounting."""

from pydantic import Field

from guangfu.settings import ProgramSettings, program_config


class Settings(ProgramSettings):
    """`GUANGFU_ACCOUNTING_…`; the rules are data, not settings: `GUANGFU_RULES_FOLDER` names an operator's own."""

    model_config = program_config("ACCOUNTING")

    interval_s: float = Field(default=5, ge=0.05, le=3600, description="pause between two looks for changed days")
    chunk_readings: int = Field(
        default=300_000, ge=1000, le=10_000_000, description="readings held in memory at once, about; 100 bytes each"
    )
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="serves Prometheus metrics on 127.0.0.1; not if left out"
    )
