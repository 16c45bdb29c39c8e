"""Exit statuses, the same for every command."""

from enum import IntEnum


class Exit(IntEnum):
    DONE = 0
    FOUND = 1
    """Something is wrong with the data."""
    USAGE = 2
    UNREACHABLE = 3
    """A part can't be reached."""
