"""Journal entries as values; `guangfu.storage.sql.journal` posts and chains them."""

from dataclasses import dataclass

from guangfu.ledger.fen import Fen


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a debit is above zero, a credit below. [fen] Ids are opaque, never personal data."""

    account: str
    amount: Fen
    station_id: str | None = None
    energy_month: str | None = None
    part: str | None = None
    subsidy_year: int | None = None
    village_id: str | None = None
    plan_line: str | None = None
    voucher: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A balanced entry of one book. Posting the same `key` twice posts once."""

    book: str
    key: str
    kind: str
    lines: tuple[Line, ...]
