"""How many days of a month have a figure, and what is said where some have none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guangfu.texts import Text

TOO_FEW_DAYS: Final = Text(
    "数据不足：{due} 天中只有 {counted} 天有数据", "insufficient data: only {counted} of {due} days have a figure"
)
SOME_DAYS: Final = Text(
    "{due} 天中 {counted} 天有数据，金额仅含这些天", "{counted} of {due} days have a figure; the amounts are of these"
)
AT_MOST_DAYS: Final = Text(
    "没有一座电站的数据足够：{due} 天中最多 {counted} 天有数据",
    "No station has enough data: at most {counted} of {due} days have a figure",
)


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a month that have a figure, and those that are due: begun, while the station is on grid."""

    counted: int
    due: int

    @property
    def lacking(self) -> bool:
        return self.counted < self.due

    def enough(self, floor: float) -> bool:
        """Is the counted share of the days at least the coverage floor?

        >>> Days(16, 31).enough(0.5), Days(15, 31).enough(0.5)
        (True, False)
        """
        return self.counted >= floor * self.due

    def reason(self, floor: float) -> Text | None:
        """What is said beside the month; `None` where every day has a figure."""
        if not self.enough(floor):
            return self.said(TOO_FEW_DAYS)
        return self.said(SOME_DAYS) if self.lacking else None

    def said(self, text: Text) -> Text:
        return filled(text, counted=self.counted, due=self.due)


def filled(text: Text, **values: object) -> Text:
    return Text(text.zh.format(**values), text.en.format(**values))


def joined(texts: Sequence[Text]) -> Text | None:
    """Several reasons as one; `None` if there is none."""
    if not texts:
        return None
    return Text("；".join(text.zh for text in texts), "; ".join(text.en for text in texts))
