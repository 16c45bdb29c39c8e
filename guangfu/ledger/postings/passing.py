"""What leaves the agency's account: deductions, and transfers through the townships to the villages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guangfu.ledger import books
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line
from guangfu.ledger.postings.revisions import in_key


@dataclass(frozen=True, slots=True)
class PassLine:
    """What goes on to a village for a station's energy month and part. [fen]"""

    village_id: str
    station_id: str
    month: str
    part: str
    amount: Fen


def deduction_entry(
    station_id: str, month: str, deduction_id: str, borne: Mapping[str, Fen], *, revision: int = 1
) -> Entry:
    """What a station's month bears of a deduction, by part: Dr L1 cash / Cr L2."""
    lines = [
        Line(books.OWED_CASH, amount, station_id=station_id, energy_month=month, part=part)
        for part, amount in borne.items()
        if amount
    ]
    total = Fen(-sum(borne.values()))
    lines.append(Line(books.DEDUCTIONS, total, station_id=station_id, energy_month=month))
    key = f"{deduction_keys(month, station_id)}{in_key(deduction_id)}/{revision}"
    return Entry(books.AGENCY, key, "deduction", tuple(lines))


def deduction_paid_entry(payment_id: str, paid: Mapping[tuple[str, str], Fen], *, voucher: str | None = None) -> Entry:
    """A deduction that is paid to whom it is due, by station and month: Dr L2 / Cr A1."""
    lines = [
        Line(books.DEDUCTIONS, amount, station_id=station, energy_month=month, voucher=voucher)
        for (station, month), amount in paid.items()
    ]
    lines.append(Line(books.BANK, Fen(-sum(paid.values())), voucher=voucher))
    return Entry(books.AGENCY, f"deduction-paid/{in_key(payment_id)}", "deduction_paid", tuple(lines))


def sent_entries(transfer_id: str, lines: Sequence[PassLine], *, voucher: str | None = None) -> list[Entry]:
    """A transfer on its way: Dr L1 cash / Cr A1 in the agency's book, Dr V2 / Cr V3 in the villages'."""
    total = Fen(sum(line.amount for line in lines))
    owed = tuple(_line(books.OWED_CASH, line, line.amount, voucher) for line in lines)
    agency = Entry(
        books.AGENCY,
        f"{transfer_keys(transfer_id)}sent",
        "transfer",
        (*owed, Line(books.BANK, Fen(-total), voucher=voucher)),
    )
    village = [
        one
        for line in lines
        for one in (
            _line(books.IN_TRANSIT, line, line.amount, voucher),
            _line(books.VILLAGE_INCOME, line, -line.amount, voucher),
        )
    ]
    return [agency, Entry(books.VILLAGE, f"{transfer_keys(transfer_id)}sent", "transfer", tuple(village))]


def arrived_entry(transfer_id: str, lines: Sequence[PassLine], *, voucher: str | None = None) -> Entry:
    """A transfer that has arrived in the villages' accounts: Dr V1 / Cr V2."""
    both = [
        one
        for line in lines
        for one in (
            _line(books.VILLAGE_BANK, line, line.amount, voucher),
            _line(books.IN_TRANSIT, line, -line.amount, voucher),
        )
    ]
    return Entry(books.VILLAGE, f"{transfer_keys(transfer_id)}arrived", "arrival", tuple(both))


def transfer_keys(transfer_id: str) -> str:
    """How the keys of everything about a transfer begin."""
    return f"transfer/{in_key(transfer_id)}/"


def deduction_keys(month: str, station_id: str) -> str:
    """How the keys of the deductions from a station's month begin."""
    return f"deduction/{month}/{in_key(station_id)}/"


def _line(account: str, line: PassLine, amount: int, voucher: str | None) -> Line:
    return Line(
        account, Fen(amount), station_id=line.station_id, energy_month=line.month, part=line.part,
        village_id=line.village_id, voucher=voucher,
    )  # fmt: skip
