"""The broker for a command: where it is, as ingest is told it, and whether it lets one in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Final, Literal

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import Field, FilePath, SecretStr

from guangfu.settings import ProgramSettings, program_config
from guangfu.storage.errors import Unavailable

CONNECT_TIMEOUT_S: Final = 10.0
ANSWER_TIMEOUT_S: Final = 30.0


class BrokerSettings(ProgramSettings):
    """The broker of `GUANGFU_INGEST_…`: a command talks to the one that ingest listens to."""

    model_config = program_config("INGEST")

    mqtt_host: str = Field(default="127.0.0.1", description="host of the MQTT broker")
    mqtt_port: int = Field(default=1883, ge=1, le=65535, description="port of the MQTT broker")
    mqtt_version: Literal["5", "3.1.1"] = Field(default="5", description="version of MQTT to speak: 5 or 3.1.1")
    mqtt_username: str | None = Field(default=None, description="user at the broker; none if left out")
    mqtt_password: SecretStr | None = Field(default=None, description="password at the broker")
    mqtt_ca_file: FilePath | None = Field(default=None, description="CA certificate of the broker (PEM); turns TLS on")


class MappingSettings(ProgramSettings):
    """The mappings of `GUANGFU_INGEST_…`."""

    model_config = program_config("INGEST")

    mappings: list[Path] = Field(default=[], description="files and folders that say what foreign messages mean")


class _Connection:
    """One connection, that only comes and goes."""

    def __init__(self, settings: BrokerSettings) -> None:
        self._settings = settings
        five = settings.mqtt_version == "5"
        protocol = MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=protocol)
        self._client.connect_timeout = CONNECT_TIMEOUT_S
        self._client.on_connect = self._on_connect
        self._connections: Queue[ReasonCode] = Queue()
        if settings.mqtt_username is not None:
            password = settings.mqtt_password
            self._client.username_pw_set(settings.mqtt_username, password.get_secret_value() if password else None)
        if settings.mqtt_ca_file is not None:
            self._client.tls_set(ca_certs=str(settings.mqtt_ca_file))

    def open(self) -> None:
        """Raises `Unavailable` where nobody listens, or the broker does not let us in."""
        host, port = self._settings.mqtt_host, self._settings.mqtt_port
        try:
            self._client.connect(host, port)
        except (OSError, ValueError) as error:
            raise Unavailable("mqtt", f"{host}:{port}: {error}") from error
        self._client.loop_start()
        try:
            answer = self._connections.get(timeout=ANSWER_TIMEOUT_S)
        except Empty:
            self.close()
            raise Unavailable("mqtt", f"{host}:{port}: no answer") from None
        if answer.is_failure:
            self.close()
            raise Unavailable("mqtt", f"{host}:{port}: {answer}")

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: Any, data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        del client, data, flags, properties
        self._connections.put(code)


@contextmanager
def connected(settings: BrokerSettings) -> Iterator[None]:
    """A connection to the broker.

    Raises:
        Unavailable: Nobody listens, or the broker does not let us in.
    """
    connection = _Connection(settings)
    connection.open()
    try:
        yield
    finally:
        connection.close()
