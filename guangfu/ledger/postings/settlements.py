"""What the power company's statements settle, as entries.

A settled part is one entry a station and month; a correction (退补) is one a statement's month and the old month that
it names, posted when it comes. Both are kept in revisions: a statement that is replaced is reversed, never changed.
"""

from collections.abc import Mapping
from dataclasses import replace

from guangfu.ledger import books
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line
from guangfu.ledger.postings.estimates import correct_estimate
from guangfu.ledger.postings.revisions import against, correct, in_key

Corrections = Mapping[tuple[str, Part], Fen]
"""Amounts of a statement's corrections by the old month that they name, and part. [fen]"""


def settled_entry(
    station_id: str, month: str, part: Part, amount: Fen, *, voucher: str | None = None, revision: int = 1
) -> Entry:
    """What a statement settles of a station's month: the agency is to receive it and will owe it to the villages.

    Args:
        month: The energy's month, `2026-06`; its year is the subsidy's.
        amount: Of this part, without corrections; may be negative. [fen]
        voucher: The statement's.

    Example:
        >>> settled_entry("S1", "2026-06", Part.SUBSIDY, Fen(500)).key
        'settled/2026-06/S1/subsidy/1'
    """
    key = f"{settled_keys(month, station_id)}{part}/{revision}"
    return _entry(key, "settled", station_id, month, part, amount, voucher)


def correction_entry(
    station_id: str, month: str, old_month: str, part: Part, amount: Fen, *, voucher: str | None = None,
    revision: int = 1,
) -> Entry:  # fmt: skip
    """What the statement of `month` adds to, or takes from, `old_month`; its lines name the old month.

    Example:
        >>> correction_entry("S1", "2026-06", "2026-03", Part.BASE, Fen(-5)).lines[0].energy_month
        '2026-03'
    """
    key = f"{correction_keys(month, station_id)}{old_month}/{part}/{revision}"
    return _entry(key, "correction", station_id, old_month, part, amount, voucher)


def settled_keys(month: str, station_id: str) -> str:
    """How the keys of what is settled for a station's month begin."""
    return f"settled/{month}/{in_key(station_id)}/"


def correction_keys(month: str, station_id: str) -> str:
    """How the keys of the corrections that a month's statement of a station brings begin."""
    return f"correction/{month}/{in_key(station_id)}/"


def correct_settled(
    posted: Mapping[str, Entry], station_id: str, month: str, amounts: Mapping[Part, Fen], corrections: Corrections,
    *, voucher: str | None = None,
) -> list[Entry]:  # fmt: skip
    """What to post so that the books stand at a statement, and the month's estimate is reversed whole.

    Args:
        posted: Entries of the agency's book by key: the month's estimates, and those whose keys begin with
            `settled_keys` and `correction_keys`.
        amounts: What is settled by part; a part that is left out is a memo, or is not in the statement. [fen]
        corrections: Likewise; what was posted for an old month that is not named any more is reversed. [fen]

    Returns:
        Nothing where the books stand so already.
    """
    entries: list[Entry] = []
    for part in Part:
        entries += correct_estimate(posted, station_id, month, part, Fen(0))
        entries += _settled(posted, station_id, month, part, amounts.get(part, Fen(0)), voucher)
    for old, part in sorted({*corrections, *_corrected(posted, station_id, month)}):
        entries += _correction(posted, station_id, month, old, part, corrections.get((old, part), Fen(0)), voucher)
    return entries


def _settled(
    posted: Mapping[str, Entry], station_id: str, month: str, part: Part, amount: Fen, voucher: str | None
) -> list[Entry]:
    return correct(
        posted, lambda n: settled_entry(station_id, month, part, amount, voucher=voucher, revision=n), amount
    )


def _correction(
    posted: Mapping[str, Entry], station_id: str, month: str, old: str, part: Part, amount: Fen, voucher: str | None
) -> list[Entry]:
    return correct(
        posted, lambda n: correction_entry(station_id, month, old, part, amount, voucher=voucher, revision=n), amount
    )


def _corrected(posted: Mapping[str, Entry], station_id: str, month: str) -> set[tuple[str, Part]]:
    begin = correction_keys(month, station_id)
    keys = (key.removeprefix(begin).split("/") for key in posted if key.startswith(begin))
    return {(old, Part(part)) for old, part, *_ in keys}


def _entry(key: str, kind: str, station_id: str, month: str, part: Part, amount: Fen, voucher: str | None) -> Entry:
    debit = Line(
        books.RECEIVABLE_SETTLED, amount, station_id=station_id, energy_month=month, part=str(part), voucher=voucher
    )
    if part is Part.SUBSIDY:
        debit = replace(debit, subsidy_year=int(month[:4]))
    return Entry(books.AGENCY, key, kind, (debit, against(debit, books.OWED_SETTLED)))
