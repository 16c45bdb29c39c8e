"""Our programs at the stations' door: TLS, user and password; and the broker's start without what it needs."""

import gc
from pathlib import Path
from subprocess import CalledProcessError

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from sqlalchemy import select
from typer.testing import CliRunner, Result

import guangfu.commands.doctor
import simulators.commands
from guangfu.storage.duckdb_store import DuckDBStore
from guangfu.storage.sql import schema
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.telemetry.reading import Reason
from tests.ingest.conftest import settings_for
from tests.ingest.world import NOON_MS, eventually, meter, payload, register, running_ingest, stored_keys
from tests.services.deployed import PASSWORDS, Deployed, certificates, lay_out, running_deployed
from tests.services.mqtt_user import NOT_AUTHORIZED, User
from tests.services.running import Service, listens

# paho leaves the socket of a failed handshake to the garbage collector
UNTIDY = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
STATION, OTHER = "st0001", "st0002"


def simulate(broker: Deployed, ca: Path, password: str) -> Result:
    command = ["fleet", "--station", STATION, "--step", "60", "--start-at", "2026-06-01", "--end-at", "2026-06-02"]
    environment = {
        "GUANGFU_SIMULATE_MQTT_PORT": str(broker.ports[8883]),
        "GUANGFU_SIMULATE_USERNAME": "{station}",
        "GUANGFU_SIMULATE_PASSWORD": password,
        "GUANGFU_SIMULATE_CA_FILE": str(ca),
        "GUANGFU_SIMULATE_PATIENCE_S": "0.5",
    }
    return CliRunner().invoke(simulators.commands.app, [*command, "--lang", "en"], env=environment)


def examine(broker: Deployed, ca: Path, password: str) -> Result:
    """`guangfu doctor` with the settings that ingest has."""
    environment = {
        "GUANGFU_INGEST_MQTT_PORT": str(broker.ports[8883]),
        "GUANGFU_INGEST_MQTT_USERNAME": "ingest",
        "GUANGFU_INGEST_MQTT_PASSWORD": password,
        "GUANGFU_INGEST_MQTT_CA_FILE": str(ca),
        "GUANGFU_STORAGE_SQL_URL": f"sqlite:///{broker.folder}/none.sqlite",
        "GUANGFU_STORAGE_TELEMETRY_URL": f"duckdb:///{broker.folder}/none.duckdb",
        "COLUMNS": "400",
    }
    return CliRunner().invoke(guangfu.commands.doctor.app, ["--lang", "en"], env=environment)


@pytest.fixture
def other_ca(tmp_path: Path) -> Path:
    certificates(tmp_path / "other", "broker", "127.0.0.1")
    return tmp_path / "other" / "ca.pem"


def test_a_simulated_station_reports_over_tls_with_its_own_password(broker: Deployed, words: dict[str, str]) -> None:
    done = simulate(broker, broker.folder / "ca/ca.pem", words[STATION])
    assert done.exit_code == 0, done.stderr
    assert "1 acknowledged" in done.stderr


@UNTIDY
def test_with_a_wrong_password_or_authority_it_says_one_sentence_and_exits_3(
    broker: Deployed, words: dict[str, str], other_ca: Path
) -> None:
    ca = broker.folder / "ca/ca.pem"
    for why, done in (
        ("Not authorized", simulate(broker, ca, "wrong")),
        ("certificate verify failed", simulate(broker, other_ca, words[STATION])),
    ):
        assert done.exit_code == 3
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert done.stderr.startswith(f"Can't reach the MQTT broker 127.0.0.1:{broker.ports[8883]}: ")
        assert why in done.stderr
    gc.collect()


def test_an_authority_that_is_not_there_is_a_wrong_setting(broker: Deployed) -> None:
    for done in (simulate(broker, broker.folder / "none.pem", "x"), examine(broker, broker.folder / "none.pem", "x")):
        assert done.exit_code == 2
        assert "CA_FILE: Path does not point to a file" in done.stderr


@UNTIDY
def test_the_doctor_says_why_ingest_is_not_let_in(broker: Deployed, words: dict[str, str], other_ca: Path) -> None:
    ca = broker.folder / "ca/ca.pem"
    for why, done in (
        ("Not authorized", examine(broker, ca, "wrong")),
        ("certificate verify failed", examine(broker, other_ca, words["ingest"])),
    ):
        assert done.exit_code == 3
        assert why in done.stdout
    assert "Not authorized" not in examine(broker, ca, words["ingest"]).stdout
    gc.collect()


def test_over_tls_ingest_stores_a_station_s_readings_and_refuses_what_it_says_of_another(
    broker: Deployed, words: dict[str, str], tmp_path: Path
) -> None:
    ca = broker.folder / "ca/ca.pem"
    engine = open_database(f"sqlite:///{tmp_path}/guangfu.sqlite")
    upgrade(engine)
    register(engine, [STATION, OTHER])
    login = {"mqtt_username": "ingest", "mqtt_password": SecretStr(words["ingest"]), "mqtt_ca_file": ca}
    letters = select(schema.dead_letters.c.reason, schema.dead_letters.c.topic)
    store = DuckDBStore(tmp_path / "telemetry.duckdb")
    metrics = CollectorRegistry()
    with running_ingest(settings_for(broker.ports[8883], tmp_path, **login), store, engine, metrics=metrics):
        eventually(lambda: metrics.get_sample_value("guangfu_ingest_connected") == 1)
        topic = f"pv/1/{STATION}/telemetry"
        with User(broker.ports[8883], STATION, words[STATION], ca=ca) as station:
            assert station.publish(f"pv/1/{OTHER}/telemetry", payload=payload(OTHER, meter(NOON_MS))) == [
                NOT_AUTHORIZED
            ]
            assert station.publish(topic, payload=payload(OTHER, meter(NOON_MS - 1))) == ["Success"]
            assert station.publish(topic, payload=payload(STATION, meter(NOON_MS - 2))) == ["Success"]

        def told() -> list[tuple[str, str]]:
            with engine.connect() as db:
                return [(row.reason, row.topic) for row in db.execute(letters)]

        eventually(lambda: told() and stored_keys(store))
        assert told() == [(Reason.STATION_MISMATCH, topic)]
        assert [(name, at_ms) for name, at_ms, _ in stored_keys(store)] == [(STATION, NOON_MS - 2)]
    store.close()
    engine.dispose()


def test_without_a_certificate_nobody_can_come_from_outside(mosquitto: Service, tmp_path: Path) -> None:
    del mosquitto
    ports = lay_out(tmp_path)
    with running_deployed(tmp_path, ports) as bare:
        assert not listens(ports[8883])
        assert not listens(ports[8884])
        log = bare.service.log.read_text()
        assert "No certificate in deploy/mosquitto/certs: nothing listens on 8883" in log
        assert "no station may write until guangfu stations acl" in log
        with User(ports[1883], "ingest", PASSWORDS["ingest"]) as ingest:
            assert ingest.answer == "Success"
        with User(ports[1883], "fleet", PASSWORDS["fleet"]) as fleet:
            assert fleet.publish("pv/1/st0001/event") == ["No matching subscribers"]


def test_half_a_certificate_is_a_clear_word(mosquitto: Service, tmp_path: Path) -> None:
    del mosquitto
    ports = lay_out(tmp_path)
    (tmp_path / "config/certs/server.pem").write_text("x")
    with (
        pytest.raises(RuntimeError, match=r"needs both server\.pem and server\.key"),
        running_deployed(tmp_path, ports),
    ):
        pass


def test_certificates_are_never_made_over_old_ones_nor_for_a_program(tmp_path: Path) -> None:
    certificates(tmp_path, "station", STATION)
    for name in (STATION, "ingest", "../x"):
        with pytest.raises(CalledProcessError):
            certificates(tmp_path, "station", name)
