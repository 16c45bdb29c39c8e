"""Stations as they should be: keep what is not acknowledged, send it again, and repeat the latest on reconnecting."""

import time
from collections import deque
from typing import Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.ingest.world import NOON_MS, STATIONS, meter, telemetry

Key = tuple[str, int, int]
"""Station, time [ms], counter: what one message has in the store."""

IN_FLIGHT: Final = 200
REPEAT_S: Final = 20.0
"""On reconnecting what was acknowledged so lately goes again: longer than the broker waits before it saves."""


class Fleet:
    """One connection for all stations. It is told to move on by `turn`, in one thread; nothing is ever forgotten."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.count = 0
        self.acknowledged: set[int] = set()
        self.repeated = 0
        self._waiting: deque[int] = deque()
        self._lately: deque[tuple[float, int]] = deque()
        self._sent: dict[int, int] = {}
        self._client: mqtt.Client | None = None

    def turn(self, wanted: int) -> None:
        """Sends new messages until `wanted` were made and no more are in flight than may be; hears answers."""
        if self._client is None and not self._connect():
            time.sleep(0.05)
            return
        assert self._client is not None
        while self.count < wanted or self._waiting:
            if len(self._sent) >= IN_FLIGHT:
                break
            if not self._waiting:
                self._waiting.append(self.count)
                self.count += 1
            self._send(self._waiting.popleft())
        if self._client.loop(0.01) != mqtt.MQTT_ERR_SUCCESS:
            self._lost()

    def is_done(self) -> bool:
        return not self._waiting and not self._sent and self._client is not None

    def keys(self) -> list[Key]:
        """Of all that was acknowledged, as they must be in the store."""
        return sorted(_key(number) for number in self.acknowledged)

    def close(self) -> None:
        if self._client is not None:
            self._client.disconnect()

    def _connect(self) -> bool:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        client.max_inflight_messages_set(0)
        client.on_publish = lambda _client, _data, mid, _code, _more: self._taken(mid)
        try:
            client.connect("127.0.0.1", self._port)
        except OSError:
            return False
        give_up_s = time.monotonic() + 5
        while not client.is_connected():
            if client.loop(0.05) != mqtt.MQTT_ERR_SUCCESS or time.monotonic() > give_up_s:
                return False
        self._client = client
        return True

    def _send(self, number: int) -> None:
        assert self._client is not None
        name, at_ms, total = _key(number)
        topic, body = telemetry(name, meter(at_ms, total_wh=total), seq=number)
        self._sent[self._client.publish(topic, body, qos=1).mid] = number

    def _taken(self, mid: int) -> None:
        number = self._sent.pop(mid)
        self.acknowledged.add(number)
        self._lately.append((time.monotonic(), number))
        while self._lately[0][0] < time.monotonic() - REPEAT_S:
            self._lately.popleft()

    def _lost(self) -> None:
        """The connection is gone: what was in flight is sent again, and what may have been lost by the broker."""
        self._client = None
        again = sorted(number for _, number in self._lately)
        self.repeated += len(again)
        self._waiting.extend([*again, *sorted(self._sent.values())])
        self._lately.clear()
        self._sent.clear()


def _key(number: int) -> Key:
    return STATIONS[number % len(STATIONS)], NOON_MS - number * 1000, number
