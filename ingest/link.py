"""The connection to the broker: paho-mqtt on a socket that reads and writes in large pieces.

paho reads its packets byte by byte and writes each by itself. `Link` stands under it, reads up to 256 KiB at
once and keeps what is written until `flush`. Ordinary messages it takes out before paho sees them
(`ingest.frames`); paho keeps the connection, the session, keep-alive, TLS, and whatever is not ordinary.
"""

import contextlib
import ssl
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.frames import FrameReader
from ingest.settings import Settings

_READ_BYTES: Final = 256 << 10
_CLOSE_WAIT_S: Final = 2.0
_NEVER: Final = 0xFFFFFFFF
_RECEIVE_MAXIMUM: Final = 65535
_CONNECT_TIMEOUT_S: Final = 10.0
_PUBACK: Final = b"\x40\x02"


class _Socket(Protocol):
    """What `Link` needs of a socket, plain or TLS."""

    def recv(self, size: int, /) -> bytes: ...
    def send(self, data: bytes, /) -> int: ...
    def sendall(self, data: bytes, /) -> None: ...
    def fileno(self) -> int: ...
    def settimeout(self, timeout: float | None, /) -> None: ...
    def setblocking(self, flag: bool, /) -> None: ...
    def close(self) -> None: ...


class Link:
    """A socket with buffers on both sides.

    Attributes:
        dry: There is nothing more to read for now.
        frames: Takes the ordinary messages; what it has taken is the caller's.
    """

    def __init__(self, sock: _Socket, *, mqtt5: bool) -> None:
        self._socket = sock
        self.frames = FrameReader(mqtt5=mqtt5)
        self._in = b""
        self._at = 0
        self._out = bytearray()
        self.dry = True

    def recv(self, size: int) -> bytes:
        """What paho may have; `BlockingIOError` if there is nothing for it, `b""` at the end of the connection."""
        if self._at == len(self._in):
            self._fill()
        start, self._at = self._at, min(self._at + size, len(self._in))
        return self._in[start : self._at]

    def _fill(self) -> None:
        try:
            data = self._socket.recv(_READ_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError):
            self.dry = True
            raise
        self._in, self._at = self.frames.feed(data), 0
        self.dry = not data
        if data and not self._in:
            raise BlockingIOError

    def pending(self) -> int:
        return len(self._in) - self._at

    def send(self, data: bytes | bytearray) -> int:
        self._out += data
        return len(data)

    def flush(self) -> None:
        """Writes what the socket takes now; the rest waits.

        Raises:
            OSError: The connection is lost.
        """
        with contextlib.suppress(BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            while self._out:
                sent = self._socket.send(bytes(self._out))
                del self._out[:sent]

    def wants_write(self) -> bool:
        return bool(self._out)

    def fileno(self) -> int:
        return self._socket.fileno()

    def setblocking(self, flag: bool) -> None:
        self._socket.setblocking(flag)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.settimeout(_CLOSE_WAIT_S)
            self._socket.sendall(bytes(self._out))
        self._socket.close()


class LinkedClient(mqtt.Client):
    """paho's client on a `Link`; acknowledges by hand, never by itself."""

    link: Link

    def __init__(self, settings: Settings) -> None:
        five = settings.mqtt_version == "5"
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=None if five else False,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        self.connect_timeout = _CONNECT_TIMEOUT_S
        if settings.mqtt_username is not None:
            password = settings.mqtt_password
            self.username_pw_set(settings.mqtt_username, password.get_secret_value() if password else None)
        if settings.mqtt_ca_file is not None:
            self.tls_set(ca_certs=str(settings.mqtt_ca_file))

    def open(self, settings: Settings) -> None:
        """Connects and asks for the session that never expires.

        Raises:
            OSError: Nobody listens.
        """
        if settings.mqtt_version == "5":
            wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            wishes.SessionExpiryInterval = _NEVER
            wishes.ReceiveMaximum = _RECEIVE_MAXIMUM
            self.connect(
                settings.mqtt_host, settings.mqtt_port, settings.mqtt_keepalive_s, clean_start=False, properties=wishes
            )
        else:
            self.connect(settings.mqtt_host, settings.mqtt_port, settings.mqtt_keepalive_s)

    def _create_socket(self) -> Any:
        # The one private method of paho that is replaced; the tests with a real broker hold it.
        sock: Any = super()._create_socket()
        self.link = Link(sock, mqtt5=self.protocol == MQTTProtocolVersion.MQTTv5)
        return self.link


def puback(packet_ids: Iterable[int]) -> bytes:
    """`pubacks`, of packet ids as numbers.

    >>> puback([1, 258]).hex()
    '4002000140020102'
    """
    return pubacks([packet_id.to_bytes(2, "big") for packet_id in packet_ids])


def pubacks(packet_ids: Sequence[bytes]) -> bytes:
    """Acknowledgements for QoS 1, MQTT 3.1.1 and 5 alike, as one byte string; packet ids of two bytes each."""
    return _PUBACK + _PUBACK.join(packet_ids) if packet_ids else b""
