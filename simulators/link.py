"""One MQTT connection, which carries one station or, if asked to, several.

paho keeps the connection, the codec and the keep-alive. Each connection gets a new client: what is to
be sent again is remembered here as parcels, not in paho's queue as bytes.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from guangfu.clock import Clock, to_ms
from guangfu.telemetry.encode import encode_status
from guangfu.telemetry.reading import Status
from guangfu.telemetry.topics import TopicKind, format_topic
from simulators.parcel import Parcel, Writer
from simulators.settings import Protocol, Settings

MAX_INFLIGHT: Final = 20
"""Of one connection; the receive maximum that brokers grant by default."""
REPEATED_S: Final = 1800
"""On reconnecting a station sends what it sent in the last 30 minutes again: a broker that was killed may
have acknowledged what it never passed on. [s]"""
_CONNECT_TIMEOUT_S: Final = 1.5
_NO_MID: Final = -1

SocketCallback = Callable[[Client, Any, Any], None]


@dataclass
class Tally:
    """What went over all wires since the start; a repeated message counts each time.

    Attributes:
        messages, readings: Sent. A reading is an instant of a station, whatever devices it covers.
        acknowledged: Messages that the broker took, or rejected.
        rejected: Messages that the broker said it will not pass on.
        waiting: Messages given and not yet acknowledged.
        inflight: Of them, those that were sent.
    """

    messages: int = 0
    readings: int = 0
    acknowledged: int = 0
    rejected: int = 0
    waiting: int = 0
    inflight: int = 0

    def sent(self) -> dict[str, int]:
        """What a report tells of it."""
        return {name: getattr(self, name) for name in ("messages", "readings", "acknowledged", "rejected")}


class Link:
    """A connection, up or down, and what its stations have to send."""

    def __init__(
        self, settings: Settings, stations: Sequence[tuple[int, str]], *, boot: str, clock: Clock, tally: Tally
    ) -> None:
        self._settings = settings
        self._boot = boot
        self._clock = clock
        self._tally = tally
        self.stations: Final = tuple(i for i, _ in stations)
        self._names: Final = dict(stations)
        self._topics: Final = {i: format_topic(name, TopicKind.TELEMETRY) for i, name in stations}
        self.client: Client | None = None
        self.up = False
        self.greeted = False
        self.retired = False
        self.trouble = ""
        self.queue: deque[Parcel] = deque()
        self.inflight: dict[int, Parcel | None] = {}
        self._recent: deque[tuple[float, Parcel]] = deque()

    def connect(self, opened: SocketCallback, closed: SocketCallback) -> None:
        """Open the socket and send CONNECT; `up` follows when the broker has answered.

        Raises:
            OSError: Nobody listens there.
        """
        self.client = self._new_client()
        self.client.on_socket_open, self.client.on_socket_close = opened, closed
        self.client.connect(self._settings.mqtt_host, self._settings.mqtt_port, self._settings.keepalive_s)

    def give(self, parcel: Parcel) -> None:
        """Put a parcel at the end of the queue."""
        self.queue.append(parcel)
        self._tally.waiting += 1

    def send(self, write: Writer) -> None:
        """Publish the head of the queue."""
        parcel = self.queue.popleft()
        self._tally.messages += 1
        self._tally.readings += len(parcel.at_s)
        self._tally.inflight += 1
        self._publish(self._topics[parcel.station], write(parcel), parcel)
        self._recent.append((self._now_s(), parcel))
        self._forget_old()

    def say(self, state: str) -> None:
        """Publish the retained status of all stations of this connection."""
        for name in self._names.values():
            status = Status(station=name, state=state, at_ms=to_ms(self._clock.now()), boot=self._boot)
            self._publish(format_topic(name, TopicKind.STATUS), encode_status(status), None)

    def disconnect(self) -> None:
        if self.client is not None:
            self.client.disconnect()

    def outstanding(self) -> Iterator[Parcel]:
        """What is not known to have arrived: waiting or unacknowledged."""
        return chain(self.queue, (p for p in self.inflight.values() if p is not None))

    @property
    def speaking(self) -> bool:
        """Whether a status was sent that is not acknowledged yet."""
        return None in self.inflight.values()

    @property
    def room(self) -> bool:
        return self.up and len(self.inflight) < MAX_INFLIGHT

    def _publish(self, topic: str, payload: bytes, parcel: Parcel | None) -> None:
        assert self.client is not None
        client = self.client
        # A connection that breaks inside paho's publish calls _on_disconnect before it returns: the parcel
        # must be among the unacknowledged by then.
        self.inflight[_NO_MID] = parcel
        sent = client.publish(topic, payload, qos=1, retain=parcel is None)
        if self.client is client:
            self.inflight[sent.mid] = self.inflight.pop(_NO_MID)

    def _now_s(self) -> float:
        return self._clock.now().timestamp()

    def _forget_old(self) -> None:
        until_s = self._now_s() - REPEATED_S
        while self._recent and self._recent[0][0] < until_s:
            self._recent.popleft()

    def _new_client(self) -> Client:
        v5 = self._settings.mqtt_version is Protocol.V5
        name = next(iter(self._names.values()))
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=name,
            clean_session=None if v5 else True,
            protocol=MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311,
        )
        client.connect_timeout = _CONNECT_TIMEOUT_S
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.will_set(
            format_topic(name, TopicKind.STATUS),
            encode_status(Status(station=name, state="offline", boot=self._boot)),
            qos=1,
            retain=True,
        )
        self._secure(client, name)
        return client

    def _secure(self, client: Client, name: str) -> None:
        s = self._settings
        if s.username is not None:
            password = s.password.get_secret_value() if s.password is not None else None
            client.username_pw_set(s.username.replace("{station}", name), password)
        if s.ca_file is not None:
            client.tls_set(str(s.ca_file))

    def _on_connect(
        self, client: Client, userdata: Any, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        del client, userdata, flags, properties
        if reason.is_failure:
            self.trouble = str(reason)
            return
        self.up = True
        self._repeat_recent()

    def _repeat_recent(self) -> None:
        """Ahead of what waits; what waits already is not put there twice. Nothing at the first connection."""
        self._forget_old()
        waiting = set(map(id, self.queue))
        repeated = [p for _, p in self._recent if id(p) not in waiting]
        self._recent.clear()
        self._tally.waiting += len(repeated)
        self.queue.extendleft(reversed(repeated))

    def _on_disconnect(
        self, client: Client, userdata: Any, flags: DisconnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        """What was not acknowledged goes back to the head of the queue, in its order."""
        del userdata, flags, properties
        if client is not self.client:
            return
        self.client, self.up, self.greeted = None, False, False
        if reason.is_failure:
            self.trouble = self.trouble or str(reason)
        unacknowledged = [p for p in self.inflight.values() if p is not None]
        self.inflight.clear()
        self._tally.inflight -= len(unacknowledged)
        self.queue.extendleft(reversed(unacknowledged))

    def _on_publish(
        self, client: Client, userdata: Any, mid: int, reason: ReasonCode, properties: Properties | None
    ) -> None:
        del client, userdata, properties
        if self.inflight.pop(mid, None) is None:
            return
        self._tally.inflight -= 1
        self._tally.waiting -= 1
        self._tally.acknowledged += 1
        self._tally.rejected += reason.is_failure
