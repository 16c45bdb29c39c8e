"""`guangfu mappings check`."""

import re
from pathlib import Path

import pytest

import guangfu.telemetry.mapping
from guangfu.telemetry.mapping.load import load_mapping
from guangfu.telemetry.mapping.nodes import BadMapping
from guangfu.texts import Lang
from tests.commands.conftest import Run
from tests.telemetry.test_mapping_load import GOOD

EXAMPLES = Path(guangfu.telemetry.mapping.__file__).parent / "examples"


def test_the_examples_are_well_and_their_topics_told(run: Run) -> None:
    done = run("mappings", "check", EXAMPLES, "--lang", "en")
    assert (done.exit_code, done.stderr) == (0, "3 mappings, no faults\n")
    assert "spBv1.0/PV-Zone-1/#" in done.stdout


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ["bad.yaml:4: x: not s, ms", "2 faults"]), ("zh-CN", ["bad.yaml:4: x：应为 s、ms", "有 2 处错误"])],
)
def test_every_fault_is_told_with_file_and_line(run: Run, tmp_path: Path, lang: str, words: list[str]) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(GOOD.replace("format: ms", "format: x").replace("factor: 0.001", "factor: 0"), encoding="utf-8")
    done = run("mappings", "check", file, "--lang", lang)
    assert done.exit_code == 1
    assert all(each in done.output for each in words)
    assert "bad.yaml:13: " in done.stdout


def test_a_file_that_is_not_there_is_a_fault(run: Run, tmp_path: Path) -> None:
    done = run("mappings", "check", tmp_path / "none.yaml")
    assert (done.exit_code, "none.yaml:1: 无法读取" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    "spoilt", ["", "name: [", "[]", "name: x\nstation: 5", GOOD.replace("items: data", "itmes: d")]
)
def test_every_fault_has_a_chinese_text(spoilt: str) -> None:
    with pytest.raises(BadMapping) as caught:
        load_mapping(spoilt, "m.yaml")
    assert all(re.search("[一-鿿]", line) for line in caught.value.said(Lang.ZH).splitlines())
