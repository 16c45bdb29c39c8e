"""Who may do what at the broker, as Mosquitto's access list and password file say it. No broker is needed.

Mosquitto refuses what no rule allows. A user, whose name is the station's id, may write its own topics by one pattern
for all: a block for each station would be read in a time that grows with their square. Users that the pattern must not
let write, closed stations and programs, are refused by name; refusals come first.
"""

import base64
import hashlib
import secrets
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as Dict
from datetime import date
from typing import Final, NamedTuple

from guangfu.stations.models import Registry, Station
from guangfu.telemetry.mapping.model import Mapping
from guangfu.telemetry.sparkplug.topics import PREFIX as SPARKPLUG
from guangfu.telemetry.sparkplug.topics import MessageType
from guangfu.telemetry.topics import PREFIX, SUBSCRIPTIONS, TopicKind

INGEST: Final = "ingest"
"""Reads all topics of all stations, writes none."""
FLEET: Final = "fleet"
"""The simulated stations, all behind one user; only beside a synthetic registry."""
PROGRAMS: Final = frozenset({INGEST, FLEET})

ITERATIONS: Final = 101
"""Mosquitto's own. More would not protect random passwords of 160 bits, and every reconnecting station costs them."""
_SALT_BYTES: Final = 12
_PASSWORD_BYTES: Final = 20


class ReservedIds(Exception):
    """Some stations have the name of a program's user; the message names them."""


class AccessList(NamedTuple):
    text: str
    writers: int
    """Stations that may write."""
    closed: int
    """Stations that may not any more."""


def open_stations(registry: Registry, day: date) -> tuple[Station, ...]:
    """Stations that may log in on `day`, by id: all but those that are closed, the not yet connected included.

    Raises:
        ReservedIds: A station is called like a program's user.
    """
    reserved = sorted(PROGRAMS & registry.stations.keys())
    if reserved:
        raise ReservedIds(", ".join(reserved))
    stations = (station for _, station in sorted(registry.stations.items()))
    return tuple(s for s in stations if s.closed_on is None or day < s.closed_on)


def access_list(registry: Registry, day: date, mappings: Iterable[Mapping] = ()) -> AccessList:
    """Mosquitto's access list; the same text for the same registry, closed stations and mappings.

    Raises:
        ReservedIds: A station is called like a program's user.
    """
    mappings = list(mappings)
    groups = sorted({group for mapping in mappings for group in mapping.groups})
    closed = sorted(registry.stations.keys() - {station.station_id for station in open_stations(registry, day)})
    blocks = [
        _HEAD,
        _block(INGEST, [*_ingest_rules(mappings, groups), *_refusals(INGEST, [])]),
        *([_block(FLEET, [*_rules("write", SUBSCRIPTIONS), *_refusals(FLEET, [])])] if registry.synthetic else []),
        *(_block(station, _refusals(station, groups)) for station in closed),
        _STATIONS + "".join(f"pattern {rule}\n" for rule in _station_rules(mappings)),
    ]
    return AccessList("\n".join(blocks), len(registry.stations) - len(closed), len(closed))


def _ingest_rules(mappings: Iterable[Mapping], groups: Iterable[str]) -> Iterator[str]:
    yield from _rules("read", SUBSCRIPTIONS)
    yield from _rules("read", [topic for mapping in mappings for topic in mapping.subscriptions])
    yield from _rules("write", [f"{SPARKPLUG}{group}/{MessageType.NCMD}/#" for group in groups])


def _station_rules(mappings: Iterable[Mapping]) -> Iterator[str]:
    """What every station may do on the topics that name it; edge nodes only where their id is the station's."""
    yield from (f"write {PREFIX}%u/{kind}" for kind in TopicKind)
    for mapping in mappings:
        if mapping.station.level == "edge" and mapping.station.table is None:
            for group in mapping.groups:
                yield from (f"write {SPARKPLUG}{group}/{kind}/%u" for kind in _OF_NODES)
                yield from (f"write {SPARKPLUG}{group}/{kind}/%u/+" for kind in _OF_DEVICES)
                yield f"read {SPARKPLUG}{group}/{MessageType.NCMD}/%u"


def _refusals(user: str, groups: Iterable[str]) -> list[str]:
    """What the patterns would allow a user, and must not."""
    sparkplug = [f"{SPARKPLUG}{group}/+/{user}{rest}" for group in groups for rest in ("", "/#")]
    return list(_rules("deny", [f"{PREFIX}{user}/#", *sparkplug]))


def _rules(access: str, topics: Iterable[str]) -> Iterator[str]:
    return (f"{access} {topic}" for topic in topics)


def _block(user: str, rules: Iterable[str]) -> str:
    return "".join([f"user {user}\n", *(f"topic {rule}\n" for rule in rules)])


_OF_NODES: Final = (MessageType.NBIRTH, MessageType.NDATA, MessageType.NDEATH)
_OF_DEVICES: Final = (MessageType.DBIRTH, MessageType.DDATA, MessageType.DDEATH)
_STATIONS: Final = "# Every station, by the name of its user\n"
_HEAD: Final = "# Written by `guangfu stations acl`. What is not allowed here is refused.\n"


def new_password() -> str:
    """A random password of 160 bits, letters and digits in lower case, that can be read out on the telephone."""
    return base64.b32encode(secrets.token_bytes(_PASSWORD_BYTES)).decode().lower()


def password_hash(password: str, salt: bytes | None = None) -> str:
    """A password as Mosquitto 2 keeps it: PBKDF2 with SHA-512.

    Source:
        `mosquitto_passwd` of Mosquitto 2.0: `$7$iterations$salt$hash`, the last two in base64.

    >>> password_hash("right", b"twelve bytes")[:30]
    '$7$101$dHdlbHZlIGJ5dGVz$f8Vrrw'
    """
    salt = salt if salt is not None else secrets.token_bytes(_SALT_BYTES)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


class Issued(NamedTuple):
    hashes: dict[str, str]
    """The whole new password file."""
    passwords: dict[str, str]
    """Those made now, in clear, by station."""
    removed: tuple[str, ...]
    """Stations that had a password and are closed."""


def issue_passwords(registry: Registry, day: date, hashes: Dict[str, str], rotate: Collection[str] = ()) -> Issued:
    """A password for each open station that has none or is to get another; the rest stays as it is.

    Args:
        registry: Says which stations there are.
        day: Closed by this day is closed.
        hashes: The password file as it is. Users that are no station stay.
        rotate: Stations that get another password.

    Raises:
        ReservedIds: A station is called like a program's user.
        KeyError: A station to rotate is unknown or closed.
    """
    stations = [station.station_id for station in open_stations(registry, day)]
    if unknown := sorted(set(rotate) - set(stations)):
        raise KeyError(", ".join(unknown))
    closed = registry.stations.keys() - set(stations)
    passwords = {name: new_password() for name in stations if name not in hashes or name in rotate}
    kept = {user: hashed for user, hashed in hashes.items() if user not in closed}
    made = {name: password_hash(password) for name, password in passwords.items()}
    return Issued(kept | made, passwords, tuple(sorted(closed & hashes.keys())))


def read_password_file(text: str) -> dict[str, str]:
    """Users and hashes of a password file.

    Raises:
        ValueError: A line is none of a password file; the message is its number.
    """
    hashes = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            user, separator, hashed = line.strip().partition(":")
            if not (user and separator and hashed.startswith("$")):
                raise ValueError(number)
            hashes[user] = hashed
    return hashes


def format_password_file(hashes: Dict[str, str]) -> str:
    """The file of these users, by name."""
    return "".join(f"{user}:{hashes[user]}\n" for user in sorted(hashes))
