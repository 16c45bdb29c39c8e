"""Opening balances: what stood in each book since a station's first day, with its evidence, before we began."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from sqlalchemy import Connection

from accounting.villages.paying import month_cell
from guangfu.ledger.books import BOOKS, CHARTS, OPENING, Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line
from guangfu.ledger.postings.villages import correct_opening, opening_keys
from guangfu.stations import cells
from guangfu.stations.cells import Wrong
from guangfu.stations.files.forms import FormColumn, FormFile
from guangfu.stations.models import Registry
from guangfu.storage.sql.journal import post_entries, read_entries
from guangfu.storage.sql.openings import Opening, first_own_postings, read_openings, write_openings
from guangfu.texts import Text

_BOOKS: Final = {word.casefold(): book for book, name in BOOKS.items() for word in (book, name.zh)}
_PARTS: Final = {"base": Part.BASE, "基础": Part.BASE, "subsidy": Part.SUBSIDY, "补贴": Part.SUBSIDY}
MOST_YUAN: Final = Decimal(10) ** 10


def signed_yuan(cell: str) -> int | Wrong:
    """Yuan with at most two decimals; a credit is below zero. [fen]

    >>> signed_yuan("-1,234.50"), signed_yuan("0.001")[0].en
    (-123450, 'an amount in yuan, with at most two decimals')
    """
    try:
        amount = Decimal(cell.replace(",", "")) * 100
    except InvalidOperation:
        return Wrong(_NO_YUAN)
    return int(amount) if amount == amount.to_integral_value() and abs(amount) <= MOST_YUAN * 100 else Wrong(_NO_YUAN)


def _period(cell: str) -> str | Wrong:
    """A month, or a year of subsidy."""
    year = cells.whole(2010, 2100)(cell)
    return cell if not isinstance(year, Wrong) else month_cell(cell)


_NO_YUAN: Final = Text("金额应为元，最多两位小数", "an amount in yuan, with at most two decimals")
COLUMNS: Final = (
    FormColumn("book", ("账簿",), cells.choice(_BOOKS, (name.zh for name in BOOKS.values()))),
    FormColumn("account", ("科目",), cells.text),
    FormColumn("station_id", ("电站编号",), cells.identifier, needed=False),
    FormColumn("village_id", ("嘎查村编号",), cells.identifier, needed=False),
    FormColumn("period", ("期间", "月份或年度"), _period, needed=False),
    FormColumn("part", ("部分", "基础或补贴"), cells.choice(_PARTS, ("基础", "补贴")), needed=False),
    FormColumn("opening_fen", ("金额（元，借正贷负）", "金额（元）", "金额"), signed_yuan),
    FormColumn("as_of", ("截至日期", "余额日期"), cells.day),
    FormColumn("document", ("凭证号", "依据文号"), cells.text),
)


@dataclass(frozen=True, slots=True)
class OpeningChange:
    """What an import does to one opening balance: `before` is `None` where it is new. [fen]"""

    after: Opening
    before: Opening | None


def check_openings(
    form: FormFile, registry: Registry, known: Mapping[str, Opening], first_posted: Mapping[tuple[str, str], date]
) -> list[Opening]:
    """The file's balances, without voucher; adds the faults that no cell has by itself.

    Args:
        first_posted: Local day of the first posting of our own, by station and energy month.
    """
    openings: list[Opening] = []
    seen: dict[str, int] = {}
    for row in form.rows:
        c = row.cells
        month, year = (c["period"], None) if c["period"] and len(c["period"]) == 7 else (None, c["period"])
        one = Opening.of(
            book=str(c["book"]), account=c["account"], station_id=c["station_id"], energy_month=month,
            subsidy_year=int(year) if year else None, part=str(c["part"]) if c["part"] else None,
            village_id=c["village_id"], opening_fen=Fen(c["opening_fen"]), as_of=c["as_of"], document=c["document"],
        )  # fmt: skip
        for column, text in _faults(one, registry, first_posted):
            form.fault(text, row=row.number, column=column)
        if one.opening_id in seen:
            form.fault(_TWICE.filled(row=seen[one.opening_id]), row=row.number)
        seen[one.opening_id] = row.number
        before = known.get(one.opening_id)
        if one.opening_fen == 0 and before is None:
            form.fault(_ZERO, row=row.number, column="金额（元，借正贷负）")
        openings.append(one)
    return openings


def _faults(one: Opening, registry: Registry, first_posted: Mapping[tuple[str, str], date]) -> list[tuple[str, Text]]:
    chart = CHARTS[one.book]
    faults = []
    if one.account not in chart or one.account == OPENING[one.book]:
        faults.append(("科目", _NO_ACCOUNT.filled(codes=" / ".join(c for c in chart if c != OPENING[one.book]))))
    if one.station_id is not None and one.station_id not in registry.stations:
        faults.append(("电站编号", _NO_STATION))
    if one.village_id is not None and one.village_id not in registry.villages:
        faults.append(("嘎查村编号", _NO_VILLAGE))
    if one.subsidy_year is not None and one.part != Part.SUBSIDY:
        faults.append(("期间", _MONTH_NEEDED))
    posted = first_posted.get((one.station_id or "", one.energy_month or ""))
    if posted is not None and one.as_of > posted:
        faults.append(("截至日期", _TOO_LATE.filled(day=posted)))
    station = registry.stations.get(one.station_id or "")
    if station is not None and one.as_of < station.grid_connected_on:
        faults.append(("截至日期", _TOO_EARLY.filled(day=station.grid_connected_on)))
    return faults


def import_openings(
    db: Connection, openings: list[Opening], *, at: datetime, by: str, apply: bool, voucher_id: str | None
) -> list[OpeningChange]:
    """Posts one balanced entry for each balance that is new, and a reversal and the next for one that differs."""
    known = {one.opening_id: one for one in read_openings(db)}
    changes = [
        OpeningChange(one, known.get(one.opening_id))
        for one in openings
        if one.opening_id not in known or known[one.opening_id].opening_fen != one.opening_fen
    ]
    if apply:
        entries = [entry for change in changes for entry in _entries(db, change.after, voucher_id)]
        post_entries(db, entries, at)
        write_openings(db, [change.after for change in changes], known, at=at, by=by, voucher_id=str(voucher_id))
    return changes


def _entries(db: Connection, one: Opening, voucher_id: str | None) -> list[Entry]:
    posted = {p.entry.key: p.entry for p in read_entries(db, one.book, key_prefix=opening_keys(one.opening_id))}
    line = Line(
        one.account, one.opening_fen, station_id=one.station_id, energy_month=one.energy_month, part=one.part,
        subsidy_year=one.subsidy_year, village_id=one.village_id, voucher=voucher_id,
    )  # fmt: skip
    return correct_opening(posted, one.opening_id, one.book, line)


def own_postings(db: Connection) -> Mapping[tuple[str, str], date]:
    """Local day of the first posting that is no opening, by station and energy month."""
    return first_own_postings(db)


_NO_ACCOUNT: Final = Text("该账簿没有这个科目；有：{codes}", "no such account in the book; there are {codes}")
_NO_STATION: Final = Text("登记册中没有这座电站", "no such station in the registry")
_NO_VILLAGE: Final = Text("登记册中没有这个嘎查村", "no such village in the registry")
_MONTH_NEEDED: Final = Text("只有补贴可按年度，其余请写月份", "only a subsidy may stand for a year; give a month")
_TOO_LATE: Final = Text(
    "晚于本系统对该电站当月的首次入账（{day}）", "after our own first posting for that station-month, on {day}"
)
_TOO_EARLY: Final = Text("早于电站并网之日（{day}）", "before the station's first day, {day}")
_TWICE: Final = Text("与第 {row} 行是同一余额", "the same balance as row {row}")
_ZERO: Final = Text("余额为 0，无需登记", "a balance of zero needs no row")
