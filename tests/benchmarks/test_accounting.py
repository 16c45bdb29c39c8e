"""The benchmarks of accounting at a small size: they run, and each figure stands beside another."""

import pytest

from benchmarks import fleet_year, nation
from benchmarks.figure import Figure
from benchmarks.sizes import sizes_of
from tests.services.running import Postgres


def stands_beside(figures: list[Figure]) -> dict[str, Figure]:
    assert all(one.value > 0 and one.ratio > 0 and one.beside for one in figures)
    return {one.name.removeprefix("accounting."): one for one in figures}


def test_a_month_of_a_nation(postgres: Postgres) -> None:
    """From daily energy to each household's fen, and posting to either database apart."""
    found = stands_beside(list(nation.figures(nation.Sizes(stations=300, households=9_000))))
    assert list(found) == [
        "nation_month", "nation_month.memory", "nation_month.post.sqlite", "nation_month.post.postgresql",
    ]  # fmt: skip
    assert "Decimal" in found["nation_month"].beside
    for database in ("sqlite", "postgresql"):
        assert found[f"nation_month.post.{database}"].beside.startswith("600 entries")


@pytest.mark.filterwarnings("ignore")  # rdtools' and pandas' own
def test_a_year_of_a_fleet() -> None:
    pytest.importorskip("rdtools")
    found = stands_beside(list(fleet_year.figures(fleet_year.Sizes(stations=4, days=5))))
    assert list(found) == ["fleet_year_energy", "fleet_year_energy.rdtools"]
    assert "lag() window" in found["fleet_year_energy"].beside
    assert "s a station" in found["fleet_year_energy.rdtools"].beside


def test_what_is_not_given_stays() -> None:
    assert sizes_of(nation.Sizes, "x", None, ["--stations", "7"]) == nation.Sizes(stations=7)
