"""A station's state, in the words and colours of the pages, and what troubles it."""

from typing import Final

from dashboards import colours
from dashboards.looks import COLOURED_CELL, THOUSANDS, Column, Word, words
from dashboards.words import shared
from guangfu.texts import Lang

TROUBLED: Final = "trouble IS NOT NULL"
SHOWN: Final = "coalesce(trouble, state)"
"""What a coloured cell or mark says: the trouble, if there is one."""

COUNTED: Final = {
    "well": ("state IN ('producing', 'curtailed', 'night', 'heard')", shared.WELL_SHORT),
    "fault": ("state = 'fault'", shared.FAULT),
    "stale": ("state = 'stale'", shared.STALE_SHORT),
    "offline": ("state = 'offline'", shared.OFFLINE),
    "unknown": ("state = 'unknown'", shared.UNKNOWN_SHORT),
    "low": ("trouble IN ('low', 'idle')", shared.LOW_SHORT),
}
"""How many of each, as heads of narrow columns; all but the last are the pages' states and add up to all stations."""


def state_words(lang: Lang) -> dict[str, Word]:
    return {
        "producing": Word(shared.PRODUCING(lang), colours.PRODUCING),
        "curtailed": Word(shared.CURTAILED(lang), colours.CURTAILED),
        "night": Word(shared.NIGHT(lang), colours.NIGHT),
        "heard": Word(shared.HEARD(lang), colours.PRODUCING),
        "low": Word(shared.LOW(lang), colours.LOW),
        "idle": Word(shared.IDLE(lang), colours.DOWN),
        "stale": Word(shared.STALE(lang), colours.STALE),
        "fault": Word(shared.FAULT(lang), colours.FAULT),
        "offline": Word(shared.OFFLINE(lang), colours.OFFLINE),
        "unknown": Word(shared.UNKNOWN(lang), colours.UNKNOWN),
    }


def state_column(lang: Lang) -> Column:
    """The column that answers `SHOWN`."""
    width = 105 if lang is Lang.ZH else 140
    return Column(shared.STATE(lang), mappings=words(state_words(lang)), width=width, style=COLOURED_CELL)


def counts() -> str:
    """The columns of `COUNTED`, for a query on `sql.states`."""
    return ", ".join(f"count(*) FILTER (WHERE {which}) AS {name}" for name, (which, _) in COUNTED.items())


def count_columns(lang: Lang) -> dict[str, Column]:
    return {name: Column(head(lang), THOUSANDS, 0, width=70) for name, (_, head) in COUNTED.items()}
