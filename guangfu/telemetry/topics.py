"""The topics of a station: `pv/1/{station}/telemetry | event | status`."""

from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple


class TopicKind(StrEnum):
    TELEMETRY = "telemetry"
    EVENT = "event"
    STATUS = "status"


class Topic(NamedTuple):
    station: str
    kind: TopicKind


PREFIX: Final = "pv/1/"
SUBSCRIPTIONS: Final = tuple(f"{PREFIX}+/{kind}" for kind in TopicKind)
"""What ingest subscribes to, QoS 1."""

_MAX_STATION_LENGTH: Final = 128


def format_topic(station: str, kind: TopicKind) -> str:
    """The topic a station publishes to.

    Raises:
        ValueError: The station's id can't stand in a topic.

    >>> format_topic("s-0001", TopicKind.TELEMETRY)
    'pv/1/s-0001/telemetry'
    """
    if not _can_stand_in_topic(station):
        raise ValueError(f"no station id for a topic: {station!r}")
    return f"{PREFIX}{station}/{kind.value}"


@lru_cache(maxsize=8192)
def parse_topic(topic: str) -> Topic | None:
    """Station and kind of a topic; `None` if it is not one of ours.

    >>> parse_topic("pv/1/s-0001/status")
    Topic(station='s-0001', kind=<TopicKind.STATUS: 'status'>)
    >>> parse_topic("pv/1/telemetry") is None
    True
    """
    parts = topic.split("/")
    if len(parts) != 4 or not topic.startswith(PREFIX) or not _can_stand_in_topic(parts[2]):
        return None
    try:
        return Topic(parts[2], TopicKind(parts[3]))
    except ValueError:
        return None


def _can_stand_in_topic(station: str) -> bool:
    return 0 < len(station) <= _MAX_STATION_LENGTH and station.isprintable() and not set("/+#") & set(station)
