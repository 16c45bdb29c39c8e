"""The compose stack can't run here; what it says is held against the code.

Its broker's files are run in tests/services/test_broker_security.py and test_broker_tls.py.
"""

import re
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from guangfu.cli import PROGRAMS
from guangfu.commands.broker_access import access_list
from guangfu.stations.synthetic import synthetic_registry
from tests.docs.env_example import FILE as ENV_EXAMPLE
from tests.docs.env_example import SETTINGS, settings_of

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
    service = OURS[name]
    program, *arguments = service["command"].split() if "command" in service else service["entrypoint"][1:]
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


def test_only_the_listeners_with_tls_are_published() -> None:
    inside = {int(port.split(":")[-1]) for port in SERVICES["mosquitto"]["ports"]}
    files = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "deploy/mosquitto").glob("*.conf")}
    with_tls = {name for name, text in files.items() if "certfile" in text and "keyfile" in text}
    listeners = {
        name: int(port) for name, text in files.items() for port in re.findall(r"^listener (\d+)$", text, re.MULTILINE)
    }
    assert inside == {port for name, port in listeners.items() if name in with_tls}
    assert listeners["mosquitto.conf"] == 1883


def test_secrets_of_the_broker_are_never_committed() -> None:
    for name in ("certs", "stations"):
        ignored = (ROOT / "deploy/mosquitto" / name / ".gitignore").read_text(encoding="utf-8")
        assert ignored.split() == ["*", "!.gitignore"]


def test_the_list_that_holds_before_one_was_generated_lets_no_station_write() -> None:
    before = (ROOT / "deploy/mosquitto/acl").read_text(encoding="utf-8")
    synthetic = access_list(synthetic_registry(), date(2026, 6, 1)).text
    blocks = {block for block in before.split("\n\n") if block}
    rules = {block.split("\n", 2)[2] if block.startswith("#") else block for block in blocks}
    assert {rule.strip() for rule in rules} == {
        block.strip() for block in synthetic.split("\n\n") if re.match("user (ingest|fleet)", block)
    }
