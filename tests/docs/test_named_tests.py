"""Every test that a document names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_every_test_that_a_document_names_is_there() -> None:
    documents = [document.read_text("utf-8") for document in (ROOT / "docs").rglob("*.md")]
    named = {found for words in documents for found in NAMED.findall(words)}
    assert len(named) > 10
    missing = [
        f"{file}::{test}" for file, test in sorted(named)
        if not (ROOT / file).exists() or (test and f"def {test}(" not in (ROOT / file).read_text("utf-8"))
    ]  # fmt: skip
    assert missing == []
