"""Persons go the whole way, and nothing of them stands in any file, log or answer but where it must."""

import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from guangfu.clock import SystemClock
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line
from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.sql.journal import post_entries, verify_chain
from guangfu.storage.sql.persons import read_looks, read_places
from guangfu.storage.sql.plans import read_plan_years
from tests.api.small_county import serving
from tests.villages.conftest import Run, Write
from tests.villages.people import Somebody, card_of

V, YEAR, MONTH = "vl-s", 2026, "2026-06"
PEOPLE = [Somebody(n) for n in (11, 12, 13)]
OTHER_CARD = card_of(4711)
SECRETS = [secret for one in PEOPLE for secret in one.secrets] + [OTHER_CARD, "演示建材", "91350100M000100Y43"]


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """Everything that any logger says, down to SQL with its parameters."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root, sql = logging.getLogger(), logging.getLogger("sqlalchemy.engine")
    levels = root.level, sql.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    sql.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(levels[0])
    sql.setLevel(levels[1])


def go(county: Engine, run: Run, write: Write, folder: Path, said: list[str]) -> list[str]:
    """From the list to the bank's result with a returned card; returns the persons' ids."""

    def do(program: str, *arguments: object, typed: str | None = None, exit_code: int = 0) -> str:
        done = run(program, *arguments, typed=typed)
        assert done.exit_code == exit_code, done.output
        said.append(done.output)
        return done.output

    head = ("身份证号", "姓名", "银行卡号", "电话", "嘎查村编号")
    rows = [(*one.secrets[1::-1], *one.secrets[2:], V) for one in PEOPLE]
    bad = (*rows[0][:2], "6" + rows[0][2], *rows[0][3:])
    do("beneficiaries", "import", write("坏.csv", [head, bad, bad]), "--on", "2026-01-01", exit_code=1)
    do("beneficiaries", "import", write("名单.csv", [head, *rows]), "--on", "2026-01-01", "--apply")
    supplier = [("统一社会信用代码", "名称", "银行账号"), ("91350100M000100Y43", "演示建材", "62000000000001")]
    do("beneficiaries", "suppliers", write("供应商.csv", supplier), "--apply")
    with county.begin() as db:
        persons = sorted(p.person_id for p in read_places(db))
        lines = (Line("V1", Fen(900_000), village_id=V), Line("V3", Fen(-900_000), village_id=V, part="base"))
        post_entries(db, [Entry("VILLAGE", "transfer/T-1/arrived", "arrival", lines)], SystemClock().now())
    plan = [("嘎查村编号", "序号", "类别", "用途", "内容", "金额（元）"), (V, 1, "公益岗位", "posts", "保洁", "6000")]
    do("plans", "import", write("计划.csv", plan), "--year", YEAR, "--apply")
    for state, day in (("decided", "01"), ("posted", "02"), ("reviewed", "12"), ("filed", "15")):
        do("plans", "step", V, YEAR, state, "--on", f"2026-01-{day}")
    named = ("岗位编号", "嘎查村编号", "人员编号", "计划年度", "计划序号", "职责", "计酬方式", "工资（元）", "上岗日期")
    posts = [(f"post-{i}", V, p, YEAR, 1, "保洁", "月", 800, "2026-01-01") for i, p in enumerate(persons)]
    do("plans", "posts", write("岗位.csv", [named, *posts]), "--apply")
    attended = [("岗位编号", "出勤天数", "应出勤天数"), *((f"post-{i}", 22, 22) for i in range(3))]
    do("plans", "attendance", write("考勤.csv", attended), "--month", MONTH, "--apply")
    pay(do, write, folder, persons)
    do("beneficiaries", "looks")
    do("beneficiaries", "list")
    do("plans", "show", V, YEAR)
    do("payments", "list", "--village", V)
    do("ledger", "verify")
    return persons


def pay(do: object, write: Write, folder: Path, persons: list[str]) -> None:
    assert callable(do)
    drafted = do("payments", "draft", "--village", V, "--month", MONTH)
    batch = re.findall(r"B-\d{4}-\d{6}", drafted)[-1]
    payments = sorted(set(re.findall(r"P-\d{4}-\d{6}", drafted)))
    do("payments", "approve", batch)
    do("payments", "send", batch, "--out", folder / "代发.csv")
    head = ("付款编号", "处理结果", "失败原因", "交易日期")
    bad = [payments[0], "失败", f"户名不符 {PEOPLE[0].secrets[0]} {PEOPLE[0].secrets[2]}", "2026-07-03"]
    good = [(payment, "成功", "", "2026-07-03") for payment in payments[1:]]
    do("payments", "settle", write("结果.csv", [head, bad, *good]), "--apply")
    do("payments", "show", batch)
    for person in persons:
        do("beneficiaries", "set", person, "bank_card", typed=OTHER_CARD + "\n")
    again = do("payments", "draft", "--village", V, "--month", MONTH)
    second = re.findall(r"B-\d{4}-\d{6}", again)[-1]
    do("payments", "approve", second)
    do("payments", "send", second, "--out", folder / "再发.csv")


def test_nothing_personal_is_anywhere_but_in_the_banks_file(
    county: Engine, run: Run, write: Write, tmp_path: Path, logs: io.StringIO, backend: str
) -> None:
    said: list[str] = []
    out = tmp_path / "bank"
    out.mkdir()
    persons = go(county, run, write, out, said)
    store = open_telemetry_store(StorageSettings(telemetry_url=f"duckdb:///{tmp_path}/t.duckdb"))
    with serving(store, county) as api:
        for path in (f"villages/{V}/plan?year={YEAR}", f"villages/{V}/payments", f"villages/{V}/households"):
            csv = "&format=csv" if "?" in path else "?format=csv"
            said += [api.client.get(f"/v1/{path}{more}").text for more in ("", csv)]
        payments = api.get(f"/v1/villages/{V}/payments", month=MONTH)
        plan = api.get(f"/v1/villages/{V}/plan", year=YEAR)
    store.close()
    assert {row["state"] for row in payments["items"]} == {"paid", "sent"}
    assert (payments["due_fen"], payments["paid_fen"], payments["bank_fen"]) == (240_000, 160_000, 660_000)
    assert (plan["state"], plan["planned_fen"], plan["lines"][0]["rest_fen"]) == ("filed", 600_000, 360_000)
    assert {row["person_id"] for row in plan["posts"]} == set(persons)
    bank = (out / "代发.csv").read_text(encoding="utf-8-sig")
    assert all(one.secrets[0] in bank for one in PEOPLE), "there it must be"
    said.append(logs.getvalue())
    assert not [secret for secret in SECRETS for text in said if secret in text]
    with county.connect() as db:
        assert verify_chain(db) == []
        assert len(read_looks(db)) > 10
        assert [p.state for p in read_plan_years(db)] == ["filed"]
    assert not list(_files_with(SECRETS, tmp_path, county, backend))


def _files_with(secrets: list[str], folder: Path, county: Engine, backend: str) -> Iterator[str]:
    """Names of files of ours (the database, its log, vouchers), or tables of PostgreSQL, that hold a secret."""
    needles = [secret.encode(code) for secret in secrets for code in ("utf-8", "utf-16-le", "gb18030")]
    if backend == "postgresql":
        with county.connect() as db:
            tables = db.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars().all()
            for table in tables:
                rows = db.exec_driver_sql(f'SELECT t::text FROM "{table}" t').scalars().all()
                if any(needle in "\n".join(rows).encode() for needle in needles):
                    yield table
    ours = [*folder.glob("*.sqlite*"), *(path for path in (folder / "vouchers").rglob("*") if path.is_file())]
    assert ours
    for path in ours:
        content = path.read_bytes()
        if any(needle in content for needle in needles):
            yield str(path)
