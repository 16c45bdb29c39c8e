"""What the papers share: names of parts and of the five amounts, the issuer, what a subject is called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from accounting.cash.steps import Desk
from accounting.papers.model import INSUFFICIENT, Cell, Column, Kind
from accounting.papers.settings import PapersSettings
from guangfu.income.passing_on import CashKey
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.stations.models import Registry, Station, Village
from guangfu.texts import Lang, Text

PART_NAMES: Final = {Part.BASE.value: Text("基础", "base"), Part.SUBSIDY.value: Text("补贴", "subsidy")}

ESTIMATED: Final = Column("estimated", Text("预估", "estimated"), Kind.FEN, tone="estimated", total=True)
SETTLED: Final = Column("settled", Text("结算", "settled"), Kind.FEN, tone="settled", total=True)
RECEIVED: Final = Column("received", Text("到账", "received"), Kind.FEN, tone="received", total=True)
PASSED: Final = Column("passed", Text("划拨", "passed on"), Kind.FEN, tone="passed", total=True)
PAID: Final = Column("paid", Text("发放", "paid"), Kind.FEN, tone="paid", total=True)
BORNE: Final = Column("borne", Text("扣除", "deducted"), Kind.FEN, total=True)
PART: Final = Column("part", Text("部分", "part"))

DEFAULT_ISSUER: Final = Text("光伏帮扶收益结转机构", "Transfer agency of PV relief income")
PREPARED: Final = (Text("制表", "prepared by"), Text("复核", "checked by"), Text("负责人", "approved by"))
UNCONFIRMED: Final = Text(
    "待核实：所依据的电价、补贴清单、扣除、增值税规则或到账核对方式中，有尚未核实的",
    "unconfirmed: a price, a place in the subsidy list, a deduction, a rule of VAT or a match that it rests on is",
)
NO_ESTIMATE: Final = Text(
    "数据不足：该月没有可用的预估（数据完整率低于下限，或没有适用的电价）；合计不含此项",
    "insufficient data: no estimate of the month (coverage under its floor, or no tariff); left out of the total",
)


@dataclass(frozen=True)
class Office:
    """The desk and what stands on every paper.

    `desk.at` is the moment that the paper is of, `--on`; `kept_at` the true one, of looks and notices that are kept.
    """

    desk: Desk
    settings: PapersSettings
    lang: Lang = Lang.ZH
    kept_at: datetime | None = None

    @property
    def now(self) -> datetime:
        return self.kept_at or self.desk.at

    @property
    def issuer(self) -> Text:
        own = self.settings.issuer
        return Text(own, own) if own else DEFAULT_ISSUER

    @property
    def registry(self) -> Registry:
        return self.desk.registry

    def village(self, village_id: str) -> Village | None:
        return self.registry.villages.get(village_id)


def village_name(registry: Registry, village_id: str) -> Text:
    """With its township; its id where the registry does not know it."""
    found = registry.villages.get(village_id)
    if found is None:
        return Text(village_id, village_id)
    return Text(f"{found.township}{found.name}", f"{found.name_en}, {found.township_en or found.township}")


def station_name(station: Station) -> Text:
    return Text(station.name, station.name_en)


def banner_name(registry: Registry, code: str) -> Text:
    found = registry.banners.get(code)
    return Text(found.name, found.name_en) if found else Text(code, code)


def month_name(month: str) -> Text:
    """A month in words.

    >>> month_name("2026-06").zh
    '2026 年 6 月'
    """
    year, number = month.split("-")
    return Text(f"{year} 年 {int(number)} 月", month)


def of(amounts: Mapping[CashKey, int], station_id: str, month: str, part: str) -> int:
    """An amount of a station's month and part; 0 where nothing came or went."""
    return int(amounts.get(CashKey(station_id, month, part), 0))


def summed(pairs: Iterable[tuple[CashKey, int]]) -> dict[CashKey, int]:
    """Sums by station, month and part. [fen]"""
    found: dict[CashKey, int] = {}
    for key, amount in pairs:
        found[key] = found.get(key, 0) + amount
    return found


def less(a: Cell, b: Cell) -> Cell:
    """One figure less another; insufficient data where either is missing."""
    return a - b if isinstance(a, int) and isinstance(b, int) else INSUFFICIENT


def yuan(amount: int) -> str:
    return yuan_text(Fen(amount))


def day_name(day: date | None) -> str:
    return "—" if day is None else day.isoformat()
