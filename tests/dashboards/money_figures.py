"""What the panels of income and finance show of the county: by hand, from tests/dashboards/county_money.py."""

from datetime import date
from typing import Any

from guangfu.clock import day_start
from guangfu.texts import Lang
from tests.dashboards.asking import Rows
from tests.dashboards.county import MONTH

Figures = dict[tuple[str, int], list[Rows]]
YEAR = [f"2025-{m:02}" for m in range(7, 13)] + [f"2026-{m:02}" for m in range(1, 6)]
OWED = ((100, 700, 800), (None, None, None), (100, None, 100), (None, None, None))
"""What is outstanding by age: base, subsidy and both; 100 of January 2025, the rest of June."""


def ages(lang: Lang) -> list[str]:
    if lang is Lang.ZH:
        return ["3 个月以内", "3 至 12 个月", "1 至 2 年", "2 年以上"]
    return ["up to 3 months", "3 to 12 months", "1 to 2 years", "over 2 years"]


def of_income(lang: Lang) -> Figures:
    zh = lang is Lang.ZH
    wall = 10_000 if zh else 1_000_000
    aohan, chifeng = ("敖汉旗", "赤峰市") if zh else ("Aohan Banner", "Chifeng")

    def st(name: str) -> str:
        return f"{name}站" if zh else f"Station {name}"

    def vl(name: str) -> str:
        return f"{name}嘎查" if zh else f"{name} village"

    owed = [(base and base / wall, subsidy and subsidy / wall) for base, subsidy, _ in OWED]
    return {
        ("income", 2): [[("false",)]],
        ("income", 3): [[(5800,)]],
        ("income", 4): [[(1000,)]],
        ("income", 5): [[(200,)]],
        ("income", 6): [[(120,)]],
        ("income", 7): [[(800,)]],
        ("income", 8): [[*((month, *(None,) * 4) for month in YEAR), (MONTH, 5800, 1000, 200, 120)]],
        ("income", 9): [[(age, *amounts) for age, amounts in zip(ages(lang), owed, strict=True)]],
        ("income", 10): [[("150400", "150430", aohan, 5800, 1000, 200, 120, 900, 800, 0, 100, 0)]],
        ("income", 11): [[(5500,)]],
        ("income", 12): [[(1650,)]],
        ("income", 13): [[(3850,)]],
        ("income", 14): [[(990,)]],
        ("income", 15): [[(0.875,)]],
        ("income", 16): [[(0.2,)]],
        ("income", 17): [
            [(f"06-{day:02}", 0.3 * yuan / wall, 0.7 * yuan / wall) for day, yuan in ((8, 3400), (9, 1400), (10, 700))],
        ],
        ("income", 18): [[*((month, None, None) for month in YEAR), (MONTH, 1650 / wall, 3850 / wall)]],
        ("income", 19): [[(chifeng, 1650 / wall, 3850 / wall)]],
        ("income", 20): [[(aohan, 7, 5500, 1650, 3850, 6.9 / 7)]],
        ("income", 21): [[(vl("v1"), aohan, 825, 82.5, 742.5), (vl("v2"), aohan, 275, 27.5, 247.5)]],
        ("income", 22): [
            [
                ("few", st("few"), None, 0.1, "1 / 10", "false"),
                ("offline", st("offline"), 500, 0.9, "9 / 10", "false"),
                ("b", st("b"), 1100, 1, "10 / 10", "true"),
            ],
        ],
    }


def of_finance(lang: Lang) -> Figures:
    """Seven village-level stations are on grid and open; `closed` was until June 9."""
    zh = lang is Lang.ZH
    aohan = "敖汉旗" if zh else "Aohan Banner"

    def open_(name: str, yuan: float | None, coverage: float | None) -> tuple[Any, ...]:
        return name, f"{name}站" if zh else f"Station {name}", "open", yuan, coverage, *(None,) * 7

    def vl(name: str) -> str:
        return f"{name}嘎查" if zh else f"{name} village"

    estimates = (
        ("b", 1100, 1), ("c", 1100, 1), ("closed", 400, 1), ("few", 300, 0.1), ("idle", 500, 1), ("low", 800, 1),
        ("never", None, None), ("offline", 500, 0.9),
    )  # fmt: skip
    settled = ("a", "a站" if zh else "Station a", "settled", 1100, 1)
    return {
        ("finance", 2): [[("false",)]],
        ("finance", 3): [[(5800,)]],
        ("finance", 4): [[(1000,)]],
        ("finance", 5): [[(200,)]],
        ("finance", 6): [[(800,)]],
        ("finance", 7): [[(50,)]],
        ("finance", 8): [[(120,)]],
        ("finance", 9): [[(30,)]],
        ("finance", 10): [[(1 / 9,)]],
        ("finance", 11): [[*((month, *(None,) * 5) for month in YEAR), (MONTH, 5800, 1000, 200, 120, 30)]],
        ("finance", 12): [
            [
                ("estimated", 1740, 4060, 5800), ("settled", 300, 700, 1000), ("received", 200, 0, 200),
                ("owed", 100, 700, 800), ("borne", 20, 0, 20), ("ready", 50, 0, 50), ("drafted", 10, 0, 10),
                ("transit", 0, 0, 0), ("arrived", 120, 0, 120),
            ]
        ],
        ("finance", 13): [[(age, *amounts) for age, amounts in zip(ages(lang), OWED, strict=True)]],
        ("finance", 14): [[("open", 8), ("settled", 1)]],
        ("finance", 15): [[("window", 1, 0, -90), ("loss", 1, 0, -10)]],
        ("finance", 16): [[(*settled, 1000, -100, "window", 200, 800, 50, 120), *(open_(*one) for one in estimates)]],
        ("finance", 17): [
            [
                ("v1", vl("v1"), aohan, 1125, 1012.5, 10, None, 120, 30, 90),
                ("v2", vl("v2"), aohan, 275, 247.5, *(None,) * 5),
            ]
        ],
        ("finance", 18): [[("VILLAGE", "V1", 90), ("VILLAGE", "V2", -120), ("VILLAGE", "V5", 30)]],
        ("finance", 19): [[("arrived", 1, 120), ("drafted", 1, 10)]],
        ("finance", 20): [[("paid", 1, 30), ("sent", 1, 20)]],
        ("finance", 21): [[(day_start(date(2026, 6, 10)), 200, None, None, 120)]],
        ("finance", 22): [
            [
                ("serious", "idle_money", "2026-06", 1, 0, "2026-06-10"),
                ("warning", "late_transfer", "2026-Q2", 0, 1, "2026-06-10"),
            ]
        ],
    }  # fmt: skip
