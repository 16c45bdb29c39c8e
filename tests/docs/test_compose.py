"""The compose stack can't run here; what it says is held against the code, and its broker's files against Mosquitto."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from guangfu.cli import PROGRAMS
from tests.docs.env_example import FILE as ENV_EXAMPLE
from tests.docs.env_example import SETTINGS, settings_of
from tests.services.running import Service, find_program, running_mosquitto

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image", "").startswith("guangfu:")}


def known_variables() -> set[str]:
    return {
        f"{settings.model_config.get('env_prefix', '')}{name}".upper()
        for settings in map(settings_of, SETTINGS.values())
        for name in settings.model_fields
    }


def test_every_service_of_the_architecture_is_there() -> None:
    wanted = {"mosquitto", "influxdb", "postgres", "grafana", "ingest", "accounting", "api", "simulate"}
    assert wanted <= set(SERVICES)
    assert SERVICES["simulate"]["profiles"] == ["sim"]


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_commands_that_exist(name: str) -> None:
    program, *arguments = OURS[name]["command"].split()
    assert program in PROGRAMS
    answer = subprocess.run(
        [ROOT / ".venv" / "bin" / "guangfu", program, *[a for a in arguments[:1] if not a.startswith("-")], "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    for option in (argument for argument in arguments if argument.startswith("--")):
        assert option in answer.stdout


@pytest.mark.parametrize("name", OURS)
def test_our_services_use_settings_that_exist(name: str) -> None:
    variables = {v for v in OURS[name]["environment"] if v.startswith("GUANGFU_")}
    assert variables <= known_variables()


def test_every_password_is_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))
    given = set(re.findall(r"^([A-Z_]+)=$", ENV_EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
    assert asked == given


def test_nothing_is_published_beyond_this_machine() -> None:
    for name, service in SERVICES.items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name


def test_every_mounted_file_and_volume_exists() -> None:
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], mount


def test_every_path_that_the_image_copies_exists() -> None:
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), line
                assert f"!{source}" in (ROOT / ".dockerignore").read_text(encoding="utf-8").split()


def publish(port: int, user: str, topic: str) -> bool:
    """True if the broker took the message: with MQTT 5 it says so when the access list forbids it."""
    answers: list[bool] = []
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
    client.username_pw_set(user, f"{user}-pw")
    client.on_publish = lambda _client, _data, _mid, reason, _properties: answers.append(not reason.is_failure)
    client.connect("127.0.0.1", port)
    client.publish(topic, b"{}", qos=1)
    for _ in range(100):
        client.loop(0.1)
        if answers:
            break
    client.disconnect()
    return answers == [True]


def test_the_broker_lets_a_station_write_only_its_own_topics(mosquitto: Service, tmp_path: Path) -> None:
    del mosquitto  # only to be skipped where Mosquitto is missing
    passwords = tmp_path / "passwords"
    passwords.touch(mode=0o600)
    for user in ("ingest", "fleet", "st0001"):
        subprocess.run([find_program("mosquitto_passwd"), "-b", passwords, user, f"{user}-pw"], check=True)
    acl = shutil.copy(ROOT / "deploy/mosquitto/acl", tmp_path / "acl")
    rules = f"per_listener_settings false\npassword_file {passwords}\nacl_file {acl}\n"
    with running_mosquitto(tmp_path, rules, anonymous=False) as broker:
        assert publish(broker.port, "st0001", "pv/1/st0001/telemetry")
        assert publish(broker.port, "fleet", "pv/1/st0002/status")
        assert not publish(broker.port, "st0001", "pv/1/st0002/telemetry")
        assert not publish(broker.port, "st0001", "pv/1/st0001/other")
        assert not publish(broker.port, "ingest", "pv/1/st0001/telemetry")


def test_mosquitto_takes_our_configuration(mosquitto: Service, tmp_path: Path) -> None:
    del mosquitto
    (tmp_path / "passwords").touch(mode=0o600)
    shutil.copy(ROOT / "deploy/mosquitto/acl", tmp_path / "acl")
    ours = (ROOT / "deploy/mosquitto/mosquitto.conf").read_text(encoding="utf-8")
    set_already = {"listener", "allow_anonymous", "persistence", "persistence_location", "autosave_interval",
                   "max_queued_messages", "max_inflight_messages"}  # fmt: skip
    kept = [line for line in ours.splitlines() if line.split(" ")[0] not in set_already]
    moved = re.sub(r"/mosquitto/(data|config)", str(tmp_path), "\n".join(kept))
    with running_mosquitto(tmp_path, moved, anonymous=False) as broker:
        assert broker.ready()
