"""The registry in SQL, with the time each fact was recorded."""

from datetime import datetime

from sqlalchemy import Engine

from guangfu.stations.models import Registry


def read_registry(engine: Engine, *, known_at: datetime | None = None) -> Registry:
    """The registry as it is known now, or as it was known at an instant."""
    raise NotImplementedError


def registry_version(engine: Engine) -> int:
    """Grows with every change; 0 while there is no registry. Programs poll it to take changes up."""
    raise NotImplementedError


def write_registry(engine: Engine, registry: Registry, *, at: datetime) -> dict[str, tuple[int, int]]:
    """Makes the registry the current one: supersedes what changed or went, adds what came, in one transaction.

    Returns:
        Rows added and superseded, by table. An unchanged registry changes nothing, the version included.
    """
    raise NotImplementedError
