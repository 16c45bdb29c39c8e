"""One connection to a broker that says exactly what the broker answers, MQTT 5."""

import select
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

NOT_AUTHORIZED = "Not authorized"
_PATIENCE_S = 20.0


class _Blunt(Client):
    """Sends what it is told: paho refuses a wildcard in a topic before the broker can."""

    @staticmethod
    def _raise_for_invalid_topic(topic: bytes) -> None:
        del topic


class User:
    """Connects at once; `answer` is the broker's to CONNECT. Without a thread: each question waits for its answer."""

    def __init__(
        self,
        port: int,
        user: str | None = None,
        password: str | None = None,
        *,
        client_id: str = "",
        ca: Path | None = None,
        certificate: Path | None = None,
        will: str | None = None,
    ) -> None:
        self.answer = ""
        self.closed = False
        self.heard: list[str] = []
        self._published: dict[int, str] = {}
        self._subscribed: dict[int, str] = {}
        self._client = _Blunt(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.max_inflight_messages_set(0)
        if user is not None:
            self._client.username_pw_set(user, password)
        if ca is not None:
            key = certificate.with_suffix(".key") if certificate is not None else None
            self._client.tls_set(str(ca), str(certificate) if certificate else None, str(key) if key else None)
        if will is not None:
            self._client.will_set(will, b"will", qos=1)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = lambda _client, _data, message: self.heard.append(message.topic)
        self._client.connect("127.0.0.1", port)
        self.until(lambda: self.answer or self.closed)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def publish(self, *topics: str, payload: bytes = b"{}", retain: bool = False) -> list[str]:
        """What the broker says to each; all are sent before the first answer. Empty when it hung up."""
        numbers = [self._client.publish(topic, payload, qos=1, retain=retain).mid for topic in topics]
        self.until(lambda: self.closed or all(number in self._published for number in numbers))
        return [self._published.get(number, "") for number in numbers]

    def subscribe(self, *topics: str) -> str:
        _, number = self._client.subscribe([(topic, 1) for topic in topics])
        assert number is not None
        self.until(lambda: self.closed or number in self._subscribed)
        return self._subscribed.get(number, "")

    def until(self, holds: Callable[[], Any]) -> None:
        give_up_s = time.monotonic() + _PATIENCE_S
        while not holds():
            assert time.monotonic() < give_up_s, "the broker does not answer"
            self.turn()

    def settle(self) -> None:
        """Whatever the broker has sent before now has been heard: it answers in order."""
        self.subscribe("nobody/writes/this")

    def turn(self) -> None:
        sock: Any = self._client.socket()
        if sock is None:
            self.closed = True
            return
        pending = sock.pending() if hasattr(sock, "pending") else 0
        writing = [sock] if self._client.want_write() else []
        readable, writable, _ = select.select([sock], writing, [], 0 if pending else 0.2)
        if readable or pending:
            self._client.loop_read()
        if writable and self._client.socket() is not None:
            self._client.loop_write()

    def cut(self) -> None:
        """As when the line breaks: the broker then publishes the will."""
        sock: Any = self._client.socket()
        sock.shutdown(socket.SHUT_RDWR)
        self.until(lambda: self.closed)

    def close(self) -> None:
        if not self.closed:
            self._client.disconnect()
            while self._client.socket() is not None:
                self.turn()

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.answer = str(reason)

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
        self.closed = True

    def _on_publish(self, _client: Any, _data: Any, number: int, reason: Any, _properties: Any) -> None:
        self._published[number] = str(reason)

    def _on_subscribe(self, _client: Any, _data: Any, number: int, reasons: Any, _properties: Any) -> None:
        self._subscribed[number] = ", ".join(map(str, reasons))
