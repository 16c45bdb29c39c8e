"""Who may do what at the broker: the files of deploy/mosquitto, run by a real Mosquitto, against everybody.

The access list and the passwords are those of the synthetic registry, where one station was closed
after it got its password.
"""

import re
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pytest

from guangfu.commands.broker_access import format_password_file, issue_passwords
from guangfu.stations.models import Registry
from tests.services.conftest import CLOSED, DAY, WITH_CERTIFICATE
from tests.services.deployed import PASSWORDS, Deployed, certificates
from tests.services.mqtt_user import NOT_AUTHORIZED, User

KINDS = ("telemetry", "event", "status")
OTHER_TOPICS = (
    "pv/1/{id}", "pv/1/{id}/other", "pv/1/{id}/telemetry/", "pv/1/{id}/telemetry/x", "/pv/1/{id}/telemetry",
    "pv/2/{id}/telemetry", "PV/1/{id}/telemetry", "pv/1//telemetry", "pv/1/{id} /telemetry", "{id}", "$SYS/{id}",
    "$SYS/broker/clients/total", "$CONTROL/dynamic-security/v1", "$share/g/pv/1/{id}/telemetry",
)  # fmt: skip
MALFORMED = ("#", "pv/1/#", "pv/1/+/telemetry", "pv/1/{id}/+", "+", "pv/1/{id}/tele\x00metry", "")

Enter = Callable[..., User]


@pytest.fixture
def enter(broker: Deployed, words: dict[str, str]) -> Iterator[Enter]:
    """Connects a user with its password: programs by the plain listener, stations by TLS."""
    users: list[User] = []

    def enter(name: str, **more: Any) -> User:
        if name in PASSWORDS:
            user = User(broker.ports[1883], name, words[name], **more)
        else:
            user = User(broker.ports[8883], name, words[name], ca=broker.folder / "ca/ca.pem", **more)
        assert user.answer == "Success", name
        users.append(user)
        return user

    yield enter
    for user in users:
        user.close()


@pytest.fixture
def listener(enter: Enter) -> User:
    """Ingest, and what it hears."""
    user = enter("ingest", client_id="guangfu-ingest-0")
    user.subscribe(*(f"pv/1/+/{kind}" for kind in KINDS))
    return user


def sample(registry: Registry) -> list[str]:
    """Twelve open stations: of both kinds, first and last, neighbours, and one with a certificate."""
    names = sorted(registry.stations)
    return [*names[:4], WITH_CERTIFICATE, *names[29:33], "st0101", *names[-2:]]


def test_of_every_crossing_only_the_allowed_pass(enter: Enter, listener: User, registry: Registry) -> None:
    stations = sample(registry)
    assert len(set(stations)) == 12
    targets = [f"pv/1/{name}/{kind}" for name in (*stations, CLOSED, "nobody") for kind in KINDS]
    expected = []
    for name in (*stations, CLOSED, "ingest", "fleet"):
        user = enter(name)
        others = [topic.format(id=name) for topic in OTHER_TOPICS]
        own = name if name in stations else "[^/]*" if name == "fleet" else "(?!)"
        allowed = [t for t in targets + others if re.fullmatch(f"pv/1/{own}/(telemetry|event|status)", t)]
        answers = dict(zip(targets + others, user.publish(*targets, *others), strict=True))
        assert {t for t, answer in answers.items() if answer == "Success"} == set(allowed), name
        assert {a for t, a in answers.items() if t not in allowed} == {NOT_AUTHORIZED}, name
        expected += allowed
    listener.settle()
    assert listener.heard == expected
    assert len(expected) == 12 * 3 + len(targets) + 2  # an empty id and one with a blank: ingest refuses them


def test_a_topic_that_is_none_ends_the_connection(enter: Enter, listener: User) -> None:
    for topic in MALFORMED:
        user = enter("st0001")
        assert user.publish(topic.format(id="st0001")) == [""], topic
        assert user.closed
    listener.settle()
    assert listener.heard == []


def test_nobody_comes_in_without_the_right_password(broker: Deployed, words: dict[str, str]) -> None:
    right = words["st0001"]
    logins = [(None, None), ("nobody", "x"), ("nobody", None), ("st0001", None), ("st0001", ""), ("st0001", right[:-1]),
              ("st0002", right), ("ST0001", right), ("", right), ("+", "x"), ("#", "x")]  # fmt: skip
    for login in logins:
        for user in (
            User(broker.ports[1883], *login),
            User(broker.ports[8883], *login, ca=broker.folder / "ca/ca.pem"),
        ):
            assert user.answer == NOT_AUTHORIZED, login


def test_a_station_hears_nothing_of_others(enter: Enter, listener: User) -> None:
    curious = [enter("st0001"), enter(CLOSED)]
    wishes = ("#", "pv/#", "pv/1/st0002/status", "pv/1/+/telemetry", "+/+/+/+", "$SYS/#", "$share/g/pv/1/#")
    for user in curious:
        user.subscribe(*wishes)  # Mosquitto grants it; the access list speaks when a message would be delivered
    enter("st0002").publish("pv/1/st0002/telemetry", "pv/1/st0002/status", retain=True)
    listener.until(lambda: len(listener.heard) == 2)
    for user in curious:
        user.subscribe(*wishes)  # again, for what is retained
        user.settle()
        assert user.heard == []
    enter("st0002").publish("pv/1/st0002/telemetry", "pv/1/st0002/status", retain=True, payload=b"")  # for other tests


def test_ingest_reads_stations_topics_and_nothing_else(enter: Enter) -> None:
    ingest, station = enter("ingest"), enter("st0001")
    ingest.subscribe("#", "$SYS/#", "$share/workers/pv/1/+/event")
    station.publish("pv/1/st0001/event")
    ingest.until(lambda: len(ingest.heard) == 2)
    assert ingest.heard == ["pv/1/st0001/event"] * 2


def test_a_will_goes_only_where_its_station_may_write(enter: Enter, listener: User) -> None:
    for topic in ("pv/1/st0002/status", "$SYS/x", "pv/1/st0001/status"):
        enter("st0001", will=topic).cut()
    listener.until(lambda: listener.heard)
    assert listener.heard == ["pv/1/st0001/status"]


def test_a_station_can_take_over_the_session_of_nobody(enter: Enter, listener: User) -> None:
    victim = enter("st0002", client_id="st0002")
    for name in ("guangfu-ingest-0", "st0002"):
        enter("st0001", client_id=name)
    assert victim.publish("pv/1/st0002/event") == ["Success"]
    listener.until(lambda: listener.heard)
    assert not victim.closed
    assert not listener.closed


def test_a_certificate_stands_for_its_station_whatever_the_user_says(broker: Deployed, listener: User) -> None:
    folder = broker.folder / "ca"
    for name in (None, "st0001", "ingest"):
        user = User(
            broker.ports[8884], name, "x" if name else None,
            ca=folder / "ca.pem", certificate=folder / f"{WITH_CERTIFICATE}.pem",
        )  # fmt: skip
        assert user.publish(f"pv/1/{WITH_CERTIFICATE}/event", "pv/1/st0001/event") == ["Success", NOT_AUTHORIZED]
        user.close()


def test_a_closed_station_s_certificate_opens_the_door_to_nothing(broker: Deployed) -> None:
    folder = broker.folder / "ca"
    with User(broker.ports[8884], ca=folder / "ca.pem", certificate=folder / f"{CLOSED}.pem") as user:
        assert user.answer == "Success"
        assert set(user.publish(*(f"pv/1/{CLOSED}/{kind}" for kind in KINDS))) == {NOT_AUTHORIZED}


# paho leaves the socket of a failed handshake to the garbage collector
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("certificate", ["none", "of another authority", "the broker's own"])
def test_no_other_certificate_opens_the_door(
    broker: Deployed, words: dict[str, str], tmp_path: Path, certificate: str
) -> None:
    certificates(tmp_path, "station", "st0001")
    of = {
        "none": None,
        "of another authority": tmp_path / "st0001.pem",
        "the broker's own": broker.folder / "ca/server.pem",
    }
    try:
        user = User(
            broker.ports[8884], "st0001", words["st0001"], ca=broker.folder / "ca/ca.pem", certificate=of[certificate]
        )
    except (ssl.SSLError, OSError):
        return
    assert user.answer != "Success"
    assert user.closed


def test_a_message_too_long_ends_the_connection(enter: Enter, listener: User) -> None:
    user = enter("st0001")
    assert user.publish("pv/1/st0001/event", payload=b" " * (2 << 20)) == [""]
    listener.settle()
    assert listener.heard == []


def test_a_reload_shuts_out_rotated_and_closed_stations_and_lets_new_passwords_in(
    broker: Deployed, enter: Enter, listener: User, registry: Registry, words: dict[str, str]
) -> None:
    rotated, closed, other = enter("st0003"), enter(CLOSED), enter("st0004")
    file = broker.config / "stations/passwords"
    hashes = dict(line.split(":") for line in file.read_text().splitlines())
    issued = issue_passwords(registry, DAY, hashes, ["st0003"])
    file.write_text(format_password_file(issued.hashes))
    broker.reload()
    rotated.until(lambda: rotated.closed)
    closed.until(lambda: closed.closed)
    assert other.publish("pv/1/st0004/event") == ["Success"]
    ca = broker.folder / "ca/ca.pem"
    for name in ("st0003", CLOSED):
        assert User(broker.ports[8883], name, words[name], ca=ca).answer == NOT_AUTHORIZED
    words.update(issued.passwords)
    assert enter("st0003").publish("pv/1/st0003/event") == ["Success"]


def test_a_spoilt_access_list_is_refused_and_the_old_one_goes_on(
    broker: Deployed, enter: Enter, listener: User
) -> None:
    station, file = enter("st0004"), broker.config / "stations/acl"
    good = file.read_text()
    file.write_text("")
    with pytest.raises(CalledProcessError):
        broker.reload()
    assert station.publish("pv/1/st0004/event", "pv/1/st0001/event") == ["Success", NOT_AUTHORIZED]
    file.write_text(good)
    broker.reload()
    assert station.publish("pv/1/st0004/event", "pv/1/st0001/event") == ["Success", NOT_AUTHORIZED]
