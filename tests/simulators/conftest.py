"""A fleet of the synthetic registry, and an independent ear at the broker."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from guangfu.stations.models import Registry
from guangfu.stations.synthetic import synthetic_registry
from tests.services.running import Service


@pytest.fixture(scope="session")
def registry() -> Registry:
    return synthetic_registry()


@dataclass
class Heard:
    """What a plain subscriber heard: decoded by json alone, no code of the project."""

    telemetry: list[dict[str, Any]] = field(default_factory=list)
    status: list[dict[str, Any]] = field(default_factory=list)

    def readings(self, station: str, device: str = "meter") -> list[dict[str, Any]]:
        return [
            reading
            for message in self.telemetry
            if message["station"] == station
            for reading in message["readings"]
            if reading["device"] == device
        ]

    def seqs(self, station: str) -> list[int]:
        return [m["seq"] for m in self.telemetry if m["station"] == station]


@contextmanager
def listening(broker: Service, topic: str = "pv/1/#") -> Iterator[Heard]:
    """Subscribes for as long as the block runs. A retained status of an earlier test is heard first."""
    heard, subscribed = Heard(), []

    def on_message(client: Client, userdata: Any, message: MQTTMessage) -> None:
        said = json.loads(message.payload)
        assert message.topic.split("/")[2] == said["station"]
        (heard.telemetry if message.topic.endswith("/telemetry") else heard.status).append(said)

    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = on_message
    client.on_subscribe = lambda *_: subscribed.append(True)
    client.connect(broker.host, broker.port)
    client.loop_start()
    client.subscribe(topic, qos=1)
    wait_until(lambda: bool(subscribed))
    try:
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def wait_until(true: Callable[[], bool], timeout_s: float = 30) -> None:
    give_up = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.02)
