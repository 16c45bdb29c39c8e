"""The registry in SQL, with the time each fact was recorded."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final, Generic, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Table

from guangfu.stations.models import (
    Attribute,
    Banner,
    Device,
    DeviceKind,
    Grid,
    Household,
    League,
    Registry,
    ShareUnits,
    Slot,
    Station,
    StationKind,
    Village,
    Zone,
)
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import chunks, insert_rows

F = TypeVar("F")
Row = tuple[Any, ...]


class _Kept(NamedTuple, Generic[F]):
    """Where a kind of fact is kept."""

    table: Table
    fact: type[F]

    @property
    def columns(self) -> list[str]:
        return [field.name for field in fields(self.fact)]  # type: ignore[arg-type]


_LEAGUES: Final = _Kept(schema.leagues, League)
_BANNERS: Final = _Kept(schema.banners, Banner)
_VILLAGES: Final = _Kept(schema.villages, Village)
_STATIONS: Final = _Kept(schema.stations, Station)
_DEVICES: Final = _Kept(schema.devices, Device)
_SHARE_UNITS: Final = _Kept(schema.share_units, ShareUnits)
_HOUSEHOLDS: Final = _Kept(schema.households, Household)
_SLOTS: Final = _Kept(schema.slots, Slot)
_ATTRIBUTES: Final = _Kept(schema.attributes, Attribute)

_ENUMS: Final[Mapping[tuple[type, str], type[StrEnum]]] = {
    (League, "resource_zone"): Zone, (League, "grid"): Grid,
    (Banner, "resource_zone"): Zone, (Banner, "grid"): Grid,
    (Station, "resource_zone"): Zone, (Station, "grid"): Grid, (Station, "kind"): StationKind,
    (Device, "kind"): DeviceKind,
}  # fmt: skip


def read_registry(engine: Engine, *, known_at: datetime | None = None) -> Registry:
    """The registry as it is known now, or as it was known at an instant.

    Facts come in the order they were recorded in. Whether the registry is synthetic is told as of now.

    Raises:
        Unavailable: The database can't be reached.
    """
    with _snapshot(engine) as db:
        return registry_in(db, known_at=known_at)


def registry_in(db: Connection, *, known_at: datetime | None = None) -> Registry:
    """The same in an open transaction, so that what rests on it is written with it."""
    return Registry(
        leagues=_by_key(_read(db, _LEAGUES, known_at), "code"),
        banners=_by_key(_read(db, _BANNERS, known_at), "code"),
        villages=_by_key(_read(db, _VILLAGES, known_at), "village_id"),
        stations=_by_key(_read(db, _STATIONS, known_at), "station_id"),
        devices=tuple(_read(db, _DEVICES, known_at)),
        share_units=tuple(_read(db, _SHARE_UNITS, known_at)),
        households=_by_key(_read(db, _HOUSEHOLDS, known_at), "household_id"),
        slots=tuple(_read(db, _SLOTS, known_at)),
        attributes=tuple(_read(db, _ATTRIBUTES, known_at)),
        synthetic=_facts(db).get("synthetic") == "true",
    )


def registry_version(engine: Engine) -> int:
    """Grows with every change; 0 while there is no registry. Programs poll it to take changes up.

    Raises:
        Unavailable: The database can't be reached.
    """
    with engine.connect() as db:
        return int(_facts(db).get("version", "0"))


def registry_changed_at(engine: Engine) -> datetime | None:
    """When the last change was recorded: `read_registry` of that instant is the registry up to it.

    Raises:
        Unavailable: The database can't be reached.
    """
    with engine.connect() as db:
        return _instant(_facts(db).get("changed_at"))


def read_taken_up_at(engine: Engine) -> datetime | None:
    """Of when the registry is that stored figures rest on; `None` if none was taken up.

    Raises:
        Unavailable: The database can't be reached.
    """
    with engine.connect() as db:
        return _instant(_facts(db).get("taken_up_at"))


def mark_taken_up(engine: Engine, changed_at: datetime) -> None:
    """Notes that all figures follow the registry of that instant.

    Raises:
        Unavailable: The database can't be reached.
    """
    with engine.begin() as db:
        _set_facts(db, taken_up_at=changed_at.isoformat())


def write_registry(engine: Engine, registry: Registry, *, at: datetime) -> dict[str, tuple[int, int]]:
    """Makes the registry the current one: supersedes what changed or went, adds what came, in one transaction.

    Args:
        at: When it was recorded; taken as the time of the last change if that is later, so that the past
            never changes.

    Returns:
        Rows added and superseded, by table. An unchanged registry changes nothing, the version included.

    Raises:
        Unavailable: The database can't be reached; nothing is written.
    """
    with engine.begin() as db:
        return replace_registry(db, registry, at=at)


def replace_registry(db: Connection, registry: Registry, *, at: datetime) -> dict[str, tuple[int, int]]:
    """The same in an open transaction; begin it with `engine.begin()`."""
    if db.dialect.name == "postgresql":
        db.exec_driver_sql("LOCK TABLE registry_facts IN EXCLUSIVE MODE")  # one writer; readers go on
    known = _facts(db)
    recorded_at = max(at, _instant(known.get("changed_at")) or at)
    changes = {kept.table.name: _replace(db, kept, facts, recorded_at) for kept, facts in _parts(registry)}
    synthetic = "true" if registry.synthetic else "false"
    if any(map(any, changes.values())) or known.get("synthetic") != synthetic:
        version = int(known.get("version", "0")) + 1
        _set_facts(db, synthetic=synthetic, version=str(version), changed_at=recorded_at.isoformat())
    return changes


def _parts(registry: Registry) -> list[tuple[_Kept[Any], Iterable[Any]]]:
    return [
        (_LEAGUES, registry.leagues.values()),
        (_BANNERS, registry.banners.values()),
        (_VILLAGES, registry.villages.values()),
        (_STATIONS, registry.stations.values()),
        (_DEVICES, registry.devices),
        (_SHARE_UNITS, registry.share_units),
        (_HOUSEHOLDS, registry.households.values()),
        (_SLOTS, registry.slots),
        (_ATTRIBUTES, registry.attributes),
    ]


def _replace(db: Connection, kept: _Kept[Any], facts: Iterable[Any], at: datetime) -> tuple[int, int]:
    """Compares by all columns, so that a row that has not changed is not touched."""
    columns, table = kept.columns, kept.table
    current: dict[Row, int] = {
        tuple(row[1:]): row[0]
        for row in db.execute(sa.select(table.c.row_id, *(table.c[c] for c in columns)).where(_known(table, None)))
    }
    wanted = dict.fromkeys(map(attrgetter(*columns), facts))
    gone = [row_id for row, row_id in current.items() if row not in wanted]
    come = [row for row in wanted if row not in current]
    for row_ids in chunks(gone):
        db.execute(sa.update(table).where(table.c.row_id.in_(row_ids)).values(superseded_at=at))
    insert_rows(db, table, [*columns, "recorded_at"], [(*map(_plain, row), at) for row in come])
    return len(come), len(gone)


def _plain(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value


def _read(db: Connection, kept: _Kept[F], known_at: datetime | None) -> list[F]:
    table, columns = kept.table, kept.columns
    rows: Sequence[Sequence[Any]] = db.execute(
        sa.select(*(table.c[c] for c in columns)).where(_known(table, known_at)).order_by(table.c.row_id)
    ).all()
    enums = [_ENUMS.get((kept.fact, column)) for column in columns]
    if any(enums):
        rows = [[e(v) if e else v for e, v in zip(enums, row, strict=True)] for row in rows]
    return [kept.fact(*row) for row in rows]


def _known(table: Table, known_at: datetime | None) -> sa.ColumnElement[bool]:
    superseded_at = table.c.superseded_at
    if known_at is None:
        return superseded_at.is_(None)
    return sa.and_(table.c.recorded_at <= known_at, sa.or_(superseded_at.is_(None), superseded_at > known_at))


def _by_key(facts: Iterable[F], key: str) -> dict[str, F]:
    name: Callable[[F], str] = attrgetter(key)
    return {name(fact): fact for fact in facts}


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """All tables as they were at one instant, while somebody writes."""
    with engine.connect() as db:
        if db.dialect.name == "postgresql":
            db.execution_options(isolation_level="REPEATABLE READ")
        yield db


def _facts(db: Connection) -> dict[str, str]:
    return dict(db.execute(sa.select(schema.registry_facts.c.name, schema.registry_facts.c.value)).all())


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _set_facts(db: Connection, **facts: str) -> None:
    update = "(name) DO UPDATE SET value = excluded.value"
    insert_rows(db, schema.registry_facts, ["name", "value"], sorted(facts.items()), update)
