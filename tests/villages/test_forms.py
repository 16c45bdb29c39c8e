"""Each form has a template and two example mappings, and what a template asks for is read back."""

from pathlib import Path

import openpyxl
import pytest

from accounting.villages import forms
from accounting.villages.beneficiaries import COLUMNS, SUPPLIER_COLUMNS
from accounting.villages.openings import COLUMNS as OPENING_COLUMNS
from accounting.villages.paying import DUE_COLUMNS, RESULT_COLUMNS
from accounting.villages.plans import ATTENDANCE_COLUMNS, POST_COLUMNS, plan_columns
from guangfu.income.rules import load_rules
from guangfu.stations.files.mapped import ColumnMapping, load_mapping
from tests.villages.conftest import Run

FORMS = {
    ("beneficiaries", "beneficiaries"): COLUMNS,
    ("beneficiaries", "suppliers"): SUPPLIER_COLUMNS,
    ("plans", "plan"): plan_columns(load_rules()),
    ("plans", "posts"): POST_COLUMNS,
    ("plans", "attendance"): ATTENDANCE_COLUMNS,
    ("payments", "dues"): DUE_COLUMNS,
    ("payments", "results"): RESULT_COLUMNS,
    ("opening-balances", "openings"): OPENING_COLUMNS,
}


@pytest.mark.parametrize(("program", "form"), FORMS)
def test_a_template_has_the_headers_that_are_read(run: Run, tmp_path: Path, program: str, form: str) -> None:
    columns = FORMS[program, form]
    for name in (None, *forms.shipped(form)):
        out = tmp_path / f"{name}.xlsx"
        assert run(program, "template", form, out, *(["--mapping", name] if name else [])).exit_code == 0
        sheet = openpyxl.load_workbook(out).active
        headers = [cell.value for cell in sheet[1]]
        expected = [column.headers[0] for column in columns] if name is None else headers
        assert headers == expected
        if name is None:
            found = forms.read(form, out, columns, None)
            assert (found.faults, found.rows) == ([], [])
    assert run(program, "template", "nothing", tmp_path / "x.xlsx").exit_code == 2


@pytest.mark.parametrize(("program", "form"), FORMS)
def test_two_example_mappings_name_all_that_is_needed(program: str, form: str) -> None:
    columns = FORMS[program, form]
    fields = {column.field for column in columns}
    needed = {column.field for column in columns if column.needed}
    assert len(forms.shipped(form)) == 2
    for path in forms.shipped(form).values():
        mapping = load_mapping(path, fields=fields, needed=needed)
        assert isinstance(mapping, ColumnMapping), mapping
