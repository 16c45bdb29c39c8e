"""What ingest knows of the registry: which stations there are, and of which kind each device is."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from guangfu.stations.models import DeviceKind, Registry


@dataclass(frozen=True)
class Directory:
    """The kind of each device, by station and by the name the device has in its messages."""

    kinds_of: Mapping[str, Mapping[str, DeviceKind]]

    @classmethod
    def of(cls, registry: Registry) -> "Directory":
        return cls(
            {
                station: {device.device: device.kind for device in registry.devices_of.get(station, ())}
                for station in registry.stations
            }
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
