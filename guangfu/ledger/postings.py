"""What happens, as journal entries. Pure: keys and lines only; posting is storage's.

An estimate is one entry a station, month and part. It is never changed: when the figure changes, the
entry that stands is reversed whole and a new one, of the next revision, is posted.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from guangfu.ledger import books
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line


def estimate_entry(station_id: str, month: str, part: Part, amount: Fen, *, revision: int = 1) -> Entry:
    """A village-level station's estimate: the agency is to receive it and will owe it to the villages.

    Args:
        month: The energy's month, `2026-06`.
        amount: Telemetry times tariff for this part; a correction may be negative. [fen]
        revision: 1 for the first estimate, one more after each correction.

    Example:
        >>> estimate_entry("S1", "2026-06", Part.BASE, Fen(500)).key
        'estimate/2026-06/S1/base/1'
    """
    debit = Line(books.RECEIVABLE_ESTIMATED, amount, station_id=station_id, energy_month=month, part=str(part))
    key = f"{estimate_keys(month)}{_in_key(station_id)}/{part}/{revision}"
    return Entry(books.AGENCY, key, "estimate", (debit, _against(debit, books.OWED_ESTIMATED)))


def entitlement_entry(station_id: str, month: str, amount: Fen, *, revision: int = 1) -> Entry:
    """A centralized station's entitlements of a month: its company owes them, the slots are to get them.

    Args:
        month: The month they are for, `2026-06`.
        amount: The sum over the station's slots. [fen]
        revision: 1 for the first, one more after each correction.
    """
    debit = Line(books.COMPANY_OWES, amount, station_id=station_id, energy_month=month)
    key = f"{entitlement_keys(month)}{_in_key(station_id)}/{revision}"
    return Entry(books.CENTRALIZED, key, "entitlement", (debit, _against(debit, books.OWED_TO_SLOTS)))


def estimate_keys(month: str) -> str:
    """How the keys of a month's estimates and of their reversals begin."""
    return f"estimate/{month}/"


def entitlement_keys(month: str) -> str:
    """How the keys of a month's entitlements and of their reversals begin."""
    return f"entitlement/{month}/"


def reversal(entry: Entry, key: str) -> Entry:
    """The entry that undoes another whole; it names the same station, month and part."""
    lines = tuple(replace(line, amount=Fen(-line.amount)) for line in entry.lines)
    return Entry(entry.book, key, "reversal", lines)


def reversal_key(entry: Entry) -> str:
    """An entry can be reversed once, so its reversal's key follows from its own."""
    return f"{entry.key}/reversal"


def correct_estimate(posted: Mapping[str, Entry], station_id: str, month: str, part: Part, amount: Fen) -> list[Entry]:
    """What to post so that the estimate that stands is `amount`; nothing if it is already.

    Args:
        posted: Entries of the agency's book by key; those whose keys begin with `estimate_keys(month)` are
            enough.
        amount: The estimate as it is now. [fen]

    Returns:
        Nothing, a first estimate, or the reversal of the one that stands and the next revision. An estimate
        of zero is no entry.
    """
    return _correct(posted, lambda n: estimate_entry(station_id, month, part, amount, revision=n), amount)


def correct_entitlement(posted: Mapping[str, Entry], station_id: str, month: str, amount: Fen) -> list[Entry]:
    """What to post so that the station's entitlements of the month stand at `amount`; as `correct_estimate`."""
    return _correct(posted, lambda n: entitlement_entry(station_id, month, amount, revision=n), amount)


def _correct(posted: Mapping[str, Entry], make: Callable[[int], Entry], amount: Fen) -> list[Entry]:
    revision = 1
    while make(revision).key in posted:
        revision += 1
    before = posted[make(revision - 1).key] if revision > 1 else None
    if before is not None and reversal_key(before) in posted:
        before = None
    if amount == (before.lines[0].amount if before else 0):
        return []
    undone = [] if before is None else [reversal(before, reversal_key(before))]
    return undone if amount == 0 else [*undone, make(revision)]


def _against(debit: Line, account: str) -> Line:
    return replace(debit, account=account, amount=Fen(-debit.amount))


def _in_key(name: str) -> str:
    """A name that can stand between slashes, so that two different postings never share a key.

    >>> _in_key("a/b%")
    'a%2Fb%25'
    """
    return name.replace("%", "%25").replace("/", "%2F")
