"""How money is shown: on the wall in 万元 or million yuan, on finance pages in yuan with two decimals."""

from typing import Final, NamedTuple

from dashboards import colours
from dashboards.looks import THOUSANDS, Column
from dashboards.words import shared
from guangfu.texts import Lang


class Scale(NamedTuple):
    """A unit of money: how many yuan it is, and Grafana's name for it."""

    yuan: int
    unit: str


_WALL: Final = {Lang.ZH: Scale(10_000, "suffix:万元"), Lang.EN: Scale(1_000_000, "suffix:M yuan")}


def wall_scale(lang: Lang) -> Scale:
    return _WALL[lang]


def money_columns(lang: Lang) -> dict[str, Column]:
    """The series `base` and `subsidy`, stacked wherever they stand together; the panel's title has their unit."""
    return {
        "base": Column(shared.BASE(lang), THOUSANDS, 2, colours.BASE),
        "subsidy": Column(shared.SUBSIDY(lang), THOUSANDS, 2, colours.SUBSIDY),
    }
