"""How money is shown: on the wall in 万元 or million yuan, on finance pages in yuan with two decimals."""

from typing import Final, NamedTuple

from dashboards import colours
from dashboards.looks import NARROW, THOUSANDS, Column
from dashboards.words import shared
from guangfu.ledger.allocating import AGE_NAMES
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


def owed_columns(lang: Lang) -> dict[str, Column]:
    """The series `owed_base` and `owed_subsidy`: settled money, which is no estimate."""
    return {
        "owed_base": Column(shared.BASE_PART(lang), THOUSANDS, 2, colours.BASE),
        "owed_subsidy": Column(shared.SUBSIDY_PART(lang), THOUSANDS, 2, colours.SUBSIDY),
    }


def age_columns(lang: Lang) -> dict[str, Column]:
    """`age_0` to `age_3`, as `dashboards.money_sql.by_age` names them."""
    return {f"age_{place}": Column(name(lang), THOUSANDS, 2, style=NARROW) for place, name in enumerate(AGE_NAMES)}
