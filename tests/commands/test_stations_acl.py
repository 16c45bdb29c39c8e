"""`guangfu stations acl | passwords`; what a broker makes of them: tests/services/test_broker_security.py."""

import base64
import csv
import re
import stat
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from guangfu.clock import SystemClock
from guangfu.commands.broker_access import ReservedIds, access_list, issue_passwords, password_hash, read_password_file
from guangfu.stations.models import Registry
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.sql.registry import write_registry
from guangfu.telemetry.mapping.load import load_mapping
from tests.commands.conftest import Run
from tests.ingest.test_foreign import SPARKPLUG, VENDOR
from tests.services.running import Service, find_program
from tests.stations.example import CENTRALIZED, JOINT, SINGLE, example

DAY = date(2026, 6, 1)


def with_station(name: str, **changes: object) -> Registry:
    registry = example()
    station = replace(registry.stations[SINGLE], station_id=name, **changes)  # type: ignore[arg-type]
    return replace(registry, stations={**registry.stations, name: station})


def blocks(text: str) -> dict[str, list[str]]:
    """The rules of each user, and under "" those of all."""
    parts = [part.splitlines() for part in text.split("\n\n")]
    users = {lines[0].split()[1]: lines[1:] for lines in parts if lines[0].startswith("user ")}
    return {**users, "": [line for line in parts[-1] if line.startswith("pattern ")]}


def test_each_station_may_write_its_own_topics_and_ingest_reads() -> None:
    made = access_list(example(), DAY)
    rules = blocks(made.text)
    kinds = ("telemetry", "event", "status")
    assert list(rules) == ["ingest", ""]
    assert rules[""] == [f"pattern write pv/1/%u/{kind}" for kind in kinds]
    assert rules["ingest"] == [*(f"topic read pv/1/+/{kind}" for kind in kinds), "topic deny pv/1/ingest/#"]
    assert (made.writers, made.closed) == (3, 0)


def test_of_foreign_dialects_ingest_reads_what_is_mapped_and_edge_nodes_write_what_is_theirs() -> None:
    mappings = [load_mapping(VENDOR, "v.yaml"), load_mapping(SPARKPLUG, "s.yaml")]
    rules = blocks(access_list(with_station("st-old", closed_on=DAY), DAY, mappings).text)
    assert rules["ingest"][3:6] == [
        "topic read vendor/+/kpi", "topic read spBv1.0/PV/#", "topic write spBv1.0/PV/NCMD/#",
    ]  # fmt: skip
    assert "pattern write spBv1.0/PV/NBIRTH/%u" in rules[""]
    assert "pattern write spBv1.0/PV/DDATA/%u/+" in rules[""]
    assert rules[""][-1] == "pattern read spBv1.0/PV/NCMD/%u"
    assert "topic deny spBv1.0/PV/+/st-old/#" in rules["st-old"]


def test_edge_nodes_with_other_names_than_their_stations_get_no_rule() -> None:
    table = "station: {topic: edge, table: edges}\ntables: {edges: {e1: s-1}}"
    mapping = load_mapping(SPARKPLUG.replace("station: {topic: edge}", table), "s.yaml")
    assert blocks(access_list(example(), DAY, [mapping]).text)[""] == blocks(access_list(example(), DAY).text)[""]


def test_the_list_grows_with_the_closed_stations_only() -> None:
    assert len(access_list(synthetic_registry(), DAY).text.splitlines()) < 30


def test_only_a_synthetic_registry_has_a_simulated_fleet() -> None:
    assert "fleet" not in blocks(access_list(example(), DAY).text)
    assert "fleet" in blocks(access_list(replace(example(), synthetic=True), DAY).text)


def test_the_order_of_the_registry_changes_nothing() -> None:
    registry = example()
    turned = replace(registry, stations=dict(reversed(list(registry.stations.items()))))
    assert access_list(turned, DAY) == access_list(registry, DAY)


@pytest.mark.parametrize(("day", "may"), [(date(2026, 5, 31), True), (DAY, False), (date(2027, 1, 1), False)])
def test_from_its_closing_day_on_a_station_may_nothing(day: date, may: bool) -> None:
    made = access_list(with_station("st-old", closed_on=DAY), day)
    assert ("topic deny pv/1/st-old/#" not in made.text) is may
    assert made.closed == (not may)


@pytest.mark.parametrize("name", ["ingest", "fleet"])
def test_a_station_can_not_have_the_name_of_a_program(name: str) -> None:
    with pytest.raises(ReservedIds, match=name):
        access_list(with_station(name), DAY)
    with pytest.raises(ReservedIds, match=name):
        issue_passwords(with_station(name), DAY, {})


def test_the_command_reads_the_registry_in_sql_and_says_how_many(
    run: Run, sqlite_url: str, sqlite: Engine, tmp_path: Path
) -> None:
    write_registry(sqlite, with_station("st-old", closed_on=date(2020, 1, 1)), at=SystemClock().now())
    out = tmp_path / "acl"
    to_file = run("stations", "acl", "--sql-url", sqlite_url, "--out", out, "--lang", "en")
    printed = run("stations", "acl", "--sql-url", sqlite_url)
    assert (to_file.exit_code, printed.exit_code) == (0, 0)
    assert to_file.stderr == "access list: 3 stations may write their own topics; 1 are closed and may not\n"
    assert "3 座电站可写自己的主题；1 座已退役" in printed.stderr
    assert printed.stdout == out.read_text()
    assert "user st-old\ntopic deny pv/1/st-old/#\n" in printed.stdout


def test_of_the_synthetic_registry_all_786_may_write(run: Run) -> None:
    done = run("stations", "acl", "--synthetic", "--lang", "en")
    assert done.stderr.startswith("access list: 786 stations")
    assert "pattern write pv/1/%u/telemetry\n" in done.stdout


def test_mappings_are_taken_from_the_settings_of_ingest_and_their_faults_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "zone.yaml"
    file.write_text(SPARKPLUG, encoding="utf-8")
    monkeypatch.setenv("GUANGFU_INGEST_MAPPINGS", f'["{file}"]')
    assert "topic read spBv1.0/PV/#" in run("stations", "acl", "--synthetic").stdout
    file.write_text("name: x", encoding="utf-8")
    wrong = run("stations", "acl", "--synthetic", "--mappings", file)
    assert (wrong.exit_code, "zone.yaml:1: " in wrong.stderr) == (2, True)


def test_an_empty_database_and_a_folder_that_is_none_are_said(run: Run, sqlite_url: str, tmp_path: Path) -> None:
    assert run("stations", "acl", "--sql-url", sqlite_url).exit_code == 1
    assert run("stations", "acl", "--synthetic", "--out", tmp_path / "none" / "acl").exit_code == 3
    passwords = run("stations", "passwords", "--synthetic", "--out", tmp_path / "p", "--clear", tmp_path / "none" / "c")
    assert passwords.exit_code == 3
    assert list(tmp_path.glob("[!s]*")) == []


class Files:
    """A password file and the clear passwords of each run."""

    def __init__(self, run: Run, sqlite_url: str, folder: Path) -> None:
        self._run, self._url, self._folder, self._runs = run, sqlite_url, folder, 0
        self.out = folder / "passwords"

    def issue(self, *more: str) -> tuple[int, str, dict[str, str]]:
        self._runs += 1
        clear = self._folder / f"clear-{self._runs}.csv"
        options = ["--sql-url", self._url, "--out", self.out, "--clear", clear, "--lang", "en", *more]
        done = self._run("stations", "passwords", *options)
        if not clear.exists():
            return done.exit_code, done.stderr, {}
        assert stat.S_IMODE(clear.stat().st_mode) == 0o600
        rows = csv.DictReader(clear.read_text(encoding="utf-8-sig").splitlines())
        return done.exit_code, done.stderr, {row["user"]: row["password"] for row in rows}

    @property
    def hashes(self) -> dict[str, str]:
        assert stat.S_IMODE(self.out.stat().st_mode) == 0o600
        return read_password_file(self.out.read_text())


@pytest.fixture
def files(run: Run, sqlite_url: str, sqlite: Engine, tmp_path: Path) -> Files:
    write_registry(sqlite, example(), at=SystemClock().now())
    return Files(run, sqlite_url, tmp_path)


def test_every_station_gets_one_password_and_keeps_it(files: Files) -> None:
    status, _, clear = files.issue()
    first = files.hashes
    assert status == 0
    assert clear.keys() == first.keys() == {CENTRALIZED, SINGLE, JOINT}
    assert len(set(clear.values())) == 3
    assert all(re.fullmatch("[a-z2-7]{32}", word) for word in clear.values())
    assert not any(word in files.out.read_text() for word in clear.values())
    status, said, clear = files.issue()
    assert (status, clear, files.hashes) == (0, {}, first)
    assert said.startswith("no station needs a new password")


def test_a_new_station_gets_one_and_a_closed_one_loses_it(files: Files, sqlite: Engine) -> None:
    files.issue()
    first = files.hashes
    registry = with_station("st-new")
    old = replace(registry.stations[JOINT], closed_on=date(2020, 1, 1))
    write_registry(sqlite, replace(registry, stations={**registry.stations, JOINT: old}), at=SystemClock().now())
    _, said, clear = files.issue()
    assert clear.keys() == {"st-new"}
    assert files.hashes == {**{k: v for k, v in first.items() if k != JOINT}, "st-new": files.hashes["st-new"]}
    assert "1 of closed stations removed; 3 users" in said


def test_rotating_changes_one_password(files: Files) -> None:
    _, _, first = files.issue()
    before = files.hashes
    _, _, clear = files.issue("--rotate", SINGLE)
    assert clear.keys() == {SINGLE}
    assert clear[SINGLE] != first[SINGLE]
    assert {user for user in before if before[user] != files.hashes[user]} == {SINGLE}
    status, said, clear = files.issue("--rotate", "st-x")
    assert (status, clear) == (2, {})
    assert "no open station st-x" in said


def test_users_that_are_no_station_stay(files: Files) -> None:
    files.out.write_text("# by hand\nengineer:$7$101$c2FsdA==$aGFzaA==\n")
    files.out.chmod(0o600)
    files.issue()
    assert files.hashes["engineer"] == "$7$101$c2FsdA==$aGFzaA=="


@pytest.mark.parametrize("content", [b"station_id,password\n", b"\xff\xfe", b"user:clear-password\n"])
def test_a_file_that_is_no_password_file_is_left_alone(files: Files, content: bytes) -> None:
    files.out.write_bytes(content)
    status, said, clear = files.issue()
    assert (status, clear) == (1, {})
    assert "no password file; left as it is" in said
    assert files.out.read_bytes() == content


def test_clear_passwords_are_never_written_over_a_file(run: Run, files: Files, sqlite_url: str, tmp_path: Path) -> None:
    clear, out = tmp_path / "clear.csv", files.out
    clear.write_text("precious")
    for target in (clear, tmp_path / "." / "passwords"):
        done = run("stations", "passwords", "--sql-url", sqlite_url, "--out", out, "--clear", target)
        assert done.exit_code == 2
    assert clear.read_text() == "precious"
    assert not out.exists()


def test_hashes_are_those_of_mosquitto(mosquitto: Service, tmp_path: Path) -> None:
    """`mosquitto_passwd -b` and we, with its salt, write the same line."""
    del mosquitto  # only to be skipped where Mosquitto is missing
    file = tmp_path / "theirs"
    file.touch(mode=0o600)
    for word in ("right", "密码", "x" * 200):
        subprocess.run([find_program("mosquitto_passwd"), "-b", file, "st0001", word], check=True)
        theirs = read_password_file(file.read_text())["st0001"]
        assert password_hash(word, base64.b64decode(theirs.split("$")[3])) == theirs
