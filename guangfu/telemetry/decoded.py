"""What became of a message."""

import msgspec

from guangfu.telemetry.reading import Reading, Rejected, Status
from guangfu.telemetry.topics import Topic, TopicKind


class Decoded(msgspec.Struct, gc=False):
    """A decoded message: what could be taken, and what could not.

    `topic` is `None` if the topic is not one of ours. `sent_at_ms` [ms since 1970 UTC], `boot` and `seq`
    may be missing. An event is a message on another topic: its readings carry `state` and `event_bits`.
    """

    topic: Topic | None
    sent_at_ms: int | None = None
    boot: str | None = None
    seq: int | None = None
    readings: list[Reading] = []
    status: Status | None = None
    rejected: list[Rejected] = []

    @property
    def station(self) -> str | None:
        return self.topic.station if self.topic else None

    @property
    def kind(self) -> TopicKind | None:
        return self.topic.kind if self.topic else None


def nothing_but(topic: Topic | None, rejected: Rejected) -> Decoded:
    """A message that was refused whole."""
    return Decoded(topic, rejected=[rejected])
