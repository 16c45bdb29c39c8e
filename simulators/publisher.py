"""All connections of a fleet, driven by one selectors loop in the caller's thread."""

import resource
import selectors
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from paho.mqtt.client import Client

from guangfu.clock import Clock
from simulators.link import Link, Tally
from simulators.parcel import Parcel, Writer
from simulators.settings import Settings

_CONNECTS_A_TURN: Final = 64
_SENDS_A_TURN: Final = 64
_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 15.0
_GOODBYE_S: Final = 1.4
_FILES_BESIDE: Final = 256


class BrokerUnreachable(Exception):
    """Nobody answered at the broker's address, or it refused every station; the message is its reason."""


class Publisher:
    """Sends parcels, QoS 1, each over its station's connection and in the order they were given."""

    def __init__(self, settings: Settings, stations: Sequence[str], write: Writer, clock: Clock, boot: str) -> None:
        self.tally: Final = Tally()
        self._settings = settings
        self._write = write
        self._selector = selectors.DefaultSelector()
        self._links: Final = [
            Link(settings, share, boot=boot, clock=clock, tally=self.tally)
            for share in _shares(list(enumerate(stations)), settings.connections)
        ]
        self._of: Final = {i: link for link in self._links for i in link.stations}
        self._down: deque[Link] = deque(self._links)
        self._ready: dict[Link, None] = {}
        self._sockets: dict[Link, Any] = {}
        self._wait_s = _FIRST_WAIT_S
        self._next_connect_s = 0.0
        self._next_misc_s = 0.0
        self._closing = False
        self._give_up_s: float | None = time.monotonic() + settings.patience_s
        _allow_files(len(self._links) + _FILES_BESIDE)

    def give(self, parcel: Parcel) -> None:
        """Take a parcel to be sent when its station's turn comes."""
        link = self._of[parcel.station]
        link.give(parcel)
        if link.room:
            self._ready[link] = None

    def turn(self, timeout_s: float) -> None:
        """One turn of the loop: connect, send, and wait up to `timeout_s` for the broker.

        Raises:
            BrokerUnreachable: No connection was made in the first `patience_s` seconds.
        """
        now_s = time.monotonic()
        self._connect_some(now_s)
        self._send_some()
        busy = self._ready and self.tally.inflight < self._settings.max_inflight
        for key, events in self._selector.select(0 if busy else timeout_s):
            self._serve(key.data, events)
        if now_s >= self._next_misc_s:
            self._keep_alive(now_s)

    def outstanding_since_s(self) -> int | None:
        """The earliest instant that is not known to have arrived, `None` if all has. [s since 1970 UTC]"""
        return min((p.at_s[0] for link in self._links for p in link.outstanding()), default=None)

    def retire(self, station: int) -> None:
        """Say goodbye for a station for good. A connection that carries others stays."""
        link = self._of[station]
        if len(link.stations) > 1 or link.retired:
            return
        link.retired = True
        if link.up:
            link.say("offline")
            link.disconnect()
            self._watch(link)

    def close(self) -> None:
        """Say offline for all stations and disconnect, within a second and a half.

        Where the broker is too slow to acknowledge that, the connection is cut: its will then says the same.
        """
        self._closing = True
        until_s = time.monotonic() + _GOODBYE_S
        for link in self._links:
            if link.up:
                link.say("offline")
        while time.monotonic() < until_s and any(link.speaking for link in self._links):
            self._poll(0.05)
        for link in self._links:
            if link.speaking:
                self._cut(link)
            else:
                link.disconnect()
        while time.monotonic() < until_s and self._sockets:
            self._poll(0.05)
        for link in list(self._sockets):
            self._cut(link)
        self._selector.close()

    def _cut(self, link: Link) -> None:
        sock = self._sockets.pop(link, None)
        if sock is not None:
            self._selector.unregister(sock)
            sock.close()

    def _poll(self, timeout_s: float) -> None:
        for link in list(self._sockets):
            self._watch(link)
        for key, events in self._selector.select(timeout_s):
            self._serve(key.data, events)

    def _connect_some(self, now_s: float) -> None:
        if self._give_up_s is not None and now_s > self._give_up_s:
            raise BrokerUnreachable(next((link.trouble for link in self._links if link.trouble), ""))
        for _ in range(min(_CONNECTS_A_TURN, len(self._down))):
            if now_s < self._next_connect_s:
                return
            link = self._down.popleft()
            if not link.retired:
                self._connect(link)

    def _connect(self, link: Link) -> None:
        try:
            link.connect(self._opened(link), self._closed(link))
        except OSError as error:
            link.client = None
            link.trouble = error.strerror or str(error)
            self._lost(link)

    def _opened(self, link: Link) -> Any:
        def opened(client: Client, userdata: Any, sock: Any) -> None:
            del client, userdata
            self._sockets[link] = sock
            self._selector.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE, link)

        return opened

    def _closed(self, link: Link) -> Any:
        def closed(client: Client, userdata: Any, sock: Any) -> None:
            del client, userdata
            del self._sockets[link]
            self._selector.unregister(sock)
            self._ready.pop(link, None)
            self._lost(link)

        return closed

    def _lost(self, link: Link) -> None:
        """Try again later: longer and longer while nobody answers, but once for all that were lost together."""
        if self._closing or link.retired:
            return
        self._down.append(link)
        now_s = time.monotonic()
        if now_s >= self._next_connect_s:
            self._next_connect_s = now_s + self._wait_s
            self._wait_s = min(self._wait_s * 2, _LONGEST_WAIT_S)

    def _send_some(self) -> None:
        for link in list(self._ready)[:_SENDS_A_TURN]:
            if self.tally.inflight >= self._settings.max_inflight:
                return
            del self._ready[link]
            if link.room and link.queue:
                link.send(self._write)
                self._settle(link)

    def _serve(self, link: Link, events: int) -> None:
        if link.client is not None and events & selectors.EVENT_READ:
            link.client.loop_read()
        if link.client is not None and events & selectors.EVENT_WRITE:
            link.client.loop_write()
        self._settle(link)

    def _settle(self, link: Link) -> None:
        """What follows from whatever just happened on a connection."""
        if link.up and not link.greeted:
            link.greeted = True
            link.say("online")
            self._give_up_s, self._wait_s = None, _FIRST_WAIT_S
        if link.queue and link.room:
            self._ready[link] = None
        self._watch(link)

    def _watch(self, link: Link) -> None:
        sock = self._sockets.get(link)
        if sock is None or link.client is None:
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if link.client.want_write() else 0)
        if self._selector.get_key(sock).events != events:
            self._selector.modify(sock, events, link)

    def _keep_alive(self, now_s: float) -> None:
        self._next_misc_s = now_s + 1
        for link in list(self._sockets):
            if link.client is not None:
                link.client.loop_misc()
                self._settle(link)


def _shares(stations: list[tuple[int, str]], connections: int | None) -> list[list[tuple[int, str]]]:
    """The stations of each connection."""
    count = min(connections or len(stations), len(stations))
    return [stations[i::count] for i in range(count)]


def _allow_files(wanted: int) -> None:
    """Raise the limit of open files as far as the machine allows: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard < 0 else min(wanted, hard), hard))
