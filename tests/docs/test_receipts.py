"""docs/receipts.md has every rule of money that moves, with its figures, and every way of matching."""

from pathlib import Path

from guangfu.income.rules import load_rules
from guangfu.ledger.allocating import Way

TEXT = (Path(__file__).parents[2] / "docs" / "receipts.md").read_text(encoding="utf-8")
RULES = load_rules()


def _row(name: str) -> str:
    return next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}` "))


def test_every_rate_of_vat_is_documented() -> None:
    for rule in RULES.vat:
        row = _row(rule.vat_id)
        percent = f"{rule.share * 100:f}".rstrip("0").rstrip(".") or "0"
        assert f"| {percent} %" in row
        assert f"| {rule.valid_from} | {rule.valid_to or ''}".rstrip() in row
        assert rule.threshold_fen is None or f"{rule.threshold_fen // 100:,}" in row
        assert row.endswith(f"| {rule.confidence} |")


def test_every_deadline_and_way_of_passing_on_is_documented() -> None:
    for deadline in RULES.deadlines:
        row = _row(deadline.deadline_id)
        assert f"| {deadline.period}, {deadline.months_after} months |" in row
        assert f"| {deadline.confidence}" in row
    assert [rule.passing_id for rule in RULES.passing if f"`{rule.passing_id}`" not in TEXT] == []


def test_every_way_of_matching_is_documented() -> None:
    assert [way for way in Way if not _row(way.value)] == []
