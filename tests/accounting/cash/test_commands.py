"""The commands, as finance uses them: from a synthetic bank to the villages' accounts, and the subsidy list."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from guangfu.cli import PROGRAMS
from guangfu.storage.sql.money import receivables
from guangfu.storage.sql.registry import write_registry
from tests.accounting.cash.world import NOW, Cash, registry

Run = Callable[..., Result]


@pytest.fixture
def pair() -> str:
    return "embedded"


@pytest.fixture
def run(cash: Cash, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in English on the county's database, and checks its status."""
    write_registry(cash.engine, registry(), at=NOW)
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", cash.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GUANGFU_STORAGE_VOUCHERS_FOLDER", str(tmp_path / "vouchers"))
    monkeypatch.setenv("COLUMNS", "200")

    def command(program: str, *args: str, status: int = 0) -> Result:
        app = import_module(PROGRAMS[program].module).app
        result = CliRunner().invoke(app, [*args, "--lang", "en"])
        assert result.exit_code == status, result.output
        return result

    return command


def test_from_a_synthetic_bank_to_the_villages_accounts(cash: Cash, run: Run) -> None:
    for month in ("2025-12", "2026-05"):
        cash.settle("s2", month, 64_000, 96_000)
    folder = cash.folder / "bank"
    assert (
        "3 synthetic lines"
        in run("receipts", "synthetic-bank", str(folder), "--month", "2026-05", "--year", "2025").output
    )
    bank = str(folder / "bank.csv")
    assert "3 lines are new" in run("receipts", "import", bank).output
    assert "2 receipts matched" in run("receipts", "import", bank, "--apply").output
    assert "0 lines are new, 3 are known" in run("receipts", "import", bank, "--apply").output
    assert "R-2026-000003" in run("receipts", "list", "--unmatched").output
    listed = ("receipts", "match", "R-2026-000003", "--list", str(folder / "list.csv"))
    assert "this was a preview" in run(*listed).output
    assert "0.00 yuan stay unmatched" in run(*listed, "--apply").output
    assert "960.00" in run("receipts", "ageing", "--by", "station").output
    run("receipts", "reconcile")
    assert "carried on" in run("deductions", "list", "--month", "2026-05").output
    assert "exempt" in run("deductions", "vat").output
    draft = ("transfers", "draft", "--quarter", "2026-Q4", "--banner", "150430")
    assert "this was a preview" in run(*draft).output
    assert "2 transfers" in run(*draft, "--apply").output
    assert "0 transfers" in run(*draft, "--apply").output
    run("transfers", "arrive", "T-2026-000001", status=1)
    for step in ("approve", "send", "arrive"):
        run("transfers", step, "T-2026-000001", "T-2026-000002")
    assert "v1" not in run("transfers", "list", "T-2026-000001").output
    assert set(cash.books("VILLAGE")) == {"V1", "V3"}
    run("receipts", "reverse", "R-2026-000001", "--reason", "x")
    run("receipts", "match", "--month", "2026-05", status=1)


def test_invoices_payments_and_companies(cash: Cash, run: Run) -> None:
    cash.settle("s1", "2026-05", 64_000, 96_000)
    cash.came(64_000, "s1 2026年5月上网电费")
    cash.take()
    cash.match()
    cash.owe("2025-06", 25_000)
    bill = cash.folder / "bill.csv"
    bill.write_text("电站编号,扣除项目,起始月份,金额,发票号码\ns1,insurance,2026-05,100.00,n1\n", encoding="gb18030")
    assert "1 invoices are new" in run("deductions", "invoices", str(bill), "--apply").output
    paid = ("deductions", "pay", "insurance", "100.00", "--voucher", str(bill), "--payee", "保险公司")
    assert "0.00 yuan unpaid" in run(*paid).output
    run(*paid, status=1)
    run("deductions", "cancel-invoice", "I-2026-000001")
    run("deductions", "cancel-invoice", "I-2026-000001", status=1)
    run("deductions", "refresh")
    company = cash.folder / "company.csv"
    company.write_text("电站编号,付款日期,金额\nc1,2026-01-05,300.00\n", encoding="utf-8")
    assert "1 payments are new" in run("receipts", "companies", str(company)).output
    assert "250.00" in run("receipts", "companies", str(company), "--apply").output
    assert cash.books("CENTRALIZED") == {"C2": -25_000, "C3": 30_000, "C4": -5_000}
    cash.owe("2025-07", 8_000)
    late = run("receipts", "companies", str(company), "--apply").output
    assert "30.00" in late
    assert cash.books("CENTRALIZED") == {"C1": 3_000, "C2": -33_000, "C3": 30_000}


def test_the_subsidy_list_makes_a_settled_subsidy_a_memo_and_back(cash: Cash, run: Run) -> None:
    path = cash.folder / "places.csv"
    path.write_text("电站编号,状态,生效日期,清单容量（kW）,文号\ns1,未列入,2018-07-01,,x\n", encoding="utf-8")
    assert "1 rows are new" in run("subsidy-list", "import", str(path)).output
    run("subsidy-list", "import", str(path), "--apply")
    assert "0 rows are new" in run("subsidy-list", "import", str(path), "--apply").output
    path.write_text("电站编号,状态,生效日期,清单容量\ns1,已列入,2018-07-01,200\n", encoding="utf-8")
    run("subsidy-list", "import", str(path), "--apply")
    assert "200" in run("subsidy-list", "list").output
    path.write_text("电站编号,状态,生效日期\nnowhere,已列入,2018-07-01\n", encoding="utf-8")
    run("subsidy-list", "import", str(path), status=1)
    with cash.engine.connect() as db:
        assert receivables(db, registry()) == []


def test_templates_and_example_mappings_are_understood_by_the_imports(cash: Cash, run: Run) -> None:
    for program, form in (
        ("receipts", "bank"), ("receipts", "list"), ("receipts", "companies"), ("deductions", "invoices"),
        ("subsidy-list", "places"),
    ):  # fmt: skip
        run(program, "template", form, str(cash.folder / f"{form}.xlsx"))
    run("receipts", "import", str(cash.folder / "bank.xlsx"))
    run("subsidy-list", "import", str(cash.folder / "places.xlsx"))
    one = cash.folder / "one.csv"
    one.write_text(
        "某银行\n账户\n记账日,交易金额(元),账户余额(元),对方名称,附言,流水号\n20260701,-1.50,8.50,甲,乙,1\n",
        encoding="utf-8",
    )
    assert "-1.50" in run("receipts", "import", str(one), "--mapping", "one_column").output
    two = cash.folder / "two.csv"
    two.write_text("交易日,借方,贷方,余额,对方户名,摘要,凭证号码\n2026-07-01,-,10.00,10.00,甲,乙,1\n", encoding="utf-8")
    assert "1 lines are new" in run("receipts", "import", str(two), "--mapping", "two_columns").output
