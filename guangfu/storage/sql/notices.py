"""Public notices in SQL. Every function takes an open connection."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from guangfu.ledger.chain import Head
from guangfu.storage.sql import schema
from guangfu.storage.sql.typed_rows import read_rows, write_rows

_ALIKE: Final = str.maketrans("OIL", "011")
_CODE: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it was first printed: of a plan, or of a result (of its year, or of one month). [fen]

    `heads` are the ledger's heads of that moment, by which `guangfu ledger verify --head` proves that nothing before
    them was changed.
    """

    code: str
    kind: str
    village_id: str
    year: int
    month: str | None
    posted_on: date
    posted_until: date
    line_count: int
    planned_fen: int | None
    paid_fen: int | None
    canonical_sha256: str
    heads: str
    synthetic: bool
    recorded_at: datetime
    recorded_by: str


def normal_code(text: str) -> str | None:
    """A code as it is stored, from what somebody typed off a wall; `None` if it can't be one.

    >>> normal_code(" 7k3m abcd-o1l9 zzzz")
    '7K3M-ABCD-0119-ZZZZ'
    """
    plain = re.sub(r"[\s\-－—_]", "", text).upper().translate(_ALIKE)
    if not _CODE.fullmatch(plain):
        return None
    return "-".join(plain[i : i + 4] for i in range(0, 16, 4))


def read_notice(db: Connection, code: str) -> Notice | None:
    """The notice of a code as it is stored."""
    return next(iter(read_rows(db, schema.notices, Notice, schema.notices.c.code == code)), None)


def read_notices(db: Connection, *, village_id: str | None = None) -> list[Notice]:
    """By village, year and when they were printed."""
    where = [] if village_id is None else [schema.notices.c.village_id == village_id]
    return read_rows(db, schema.notices, Notice, *where, order=("village_id", "year", "recorded_at"))


def keep_notice(db: Connection, notice: Notice) -> Notice:
    """Keeps a notice once; printed again it is the one that is there, with that one's heads."""
    known = read_notice(db, notice.code)
    if known is not None:
        return known
    write_rows(db, schema.notices, [notice])
    return notice


def heads_text(heads: Mapping[str, Head]) -> str:
    """The ledger's heads as `guangfu ledger verify --head` takes them, blanks between."""
    return " ".join(f"{book}:{head.seq}:{head.hash.hex()}" for book, head in sorted(heads.items()))
