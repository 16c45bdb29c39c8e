from pathlib import Path

import pytest

from guangfu.income.rules import BadRules, load_rules
from guangfu.stations.models import Grid
from guangfu.texts import Lang


def test_the_shipped_rules_are_without_fault() -> None:
    rules = load_rules()
    assert len(rules.version) == 12
    assert [d.deduction_id for d in rules.deductions] == ["land", "rent", "taxes", "insurance", "operation", "reserve"]
    assert rules.entitlements[0].fen_per_slot_year == 300_000


def test_one_line_confirms_a_price_and_changes_the_version(tmp_path: Path) -> None:
    (tmp_path / "base_prices.csv").write_text("base_id,confirmed\nmengxi-2017,yes\n")
    shipped, overridden = load_rules(), load_rules(tmp_path)
    price = next(p for p in overridden.base_prices if p.base_id == "mengxi-2017")
    assert price.confirmed
    assert str(price.price) == "0.2829"
    assert shipped.version != overridden.version
    assert len(shipped.base_prices) == len(overridden.base_prices)


def test_a_new_line_is_tried_first(tmp_path: Path) -> None:
    header = Path("guangfu/income/rules/tariffs.csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "tariffs.csv").write_text(f"{header}\nbid-s7,,,S7,,,,,,0.38,0.41,0.50,doc,A,yes\n")
    assert load_rules(tmp_path).tariffs[0].tariff_id == "bid-s7"


def test_all_faults_come_together_with_file_and_row(tmp_path: Path) -> None:
    (tmp_path / "base_prices.csv").write_text(
        "base_id,yuan_per_kwh\nmengxi-2017,cheap\nmengxi-2016,-1\nmengdong-2016,0.30351234567\n"
    )
    (tmp_path / "energy.csv").write_text("name,value\ncoverage_floor,2\nflor,0.5\n")
    (tmp_path / "tarifs.csv").write_text("tariff_id\n")
    (tmp_path / "doubts.csv").write_text("doubt_id,tariff_id\nceiling-2019-07,nowhere\n")
    with pytest.raises(BadRules) as caught:
        load_rules(tmp_path)
    where = [(Path(fault.file).name, fault.row) for fault in caught.value.faults]
    assert sorted(where) == sorted(
        [("tarifs.csv", 0), ("base_prices.csv", 2), ("base_prices.csv", 3), ("base_prices.csv", 4),
         ("energy.csv", 2), ("energy.csv", 3), ("energy.csv", 3), ("energy.csv", 3),
         ("doubts.csv", 2)]
    )  # fmt: skip
    assert "0 至 9.99" in caught.value.describe(Lang.ZH)


def test_a_line_twice_a_short_line_and_a_missing_column_are_faults(tmp_path: Path) -> None:
    (tmp_path / "deductions.csv").write_text("deduction_id,share_of_gross\nland,0.01\nland,0.02\nrent\nnew,0.1\n")
    with pytest.raises(BadRules) as caught:
        load_rules(tmp_path)
    rows = [fault.row for fault in caught.value.faults]
    assert rows[:2] == [3, 4]
    assert set(rows[2:]) == {5}


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(BadRules):
        load_rules(tmp_path / "nowhere")


def test_a_file_that_is_not_utf8_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "doubts.csv").write_bytes("doubt_id,text_zh\nx,待核实\n".encode("gb18030"))
    with pytest.raises(BadRules) as caught:
        load_rules(tmp_path)
    assert [fault.row for fault in caught.value.faults] == [0]


def test_each_grid_has_a_base_price() -> None:
    assert {price.grid for price in load_rules().base_prices} == set(Grid)


def test_what_no_two_rows_may_say_and_dates_that_run_backwards(tmp_path: Path) -> None:
    base = Path("guangfu/income/rules/base_prices.csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "base_prices.csv").write_text(f"{base}\nagain,mengdong,2016-01-01,0.31,,A,yes\n")
    (tmp_path / "market_prices.csv").write_text(
        "market_id,grid,month,market_yuan_per_kwh,mechanism_yuan_per_kwh,mechanism_share,document,confidence,confirmed\n"
        "m1,mengxi,2026-06,0.2,0.28,1,,A,yes\nm2,mengxi,2026-06,0.3,0.28,1,,A,yes\n"
    )
    (tmp_path / "doubts.csv").write_text("doubt_id,grid_to\nfirst-day-2018-05,2018-05-30\n")
    (tmp_path / "energy.csv").write_text("name,value,value\ncoverage_floor,0.5,0.6\n")
    with pytest.raises(BadRules) as caught:
        load_rules(tmp_path)
    found = [(Path(fault.file).name, fault.row, fault.column) for fault in caught.value.faults]
    assert sorted(found) == [
        ("base_prices.csv", 2, "grid, valid_from"),
        ("base_prices.csv", 4, "grid, valid_from"),
        ("doubts.csv", 2, "grid_to"),
        ("energy.csv", 1, "value"),
        ("market_prices.csv", 2, "grid, month"),
        ("market_prices.csv", 3, "grid, month"),
    ]


def test_an_unknown_column_is_the_only_fault_of_its_line(tmp_path: Path) -> None:
    (tmp_path / "base_prices.csv").write_text("base_id,yuan_per_kwhh\nmengxi-2017,0.3\n")
    with pytest.raises(BadRules) as caught:
        load_rules(tmp_path)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, "yuan_per_kwhh")]


def test_what_energy_rests_on_is_confirmed_line_by_line(tmp_path: Path) -> None:
    """Recalled typical hours and hours read in a copy are unconfirmed; what is ours, or in a document, is not."""
    shipped = load_rules().energy.unconfirmed
    assert {"typical_hours_i", "subsidised_hours_ii", "power_tolerance"} <= shipped
    assert not {"max_gap_h", "like_spread", "subsidised_hours"} & shipped
    (tmp_path / "energy.csv").write_text("name,value,document,confirmed\ntypical_hours_i,1700,D,yes\n")
    own = load_rules(tmp_path).energy
    assert own.unconfirmed == shipped - {"typical_hours_i"}
    assert own.typical_hours_i == 1700
