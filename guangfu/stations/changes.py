"""What one registry has that another has not."""

from typing import NamedTuple

from guangfu.stations.models import Registry
from guangfu.stations.tables import Table, facts_of


class Change(NamedTuple):
    """Rows of a table that come and that are superseded."""

    added: int
    superseded: int


def changes(old: Registry, new: Registry) -> dict[Table, Change]:
    """How many rows of each table differ; a changed row counts on both sides."""
    before, after = facts_of(old), facts_of(new)
    return {
        table: _change(set(before.rows(table)), set(after.rows(table))) for table in Table if table != Table.REGISTRY
    }


def _change(old: set[object], new: set[object]) -> Change:
    return Change(len(new - old), len(old - new))


def vanished(old: Registry, new: Registry) -> list[str]:
    """Stations that the new registry does not have: a station that is closed keeps its row."""
    return [station_id for station_id in old.stations if station_id not in new.stations]
