"""Estimates and entitlements as entries.

An estimate is one entry a station, month and part. It is never changed: when the figure changes, the
entry that stands is reversed whole and a new one, of the next revision, is posted.
"""

from collections.abc import Mapping

from guangfu.ledger import books
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line
from guangfu.ledger.postings.revisions import against, correct, in_key


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
    key = f"{estimate_keys(month)}{in_key(station_id)}/{part}/{revision}"
    return Entry(books.AGENCY, key, "estimate", (debit, against(debit, books.OWED_ESTIMATED)))


def entitlement_entry(station_id: str, month: str, amount: Fen, *, revision: int = 1) -> Entry:
    """A centralized station's entitlements of a month: its company owes them, the slots are to get them.

    Args:
        month: The month they are for, `2026-06`.
        amount: The sum over the station's slots. [fen]
        revision: 1 for the first, one more after each correction.
    """
    debit = Line(books.COMPANY_OWES, amount, station_id=station_id, energy_month=month)
    key = f"{entitlement_keys(month)}{in_key(station_id)}/{revision}"
    return Entry(books.CENTRALIZED, key, "entitlement", (debit, against(debit, books.OWED_TO_SLOTS)))


def estimate_keys(month: str) -> str:
    """How the keys of a month's estimates and of their reversals begin."""
    return f"estimate/{month}/"


def entitlement_keys(month: str) -> str:
    """How the keys of a month's entitlements and of their reversals begin."""
    return f"entitlement/{month}/"


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
    return correct(posted, lambda n: estimate_entry(station_id, month, part, amount, revision=n), amount)


def correct_entitlement(posted: Mapping[str, Entry], station_id: str, month: str, amount: Fen) -> list[Entry]:
    """What to post so that the station's entitlements of the month stand at `amount`; as `correct_estimate`."""
    return correct(posted, lambda n: entitlement_entry(station_id, month, amount, revision=n), amount)
