"""What can go wrong at the border of a database.

StorageError
├── Unavailable   keep, back off, try again (down, timed out, 401, 403, 429, 5xx)
└── Refused       this very input will never be taken: set it aside, tell
"""


class StorageError(Exception):
    """A database did not do what was asked; `part` names it."""

    def __init__(self, part: str, detail: str) -> None:
        super().__init__(f"{part}: {detail}")
        self.part = part
        self.detail = detail


class Unavailable(StorageError):
    """Keep what you have, back off and try again."""


class Refused(StorageError):
    """Trying again changes nothing."""
