"""Rules of money that moves: whose deduction holds, what a new line may leave out."""

from datetime import date
from pathlib import Path

from guangfu.income.rules import load_rules
from guangfu.income.rules.models import DeductionBase, Payer
from guangfu.income.shares import deductions_on
from guangfu.stations.synthetic import synthetic_registry

STATION = next(s for s in synthetic_registry().stations.values() if s.kind == "village")
DAY = date(2026, 6, 1)
HEADER = "deduction_id,position,name_zh,name_en,share_of_gross,valid_from,document,confidence,confirmed"


def _shares(folder: Path, content: str) -> dict[str, str]:
    (folder / "deductions.csv").write_text(content, encoding="utf-8")
    return {d.deduction_id: str(d.share_of_gross) for d in deductions_on(DAY, load_rules(folder), STATION)}


def test_a_stations_own_deduction_goes_before_its_banners_and_that_before_everybodys(tmp_path: Path) -> None:
    header = f"{HEADER},station_id,banner_code"
    banner = f"o-banner,5,运维,O&M,0.04,2020-01-01,doc,B,,,{STATION.banner_code}"
    own = f"o-own,5,运维,O&M,0.05,2019-01-01,doc,B,,{STATION.station_id},"
    other = "o-other,5,运维,O&M,0.06,2021-01-01,doc,B,,elsewhere,"
    found = _shares(tmp_path, f"{header}\n{banner}\n{other}\n")
    assert found["o-banner"] == "0.04"
    assert not {"operation", "o-other"} & found.keys()
    assert _shares(tmp_path, f"{header}\n{banner}\n{own}\n{other}\n")["o-own"] == "0.05"


def test_what_somebody_else_pays_is_not_deducted(tmp_path: Path) -> None:
    found = _shares(tmp_path, "deduction_id,payer\noperation,village\nreserve,other\n")
    assert found.keys() == {"land", "rent", "taxes", "insurance"}


def test_a_line_as_it_was_written_before_there_were_payers_is_still_taken(tmp_path: Path) -> None:
    (tmp_path / "deductions.csv").write_text(f"{HEADER}\nguard,7,看护,guard,0.01,2020-01-01,doc,A,yes\n")
    guard = next(d for d in load_rules(tmp_path).deductions if d.deduction_id == "guard")
    assert (guard.base, guard.payer, guard.limit) == (DeductionBase.GROSS, Payer.AGENCY, None)
