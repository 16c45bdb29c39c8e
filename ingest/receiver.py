"""Receive, commit, acknowledge, in one thread: what is acknowledged is on disk.

On a lost connection, what was not committed is forgotten: the broker sends it again. When the spool is full,
the receiver disconnects, and the broker keeps the messages in the persistent session.
"""

import logging
import select
import shutil
import threading
import time
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from guangfu.clock import Clock, to_ms
from guangfu.storage.errors import Unavailable
from guangfu.storage.spool import Messages, Spool
from ingest.backoff import Backoff
from ingest.counters import Counters
from ingest.foreign import Foreign
from ingest.link import LinkedClient, pubacks
from ingest.settings import Settings
from ingest.subscriptions import Subscriptions, subscriptions

log = logging.getLogger(__name__)

_IDLE_S: Final = 0.2
_GATHER_S: Final = 0.0015
_FEW: Final = 100
"""After a group of fewer messages the next may gather in the socket's buffers for its whole time."""
_GROUP_BYTES: Final = 2 << 20
_ROOM_CHECK_S: Final = 1.0
_RESUME_BELOW: Final = 0.8
_FAILURE: Final = 128
"""Reason codes from here on are failures, of MQTT 5 and of 3.1.1's SUBACK."""


class _Lost(Exception):
    """The connection is no more, or was refused."""


class _Full(Exception):
    """There is no room for more."""


class Receiver:
    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        clock: Clock,
        counters: Counters,
        foreign: Foreign | None = None,
        topics: Subscriptions | None = None,
    ) -> None:
        self._settings, self._spool, self._clock, self._counters = settings, spool, clock, counters
        self._foreign = foreign if foreign is not None else Foreign()
        self._topics = topics if topics is not None else subscriptions(settings)
        self._backoff = Backoff()

    def run(self, stop: threading.Event) -> None:
        """Receives until `stop`.

        Raises:
            SpoolBroken: The spool's disk failed.
        """
        while not stop.is_set():
            try:
                self._wait_for_room(stop)
                self._serve(stop)
            except (_Lost, OSError) as error:
                log.warning("broker %s:%s: %s", self._settings.mqtt_host, self._settings.mqtt_port, error)
                self._backoff.wait(stop)
            except _Full as full:
                log.warning("the broker keeps what comes now: %s", full)
                self._counters.paused.set(1)
                stop.wait(_ROOM_CHECK_S)  # where nothing must stay free, only trying tells whether there is room again

    def _serve(self, stop: threading.Event) -> None:
        if stop.is_set():
            return
        connection = _Connection(
            self._settings, self._spool, self._clock, self._counters, self._backoff, self._foreign, self._topics
        )
        try:
            connection.open()
            room_checked_s = time.monotonic()
            while not stop.is_set():
                connection.step()
                if time.monotonic() - room_checked_s > _ROOM_CHECK_S:
                    room_checked_s = time.monotonic()
                    self._check_room(1)
            connection.commit()
        finally:
            connection.close()

    def _check_room(self, part: float) -> None:
        waiting, most = self._spool.depth().bytes, self._settings.max_spool_bytes * part
        if waiting > most:
            raise _Full(f"{waiting} bytes wait in the spool")
        disk = shutil.disk_usage(self._spool.path.parent)
        wanted = self._settings.min_disk_free_bytes(disk.total)
        if disk.free < wanted:
            raise _Full(f"{disk.free} bytes are free on the spool's disk, {wanted} must stay so")

    def _wait_for_room(self, stop: threading.Event) -> None:
        """Until the spool is well below its limit, so that it is not connect and disconnect by turns."""
        part: float = 1
        while not stop.is_set():
            try:
                self._check_room(part)
            except _Full:
                part = _RESUME_BELOW
                self._counters.paused.set(1)
                self._give_back()
                stop.wait(_IDLE_S)
            else:
                self._counters.paused.set(0)
                return

    def _give_back(self) -> None:
        """What fills the disk may be the spool's own file."""
        try:
            self._spool.give_back()
        except Unavailable as full:
            log.debug("%s", full)


class _Connection:
    """One connection, from CONNECT to its end."""

    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        clock: Clock,
        counters: Counters,
        backoff: Backoff,
        foreign: Foreign,
        topics: Subscriptions,
    ) -> None:
        self._settings, self._spool, self._clock, self._counters = settings, spool, clock, counters
        self._backoff, self._foreign = backoff, foreign
        self._subscriptions = topics
        self._subscribed = False
        self._refused: str | None = None
        self._received_at_ms: list[int] = []
        self._topics: list[str] = []
        self._payloads: list[bytes] = []
        self._packet_ids: list[bytes] = []
        self._bytes = 0
        self._first_s = 0.0
        self._now_ms = 0
        self._quiet = False
        self._client = LinkedClient(settings)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    def open(self) -> None:
        self._client.open(self._settings)

    def close(self) -> None:
        """Says goodbye; the session, and what was not acknowledged, stays with the broker."""
        self._client.disconnect()
        self._counters.connected.set(0)

    def step(self) -> None:
        """Waits for bytes, takes some, and commits when the group is full or has waited long enough."""
        link = self._client.link
        if self._subscribed:
            self._ask()
        if self._client.want_write():  # what paho's callbacks wanted to send
            self._must_live(self._client.loop_write())
        link.flush()
        if self._bytes_came():
            self._read_some()
        self._must_live(self._client.loop_misc())
        if self._topics and (self._is_full() or self._patience_s() <= 0):
            self.commit()

    def _bytes_came(self) -> bool:
        """Waits for them, at most as long as the group may wait."""
        link = self._client.link
        if not link.dry:
            return True
        if self._topics and not link.wants_write():
            # To be woken by each of many messages would cost both sides more than the messages.
            time.sleep(self._patience_s() if self._quiet else min(self._patience_s(), _GATHER_S))
            return True
        readable, _, _ = select.select([link], [link] if link.wants_write() else [], [], self._patience_s())
        return bool(readable)

    def _read_some(self) -> None:
        """Until the group is full or nothing is left to read."""
        link = self._client.link
        self._now_ms = to_ms(self._clock.now())
        link.dry = False
        while not link.dry and not self._is_full():
            self._must_live(self._client.loop_read())
            self._take(*link.frames.take())

    def _is_full(self) -> bool:
        return len(self._topics) >= self._settings.group_size or self._bytes >= _GROUP_BYTES

    def _patience_s(self) -> float:
        """How long the group, if there is one, may still wait for more."""
        if not self._topics:
            return _IDLE_S
        return max(0.0, self._first_s + self._settings.group_wait_ms / 1000 - time.monotonic())

    def commit(self) -> None:
        """To disk first, then to the broker: they are taken."""
        if not self._topics:
            return
        try:
            self._spool.append_messages(Messages(self._received_at_ms, self._topics, self._payloads))
        except Unavailable as full:
            raise _Full(str(full)) from full
        self._quiet = len(self._topics) < _FEW
        self._client.link.send(pubacks(self._packet_ids))
        self._client.link.flush()
        self._counters.received.inc(len(self._topics))
        self._received_at_ms, self._topics, self._payloads = [], [], []
        self._packet_ids, self._bytes = [], 0

    def _ask(self) -> None:
        """Publishes what foreign senders should be asked for; one that is lost with the connection is asked again."""
        while self._foreign.requests:
            self._client.publish(*self._foreign.requests.popleft())

    def _must_live(self, code: MQTTErrorCode) -> None:
        if self._refused is not None:
            raise _Lost(self._refused)
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise _Lost(mqtt.error_string(code))

    def _take(self, topics: list[str], payloads: list[bytes], packet_ids: list[bytes]) -> None:
        """The fast path."""
        if not topics:
            return
        self._add(topics, payloads)
        self._packet_ids += packet_ids

    def _on_message(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        """What is not ordinary, by way of paho."""
        self._add([_topic(message)], [bytes(message.payload)])
        if message.qos:
            self._packet_ids.append(message.mid.to_bytes(2, "big"))

    def _add(self, topics: list[str], payloads: list[bytes]) -> None:
        if not self._topics:
            self._first_s = time.monotonic()
        self._received_at_ms += [self._now_ms] * len(topics)
        self._topics += topics
        self._payloads += payloads
        self._bytes += sum(map(len, payloads))

    def _on_connect(
        self, client: mqtt.Client, _userdata: object, flags: mqtt.ConnectFlags, reason: ReasonCode, _more: Any
    ) -> None:
        if reason.is_failure:
            self._refused = f"refused: {reason}"
            return
        self._counters.connections.inc()
        log.info("connected to the broker, session %s", "resumed" if flags.session_present else "new")
        if self._subscriptions.wanted:
            client.subscribe([(topic, 1) for topic in self._subscriptions.wanted])
        else:
            self._settle(client)

    def _on_subscribe(
        self, client: mqtt.Client, _userdata: object, _packet_id: int, reasons: list[ReasonCode], _more: Any
    ) -> None:
        wanted = self._subscriptions.wanted
        refused = [topic for topic, code in zip(wanted, reasons, strict=False) if code.value >= _FAILURE]
        if refused:
            self._refused = f"may not subscribe to {', '.join(refused)}"
            return
        self._settle(client)

    def _settle(self, client: mqtt.Client) -> None:
        """What is not wanted goes only now, so that a message is wanted twice rather than not at all."""
        if self._subscriptions.unwanted:
            client.unsubscribe(list(self._subscriptions.unwanted))
        self._subscribed = True
        self._counters.connected.set(1)
        self._backoff.reset()

    def _on_disconnect(
        self, _client: mqtt.Client, _userdata: object, _flags: mqtt.DisconnectFlags, reason: ReasonCode, _more: Any
    ) -> None:
        self._refused = self._refused or f"disconnected: {reason}"


def _topic(message: mqtt.MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError as error:
        return bytes(error.object).decode(errors="backslashreplace")
