"""The connection to the broker: TLS and passwords."""

import gc
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from sqlalchemy import Engine

from guangfu.storage.telemetry_store import TelemetryStore
from ingest.settings import Settings
from tests.ingest.conftest import settings_for
from tests.ingest.world import NOON_MS, Publisher, eventually, make_session, meter, running_ingest, stored, telemetry
from tests.services.running import Service, find_program, free_port, running_mosquitto

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1, signed by itself, and its key."""
    certificate, key = tmp_path / "broker.pem", tmp_path / "broker.key"
    subprocess.run(
        [find_program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-out", str(certificate), "-keyout", str(key)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@pytest.fixture
def tls_port(mosquitto: Service, certificate: tuple[Path, Path], tmp_path: Path) -> Iterator[tuple[int, int]]:
    """A broker's plain port, for stations, and its TLS port."""
    port = free_port()
    cert, key = certificate
    folder = tmp_path / "tls"
    folder.mkdir()
    more = f"listener {port} 127.0.0.1\nallow_anonymous true\ncertfile {cert}\nkeyfile {key}\n"
    with running_mosquitto(folder, more) as broker:
        yield broker.port, port


def test_over_tls_every_message_is_stored(
    tls_port: tuple[int, int], certificate: tuple[Path, Path], store: TelemetryStore, engine: Engine, tmp_path: Path
) -> None:
    plain_port, port = tls_port
    make_session(settings_for(plain_port, tmp_path))
    publisher = Publisher(plain_port)
    publisher.publish(*(telemetry("s-0", *(meter(NOON_MS - i * 100 - k) for k in range(20))) for i in range(500)))
    with running_ingest(settings_for(port, tmp_path, mqtt_ca_file=certificate[0]), store, engine):
        eventually(lambda: len(stored(store)) == 10_000)
    publisher.close()


# paho leaves the socket of a failed handshake to the garbage collector
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_that_does_not_speak_tls_as_expected_is_tried_again_and_told(
    broker: Service,
    certificate: tuple[Path, Path],
    store: TelemetryStore,
    engine: Engine,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with running_ingest(settings_for(broker.port, tmp_path, mqtt_ca_file=certificate[0]), store, engine):
        eventually(lambda: len([r for r in caplog.records if r.name == "ingest.receiver"]) >= 2)
    gc.collect()


def test_a_wrong_password_is_told_and_a_right_one_taken(
    mosquitto: Service, store: TelemetryStore, engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "passwords"
    folder.mkdir()
    passwords = folder / "passwords"
    subprocess.run(
        [find_program("mosquitto_passwd"), "-c", "-b", str(passwords), "ingest", "right"],
        check=True,
        capture_output=True,
    )
    with running_mosquitto(folder, f"password_file {passwords}", anonymous=False) as broker:
        login = {"mqtt_username": "ingest", "mqtt_password": SecretStr("wrong")}
        wrong = settings_for(broker.port, tmp_path, **login)
        with running_ingest(wrong, store, engine):
            eventually(lambda: "refused: Not authorized" in caplog.text)
        assert "wrong" not in caplog.text
        right: Settings = wrong.model_copy(update={"mqtt_password": SecretStr("right")})
        metrics = CollectorRegistry()
        with running_ingest(right, store, engine, metrics=metrics):
            eventually(lambda: metrics.get_sample_value("guangfu_ingest_connected") == 1)
