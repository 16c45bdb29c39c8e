"""Topics of Sparkplug B: `spBv1.0/{group}/{type}/{edge}[/{device}]`, and `spBv1.0/STATE/{host}`."""

from enum import StrEnum
from typing import Final, NamedTuple

PREFIX: Final = "spBv1.0/"


class MessageType(StrEnum):
    NBIRTH = "NBIRTH"
    DBIRTH = "DBIRTH"
    NDATA = "NDATA"
    DDATA = "DDATA"
    NDEATH = "NDEATH"
    DDEATH = "DDEATH"
    NCMD = "NCMD"
    DCMD = "DCMD"
    STATE = "STATE"

    @property
    def is_of_device(self) -> bool:
        return self.value.startswith("D")


class SparkplugTopic(NamedTuple):
    """`device` is `None` in messages of the edge node itself."""

    group: str
    type: MessageType
    edge: str
    device: str | None

    @property
    def levels(self) -> dict[str, str]:
        """The levels by name, as a mapping calls them."""
        found = {"group": self.group, "edge": self.edge}
        return found if self.device is None else {**found, "device": self.device}


def parse_sparkplug_topic(topic: str) -> SparkplugTopic | None:
    """The parts of a topic; `None` if it is none of Sparkplug B's. A host's `STATE` has the host for an edge node.

    >>> parse_sparkplug_topic("spBv1.0/PV/DDATA/s-1/meter")
    SparkplugTopic(group='PV', type=<MessageType.DDATA: 'DDATA'>, edge='s-1', device='meter')
    """
    if not topic.startswith(PREFIX):
        return None
    parts = topic.split("/")
    if len(parts) == 3 and parts[1] == MessageType.STATE:
        return SparkplugTopic("", MessageType.STATE, parts[2], None)
    if len(parts) not in {4, 5} or not all(parts) or parts[2] not in set(MessageType):
        return None
    kind = MessageType(parts[2])
    if kind is MessageType.STATE or kind.is_of_device != (len(parts) == 5):
        return None
    return SparkplugTopic(parts[1], kind, parts[3], parts[4] if len(parts) == 5 else None)


def rebirth_topic(topic: SparkplugTopic) -> str:
    """Where an edge node takes commands."""
    return f"{PREFIX}{topic.group}/{MessageType.NCMD}/{topic.edge}"
