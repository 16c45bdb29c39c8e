"""A station's state, in the words and order of docs/glossary.md."""

from enum import StrEnum


class StationState(StrEnum):
    PRODUCING = "producing"
    CURTAILED = "curtailed"
    NIGHT = "night"
    STALE = "stale"
    OFFLINE = "offline"
    FAULT = "fault"
    UNKNOWN = "unknown"
