from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from guangfu.commands.stations import app
from guangfu.stations.files import read_registry_files, write_registry_files
from guangfu.stations.models import Registry
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.registry import read_registry, registry_version
from tests.services.running import Postgres
from tests.stations.example import SINGLE, example


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "registry"
    write_registry_files(example(), path)
    return path


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'guangfu.sqlite'}"


def _run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


def _stored(url: str) -> tuple[Registry, int]:
    engine = open_database(url)
    upgrade(engine)
    stored = read_registry(engine), registry_version(engine)
    engine.dispose()
    return stored


def _spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_check_of_a_good_registry_exits_0_in_both_languages(folder: Path) -> None:
    chinese, english = _run("check", folder), _run("check", folder, "--lang", "en")
    assert (chinese.exit_code, english.exit_code) == (0, 0)
    assert "3 座电站" in chinese.output
    assert "3 stations" in english.output


def test_check_shows_every_fault_and_exits_1(folder: Path) -> None:
    _spoil(folder, "stations.csv", "119.9", "19.9")
    _spoil(folder, "share_units.csv", "vl-j2", "vl-j9")
    result = _run("check", folder, "--lang", "en")
    assert result.exit_code == 1
    assert "stations.csv:2 [lon]" in result.output
    assert "share_units.csv:4 [village_id]" in result.output
    assert "2 errors, 0 warnings" in result.output


def test_warnings_exit_0_and_with_strict_1(folder: Path) -> None:
    _spoil(folder, "stations.csv", ",2018,2018-03-01", ",2019,2018-03-01")
    result = _run("check", folder)
    assert result.exit_code == 0
    assert "0 个错误，1 个提醒" in result.output
    assert _run("check", folder, "--strict").exit_code == 1


def test_check_says_how_many_faults_it_does_not_show(folder: Path) -> None:
    _spoil(folder, "slots.csv", "slot_id", "slot")
    _spoil(folder, "households.csv", "household_id", "name")
    result = _run("check", folder, "--most", "1", "--lang", "en")
    assert "and 3 more" in result.output


def test_import_writes_the_registry_and_says_what_changed(folder: Path, url: str) -> None:
    first = _run("import", folder, "--sql-url", url, "--lang", "en")
    assert first.exit_code == 0, first.output
    assert "imported: 3 stations" in first.output
    assert _stored(url) == (example(), 1)
    _spoil(folder, "stations.csv", "119.9", "119.8")
    second = _run("import", folder, "--sql-url", url)
    assert [line.split() for line in second.output.splitlines() if line.split()[:1] == ["电站"]] == [["电站", "1", "1"]]
    assert _stored(url)[1] == 2


def test_import_of_the_same_registry_again_changes_nothing(folder: Path, url: str) -> None:
    _run("import", folder, "--sql-url", url)
    assert _run("import", folder, "--sql-url", url).exit_code == 0
    assert _stored(url)[1] == 1


def test_a_dry_run_shows_the_same_changes_and_writes_nothing(folder: Path, url: str) -> None:
    dry = _run("import", folder, "--sql-url", url, "--dry-run")
    assert dry.exit_code == 0
    assert _stored(url)[1] == 0
    wet = _run("import", folder, "--sql-url", url)
    assert dry.output.splitlines()[:-1] == wet.output.splitlines()[:-1]


def test_nothing_of_a_registry_with_errors_is_imported(folder: Path, url: str) -> None:
    _spoil(folder, "stations.csv", "119.9", "19.9")
    assert _run("import", folder, "--sql-url", url).exit_code == 1
    assert _stored(url)[1] == 0


def test_a_station_that_vanishes_is_refused_without_force(folder: Path, url: str) -> None:
    _run("import", folder, "--sql-url", url)
    for file in ("stations.csv", "devices.csv", "share_units.csv", "attributes.csv"):
        path = folder / file
        lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith(f"{SINGLE},")), encoding="utf-8")
    refused = _run("import", folder, "--sql-url", url, "--lang", "en")
    assert refused.exit_code == 1
    assert SINGLE in refused.output
    assert _stored(url)[1] == 1
    assert _run("import", folder, "--sql-url", url, "--force").exit_code == 0
    assert SINGLE not in _stored(url)[0].stations


def test_a_synthetic_registry_never_replaces_a_real_one_without_force(folder: Path, url: str) -> None:
    _run("import", folder, "--sql-url", url)
    refused = _run("import", "--synthetic", "--sql-url", url)
    assert refused.exit_code == 1
    assert "演示数据" in refused.output
    assert _stored(url) == (example(), 1)


def test_import_of_a_path_and_the_synthetic_registry_is_wrong_use(folder: Path, url: str) -> None:
    assert _run("import", folder, "--synthetic", "--sql-url", url).exit_code == 2
    assert _run("import", "--sql-url", url).exit_code == 2


def test_import_into_postgresql(folder: Path, postgres: Postgres) -> None:
    url = postgres.new_database()
    result = _run("import", folder, "--sql-url", url)
    assert result.exit_code == 0, result.output
    assert _stored(url) == (example(), 1)


@pytest.mark.parametrize(
    ("bad_url", "status"), [("mysql://x/y", 2), ("postgresql+psycopg://u:secret@127.0.0.1:1/x", 3)]
)
def test_a_bad_database_is_one_sentence_and_its_status(folder: Path, bad_url: str, status: int) -> None:
    for args in (("import", folder), ("list",), ("export", folder / "out")):
        result = _run(*args, "--sql-url", bad_url)
        assert result.exit_code == status
        assert "Traceback" not in result.output
        assert "secret" not in result.output


def test_list_filters_by_league_banner_and_kind() -> None:
    every = _run("list", "--synthetic")
    assert every.exit_code == 0
    assert "786 座电站" in every.output
    assert "演示数据" in every.output
    chifeng = _run("list", "--synthetic", "--league", "赤峰", "--kind", "centralized")
    assert "8 座电站" in chifeng.output
    aohan = _run("list", "--synthetic", "--banner", "aohan", "--kind", "centralized", "--lang", "en")
    assert "1 stations, 25.000 MW" in aohan.output
    assert "Demo Aohan Banner centralized station" in aohan.output


def test_list_without_a_registry_exits_1(url: str) -> None:
    _stored(url)
    result = _run("list", "--sql-url", url)
    assert result.exit_code == 1
    assert "guangfu stations import" in result.output


def test_list_makes_no_database(url: str, tmp_path: Path) -> None:
    assert _run("list", "--sql-url", url).exit_code == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("target", ["out", "out.xlsx"])
def test_export_gives_back_what_was_imported(folder: Path, url: str, tmp_path: Path, target: str) -> None:
    _run("import", folder, "--sql-url", url)
    result = _run("export", tmp_path / target, "--sql-url", url)
    assert result.exit_code == 0
    assert read_registry_files(tmp_path / target) == example()


def test_export_in_an_unknown_encoding_is_wrong_use(tmp_path: Path) -> None:
    assert _run("export", tmp_path, "--synthetic", "--encoding", "latin-1").exit_code == 2


def test_export_to_where_nothing_can_be_written_exits_3(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert _run("export", tmp_path / "file" / "out", "--synthetic").exit_code == 3


def test_template_never_replaces_a_file(tmp_path: Path) -> None:
    target = tmp_path / "模板.xlsx"
    assert _run("template", target).exit_code == 0
    assert "电站" in openpyxl.load_workbook(target).sheetnames
    assert _run("template", target).exit_code == 2
    assert _run("template", tmp_path / "template.csv").exit_code == 2


@pytest.mark.parametrize("command", ["check", "import", "list", "export", "template"])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    assert f"guangfu stations {command}" in _run(command, "--help").output
