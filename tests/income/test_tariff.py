"""Every row of policy's tariff tables, at the first and last day on which it holds."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from guangfu.income.rules import Rules, load_rules
from guangfu.income.rules.models import Confidence
from guangfu.income.tariff import TariffRow, find_tariff
from guangfu.stations.models import Grid, Station, StationKind, Zone
from guangfu.texts import Lang
from tests.income.small_registry import station

RULES = load_rules()
TODAY = date(2026, 6, 1)
ZONES = (Zone.I, Zone.II, Zone.III)
D = date.fromisoformat


def village(grid_on: str, *, joint: bool = False, kw: int = 300) -> Station:
    return station(joint=joint, capacity_kw=kw, grid_connected_on=D(grid_on), filed_on=D("2018-03-01"))


def centralized(grid_on: str, *, filed: str = "2018-03-01", plan_year: int = 2018) -> Station:
    kind = StationKind.CENTRALIZED
    return station("c1", kind, grid_connected_on=D(grid_on), filed_on=D(filed), plan_year=plan_year, capacity_kw=20_000)


def tariff(of: Station, rules: Rules = RULES, day: date = TODAY) -> TariffRow:
    found = find_tariff(of, day, rules)
    assert found is not None
    return found


def prices(of: Station) -> str:
    return " ".join(str(tariff(replace(of, resource_zone=zone)).price) for zone in ZONES)


@pytest.mark.parametrize(
    ("grid_on", "document", "confidence"),
    [
        ("2018-01-01", "发改价格规〔2017〕2196号", "A"),
        ("2018-05-30", "发改价格规〔2017〕2196号", "A"),
        ("2018-05-31", "发改能源〔2018〕823号", "A"),
        ("2019-06-30", "发改能源〔2018〕823号", "A"),
        ("2019-07-01", "发改价格〔2019〕761号", "A"),
        ("2020-05-31", "发改价格〔2019〕761号", "A"),
        ("2020-06-01", "发改价格〔2020〕511号", "C"),
        ("2020-12-31", "发改价格〔2020〕511号", "C"),
    ],
)
def test_village_level_stations_from_2018_on(grid_on: str, document: str, confidence: str) -> None:
    of = village(grid_on)
    assert prices(of) == "0.65 0.75 0.85"
    assert (tariff(of).document, tariff(of).confidence) == (document, confidence)
    assert tariff(of).price_unconfirmed == (confidence == "C")


@pytest.mark.parametrize(
    ("grid_on", "confidence"), [("2018-01-01", "C"), ("2018-06-30", "C"), ("2019-06-30", "C"), ("2019-07-01", "A")]
)
def test_joint_village_stations_have_it_too_before_2019_07_unconfirmed(grid_on: str, confidence: str) -> None:
    of = village(grid_on, joint=True, kw=5000)
    assert prices(of) == "0.65 0.75 0.85"
    assert (tariff(of).confidence, tariff(of).price_unconfirmed) == (confidence, confidence == "C")


@pytest.mark.parametrize(
    ("of", "row"),
    [
        (replace(village("2016-06-30"), filed_on=D("2015-12-31")), "0.90 0.95 1.00"),
        (replace(village("2017-06-30"), filed_on=D("2016-05-01")), "0.80 0.88 0.98"),
        (replace(village("2017-12-31"), plan_year=2017), "0.65 0.75 0.85"),
    ],
)
def test_village_level_stations_before_2018_have_the_ordinary_tariff_of_their_year(of: Station, row: str) -> None:
    assert prices(of) == row


@pytest.mark.parametrize(
    ("of", "row", "document", "confidence"),
    [
        (
            centralized("2016-06-30", filed="2015-12-31", plan_year=2015),
            "0.90 0.95 1.00",
            "发改价格〔2013〕1638号",
            "A",
        ),
        (
            centralized("2016-07-01", filed="2015-12-31", plan_year=2015),
            "0.80 0.88 0.98",
            "发改价格〔2015〕3044号",
            "A",
        ),
        (
            centralized("2017-06-30", filed="2016-01-01", plan_year=2017),
            "0.80 0.88 0.98",
            "发改价格〔2015〕3044号",
            "A",
        ),
        (
            centralized("2017-06-30", filed="2017-01-01", plan_year=2016),
            "0.80 0.88 0.98",
            "发改价格〔2015〕3044号",
            "A",
        ),
        (
            centralized("2017-07-01", filed="2016-01-01", plan_year=2016),
            "0.65 0.75 0.85",
            "发改能源〔2018〕1459号",
            "B",
        ),
        (
            centralized("2018-06-30", filed="2018-01-01", plan_year=2017),
            "0.65 0.75 0.85",
            "发改能源〔2018〕1459号",
            "B",
        ),
        (centralized("2018-01-01"), "0.55 0.65 0.75", "发改价格规〔2017〕2196号", "A"),
        (centralized("2018-05-30"), "0.55 0.65 0.75", "发改价格规〔2017〕2196号", "A"),
        (centralized("2018-05-31"), "0.50 0.60 0.70", "发改能源〔2018〕823号", "A"),
        (centralized("2019-06-30"), "0.50 0.60 0.70", "发改能源〔2018〕823号", "A"),
        (centralized("2018-07-01", plan_year=2017), "0.50 0.60 0.70", "发改能源〔2018〕823号", "A"),
        (centralized("2019-07-01"), "0.40 0.45 0.55", "发改价格〔2019〕761号", "A"),
        (centralized("2020-05-31"), "0.40 0.45 0.55", "发改价格〔2019〕761号", "A"),
        (centralized("2020-06-01"), "0.35 0.40 0.49", "发改价格〔2020〕511号", "A"),
    ],
)
def test_centralized_stations_by_plan_year_filing_and_grid_date(
    of: Station, row: str, document: str, confidence: str
) -> None:
    assert prices(of) == row
    assert (tariff(of).document, tariff(of).confidence) == (document, confidence)
    assert tariff(of).price_unconfirmed, "that poverty stations had no tariff of their own is C"


def test_no_row_applies() -> None:
    assert find_tariff(centralized("2017-12-31", filed="2017-05-01", plan_year=2018), TODAY, RULES) is None


def test_a_tariff_holds_twenty_years_from_grid_connection() -> None:
    of = village("2018-06-30")
    assert find_tariff(of, D("2018-06-29"), RULES) is None
    assert find_tariff(of, D("2018-06-30"), RULES) is not None
    assert find_tariff(of, D("2038-06-29"), RULES) is not None
    assert find_tariff(of, D("2038-06-30"), RULES) is None


@pytest.mark.parametrize(
    ("grid", "day", "base"),
    [
        (Grid.MENGXI, "2016-01-01", "0.2772"),
        (Grid.MENGXI, "2017-06-30", "0.2772"),
        (Grid.MENGXI, "2017-07-01", "0.2829"),
        (Grid.MENGDONG, "2016-01-01", "0.3035"),
        (Grid.MENGDONG, "2026-06-01", "0.3035"),
    ],
)
def test_the_base_is_the_grids_benchmark_price_of_the_day(grid: Grid, day: str, base: str) -> None:
    of = replace(village("2016-01-01"), grid=grid, filed_on=D("2015-12-31"))
    found = tariff(of, day=D(day))
    assert (str(found.base), found.base_confidence) == (base, Confidence.C)
    assert found.price == found.base + found.subsidy


def test_a_base_price_that_nobody_confirmed_marks_the_figure_and_says_so() -> None:
    found = tariff(village("2018-06-30"))
    assert found.unconfirmed
    assert not found.price_unconfirmed
    assert found.because is not None
    assert found.because(Lang.ZH) == "蒙东基准价 0.3035 元/千瓦时待核实，基础与补贴的划分以它为准"


def test_one_line_of_an_override_confirms_it(tmp_path: Path) -> None:
    (tmp_path / "base_prices.csv").write_text("base_id,yuan_per_kwh,document,confirmed\nmengdong-2016,0.3035,doc,yes\n")
    found = tariff(village("2018-06-30"), load_rules(tmp_path))
    assert (found.unconfirmed, found.because, found.base_document) == (False, None, "doc")


def test_what_each_doubt_is_about() -> None:
    def because(of: Station) -> str:
        text = tariff(of).because
        return text(Lang.EN) if text else ""

    assert "05-31 or from 06-01" in because(centralized("2018-05-31"))
    assert "05-31 or from 06-01" not in because(centralized("2018-06-01"))
    assert "ceiling" in because(centralized("2019-07-01"))
    assert "document 511 of 2020" in because(centralized("2020-06-01"))
    assert "the document number" in because(centralized("2016-06-30", filed="2015-12-31", plan_year=2015))
    assert "over 500 kW" in because(village("2018-06-30", kw=501))
    assert "over 500 kW" not in because(village("2018-06-30", kw=500))
    assert "over 500 kW" not in because(village("2019-07-30", kw=6000, joint=True))


def test_a_stations_own_bid_price_by_one_line(tmp_path: Path) -> None:
    header = Path("guangfu/income/rules/tariffs.csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "tariffs.csv").write_text(f"{header}\nbid-c1,,,c1,,,,,,0.38,0.41,0.50,bid 17,A,yes\n")
    found = tariff(centralized("2019-08-01"), load_rules(tmp_path))
    assert (found.price, found.document, found.price_unconfirmed) == (Decimal("0.41"), "bid 17", False)


def test_a_month_in_the_market_is_topped_up_to_the_mechanism_price(tmp_path: Path) -> None:
    """80 % of the energy at 0.3035, the rest at 0.20: base 0.2828, the subsidy as before."""
    header = Path("guangfu/income/rules/market_prices.csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "market_prices.csv").write_text(f"{header}\nm,mengdong,2026-06,0.20,0.3035,0.8,136,A,yes\n")
    rules = load_rules(tmp_path)
    found = tariff(village("2018-06-30"), rules)
    assert (found.base, found.top_up, found.subsidy) == (Decimal("0.2828"), Decimal("0.0828"), Decimal("0.4465"))
    assert found.price == Decimal("0.7293")
    assert tariff(village("2018-06-30"), rules, D("2026-07-01")).price == Decimal("0.75")


def test_a_closed_station_has_no_tariff_from_its_closing_day_on() -> None:
    of = replace(village("2018-06-30"), closed_on=D("2026-06-10"))
    assert tariff(of, day=D("2026-06-09")).price == Decimal("0.75")
    assert find_tariff(of, D("2026-06-10"), RULES) is None
