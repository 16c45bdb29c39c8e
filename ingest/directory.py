"""What ingest knows of the registry: which stations there are, and what each of their devices may say."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, Final, NamedTuple

from guangfu.stations.models import DeviceKind, Registry
from guangfu.telemetry.reading import FIELDS_OF, Reading
from guangfu.telemetry.topics import PREFIX, TopicKind, parse_topic
from ingest.devices import Devices


class DeviceRules(NamedTuple):
    """What a device of a kind may say.

    `own` and `foreign` get all values of its own fields, and of those it can't have, at once, and are compared with
    as many `None`: per reading this is where the time goes.
    """

    kind: DeviceKind
    own_names: tuple[str, ...]
    own: Callable[[Reading], Any]
    no_own: tuple[None, ...]
    foreign: Callable[[Reading], Any]
    no_foreign: tuple[None, ...]
    foreign_names: tuple[str, ...]


def _rules(kind: DeviceKind) -> DeviceRules:
    own = FIELDS_OF[kind]
    foreign = tuple(n for n in Reading.__struct_fields__ if n not in {"at_ms", "device", *own})
    nothing = (None,) * len(own), (None,) * len(foreign)
    return DeviceRules(kind, own, attrgetter(*own), nothing[0], attrgetter(*foreign), nothing[1], foreign)


RULES: Final = {kind: _rules(kind) for kind in DeviceKind}


@dataclass(frozen=True)
class Directory:
    """The rules of each device, by station and by the name the device has in its messages; and how large it is."""

    rules_of: Mapping[str, Mapping[str, DeviceRules]]
    devices: Devices

    @cached_property
    def station_of_topic(self) -> Mapping[str, str]:
        """The registered station of each topic on which readings come."""
        kinds = (TopicKind.TELEMETRY, TopicKind.EVENT)
        return {
            topic: station
            for station in self.rules_of
            for topic in (f"{PREFIX}{station}/{kind.value}" for kind in kinds)
            if parse_topic(topic) is not None
        }

    @classmethod
    def of(cls, registry: Registry) -> "Directory":
        return cls(
            {
                station: {device.device: RULES[device.kind] for device in registry.devices_of.get(station, ())}
                for station in registry.stations
            },
            Devices.of(registry),
        )


class CurrentDirectory:
    """The directory in force; who uses it waits until there is one."""

    def __init__(self, directory: Directory | None = None) -> None:
        self._directory = directory
        self._there = threading.Event()
        if directory is not None:
            self._there.set()

    def replace(self, directory: Directory) -> None:
        self._directory = directory
        self._there.set()

    def wait(self, timeout_s: float) -> Directory | None:
        self._there.wait(timeout_s)
        return self._directory
