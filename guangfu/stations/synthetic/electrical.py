"""Meters and inverters as a designer would choose them for a capacity."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from guangfu.stations.synthetic.dice import Dice

REGISTER_MODULUS_WH: Final = 1_000_000_000
"""A display of six digits and two decimals, in kWh, starts again after 999,999.99 kWh."""

_CT_PRIMARY_A: Final = (50, 75, 100, 150, 200, 300, 400, 500, 600, 800, 1000)
_CT_SECONDARY_A: Final = 5

STRING_KW: Final = (50, 60, 80, 100, 110)
LARGE_STRING_KW: Final = (110, 136, 175, 250)
CENTRAL_KW: Final = (1250, 2500, 3125)
MOST_INVERTERS: Final = 24


class Inverters(NamedTuple):
    unit_w: int
    number: int


def multiplication_factor(capacity_ac_w: int, grid_v: int) -> int:
    """CT ratio x PT ratio of the gateway meter: the smallest standard CT that carries the rated current.

    Up to 0.4 kV there is no voltage transformer; above, its secondary is 100 V.

    >>> multiplication_factor(300_000, 400)
    100
    >>> multiplication_factor(20_000_000, 35_000)
    28000
    """
    current_a = capacity_ac_w / (math.sqrt(3) * grid_v)
    primary_a = next(a for a in _CT_PRIMARY_A if a >= current_a)
    pt_ratio = 1 if grid_v <= 400 else grid_v // 100
    return primary_a // _CT_SECONDARY_A * pt_ratio


def inverters(capacity_dc_w: int, units_kw: Sequence[int], dice: Dice) -> Inverters:
    """The unit and number that come nearest to a DC/AC ratio between 1.0 and 1.2."""
    ratio = dice.real(1.0, 1.2)
    fits = [
        Inverters(kw * 1000, number)
        for kw in units_kw
        for number in range(1, MOST_INVERTERS + 1)
        if kw * 1000 * number <= capacity_dc_w
    ]
    return min(fits, key=lambda fit: abs(capacity_dc_w / (fit.unit_w * fit.number) - ratio))
