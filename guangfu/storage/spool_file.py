"""The file of a spool: how it is laid out and opened, and what is kept of a damaged one."""

import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

# Between 4 KiB, which wears the disk least when messages come one by one, and 64 KiB, which is fastest for bulk.
_PAGE_SIZE: Final = 16384

_WASTE_BYTES: Final = 64 << 20

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice, so that the cursor stays true
    messages INTEGER NOT NULL, bytes INTEGER NOT NULL, oldest_at_ms INTEGER NOT NULL,
    format INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS set_aside (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS facts (
    one INTEGER PRIMARY KEY CHECK (one = 1), token TEXT NOT NULL, cursor INTEGER NOT NULL);
"""
_COPIED: Final = {
    "groups": "id, messages, bytes, oldest_at_ms, format, crc, body",
    "outbox": "id, body",
    "set_aside": "id, what, body",
    "facts": "one, token, cursor",
}


class Salvaged(NamedTuple):
    """Of a damaged spool: rows kept, groups known to be lost, and where the damaged file is."""

    kept_groups: int
    lost_groups: int
    kept_outbox_rows: int
    damaged_path: Path

    def __str__(self) -> str:
        return (
            f"kept {self.kept_groups} groups and {self.kept_outbox_rows} outbox rows, "
            f"at least {self.lost_groups} groups are lost; the damaged file is {self.damaged_path}"
        )


def connect(path: Path) -> sqlite3.Connection:
    """A connection with a write-ahead log that is synchronised at every commit."""
    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    try:
        db.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA journal_size_limit = 67108864")
        # Debian's SQLite overwrites what is deleted: a message would be written once more, when the disk is fullest.
        db.execute("PRAGMA secure_delete = OFF")
        db.executescript(_SCHEMA)
        db.execute("INSERT OR IGNORE INTO facts VALUES (1, ?, 0)", (secrets.token_hex(4),))
    except sqlite3.Error:
        db.close()
        raise
    return db


def facts(db: sqlite3.Connection) -> tuple[str, int]:
    """Token and cursor."""
    token, cursor = db.execute("SELECT token, cursor FROM facts").fetchone()
    return str(token), int(cursor)


def shrink(db: sqlite3.Connection) -> None:
    """Gives the disk back what a long queue left behind; at most once per opening, since it copies what waits."""
    unused, _ = _unused_and_used(db)
    if unused > _WASTE_BYTES:
        _vacuum(db)


def shrink_if_drained(db: sqlite3.Connection) -> None:
    """The same where little waits, so that little is copied: while it runs, and on a disk without much room."""
    unused, used = _unused_and_used(db)
    if used <= min(unused, _WASTE_BYTES):
        _vacuum(db)


def _unused_and_used(db: sqlite3.Connection) -> tuple[int, int]:
    """[bytes]"""
    (free,), (pages,) = (db.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_count"))
    return free * _PAGE_SIZE, (pages - free) * _PAGE_SIZE


def _vacuum(db: sqlite3.Connection) -> None:
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def salvage_if_damaged(path: Path) -> Salvaged | None:
    """Replaces a damaged file by a new one with all that can be read of it; the damaged one is kept beside it."""
    if not path.exists() or _is_sound(path):
        return None
    damaged = _moved_away(path)
    kept = dict.fromkeys(_COPIED, 0)
    with closing(connect(path)) as new:
        for table, columns in _COPIED.items():
            marks = ", ".join("?" * len(columns.split(",")))
            for row in _readable(damaged, table, columns):
                new.execute(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", row)  # noqa: S608 - ours
                kept[table] += 1
        lost = _missing_groups(new, _last_group(damaged))
        found = Salvaged(kept["groups"], lost, kept["outbox"], damaged)
        if lost:  # so that a metric tells it, and not the log alone
            new.execute("INSERT INTO set_aside (what, body) VALUES (?, ?)", (f"damaged file: {found}", b""))
    return found


def _is_sound(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as db:
            return bool(db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def _moved_away(path: Path) -> Path:
    damaged = path.with_name(f"{path.name}.damaged-{time.time_ns() // 1_000_000}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(damaged.with_name(damaged.name + suffix))
    return damaged


def _readable(damaged: Path, table: str, columns: str) -> Iterator[tuple[object, ...]]:
    """Rows from the front up to the damage, then from the back up to it."""
    for order in ("ASC", "DESC"):
        try:
            with closing(sqlite3.connect(damaged)) as db:
                yield from db.execute(f"SELECT {columns} FROM {table} ORDER BY 1 {order}")  # noqa: S608 - ours
            return
        except sqlite3.DatabaseError:
            continue


def _last_group(damaged: Path) -> int:
    """The number of the last group that was ever written, as far as the damaged file tells."""
    for (seq,) in _readable(damaged, "sqlite_sequence WHERE name = 'groups'", "seq"):
        return int(str(seq))
    return 0


def _missing_groups(new: sqlite3.Connection, last_group: int) -> int:
    """Groups that waited and were not kept; their numbers are not given again."""
    cursor, there, last_kept = new.execute(
        "SELECT cursor, count(id), max(id) FROM facts LEFT JOIN groups ON id > cursor"
    ).fetchone()
    last = max(last_group, last_kept or 0, cursor)
    new.execute("DELETE FROM sqlite_sequence WHERE name = 'groups'")
    new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('groups', ?)", (last,))
    return int(last - cursor - there)
