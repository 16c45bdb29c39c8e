"""Ingest as a process of its own, that can be killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from guangfu.storage.opening import StorageSettings
from ingest.settings import Settings


@contextmanager
def ingest_process(
    settings: Settings, storage: StorageSettings, sql_url: str, **more: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """`guangfu ingest` until the block ends, then killed; `more` are variables of its environment."""
    process = start_ingest(settings, storage, sql_url, **more)
    try:
        yield process
    finally:
        process.kill()
        process.wait(60)


def start_ingest(settings: Settings, storage: StorageSettings, sql_url: str, **more: str) -> "subprocess.Popen[bytes]":
    """Starts `guangfu ingest`; what it says goes to a file beside its spool."""
    environment = {
        **os.environ,
        "GUANGFU_INGEST_MQTT_PORT": str(settings.mqtt_port),
        "GUANGFU_INGEST_SPOOL_PATH": str(settings.spool_path),
        "GUANGFU_INGEST_SHARED_SUBSCRIPTIONS": str(settings.shared_subscriptions),
        "GUANGFU_INGEST_MIN_DISK_FREE_PERCENT": str(settings.min_disk_free_percent),
        "GUANGFU_INGEST_MAX_AHEAD_S": "86400",
        "GUANGFU_INGEST_GROUP_SIZE": "20",
        "GUANGFU_STORAGE_TELEMETRY_URL": storage.telemetry_url,
        "GUANGFU_STORAGE_INFLUX_BUCKET": storage.influx_bucket,
        "GUANGFU_STORAGE_INFLUX_TOKEN": storage.influx_token.get_secret_value(),
        "GUANGFU_STORAGE_SQL_URL": sql_url,
        **more,
    }
    command = [sys.executable, "-m", "guangfu", "ingest", "--worker", str(settings.worker)]
    with settings.spool_file.with_suffix(".log").open("ab") as output:
        return subprocess.Popen(command, env=environment, stderr=output)
