"""The hash chain of a book: what is hashed, how entries are linked, and how a broken link shows.

The canonical bytes of an entry, version 1, are UTF-8 JSON without spaces: `v`, `book`, `seq`,
`posted_at` (UTC, microseconds), `key`, `kind` and `lines`, in this order; a line has `account`,
`amount_fen` and then those of its other fields that have a value, in the order of `Line`. Numbers
are integers, text is not escaped beyond what JSON demands. Two different entries never have the same
bytes. A link is SHA-256 over the previous link's 32 bytes and the entry's bytes; before the first
entry it is 32 zero bytes.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from guangfu.ledger.journal import Entry, Line, Unbalanced, check_balanced

VERSION: Final = 1
GENESIS: Final = bytes(32)
_LINE_IDS: Final = tuple(field.name for field in fields(Line) if field.name not in {"account", "amount"})


class Head(NamedTuple):
    """The last link of a book; `seq` 0 and `GENESIS` while it is empty."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it is kept: the entry read from its columns, and the bytes and hash stored beside it."""

    seq: int
    posted_at: datetime
    entry: Entry
    canonical: bytes
    hash: bytes


def canonical_bytes(entry: Entry, *, seq: int, posted_at: datetime) -> bytes:
    """The bytes of an entry that are hashed, version 1.

    Raises:
        UnicodeEncodeError: A text holds half a surrogate pair, which is no text.
    """
    content = {
        "v": VERSION,
        "book": entry.book,
        "seq": seq,
        "posted_at": posted_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "key": entry.key,
        "kind": entry.kind,
        "lines": [_line(line) for line in entry.lines],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def link(previous: bytes, canonical: bytes) -> bytes:
    """The hash of an entry: SHA-256 of the hash before it and its own bytes.

    >>> link(GENESIS, b"{}").hex()[:16]
    'fb1634c4e6cd4b1f'
    """
    return hashlib.sha256(previous + canonical).digest()


def chained(head: Head, entries: Iterable[Entry], posted_at: datetime) -> Iterator[Link]:
    """Links that continue a book after its head."""
    for entry in entries:
        canonical = canonical_bytes(entry, seq=head.seq + 1, posted_at=posted_at)
        head = Head(head.seq + 1, link(head.hash, canonical))
        yield Link(head.seq, posted_at, entry, canonical, head.hash)


def chain_faults(links: Iterable[Link], head: Head) -> Iterator[tuple[int, str]]:
    """What is wrong with a book's links, in the order of their numbers, and with its head: (seq, detail).

    After a fault the chain is followed from the stored hash, so that one change is told once.
    """
    last = Head(0, GENESIS)
    for one in links:
        if one.seq != last.seq + 1:
            yield last.seq + 1, f"missing, up to {one.seq - 1}"
        yield from ((one.seq, detail) for detail in _link_faults(one, last.hash))
        last = Head(one.seq, one.hash)
    if last != head:
        yield max(last.seq, head.seq), f"the head says {head.seq} {head.hash.hex()}, the last entry is {last.seq}"


def _link_faults(one: Link, previous: bytes) -> Iterator[str]:
    if link(previous, one.canonical) != one.hash:
        yield "the hash is not that of the bytes and the entry before"
    if canonical_bytes(one.entry, seq=one.seq, posted_at=one.posted_at) != one.canonical:
        yield "the columns are not what was hashed"
    try:
        check_balanced(one.entry)
    except Unbalanced as error:
        yield str(error)


def _line(line: Line) -> dict[str, Any]:
    ids = ((name, getattr(line, name)) for name in _LINE_IDS)
    return {"account": line.account, "amount_fen": line.amount} | {name: held for name, held in ids if held is not None}
