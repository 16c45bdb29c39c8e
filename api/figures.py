"""Accounting's figures and their sums; nothing is computed here that accounting computes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from api import schemas
from api.counted_days import AT_MOST_DAYS, Days, filled, joined
from guangfu.income.estimate import interval_of_sum
from guangfu.income.figures import DailyEnergy, DailyIncome, MonthlyIncome
from guangfu.income.reasons import REASON_TEXTS, Reason
from guangfu.texts import Lang, Text

NOT_COMPUTED: Final = Text("尚未计算", "Not computed yet")
NO_STATION: Final = Text("没有一座电站的数据足够", "No station has enough data")
LEFT_OUT: Final = Text("{n} 座电站数据不足，未计入", "{n} of the stations left out for lack of data")
LACKING: Final = Text(
    "{n} 座电站缺部分日期，金额仅含有数据的天", "days lacking at {n} of the stations; the amounts are of the other days"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """Energy and estimated income of one or several stations in one period.

    `reason` says why a figure is missing, or what a sum leaves out. Coverage is between 0 and 1. `days` are those of
    a station's month; a day and a sum have none. Where a part of the energy was estimated, the true one is between
    `low_wh` and `high_wh` in 95 cases of 100; else both are `None`.
    """

    energy_wh: int | None = None
    low_wh: int | None = None
    high_wh: int | None = None
    gross_fen: int | None = None
    base_fen: int | None = None
    subsidy_fen: int | None = None
    coverage: float = 0
    unconfirmed: bool = False
    reason: Text | None = NOT_COMPUTED
    days: Days | None = None

    def income(self, lang: Lang) -> schemas.EstimatedIncome:
        return schemas.EstimatedIncome(
            gross_fen=self.gross_fen,
            gross_low_fen=gross_bound_fen(self.gross_fen, self.energy_wh, self.low_wh),
            gross_high_fen=gross_bound_fen(self.gross_fen, self.energy_wh, self.high_wh),
            base_fen=self.base_fen,
            subsidy_fen=self.subsidy_fen,
            coverage=round(self.coverage, 4),
            unconfirmed=self.unconfirmed,
            reason=self.reason(lang) if self.reason else None,
        )


MISSING: Final = Figure()


def gross_bound_fen(gross_fen: int | None, energy_wh: int | None, bound_wh: int | None) -> int | None:
    """What the gross would be of another energy at the same mean price; `None` where the energy was measured.

    >>> gross_bound_fen(75_000, 1_000_000, 980_000)
    73500
    """
    if gross_fen is None or bound_wh is None or not energy_wh:
        return None
    return round(gross_fen * bound_wh / energy_wh)


def daily_figure(energy: DailyEnergy | None, income: DailyIncome | None) -> Figure:
    """A station's day: its energy, and its income where accounting has one."""
    return Figure(
        energy_wh=energy.energy_wh if energy else None,
        low_wh=energy.estimated_low_wh if energy else None,
        high_wh=energy.estimated_high_wh if energy else None,
        gross_fen=income.estimated_gross_fen if income else None,
        base_fen=income.estimated_base_fen if income else None,
        subsidy_fen=income.estimated_subsidy_fen if income else None,
        coverage=energy.coverage if energy else 0,
        unconfirmed=income.unconfirmed if income else False,
        reason=_daily_reason(energy, income),
    )


def _daily_reason(energy: DailyEnergy | None, income: DailyIncome | None) -> Text | None:
    if energy is not None and energy.reason:
        return reason_text(energy.reason)
    return None if income is not None else NOT_COMPUTED


def reason_text(code: str) -> Text:
    """The words for a stored reason; a code of a newer version stands for itself."""
    return REASON_TEXTS[Reason(code)] if code in set(Reason) else Text(code, code)


def monthly_figure(month: MonthlyIncome | None, floor: float) -> Figure:
    """A station's month: no amounts where too few of its days have a figure.

    Args:
        floor: The share of its days which must have a figure, `Rules.energy.coverage_floor`.
    """
    if month is None:
        return MISSING
    days = Days(month.days_counted, month.days_due)
    if not days.enough(floor):
        return Figure(coverage=month.coverage, reason=days.reason(floor), days=days)
    return Figure(
        energy_wh=month.energy_wh,
        low_wh=month.estimated_low_wh,
        high_wh=month.estimated_high_wh,
        gross_fen=month.estimated_gross_fen,
        base_fen=month.estimated_base_fen,
        subsidy_fen=month.estimated_subsidy_fen,
        coverage=month.coverage,
        unconfirmed=month.unconfirmed,
        reason=days.reason(floor),
        days=days,
    )


def sum_figures(figures: Sequence[Figure], weights: Sequence[float]) -> Figure:
    """The sum over stations; a station without a figure is left out and said so, never counted as 0.

    Coverage is the mean of the stations' coverages, weighted by their capacity, where a station left
    out counts 0: it tells which part of what was to be expected the sum rests on.

    Args:
        figures: One for each station that was due.
        weights: Their installed capacities. [W]
    """
    counted = [f for f in figures if f.gross_fen is not None]
    total = sum(weights)
    covered = sum(f.coverage * w for f, w in zip(figures, weights, strict=True) if f.gross_fen is not None)
    energy_wh = _sum(f.energy_wh for f in figures)
    low_wh, high_wh = interval_of_sum((f.energy_wh or 0, f.low_wh, f.high_wh) for f in figures)
    return Figure(
        energy_wh=energy_wh,
        low_wh=low_wh,
        high_wh=high_wh,
        gross_fen=_sum(f.gross_fen for f in counted),
        base_fen=_sum(f.base_fen for f in counted),
        subsidy_fen=_sum(f.subsidy_fen for f in counted),
        coverage=covered / total if total else 0,
        unconfirmed=any(f.unconfirmed for f in counted),
        reason=_sum_reason(counted, figures),
    )


def _sum_reason(counted: Sequence[Figure], figures: Sequence[Figure]) -> Text | None:
    if not counted:
        most = max((f.days for f in figures if f.days), key=lambda days: days.counted, default=None)
        return most.said(AT_MOST_DAYS) if most else NO_STATION
    lacking = sum(f.days is not None and f.days.lacking for f in counted)
    told = ((LEFT_OUT, len(figures) - len(counted)), (LACKING, lacking))
    return joined([filled(text, n=n) for text, n in told if n])


def _sum(values: Iterable[int | None]) -> int | None:
    """The sum of what is there, `None` if nothing is."""
    there = [value for value in values if value is not None]
    return sum(there) if there else None
