"""VAT in the price: three figures, the threshold, what was given back, exemptions by part and date."""

from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from guangfu.income.rules import load_rules
from guangfu.income.rules.models import Taxpayer
from guangfu.income.vat import VatMonth, month_vat, tax_in
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.stations.models import StationKind
from tests.income.small_registry import station

RULES = load_rules()
VILLAGE, CENTRALIZED = station(), station("c1", StationKind.CENTRALIZED)


def _vat(month: str, base: int, subsidy: int, *, of: object = VILLAGE) -> dict[Part, VatMonth]:
    found = month_vat(of, month, {Part.BASE: Fen(base), Part.SUBSIDY: Fen(subsidy)}, RULES)  # type: ignore[arg-type]
    return {row.part: row for row in found}


@given(st.integers(-(10**12), 10**12), st.sampled_from(["0", "0.01", "0.03", "0.13", "0.17"]))
def test_tax_is_within_half_a_fen_of_the_exact_one_and_turns_with_the_sign(gross: int, rate: str) -> None:
    tax, share = tax_in(gross, Decimal(rate)), Decimal(rate)
    assert abs(tax - gross * share / (1 + share)) <= Decimal("0.5")
    assert tax_in(-gross, share) == -tax


def test_gross_is_net_and_tax_in_each_part() -> None:
    rows = _vat("2026-06", 20_000_000, 30_000_000)  # 500,000 yuan, over the threshold of 100,000
    assert all(row.gross == row.net + row.tax for row in rows.values())
    assert rows[Part.BASE].tax == 198_020  # 200,000 / 1.01 x 0.01
    assert not rows[Part.BASE].exempt
    assert rows[Part.BASE].unconfirmed


def test_a_month_under_the_threshold_is_exempt_and_one_fen_of_sales_over_it_is_not() -> None:
    under, over = _vat("2026-06", 10_099_900, 0), _vat("2026-06", 10_100_100, 0)
    assert (under[Part.BASE].exempt, under[Part.BASE].tax, under[Part.BASE].net) == (True, 0, 10_099_900)
    assert (over[Part.BASE].exempt, over[Part.BASE].tax) == (False, 100_001)


def test_both_parts_count_towards_the_threshold() -> None:
    assert not _vat("2026-06", 6_000_000, 6_000_000)[Part.BASE].exempt


def test_exemptions_by_date_and_by_part() -> None:
    assert _vat("2022-06", 50_000_000, 50_000_000)[Part.BASE].vat_id == "village-2022"
    assert _vat("2022-06", 50_000_000, 50_000_000)[Part.BASE].tax == 0
    rows = _vat("2019-06", 50_000_000, 50_000_000, of=CENTRALIZED)
    assert (rows[Part.SUBSIDY].tax, rows[Part.SUBSIDY].exempt) == (0, True)
    assert rows[Part.BASE].tax == 5_752_212  # 13 %


def test_half_of_the_tax_came_back_until_2018() -> None:
    row = _vat("2018-06", 11_600_000, 0, of=CENTRALIZED)[Part.BASE]
    assert (row.tax, row.refund, row.taxpayer) == (1_600_000, 800_000, Taxpayer.COMPANY)
    assert _vat("2019-01", 11_600_000, 0, of=CENTRALIZED)[Part.BASE].refund == 0


def test_a_refund_that_nobody_confirmed_leaves_its_month_unconfirmed(tmp_path: Path) -> None:
    header = Path("guangfu/income/rules/vat.csv").read_text(encoding="utf-8").splitlines()[0]
    rows = "own,rate,,s1,,,agency,2026-01-01,,0.13,,doc,A,\nback,refund,,s1,,,agency,2026-01-01,,0.5,,,C,\n"
    (tmp_path / "vat.csv").write_text(f"{header}\n{rows}")
    found = month_vat(VILLAGE, "2026-06", {Part.BASE: Fen(11_300)}, load_rules(tmp_path))
    assert [(row.refund, row.unconfirmed) for row in found] == [(650, True)]


def test_one_line_makes_the_agency_the_taxpayer_of_a_station(tmp_path: Path) -> None:
    header = Path("guangfu/income/rules/vat.csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "vat.csv").write_text(f"{header}\nown,rate,,s1,,,agency,2026-01-01,,0.13,,doc,A,yes\n")
    found = month_vat(VILLAGE, "2026-06", {Part.BASE: Fen(11_300)}, load_rules(tmp_path))
    assert [(row.taxpayer, row.tax, row.unconfirmed) for row in found] == [(Taxpayer.AGENCY, 1_300, False)]
