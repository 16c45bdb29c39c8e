"""Writes .env.example from the code: `python -m tests.docs.env_example`. A test holds the two together."""

from importlib import import_module
from pathlib import Path
from typing import Final

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from guangfu.settings import ProgramSettings

FILE: Final = Path(__file__).resolve().parents[2] / ".env.example"
SETTINGS: Final = {
    "databases, for every program": "guangfu.storage.opening:StorageSettings",
    "rules of money": "guangfu.income.rules:RulesSettings",
    "personal data: nothing of a person is kept without these keys": "guangfu.storage.personal_keys:PersonsSettings",
    "papers of finance": "accounting.papers.settings:PapersSettings",
    "ingest": "ingest.settings:Settings",
    "accounting": "accounting.settings:Settings",
    "states of stations, for the api and accounting": "guangfu.storage.present:StateSettings",
    "api": "api.settings:Settings",
    "dashboards": "dashboards.settings:Settings",
    "simulate": "simulators.settings:Settings",
}
HEAD: Final = """\
# Every setting. Copy to .env, which docker compose reads, and set at least the passwords.
# A line that is commented out shows the default. A secret can come from a file: NAME_FILE=/run/secrets/name

# --- docker compose: passwords, no default; letters and digits, since some become part of an address
POSTGRES_PASSWORD=
POSTGRES_GRAFANA_PASSWORD=
INFLUXDB_PASSWORD=
INFLUXDB_TOKEN=
INFLUXDB_GRAFANA_PASSWORD=
MQTT_INGEST_PASSWORD=
GRAFANA_PASSWORD=
# This user at the broker can write for every station, and exists only with a password:
# for the simulated stations of --profile sim; leave it empty where the stations are real
MQTT_FLEET_PASSWORD=
"""


def settings_of(place: str) -> type[ProgramSettings]:
    module, name = place.split(":")
    found: type[ProgramSettings] = getattr(import_module(module), name)
    return found


def render() -> str:
    return HEAD + "".join(_section(title, settings_of(place)) for title, place in SETTINGS.items())


def _section(title: str, settings: type[ProgramSettings]) -> str:
    prefix = settings.model_config.get("env_prefix", "")
    lines = [f"\n# --- {title}"]
    for name, field in settings.model_fields.items():
        default = "" if field.default in (None, PydanticUndefined) else field.default
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        lines += [f"# {field.description}", f"#{prefix}{name.upper()}={default}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
