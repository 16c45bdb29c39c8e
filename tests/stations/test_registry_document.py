"""docs/registry.md tells every table and column."""

from pathlib import Path

import pytest

from guangfu.stations.columns import COLUMNS
from guangfu.stations.tables import TABLE_NAMES, Table

DOCUMENT = (Path(__file__).parents[2] / "docs" / "registry.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", Table)
def test_the_document_has_every_column_of_the_table(table: Table) -> None:
    heading = f"### {table.value} · {TABLE_NAMES[table].zh}"
    section = DOCUMENT.split(heading, 1)[1].split("\n#", 1)[0]
    for column in COLUMNS[table]:
        assert f"| `{column.field}` | {column.title} |" in section
