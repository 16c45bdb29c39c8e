"""`guangfu rules`: what is listed, what is found wrong, and that the lines it offers do what it says."""

from pathlib import Path

import pytest

from guangfu.commands.rules import confirming, replacing
from guangfu.income.rules import load_rules
from guangfu.income.rules.catalogue import Kind, RuleLine, catalogue
from guangfu.income.rules.tables import FILES, SHIPPED
from tests.commands.conftest import Run

LINES = catalogue(None)


@pytest.fixture(autouse=True)
def _no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUANGFU_RULES_FOLDER", raising=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operator's folder that the environment names; empty."""
    path = tmp_path / "rules"
    path.mkdir()
    monkeypatch.setenv("GUANGFU_RULES_FOLDER", str(path))
    return path


def ids(output: str) -> list[str]:
    known = {line.rule_id for line in LINES} | {"mengdong-2027", "bid-s7"}
    words = [line.split()[0] for line in output.splitlines() if line.strip()]
    return [word for word in words if word in known]


def new_tariff(folder: Path, line: str) -> None:
    header = (SHIPPED / "tariffs.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "tariffs.csv").write_text(f"{header}\n{line}\n", encoding="utf-8")


def test_every_row_of_every_file_is_listed(run: Run) -> None:
    done = run("rules", "list")
    rows = sum(len((SHIPPED / file).read_text(encoding="utf-8").splitlines()) - 1 for file in FILES)
    assert done.exit_code == 0
    assert len(ids(done.output)) == rows == len(LINES)
    open_ = sum(line.because is not None for line in LINES)
    assert done.output.splitlines()[-1] == (f"{rows} 条规则，其中 {open_} 条待核实；规则版本 {load_rules().version}")


def test_each_rule_has_words_in_both_languages_and_every_c_is_open() -> None:
    for line in LINES:
        assert all((line.says.zh, line.says.en, line.value.zh, line.value.en)), line.rule_id
        assert line.says.zh != line.says.en
        assert line.because or line.confidence != "C"
    assert set(Kind) - {line.kind for line in LINES} == {Kind.MARKET_PRICES}, "none is shipped"


def test_a_price_with_its_source(run: Run) -> None:
    done = run("rules", "list", "--kind", "base-prices", "--lang", "en")
    line = next(line for line in done.output.splitlines() if "mengxi-2017" in line)
    for words in ("coal benchmark of the", "0.2829 yuan/kWh", "2017-07-01", "built in, base_prices.csv:3"):
        assert words in line


@pytest.mark.parametrize(
    ("day", "in_force"),
    [("2017-06-30", ["mengxi-2016", "mengdong-2016"]), ("2017-07-01", ["mengxi-2017", "mengdong-2016"])],
)
def test_what_is_in_force_on_a_day(run: Run, day: str, in_force: list[str]) -> None:
    assert ids(run("rules", "list", "--kind", "base-prices", "--on", day).output) == in_force


def test_a_tariff_is_in_force_for_twenty_years_after_the_last_connection(run: Run) -> None:
    before = ids(run("rules", "list", "--kind", "tariffs", "--on", "2036-06-29").output)
    after = ids(run("rules", "list", "--kind", "tariffs", "--on", "2036-06-30").output)
    assert set(before) - set(after) == {"ordinary-2013"}


def test_only_what_is_unconfirmed(run: Run, folder: Path) -> None:
    assert "operation" in ids(run("rules", "list", "--unconfirmed").output)
    (folder / "deductions.csv").write_text("deduction_id,confirmed\noperation,yes\n")
    done = run("rules", "list", "--unconfirmed")
    assert "operation" not in ids(done.output)
    assert "reserve" in ids(done.output)
    assert "village-2018-05" not in ids(done.output), "it is read in a published source"


def test_an_operators_lines_name_their_file_and_row(run: Run, folder: Path) -> None:
    new_tariff(folder, "bid-s7,,,s7,,,,,,0.38,0.41,0.50,合同,A,yes")
    done = run("rules", "show", "bid-s7")
    assert done.exit_code == 0
    assert "电站 s7" in done.output
    assert f"{folder}/tariffs.csv:2" in done.output
    assert ids(run("rules", "list", "--kind", "tariffs").output)[0] == "bid-s7", "it is tried first"


def test_a_price_from_a_day_on_ends_the_one_before(run: Run, folder: Path) -> None:
    header = (SHIPPED / "base_prices.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "base_prices.csv").write_text(f"{header}\nmengdong-2027,mengdong,2027-01-01,0.31,,A,yes\n")
    for day, in_force in (("2026-12-31", "mengdong-2016"), ("2027-01-01", "mengdong-2027")):
        found = ids(run("rules", "list", "--kind", "base-prices", "--on", day).output)
        assert sorted(found) == sorted(["mengxi-2017", in_force])


def test_show_has_the_lines_to_write(run: Run) -> None:
    done = run("rules", "show", "mengdong-2016", "--lang", "en")
    assert done.exit_code == 0
    lines = [line.strip() for line in done.output.splitlines()]
    assert "unconfirmed: recalled, not confirmed; it divides base from subsidy" in lines
    at = lines.index("to confirm it, write into base_prices.csv of the rules folder")
    assert lines[at + 1 : at + 3] == ["base_id,confirmed", "mengdong-2016,yes"]
    assert lines[at + 4 : at + 6] == ["base_id,yuan_per_kwh,document,confirmed", "mengdong-2016,0.3035,,yes"]


@pytest.mark.parametrize("line", [line for line in LINES if line.because], ids=lambda line: line.rule_id)
def test_the_line_that_confirms_does(tmp_path: Path, line: RuleLine) -> None:
    offered = confirming(line)
    assert offered is not None
    (tmp_path / line.kind.file).write_text(offered, encoding="utf-8")
    found = next(one for one in catalogue(tmp_path) if (one.kind, one.rule_id) == (line.kind, line.rule_id))
    assert (found.because, found.value, found.row.number) == (None, line.value, 2)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.rule_id)
def test_the_line_that_replaces_loads_and_changes_nothing_else(tmp_path: Path, line: RuleLine) -> None:
    offered = replacing(line)
    assert (offered is None) == (line.kind is Kind.DOUBTS)
    (tmp_path / line.kind.file).write_text(offered or "", encoding="utf-8")
    assert [(one.rule_id, one.says, one.value) for one in catalogue(tmp_path)] == [
        (one.rule_id, one.says, one.value) for one in LINES
    ]


def test_show_of_no_rule(run: Run) -> None:
    done = run("rules", "show", "nothing", "--lang", "en")
    assert (done.exit_code, done.stderr) == (2, "there is no rule nothing: guangfu rules list has all\n")


def test_check_of_a_sound_folder_and_of_what_is_shipped(run: Run, folder: Path) -> None:
    new_tariff(folder, "bid-s7,,,s7,,,,,,0.38,0.41,0.50,doc,A,yes")
    (folder / "deductions.csv").write_text("deduction_id,confirmed\noperation,yes\nreserve,yes\n")
    done = run("rules", "check", folder, "--lang", "en")
    assert done.exit_code == 0
    assert done.output == f"the rules are sound: 2 rows replaced, 1 new; version {load_rules(folder).version}\n"
    assert run("rules", "check").output.startswith("规则无误：替换 2 行，新增 1 行"), "the environment's folder"


def test_check_tells_all_faults_with_file_row_and_column(run: Run, folder: Path) -> None:
    (folder / "base_prices.csv").write_text("base_id,yuan_per_kwh\nmengxi-2017,cheap\nmengxi-2016,-1\n")
    (folder / "deductions.csv").write_text(
        "deduction_id,position,name_zh,name_en,share_of_gross,valid_from,document,confidence,confirmed\n"
        "guard,5,看护,guard,0.01,2018-01-01,,A,yes\n"
    )
    new_tariff(folder, "bid-s7,,,s7,,,,2020-01-01,2019-01-01,0.38,0.41,0.50,doc,A,yes")
    done = run("rules", "check", folder, "--lang", "en")
    assert done.exit_code == 1
    assert done.stderr == "5 faults in the rules\n"
    assert done.stdout.replace(f"{folder}/", "").splitlines() == [
        "base_prices.csv:2: yuan_per_kwh: 'cheap' is not a number from 0 to 9.99",
        "base_prices.csv:3: yuan_per_kwh: '-1' is not a number from 0 to 9.99",
        "deductions.csv:2: position, valid_from, station_id, banner_code: the same as operation: "
        "it can't be told which row holds",
        "tariffs.csv:2: grid_to: before grid_from",
        "deductions.csv:6: position, valid_from, station_id, banner_code: the same as guard: "
        "it can't be told which row holds",
    ]
    assert "有 5 处错误" in run("rules", "check", folder).stderr


def test_list_by_rules_with_faults_is_refused(run: Run, folder: Path) -> None:
    (folder / "energy.csv").write_text("name,value\ncoverage_floor,2\n")
    assert run("rules", "list").exit_code == 1
    assert run("rules", "show", "coverage_floor").exit_code == 1


def test_a_folder_that_is_not_there_is_wrong_use(run: Run, tmp_path: Path) -> None:
    assert run("rules", "check", tmp_path / "nowhere").exit_code == 2


def test_a_file_that_can_not_be_read_is_unreachable(run: Run, folder: Path) -> None:
    (folder / "energy.csv").mkdir()
    assert run("rules", "check", folder).exit_code == 3
