"""The metrics of one message as readings: those of one device and one time together."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from guangfu.telemetry.foreign import Foreign
from guangfu.telemetry.mapping.ids import Unmapped, device_of, station_of
from guangfu.telemetry.mapping.model import Entry, FieldRule, Mapping
from guangfu.telemetry.mapping.scalars import BadValue
from guangfu.telemetry.reading import Reading, Reason, Rejected
from guangfu.telemetry.sparkplug.payload import GOOD, Metric, NoSign, Payload, value_of
from guangfu.telemetry.sparkplug.session import EdgeNode
from guangfu.telemetry.sparkplug.topics import MessageType, SparkplugTopic

_TOLD: Final = 5
_LARGEST: Final = 2**63 - 1


class Refusals:
    """What of a message is refused; it is kept whole, once for each reason."""

    def __init__(self) -> None:
        self._details: dict[Reason, list[str]] = {}

    def add(self, reason: Reason, detail: str) -> None:
        self._details.setdefault(reason, []).append(detail)

    def told(self, topic: str, payload: bytes) -> Iterator[Rejected]:
        for reason, details in self._details.items():
            more = f"; and {len(details) - _TOLD} more" if len(details) > _TOLD else ""
            yield Rejected(reason, "; ".join(details[:_TOLD]) + more, topic, payload)


class _Key(NamedTuple):
    device: str
    at_ms: int
    historical: bool


class Gatherer:
    def __init__(
        self, mapping: Mapping, node: EdgeNode, topic: SparkplugTopic, payload: Payload, refusals: Refusals
    ) -> None:
        self._mapping, self._node, self._topic = mapping, node, topic
        self._payload, self._refusals = payload, refusals
        self._levels = topic.levels
        self._birth = node.births.get(topic.device)
        self._values: dict[_Key, dict[str, float | int]] = {}

    def gather(self, found: Foreign) -> None:
        """Adds the readings of the message to what was found."""
        entries = [entry for entry in self._mapping.entries if self._is_for(entry)]
        rules = [(entry, rule) for entry in entries for rule in entry.fields]
        try:
            self._check_mapped(entries)
            station = station_of(self._mapping, self._levels) if rules else None
        except BadValue as bad:
            self._refusals.add(Reason.UNMAPPED, str(bad))
            return
        for metric in self._payload.metrics:
            self._take(metric, rules)
        for key, values in self._values.items():
            reading = Reading(at_ms=key.at_ms, device=key.device, **values)  # type: ignore[arg-type]
            found.of(station, historical=key.historical).readings.append(reading)

    def _is_for(self, entry: Entry) -> bool:
        """An entry whose device is the topic's is not for the edge node's own metrics."""
        of_device = entry.device is not None and entry.device.level == "device"
        if of_device and self._topic.device is None:
            return False
        return entry.when is None or entry.when.holds(self._levels, None, None)

    def _check_mapped(self, entries: list[Entry]) -> None:
        if self._topic.device is None:
            return
        if not entries:
            where = self._mapping.at(self._mapping.entries_line)
            raise Unmapped(f"no entry of readings is for device {self._topic.device} {where}")
        if self._topic.type is MessageType.DBIRTH and self._birth is not None:
            for entry in entries:
                wanted = [str(rule.metric) for rule in entry.fields]
                if wanted and not self._birth.types.keys() & set(wanted):
                    where = self._mapping.at(entry.line)
                    raise Unmapped(f"none of the metrics {', '.join(wanted)} is in the birth {where}")

    def _take(self, metric: Metric, rules: list[tuple[Entry, FieldRule]]) -> None:
        name = metric.name or self._name_of(metric.alias)
        for entry, rule in rules:
            if name is not None and rule.metric == name:
                try:
                    self._put(metric, name, entry, rule)
                except BadValue as bad:
                    needs_birth = isinstance(bad, NoSign) and self._birth is None
                    reason = Reason.NO_BIRTH if needs_birth else Reason.BAD_READING
                    self._refusals.add(reason, f"{name}: {bad} {self._mapping.at(rule.line)}")

    def _name_of(self, alias: int | None) -> str | None:
        """The name that the birth gave an alias; what has none is refused."""
        if self._birth is None:
            self._refusals.add(Reason.NO_BIRTH, f"alias {alias}: no birth of {self._whose()} is known")
            return None
        name = self._birth.names.get(alias) if alias is not None else None
        if name is None:
            self._node.needs_rebirth = True
            self._refusals.add(Reason.UNKNOWN_ALIAS, f"alias {alias}: not in the birth of {self._whose()}")
        return name

    def _whose(self) -> str:
        return self._topic.edge if self._topic.device is None else f"{self._topic.edge}/{self._topic.device}"

    def _put(self, metric: Metric, name: str, entry: Entry, rule: FieldRule) -> None:
        if metric.quality != GOOD:
            raise BadValue(f"its sender says quality {metric.quality}, good is {GOOD}")
        datatype = self._birth.types.get(name) if self._birth is not None else None
        value = rule.convert(value_of(metric, datatype))
        if value is None:
            return
        at_ms = metric.timestamp if metric.timestamp is not None else self._payload.timestamp
        if at_ms is None or at_ms > _LARGEST:
            raise BadValue("no time" if at_ms is None else f"no instant: {at_ms}")
        assert entry.device is not None
        device = device_of(entry.device, self._mapping, self._levels)
        values = self._values.setdefault(_Key(device, at_ms, metric.is_historical), {})
        if values.setdefault(rule.name, value) != value:
            raise BadValue("two values for one time")
