"""Every file that a document links to exists, and every `make` word in the README is one of the Makefile's."""

import re
from pathlib import Path

import pytest

from guangfu.cli import PROGRAMS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md", "docs/operations.md"])
def test_every_command_exists(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", text)) <= targets
    assert set(re.findall(r"`guangfu ([a-z][a-z-]*)", text)) <= set(PROGRAMS)


def test_both_readmes_link_to_the_same_documents() -> None:
    linked = [
        set(re.findall(r"\]\((docs/[^)]*)\)", (ROOT / name).read_text(encoding="utf-8")))
        for name in ("README.md", "README.zh-CN.md")
    ]
    assert linked[0] == linked[1]
