"""The spool: messages on disk between receiving and storing, and what SQL has still to be told.

One SQLite file of one process, write-ahead log, every commit synchronised: when `append` returns, a
power cut loses nothing. Messages are written in groups, a row each. `advance` moves the cursor past
stored groups and, in the same transaction, puts what SQL must learn of them into the outbox, so that
neither a crash nor an absent SQL database loses it.
"""

import fcntl
import logging
import sqlite3
import threading
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, NamedTuple

import msgspec

from guangfu.storage import spool_file
from guangfu.storage.errors import StorageError, Unavailable

log = logging.getLogger(__name__)


class Frame(NamedTuple):
    """A message as it came. `received_at_ms` is milliseconds since 1970 UTC."""

    received_at_ms: int
    topic: str
    payload: bytes


class Messages(NamedTuple):
    """n messages as columns: when they came [ms since 1970 UTC], topics and payloads."""

    received_at_ms: Sequence[int]
    topics: Sequence[str]
    payloads: Sequence[bytes]

    @classmethod
    def of(cls, frames: Iterable[Frame]) -> "Messages":
        received_at_ms, topics, payloads = zip(*frames, strict=True)
        return cls(received_at_ms, topics, payloads)

    def __len__(self) -> int:
        return len(self.topics)

    def part(self, start: int, end: int) -> "Messages":
        return Messages(self.received_at_ms[start:end], self.topics[start:end], self.payloads[start:end])

    def frames(self) -> list[Frame]:
        return list(map(Frame, *self))


class Group(NamedTuple):
    id: int
    messages: Messages

    @property
    def frames(self) -> list[Frame]:
        return self.messages.frames()


class OutboxRow(NamedTuple):
    id: int
    body: bytes


class Depth(NamedTuple):
    """What waits: messages and their bytes, since when [ms], outbox rows, and groups that could not be read."""

    messages: int
    bytes: int
    oldest_at_ms: int | None
    outbox_rows: int
    set_aside: int


class SpoolInUse(StorageError):
    """Another process has this spool."""


class SpoolBroken(StorageError):
    """The spool's file can't be used further; opening it again keeps what can be read."""


class _Waiting(NamedTuple):
    """A group that is not consumed yet."""

    id: int
    messages: int
    bytes: int
    oldest_at_ms: int


FRAMES_FORMAT: Final = 1
"""Of a group's body, as it was written once: msgpack of a list of (received_at_ms, topic, payload)."""
COLUMNS_FORMAT: Final = 2
"""Of a group's body: msgpack of the three columns of `Messages`, which is read several times as fast."""

_ENCODER: Final = msgspec.msgpack.Encoder()
_FRAMES_DECODER: Final = msgspec.msgpack.Decoder(list[Frame])
_COLUMNS_DECODER: Final = msgspec.msgpack.Decoder(tuple[list[int], list[str], list[bytes]])
_DELETE_AFTER_GROUPS: Final = 256
_DELETE_AFTER_BYTES: Final = 4 << 20
"""Pages that are free again before SQLite copies its log into the file are copied once, not once for each use."""


class Spool:
    """Safe to call from several threads: one receives, one forwards, one tells SQL.

    Attributes:
        token: Random, made with the file; group ids are unique only together with it.
        salvaged: What became of a damaged file found when opening.
    """

    def __init__(self, path: Path) -> None:
        """Opens or makes the spool.

        Raises:
            SpoolInUse: Another process has it.
            SpoolBroken: The disk refuses it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock_file = _locked(path)
        try:
            self.salvaged = spool_file.salvage_if_damaged(path)
            self._writer = spool_file.connect(path)
            self._reader = spool_file.connect(path)
            self.token, self._cursor = spool_file.facts(self._writer)
        except sqlite3.Error as error:
            raise SpoolBroken("spool", f"{path}: {error}") from error
        if self.salvaged is not None:
            log.error("spool %s was damaged: %s", path, self.salvaged)
        self._append_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        self._changed = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._messages = self._bytes = self._outbox_rows = self._set_aside = 0
        self._undeleted_groups = self._undeleted_bytes = 0
        self._load()

    @property
    def cursor(self) -> int:
        """The last group that is stored."""
        return self._cursor

    def append(self, frames: Sequence[Frame]) -> int:
        """`append_messages`, of messages one by one."""
        return self.append_messages(Messages.of(frames))

    def append_messages(self, messages: Messages) -> int:
        """Writes a group, at least one message, and returns its id once it is on disk.

        Raises:
            Unavailable: The disk is full; nothing was written.
            SpoolBroken: The disk failed.
        """
        body = _ENCODER.encode(messages)
        size = (len(messages), len(body), messages.received_at_ms[0])
        row = (*size, COLUMNS_FORMAT, zlib.crc32(body), body)
        with self._append_lock:  # what waits stands in the order of its ids
            group = self._insert(row)
            with self._changed:
                self._waiting.append(_Waiting(group, *size))
                self._messages += size[0]
                self._bytes += size[1]
                self._changed.notify_all()
        return group

    def _insert(self, row: tuple[int, int, int, int, int, bytes]) -> int:
        with self._transaction() as db:
            group = db.execute(
                "INSERT INTO groups (messages, bytes, oldest_at_ms, format, crc, body) VALUES (?, ?, ?, ?, ?, ?)", row
            ).lastrowid
        assert group is not None
        return group

    def wait_for_group(self, timeout_s: float) -> bool:
        """Whether a group waits, after at most `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._waiting), timeout_s)

    def read(self, after: int, limit: int, max_bytes: int = 8 << 20) -> list[Group]:
        """The next groups after `after`, at most `limit`, and after the first at most `max_bytes` together.

        A group that is damaged is set aside on disk and left out.

        Raises:
            SpoolBroken: The file can't be read.
        """
        groups: list[Group] = []
        damaged: list[int] = []
        size = 0
        with self._read_lock, _broken_if_sqlite_fails(self.path):
            query = "SELECT id, format, crc, body FROM groups WHERE id > ? ORDER BY id LIMIT ?"
            for group, form, crc, body in self._reader.execute(query, (after, limit)):
                messages = _messages(form, crc, body)
                if messages is None:
                    damaged.append(group)
                else:
                    groups.append(Group(group, messages))
                size += len(body)
                if size > max_bytes:
                    break
        for group in damaged:
            self._set_group_aside(group)
        return groups

    def advance(self, cursor: int, outbox: Sequence[bytes]) -> None:
        """Everything up to the group `cursor` is stored; `outbox` is what SQL must learn of it. One transaction.

        Raises:
            Unavailable: The disk is full; nothing changed.
            SpoolBroken: The disk failed.
        """
        with self._changed:
            consumed = [w for w in self._waiting if w.id <= cursor]
        self._undeleted_groups += len(consumed)
        self._undeleted_bytes += sum(w.bytes for w in consumed)
        delete = self._undeleted_groups >= _DELETE_AFTER_GROUPS or self._undeleted_bytes >= _DELETE_AFTER_BYTES
        with self._transaction() as db:
            db.execute("UPDATE facts SET cursor = ?", (cursor,))
            db.executemany("INSERT INTO outbox (body) VALUES (?)", [(body,) for body in outbox])
            if delete:
                db.execute("DELETE FROM groups WHERE id <= ?", (cursor,))
        if delete:
            self._undeleted_groups = self._undeleted_bytes = 0
        with self._changed:
            self._cursor = cursor
            self._outbox_rows += len(outbox)
            while self._waiting and self._waiting[0].id <= cursor:
                self._forget(self._waiting.popleft())

    def read_outbox(self, limit: int, max_bytes: int = 8 << 20) -> list[OutboxRow]:
        """The oldest rows of the outbox, at most `limit`, and after the first at most `max_bytes` together."""
        rows: list[OutboxRow] = []
        size = 0
        with self._read_lock, _broken_if_sqlite_fails(self.path):
            for row in self._reader.execute("SELECT id, body FROM outbox ORDER BY id LIMIT ?", (limit,)):
                size += len(row[1])
                if rows and size > max_bytes:
                    break
                rows.append(OutboxRow(*row))
        return rows

    def settle_outbox(self, up_to: int, instead: Sequence[bytes] = ()) -> None:
        """SQL has the rows up to `up_to`; or `instead` says the same in fewer rows, in the same place."""
        with self._transaction() as db:
            gone = db.execute("DELETE FROM outbox WHERE id <= ?", (up_to,)).rowcount
            assert len(instead) <= gone, "fewer rows"
            rows = enumerate(instead, up_to - len(instead) + 1)
            db.executemany("INSERT INTO outbox (id, body) VALUES (?, ?)", rows)
        with self._changed:
            self._outbox_rows += len(instead) - gone

    def set_aside(self, what: str, body: bytes) -> None:
        """Keeps for a person what no database takes."""
        with self._transaction() as db:
            db.execute("INSERT INTO set_aside (what, body) VALUES (?, ?)", (what, body))
        log.error("set aside in %s: %s", self.path, what)
        with self._changed:
            self._set_aside += 1

    def depth(self) -> Depth:
        with self._changed:
            oldest = self._waiting[0].oldest_at_ms if self._waiting else None
            return Depth(self._messages, self._bytes, oldest, self._outbox_rows, self._set_aside)

    def give_back(self) -> None:
        """Gives the disk back the room of stored messages, once few are left: a file does not shrink by itself.

        Raises:
            Unavailable: Not even that has room.
            SpoolBroken: The disk failed.
        """
        with self._write_lock, self._read_lock, _broken_if_sqlite_fails(self.path):
            spool_file.shrink_if_drained(self._writer)

    def close(self) -> None:
        with self._write_lock, self._read_lock:
            self._reader.close()
            self._writer.close()
        self._lock_file.close()

    def _load(self) -> None:
        db = self._writer
        db.execute("DELETE FROM groups WHERE id <= ?", (self._cursor,))
        spool_file.shrink(db)
        sizes = db.execute("SELECT id, messages, bytes, oldest_at_ms FROM groups ORDER BY id")
        self._waiting = deque(_Waiting(*row) for row in sizes)
        self._messages = sum(w.messages for w in self._waiting)
        self._bytes = sum(w.bytes for w in self._waiting)
        self._outbox_rows = int(db.execute("SELECT count(*) FROM outbox").fetchone()[0])
        self._set_aside = int(db.execute("SELECT count(*) FROM set_aside").fetchone()[0])

    def _forget(self, group: _Waiting) -> None:
        self._messages -= group.messages
        self._bytes -= group.bytes

    def _set_group_aside(self, group: int) -> None:
        with self._transaction() as db:
            db.execute(
                "INSERT INTO set_aside (what, body) SELECT 'group ' || id, body FROM groups WHERE id = ?", (group,)
            )
            db.execute("DELETE FROM groups WHERE id = ?", (group,))
        log.error("group %s of spool %s is damaged and was set aside", group, self.path)
        with self._changed:
            self._set_aside += 1
            for waiting in [w for w in self._waiting if w.id == group]:
                self._waiting.remove(waiting)
                self._forget(waiting)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._write_lock, _broken_if_sqlite_fails(self.path):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise


def _messages(form: int, crc: int, body: bytes) -> Messages | None:
    """The messages of a group, `None` if it is damaged."""
    if zlib.crc32(body) != crc:
        return None
    try:
        if form == FRAMES_FORMAT:
            return Messages.of(_FRAMES_DECODER.decode(body))
        if form == COLUMNS_FORMAT:
            return Messages(*_COLUMNS_DECODER.decode(body))
    except msgspec.DecodeError:
        return None
    return None


def _locked(path: Path) -> IO[str]:
    file = path.with_name(path.name + ".lock").open("w", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise SpoolInUse("spool", f"{path} is in use by another process") from None
    return file


@contextmanager
def _broken_if_sqlite_fails(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise Unavailable("spool", f"{path}: the disk is full") from error
        raise SpoolBroken("spool", f"{path}: {error}") from error
