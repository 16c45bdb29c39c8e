"""Journal entries as values; `guangfu.storage.sql.journal` posts and chains them."""

from dataclasses import dataclass

from guangfu.ledger.fen import Fen, yuan_text


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


class Unbalanced(Exception):
    """An entry's debits and credits differ, or it has fewer than two lines."""

    def __init__(self, entry: Entry) -> None:
        debits = Fen(sum(line.amount for line in entry.lines if line.amount > 0))
        credits_ = Fen(-sum(line.amount for line in entry.lines if line.amount < 0))
        super().__init__(
            f"{entry.book} {entry.key}: {len(entry.lines)} lines, debits {yuan_text(debits)}, "
            f"credits {yuan_text(credits_)} yuan"
        )
        self.entry = entry


class KeyTaken(Exception):
    """A key is posted already, with other lines: somebody computed the same step from other figures."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"{entry.book} {entry.key}: posted before with other lines")
        self.entry = entry


def check_balanced(entry: Entry) -> None:
    """Every entry of every book passes here before it is posted.

    Raises:
        Unbalanced: The lines do not sum to zero, or there are fewer than two.
    """
    if len(entry.lines) < 2 or sum(line.amount for line in entry.lines) != 0:
        raise Unbalanced(entry)
