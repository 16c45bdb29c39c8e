"""docs/income.md has every rule, with its figures, and every reason."""

from dataclasses import fields
from pathlib import Path

from guangfu.income.reasons import REASON_TEXTS, Reason
from guangfu.income.rules import load_rules
from guangfu.income.rules.models import EnergyRules

TEXT = (Path(__file__).parents[2] / "docs" / "income.md").read_text(encoding="utf-8")
RULES = load_rules()


def test_every_tariff_row_is_documented_with_its_prices_and_document() -> None:
    lines = [line for line in TEXT.splitlines() if line.startswith("| `")]
    for rule in RULES.tariffs:
        line = next(line for line in lines if f"`{rule.tariff_id}`" in line)
        assert " | ".join(str(price) for price in rule.prices.values()) in line
        assert rule.document in line or "the same" in line
        assert f"| {rule.confidence}" in line


def test_every_other_rule_is_documented() -> None:
    for price in RULES.base_prices:
        assert f"{price.price} from {price.valid_from}" in TEXT.replace("\n", " ")
        assert f"`{price.base_id}`" in TEXT
    for deduction in RULES.deductions:
        percent = f"{deduction.share_of_gross * 100:f}".rstrip("0").rstrip(".") or "0"
        line = next(line for line in TEXT.splitlines() if f"`{deduction.deduction_id}`" in line)
        assert f"| {percent} % |" in line or (percent == "0" and "| 0 |" in line)
    for entitlement in RULES.entitlements:
        assert f"`{entitlement.entitlement_id}`, {entitlement.document}" in TEXT


def test_every_energy_rule_is_documented_with_its_value() -> None:
    for field in fields(EnergyRules):
        if field.name in {"unconfirmed", "sources"}:
            continue
        assert f"`{field.name}` {getattr(RULES.energy, field.name):g}" in TEXT


def test_every_reason_has_words_and_is_documented() -> None:
    assert set(REASON_TEXTS) == set(Reason)
    assert [reason for reason in Reason if f"`{reason}`" not in TEXT] == []
