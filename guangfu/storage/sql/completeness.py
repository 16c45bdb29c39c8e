"""Which numbered messages came: taken in from ingest, and read as figures and gaps (docs/completeness.md).

Every function takes an open connection, so that the caller decides what is one transaction.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, FromClause
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from guangfu.clock import day_start, from_ms, to_ms
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import delete_rows, insert_rows, storable
from guangfu.telemetry.completeness import Boot, Came, Gap, Run, Unnumbered, missing_by_day

Start = tuple[str, str]
"""Station and boot."""

MOST_BEFORE_FIRST: Final = 100_000
"""A start whose first known number is higher did not begin at 1: its counter goes on from an earlier start."""

MOST_GAPS: Final = 10_000
"""Of one start so many gaps are kept one by one; of more, the oldest become counts."""
_DENSE: Final = 32
"""Gaps of one start are counted when so many come at once; what comes by and by is bounded by its age."""

_EPOCH: Final = date(1970, 1, 1)
_LAST_NUMBER: Final = 2**63 - 1
_MOST_COUNTED: Final = 10**12
"""A counter that jumps further is no count of messages, and must not overflow the sum."""
# Any number that no other program on the same PostgreSQL database uses for its advisory locks.
_LOCK: Final = 0x6775616E636F6D
_COUNTS: Final = ("arrived", "received", "late", "unnumbered", "missing_closed")
_DAYS_UPDATE: Final = ", ".join(f"{name} = completeness_days.{name} + excluded.{name}" for name in _COUNTS)


@dataclass(frozen=True, slots=True)
class StationDay:
    """What came of one station on one local day.

    `received` are different numbers, `doubled` further copies, `late` the numbers of which no copy came in time
    and late messages without a number, `unnumbered` the messages without boot and seq.
    """

    station_id: str
    day: date
    received: int = 0
    missing: int = 0
    doubled: int = 0
    late: int = 0
    unnumbered: int = 0


@dataclass(frozen=True, slots=True)
class StationGap:
    """Numbers of a station's start that did not come; of a start's first ones `gap.from_ms` is of the start before."""

    station_id: str
    boot: str
    gap: Gap


def told_up_to(db: Connection, origin: str) -> int:
    """The last group of a spool that was counted, 0 if none was. Until the transaction ends nobody else counts."""
    if db.dialect.name == "postgresql":
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    table = schema.completeness_told
    return db.execute(sa.select(table.c.last_group).where(table.c.origin == origin)).scalar() or 0


def keep_numbers(
    db: Connection,
    origin: str,
    group: int,
    came: Sequence[Came],
    unnumbered: Iterable[Unnumbered],
    *,
    shared: bool = False,
) -> None:
    """Takes in what came in a spool's groups up to `group`, all of them after `told_up_to`.

    Args:
        db: In a transaction.
        origin: Which spool.
        group: Its last group of these.
        came: By number.
        unnumbered: Without.
        shared: Whether other workers take messages of the same stations: then what lies within known numbers is taken
            for what an earlier count missed of its day, as far as that goes. So missing is at least what is said.
    """
    came = [one._replace(boot=storable(one.boot)) for one in came]
    boots = _read_boots(db, came)
    before = {start: (boot.known, _rows_of(boot)) for start, boot in boots.items()}
    counts: dict[tuple[str, date], list[int]] = defaultdict(lambda: [0] * len(_COUNTS))
    within: dict[tuple[str, date], int] = defaultdict(int)
    for one in came:
        counted = counts[one.station, _date(one.day)]
        new, late = _take_in(boots[one.station, one.boot], one, counted)
        counted[0] += one.messages
        counted[1] += new
        counted[2] += late
        within[one.station, _date(one.day)] += one.run.last - one.run.first + 1 - one.holes - new
    if shared:
        _fill_counts(db, counts, within)
    for station, day, messages, late in unnumbered:
        counted = counts[station, _date(day)]
        counted[2] += late
        counted[3] += messages
    _write_boots(db, {start: boot for start, boot in boots.items() if boot.known != before[start][0]})
    _write_rows(db, [before[start][1] for start in boots], [(start, _rows_of(boot)) for start, boot in boots.items()])
    _add_counts(db, counts)
    _bound_gaps(db, [start for start, boot in boots.items() if len(boot.gaps) - len(before[start][1][0]) >= _DENSE])
    insert_rows(
        db, schema.completeness_told, ["origin", "last_group"], [(origin, group)],
        "(origin) DO UPDATE SET last_group = excluded.last_group",
    )  # fmt: skip


def _fill_counts(
    db: Connection, counts: Mapping[tuple[str, date], list[int]], within: Mapping[tuple[str, date], int]
) -> None:
    """Takes numbers that lie within known ones out of what is counted as missing on their day."""
    wanted = {key: count for key, count in within.items() if count > 0}
    if not wanted:
        return
    table = schema.completeness_days
    days = {day for _, day in wanted}
    closed: dict[tuple[str, date], int] = {
        (station, day): missing
        for station, day, missing in db.execute(
            sa.select(table.c.station_id, table.c.day, table.c.missing_closed).where(
                table.c.day.between(min(days), max(days)), table.c.missing_closed > 0
            )
        )
    }
    for key, count in wanted.items():
        filled = min(count, closed.get(key, 0) + counts[key][4])
        counts[key][1] += filled
        counts[key][4] -= filled


def _bound_gaps(db: Connection, starts: Sequence[Start]) -> None:
    """Makes the oldest gaps of starts that have more than `MOST_GAPS` into counts, until half as many are left."""
    table = schema.seq_gaps
    for station, boot in starts:
        own = sa.and_(table.c.station_id == station, table.c.boot == boot)
        if db.execute(sa.select(sa.func.count()).select_from(table).where(own)).scalar_one() <= MOST_GAPS:
            continue
        newest = sa.select(table.c.first_seq).where(own).order_by(table.c.first_seq.desc())
        first_kept = db.execute(newest.offset(MOST_GAPS // 2 - 1).limit(1)).scalar_one()
        _close(db, _gaps(db, sa.and_(own, table.c.first_seq < first_kept)))


def _take_in(boot: Boot, one: Came, counted: list[int]) -> tuple[int, int]:
    """How many numbers are new, and by how many more are late; holes are counted at once as gaps that are closed."""
    if not one.holes:
        return boot.add(one.run, one.day, late=one.late)
    known = boot.cover(one.run)
    new = min(known, one.run.last - one.run.first + 1 - one.holes)
    counted[4] += min(known - new, _MOST_COUNTED)
    return new, new if one.late else 0


Rows = tuple[set[Gap], set[tuple[int, int, int]]]
"""Gaps; and days with spans of late numbers."""


def _rows_of(boot: Boot) -> Rows:
    return set(boot.gaps), {(day, *span) for day, spans in boot.late.items() for span in spans}


def _read_boots(db: Connection, came: Iterable[Came]) -> dict[Start, Boot]:
    """The starts, with those of their gaps and late numbers that touch what came."""
    hulls = _hulls(came)
    if not hulls:
        return {}
    table = schema.seq_boots
    asked = _asked(db, [(*start, 0, 0) for start in sorted(hulls)])
    same = (table.c.station_id == asked.c.station_id) & (table.c.boot == asked.c.boot)
    columns = (table.c.first_seq, table.c.last_seq, table.c.first_at, table.c.last_at)
    boots = {start: Boot() for start in hulls}
    for station, boot, first, last, first_at, last_at in db.execute(
        sa.select(table.c.station_id, table.c.boot, *columns).join(asked, same)
    ):
        boots[station, boot].known = Run(first, last, to_ms(first_at), to_ms(last_at))
    touched = [(*start, *hulls[start][:2]) for start, boot in boots.items() if _touches(boot, *hulls[start])]
    if touched:
        _read_gaps_of(db, sorted(touched), boots)
        _read_late_of(db, sorted(touched), boots)
    return boots


def _hulls(came: Iterable[Came]) -> dict[Start, tuple[int, int, bool]]:
    """Of each start the lowest and the highest number that came, each one further, and whether any came late."""
    hulls: dict[Start, tuple[int, int, bool]] = {}
    for one in came:
        low, high = max(one.run.first - 1, 0), min(one.run.last + 1, _LAST_NUMBER)
        known = hulls.get((one.station, one.boot), (low, high, False))
        hulls[one.station, one.boot] = min(low, known[0]), max(high, known[1]), one.late or known[2]
    return hulls


def _touches(boot: Boot, low: int, high: int, late: bool) -> bool:
    """Whether rows may be there that matter; none do where a live message goes on after the last one."""
    if boot.known is None:
        return False
    return late or (low < boot.known.last and high > boot.known.first)


def _read_gaps_of(db: Connection, touched: Sequence[Any], boots: Mapping[Start, Boot]) -> None:
    table = schema.seq_gaps
    columns = (table.c.first_seq, table.c.last_seq, table.c.from_at, table.c.until_at)
    for station, boot, first, last, from_at, until_at in db.execute(
        _overlapping(db, table, touched, columns).order_by(table.c.first_seq)
    ):
        boots[station, boot].gaps.append(Gap(first, last, to_ms(from_at), to_ms(until_at)))


def _read_late_of(db: Connection, touched: Sequence[Any], boots: Mapping[Start, Boot]) -> None:
    table = schema.seq_late
    columns = (table.c.day, table.c.first_seq, table.c.last_seq)
    for station, boot, day, first, last in db.execute(
        _overlapping(db, table, touched, columns).order_by(table.c.first_seq)
    ):
        boots[station, boot].late.setdefault((day - _EPOCH).days, []).append((first, last))


def _overlapping(db: Connection, table: sa.Table, touched: Sequence[Any], columns: Sequence[Any]) -> sa.Select[Any]:
    asked = _asked(db, touched)
    same = (table.c.station_id == asked.c.station_id) & (table.c.boot == asked.c.boot)
    near = (table.c.last_seq >= asked.c.low) & (table.c.first_seq <= asked.c.high)
    return sa.select(table.c.station_id, table.c.boot, *columns).join(asked, same & near)


def _asked(db: Connection, rows: Sequence[tuple[str, str, int, int]]) -> FromClause:
    """The rows as a table with the columns station_id, boot, low, high."""
    names = ("station_id", "boot", "low", "high")
    if db.dialect.name == "postgresql":
        kinds: tuple[TypeEngine[Any], ...] = (sa.Text(), sa.Text(), sa.BigInteger(), sa.BigInteger())
        columns = zip(zip(*rows, strict=True), map(ARRAY, kinds), strict=True)
        arrays = [sa.cast(sa.literal(list(values), kind), kind) for values, kind in columns]
        named = [sa.column(name, kind) for name, kind in zip(names, kinds, strict=True)]
        return sa.func.unnest(*arrays).table_valued(*named).render_derived()
    each = sa.func.json_each(json.dumps(rows)).table_valued("value")
    parts = (sa.func.json_extract(each.c.value, f"$[{i}]").label(name) for i, name in enumerate(names))
    return sa.select(*parts).subquery()


def _write_boots(db: Connection, boots: Mapping[Start, Boot]) -> None:
    columns = ["station_id", "boot", "first_seq", "last_seq", "first_at", "last_at"]
    rows = []
    for start in sorted(boots):
        known = boots[start].known
        assert known is not None, "something came of it"
        rows.append((*start, known.first, known.last, from_ms(known.first_at_ms), from_ms(known.last_at_ms)))
    update = ", ".join(f"{name} = excluded.{name}" for name in columns[2:])
    insert_rows(db, schema.seq_boots, columns, rows, f"(station_id, boot) DO UPDATE SET {update}")


def _write_rows(db: Connection, before: Sequence[Rows], after: Sequence[tuple[Start, Rows]]) -> None:
    """Replaces the rows that changed."""
    gone_gaps, new_gaps, gone_late, new_late = [], [], [], []
    for (gaps, late), (start, (gaps_now, late_now)) in zip(before, after, strict=True):
        gone_gaps += [(*start, gap.first) for gap in gaps - gaps_now]
        new_gaps += [(*start, g.first, g.last, from_ms(g.from_ms), from_ms(g.until_ms)) for g in gaps_now - gaps]
        gone_late += [(*start, _date(day), first) for day, first, _ in late - late_now]
        new_late += [(*start, _date(day), first, last) for day, first, last in late_now - late]
    key = ["station_id", "boot", "first_seq"]
    delete_rows(db, schema.seq_gaps, key, sorted(gone_gaps))
    insert_rows(db, schema.seq_gaps, [*key, "last_seq", "from_at", "until_at"], sorted(new_gaps))
    key = ["station_id", "boot", "day", "first_seq"]
    delete_rows(db, schema.seq_late, key, sorted(gone_late))
    insert_rows(db, schema.seq_late, [*key, "last_seq"], sorted(new_late))


def _add_counts(db: Connection, counts: Mapping[tuple[str, date], Sequence[int]]) -> None:
    rows = [(*key, *counts[key]) for key in sorted(counts) if any(counts[key])]
    columns = ["station_id", "day", *_COUNTS]
    insert_rows(db, schema.completeness_days, columns, rows, f"(station_id, day) DO UPDATE SET {_DAYS_UPDATE}")


def close_gaps(db: Connection, *, before: date) -> int:
    """Turns gaps that end before a local day into counts, and forgets which numbers were late; returns how many gaps.

    What comes of such a gap later still counts as doubled, not as received.
    """
    table, end = schema.seq_gaps, day_start(before)
    old = _gaps(db, sa.and_(table.c.until_at < end, table.c.from_at < end))
    _close(db, old)
    db.execute(sa.delete(schema.seq_late).where(schema.seq_late.c.day < before))
    return len(old)


def _close(db: Connection, old: Sequence[StationGap]) -> None:
    counts: dict[tuple[str, date], list[int]] = defaultdict(lambda: [0] * len(_COUNTS))
    for found in old:
        for day, missing in missing_by_day(found.gap).items():
            counts[found.station_id, _date(day)][4] += min(missing, _MOST_COUNTED)
    _add_counts(db, counts)
    key = ["station_id", "boot", "first_seq"]
    delete_rows(db, schema.seq_gaps, key, sorted((x.station_id, x.boot, x.gap.first) for x in old))


def read_completeness(
    db: Connection, *, start: date, end: date, stations: Sequence[str] | None = None
) -> list[StationDay]:
    """What came of each station on the days from `start` to `end`, both included, sorted by station and day.

    A day of which nothing is known has no row.
    """
    missing: dict[tuple[str, date], int] = defaultdict(int)
    for found in read_gaps(db, start=start, end=end, stations=stations):
        for number, count in missing_by_day(found.gap).items():
            if start <= (day := _date(number)) <= end:
                missing[found.station_id, day] += count
    table = schema.completeness_days
    wanted = sa.select(table.c.station_id, table.c.day, *(table.c[name] for name in _COUNTS))
    rows = {}
    for station, day, arrived, received, late, unnumbered, closed in db.execute(
        wanted.where(table.c.day.between(start, end), *_among(table, stations))
    ):
        absent = closed + missing.pop((station, day), 0)
        rows[station, day] = StationDay(station, day, received, absent, arrived - received, late, unnumbered)
    rows |= {key: StationDay(*key, missing=count) for key, count in missing.items()}
    return [rows[key] for key in sorted(rows)]


def read_gaps(db: Connection, *, start: date, end: date, stations: Sequence[str] | None = None) -> list[StationGap]:
    """Gaps that touch the days from `start` to `end`, both included, sorted by station and time."""
    first, last = day_start(start), day_start(end + timedelta(days=1))
    table = schema.seq_gaps
    touches = (
        table.c.from_at.between(first, last)
        | table.c.until_at.between(first, last)
        | ((table.c.from_at < first) & (table.c.until_at > last))
    )
    found = _gaps(db, sa.and_(touches, *_among(table, stations)))
    found += [
        one for one in _before_first(db, stations)
        if one.gap.until_ms >= to_ms(first) and one.gap.from_ms < to_ms(last)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.station_id, one.gap.until_ms, one.gap.first))


def _gaps(db: Connection, where: sa.ColumnElement[bool]) -> list[StationGap]:
    table = schema.seq_gaps
    columns = (table.c.first_seq, table.c.last_seq, table.c.from_at, table.c.until_at)
    return [
        StationGap(station, boot, Gap(a, b, to_ms(from_at), to_ms(until_at)))
        for station, boot, a, b, from_at, until_at in db.execute(
            sa.select(table.c.station_id, table.c.boot, *columns).where(where)
        )
    ]


def _before_first(db: Connection, stations: Sequence[str] | None) -> list[StationGap]:
    """The first numbers of starts that never came; not of a station's first start, before which nothing is known."""
    this, other = schema.seq_boots, schema.seq_boots.alias("other")
    before_at = (
        sa.select(sa.func.max(other.c.last_at))
        .where(other.c.station_id == this.c.station_id, other.c.first_at < this.c.first_at)
        .scalar_subquery()
    )
    begun = sa.select(this.c.station_id, this.c.boot, this.c.first_seq, this.c.first_at, before_at).where(
        this.c.first_seq.between(2, MOST_BEFORE_FIRST), *_among(this, stations)
    )
    return [
        StationGap(station, boot, Gap(1, first - 1, to_ms(before), to_ms(first_at)))
        for station, boot, first, first_at, before in db.execute(begun)
        if before is not None
    ]


def _among(table: sa.Table, stations: Sequence[str] | None) -> tuple[sa.ColumnElement[bool], ...]:
    return () if stations is None else (table.c.station_id.in_(sorted(set(stations))),)


def _date(day: int) -> date:
    return _EPOCH + timedelta(days=day)
