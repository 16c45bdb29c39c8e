"""All foreign dialects that are taken in beside `pv/1/…`: vendors' JSON and Sparkplug B, each by its mapping."""

from collections.abc import Sequence

from guangfu.telemetry.foreign import Foreign
from guangfu.telemetry.mapping.apply import apply_mapping
from guangfu.telemetry.mapping.model import Dialect, Mapping
from guangfu.telemetry.reading import Reason, Rejected
from guangfu.telemetry.sparkplug.decode import decode_sparkplug
from guangfu.telemetry.sparkplug.session import Sessions
from guangfu.telemetry.sparkplug.topics import PREFIX, parse_sparkplug_topic


class Dialects:
    """Finds the mapping of a topic and applies it; holds the sessions of Sparkplug's edge nodes."""

    def __init__(self, mappings: Sequence[Mapping] = ()) -> None:
        self._json = [mapping for mapping in mappings if mapping.dialect is Dialect.JSON]
        self._of_group = {
            group: mapping for mapping in mappings if mapping.dialect is Dialect.SPARKPLUG for group in mapping.groups
        }
        self._sessions = Sessions()
        self.shared_subscriptions = tuple(topic for mapping in self._json for topic in mapping.subscriptions)
        """Order does not matter to these."""
        self.ordered_subscriptions = tuple(f"{PREFIX}{group}/#" for group in self._of_group)
        """Sparkplug counts its messages: one worker must get all of an edge node's."""

    def decode(self, topic: str, payload: bytes, received_at_ms: int) -> Foreign:
        """What a message on a topic that is not `pv/1/…` says; never raises."""
        if topic.startswith(PREFIX):
            mapping = self._of_group.get(topic.split("/")[1])
            if mapping is not None:
                return decode_sparkplug(mapping, self._sessions, topic, payload, received_at_ms)
        else:
            mapping = next((each for each in self._json if each.levels_of(topic) is not None), None)
            if mapping is not None:
                return apply_mapping(mapping, topic, payload)
        return _nobodys(topic, payload)

    def answered(self, topic: str) -> tuple[int, int] | None:
        """From when to when [ms since 1970 UTC] messages came on a topic that lacked a birth which is there now."""
        parsed = parse_sparkplug_topic(topic)
        node = self._sessions.nodes.get((parsed.group, parsed.edge)) if parsed is not None else None
        return node.answered(parsed.device) if node is not None and parsed is not None else None


def _nobodys(topic: str, payload: bytes) -> Foreign:
    found = Foreign()
    found.of(None).rejected.append(Rejected(Reason.BAD_TOPIC, "no mapping is for it", topic, payload))
    return found
