"""A mapping file's faults are told together, each with its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guangfu.telemetry.mapping.load import load_mapping, read_mappings
from guangfu.telemetry.mapping.nodes import BadMapping
from guangfu.telemetry.mapping.paths import Path as JsonPath
from guangfu.telemetry.mapping.paths import parse_path

GOOD = """\
name: good
topic: vendor/{plant}/kpi
items: data
time: {path: t, format: ms}
station: {topic: plant, table: plants}
device: {path: sn}
tables:
  plants:
    "007": s-7
readings:
  - when: {path: kind, in: [1, "two", true]}
    fields:
      ac_power_w: {path: p, factor: 0.001}
      state: {path: s, values: {1: MPPT, off: OFF}}
  - when: {path: kind, in: [3]}
    ignore: true
"""


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(BadMapping) as caught:
        load_mapping(text, "m.yaml")
    return [(fault.line, fault.text) for fault in caught.value.faults]


def test_a_good_file_is_taken() -> None:
    mapping = load_mapping(GOOD, "good.yaml")
    assert mapping.subscriptions == ("vendor/+/kpi",)
    assert mapping.levels_of("vendor/007/kpi") == {"plant": "007"}
    assert mapping.levels_of("vendor/007/other") is None
    assert mapping.tables["plants"]["007"].station == "s-7"
    assert [rule.line for entry in mapping.entries for rule in entry.fields] == [13, 14]


@pytest.mark.parametrize(("old", "new", "line", "words"), [
    ("name: good\n", "", 1, "name: missing"),
    ("items: data", "itmes: data", 3, "itmes: not known here; it may be accept"),
    ("items: data", "items: a..b", 3, "a..b: no path"),
    ("items: data", "items: data\nitems: other", 4, "items stands twice"),
    ("vendor/{plant}/kpi", "vendor/+/{plant}", 2, "+: a level is a text"),
    ("vendor/{plant}/kpi", "'{plant}/kpi'", 2, "{plant}: the first level must be a text"),
    ("vendor/{plant}/kpi", "pv/{plant}/kpi", 2, "pv: the first level must be a text other"),
    ("vendor/{plant}/kpi", "v/{plant}/{plant}", 2, "two levels have the same name"),
    ("format: ms", "format: epoch", 4, "epoch: not s, ms, us, iso or a template"),
    ("format: ms", 'format: "%Y-%m-%d"', 4, "%Y-%m-%d: of a template, %H %M is missing"),
    ("format: ms", 'format: "%Y-%m-%d %H:%M"', 4, "%Y-%m-%d %H:%M: a template needs either %z or a zone"),
    ("format: ms", 'format: "%Y-%m-%d %H:%M %p", zone: UTC', 4, "%Y-%m-%d %H:%M %p: of a template, %p is not taken"),
    ("format: ms", "format: ms, zone: UTC", 4, "a count since 1970 UTC has no zone of its own"),
    ("format: ms", "format: iso, zone: Beijing", 4, "Beijing: not Asia/Shanghai"),
    ("{topic: plant, table: plants}", "{topic: site}", 5, "site: no level of the topic has this name; there are plant"),
    ("{topic: plant, table: plants}", "{topic: plant, path: x}", 5, "one of constant, topic, path is wanted here"),
    ("table: plants", "table: plant", 5, "plant: there is no such table here"),
    ("device: {path: sn}\n", "", 10, "device: missing, here and for the whole file"),
    ('"007": s-7', '"007": s/7', 9, "s/7: no id of ours"),
    ('"007": s-7', '"007": [s-7]', 9, "names with values are wanted here"),
    ('in: [1, "two", true]', "in: []", 11, "at least one value is wanted here"),
    ("ac_power_w", "ac_power_kw", 13, "ac_power_kw: no field of a reading; there are ac_power_w"),
    ("factor: 0.001", "factor: 0", 13, "a factor of 0 would make everything 0"),
    ("factor: 0.001", "factor: 1_000", 13, "a decimal number such as"),
    ("factor: 0.001", 'factor: "1000"', 13, "a decimal number such as"),
    ("factor: 0.001", f"factor: {'9' * 70}", 13, "a number out of range"),
    ("factor: 0.001", "round: down", 13, "ac_power_w: only whole numbers are rounded"),
    ("factor: 0.001", "values: {1: 2}", 13, "ac_power_w: only state and event_bits have values"),
    ("off: OFF", "off: MPTP", 14, "MPTP: not one of OFF, SLEEPING"),
    ("off: OFF", "1: OFF", 14, "1 stands twice"),
    ("off: OFF", "2: 9", 14, "9: not one of OFF"),
    ("ignore: true", "ignore: yes", 16, "only true can stand here"),
    ("    ignore: true\n", "", 15, "either fields, or ignore: true, is wanted here"),
    ("readings:\n", "readings: []\nmore:\n", 10, "at least one reading is wanted here"),
    ("name: good", "name: good\nnumbers: words", 2, "words: not one of json, text, either"),
    ("name: good", "name: good\ndialect: opc", 2, "opc: not one of json, sparkplug"),
    ("name: good", "name: good: better", 1, "not YAML: mapping values are not allowed here"),
    ("name: good", "name: [", 2, "not YAML: "),
])  # fmt: skip
def test_each_fault_is_told_with_its_line(old: str, new: str, line: int, words: str) -> None:
    assert GOOD.count(old) == 1
    found = faults(GOOD.replace(old, new))
    assert any(at == line and text.startswith(words) for at, text in found), found


def test_all_faults_are_told_together() -> None:
    text = GOOD.replace("format: ms", "format: x").replace("ac_power_w", "power").replace("off: OFF", "off: ON")
    assert [line for line, _ in faults(text)] == [4, 13, 14]


@pytest.mark.parametrize("text", ["", "[]", "x", "{}", "--- a\n--- b", "\0", "[" * 2000, "&a [*a]", "name: *none"])
def test_what_is_no_mapping_is_a_fault(text: str) -> None:
    assert faults(text)


def test_a_sparkplug_file_has_groups_and_metrics_and_no_paths() -> None:
    text = """\
name: edge
dialect: sparkplug
groups: [PV]
station: {path: x}
device: {topic: device}
topic: a/b
readings:
  - fields:
      ac_power_w: {path: x}
"""
    found = faults(text)
    assert [line for line, _ in found] == [4, 6, 9, 9]
    assert (4, "a Sparkplug message has no paths") in found
    assert (9, "metric: missing") in found


def test_files_and_folders_are_read_and_topics_may_belong_to_one_file_only(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    assert [mapping.name for mapping in read_mappings([tmp_path])] == ["good"]
    (tmp_path / "b.yaml").write_text(GOOD.replace("vendor/{plant}/kpi", "vendor/x/{plant}"), encoding="utf-8")
    (tmp_path / "c.yaml").write_text("name: [", encoding="utf-8")
    (tmp_path / "d.yaml").write_bytes(b"\xff")
    with pytest.raises(BadMapping) as caught:
        read_mappings([tmp_path, tmp_path / "none.yaml"])
    assert [(fault.file, fault.text.split(":")[0]) for fault in caught.value.faults] == [
        ("b.yaml", "good"), ("c.yaml", "not YAML"), ("d.yaml", "can't be read"), ("none.yaml", "can't be read"),
    ]  # fmt: skip


@given(st.data())
def test_a_damaged_file_is_a_mapping_or_faults_and_nothing_else(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 15)))
    middle = data.draw(st.text("abc{}[]:,\n\"' 01-*&!%\0", max_size=8))
    try:
        load_mapping(GOOD[:start] + middle + GOOD[end:], "m.yaml")
    except BadMapping as bad:
        assert all(fault.line >= 1 and fault.text for fault in bad.faults)


@given(st.lists(st.integers(0, 9999) | st.text("abc 站_-", min_size=1), min_size=1), st.booleans())
def test_a_path_is_read_as_it_is_written(steps: list[int | str], from_message: bool) -> None:
    path = JsonPath(tuple(steps), from_message)
    assert parse_path(str(path)) == path


@pytest.mark.parametrize("text", ["", ".", ".a", "a.", "a..b", "[x]", "a[", "a[-1]", "$a", "a$", "a]", "$..a"])
def test_what_is_no_path(text: str) -> None:
    assert parse_path(text) is None
