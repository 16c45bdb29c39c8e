"""What is known of each edge node: its births, the last `seq`, and whether it should say its births again.

The state is an object that the caller keeps. Messages of one edge node must be given in the order in which they came.
"""

from dataclasses import dataclass, field
from typing import Final

from guangfu.telemetry.sparkplug.payload import Metric, Payload
from guangfu.telemetry.sparkplug.topics import SparkplugTopic

ASK_EVERY_MS: Final = 30_000
"""A node that does not answer is asked again after this long, not with each of its messages."""
ANSWER_WITHIN_MS: Final = 600_000
"""A birth that comes so soon after a message that lacked one is its sender's answer: its names are that message's."""
_SEQS: Final = 256
_CLOCK_STEP_MS: Final = 10_000
"""So far our own clock may be set back."""


class BadBirth(ValueError):
    """A birth that nothing can be read by."""


@dataclass(frozen=True)
class Birth:
    """The metrics of an edge node or of a device: the name of each alias, the data type of each name."""

    names: dict[int, str]
    types: dict[str, int | None]

    @classmethod
    def of(cls, metrics: list[Metric]) -> "Birth":
        """The birth that these metrics make.

        Raises:
            BadBirth: A metric has no name, or a name or an alias stands twice.
        """
        names: dict[int, str] = {}
        types: dict[str, int | None] = {}
        for metric in metrics:
            if not metric.name:
                raise BadBirth("a metric without a name")
            if metric.name in types or metric.alias in names:
                raise BadBirth(f"{metric.name}: its name or its alias {metric.alias} stands twice")
            types[metric.name] = metric.datatype
            if metric.alias is not None:
                names[metric.alias] = metric.name
        return cls(names, types)


@dataclass
class EdgeNode:
    """`births` has the edge node's own under `None`; it is empty before a birth and after a death."""

    births: dict[str | None, Birth] = field(default_factory=dict)
    stations: set[str] = field(default_factory=set)
    bd_seq: int | None = None
    seq: int | None = None
    needs_rebirth: bool = False
    _heard_ms: int | None = None
    _born_ms: dict[str | None, int] = field(default_factory=dict)
    _ended_ms: int | None = None
    _born_with: tuple[int | None, int | None, int | None] | None = None
    _asked_ms: int | None = None

    def is_past(self, received_at_ms: int) -> bool:
        """Whether a message came before what is known: a dead letter that comes again tells nothing of the present."""
        if self._heard_ms is not None and received_at_ms < self._heard_ms - _CLOCK_STEP_MS:
            return True
        self._heard_ms = max(received_at_ms, self._heard_ms or 0)
        return False

    def keep_birth(self, device: str | None, birth: Birth) -> None:
        """Takes up a birth of the message that was heard last, of a device or of the edge node itself."""
        self.births[device] = birth
        self._born_ms[device] = self._heard_ms or 0

    def answered(self, device: str | None) -> tuple[int, int] | None:
        """From when to when [ms] messages came that lacked the birth which is known now, and may come again.

        Only those of the edge node's present life: what an earlier one called by an alias nobody knows. And only
        once they are past, so that their `seq` is no gap.
        """
        born_ms, heard_ms = self._born_ms.get(device), self._heard_ms
        if device not in self.births or born_ms is None or heard_ms is None:
            return None
        first_ms = max(born_ms - ANSWER_WITHIN_MS, (self._ended_ms or 0) + 1)
        last_ms = min(born_ms, heard_ms - _CLOCK_STEP_MS - 1)
        return (first_ms, last_ms) if first_ms <= last_ms else None

    def begin(self, birth: Birth, payload: Payload, bd_seq: int | None) -> None:
        """A birth of the edge node ends what was known of it, unless it is the same once more and nothing was lost."""
        born_with = payload.timestamp, payload.seq, bd_seq
        is_same = payload.timestamp is not None and born_with == self._born_with
        if is_same and self.births and not self.needs_rebirth:
            return
        self.births, self.stations = {}, set()
        self.keep_birth(None, birth)
        self.bd_seq, self.seq, self._born_with = bd_seq, payload.seq, born_with
        self.needs_rebirth = False

    def end(self, bd_seq: int | None) -> bool:
        """Whether a death is that of the present life; one of an earlier connection may come after the next birth."""
        if self.births and None not in {bd_seq, self.bd_seq} and bd_seq != self.bd_seq:
            return False
        self.births, self.seq, self._ended_ms = {}, None, self._heard_ms
        return True

    def follow(self, seq: int | None) -> None:
        """Takes up the next `seq`; a gap means that something was lost, the same again that it was sent twice."""
        if seq is None or self.seq is None or (seq != self.seq and seq != (self.seq + 1) % _SEQS):
            self.needs_rebirth = True
        if seq is not None:
            self.seq = seq

    def may_ask(self, now_ms: int) -> bool:
        """Whether to ask for a rebirth now; it is noted as asked."""
        if not self.needs_rebirth:
            return False
        if self._asked_ms is not None and 0 <= now_ms - self._asked_ms < ASK_EVERY_MS:
            return False
        self._asked_ms = now_ms
        return True


@dataclass
class Sessions:
    """The edge nodes that were heard of, by group and id."""

    nodes: dict[tuple[str, str], EdgeNode] = field(default_factory=dict)

    def node(self, topic: SparkplugTopic) -> EdgeNode:
        return self.nodes.setdefault((topic.group, topic.edge), EdgeNode())
