"""How money is shown: on the wall in 万元 or million yuan, on finance pages in yuan with two decimals."""

from typing import Final, NamedTuple

from dashboards import colours
from dashboards.panels import Column
from dashboards.words import shared
from guangfu.texts import Lang


class Scale(NamedTuple):
    """A unit of money: how many yuan it is, and Grafana's name for it."""

    yuan: int
    unit: str


YUAN: Final = {Lang.ZH: Scale(1, "suffix: 元"), Lang.EN: Scale(1, "suffix: yuan")}
_WALL: Final = {Lang.ZH: Scale(10_000, "suffix: 万元"), Lang.EN: Scale(1_000_000, "suffix: M yuan")}


def wall_scale(lang: Lang) -> Scale:
    return _WALL[lang]


def money_columns(lang: Lang, scale: Scale) -> dict[str, Column]:
    """The series `base` and `subsidy`, stacked wherever they stand together."""
    return {
        "base": Column(shared.BASE(lang), scale.unit, 2, colours.BASE),
        "subsidy": Column(shared.SUBSIDY(lang), scale.unit, 2, colours.SUBSIDY),
    }
