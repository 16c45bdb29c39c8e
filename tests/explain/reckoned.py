"""What holds of every tree of an explanation, checked without the code that makes it."""

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import msgspec

from guangfu.explain.tree import Explanation, Step, Unit
from tests.villages.people import Somebody

ENERGY_ALONE = {"day", "correction", "cause"}
"""Steps of money whose formula is the energy that they are of."""
HALF_UP, LARGEST_REMAINDER, A_DAY_ALONE = Fraction(1, 2), Fraction(1), Fraction(3, 2)
NUMBER = r"-?(?:\d[\d,]*\.?\d*|\.\d+)%?"


def check_tree(found: Explanation) -> None:
    """Parts sum, formulas are true, what is missing says why, and it comes back from JSON as it went in."""
    for chain in found.chains:
        check_steps(chain.root)
        assert chain.root.amount is not None or chain.root.insufficient, f"{chain.of}: neither a figure nor a reason"
    assert msgspec.json.decode(msgspec.json.encode(found), type=Explanation) == found


def check_steps(root: Step) -> None:
    for step in root.walk():
        known = [part.amount for part in step.parts if part.amount is not None]
        assert not known or sum(known) == step.amount, f"{step.title}: {known} are not {step.amount}"
        assert {part.unit for part in step.parts if part.amount is not None} <= {step.unit}
        assert step.amount is None or not step.insufficient, step
        check_formula(step)


def check_chinese(found: Explanation) -> None:
    """No half-width comma, colon or semicolon stands in Chinese text."""
    for step in (step for chain in found.chains for step in chain.root.walk()):
        for text in (step.title, step.formula, step.unconfirmed, step.insufficient, *(f.value for f in step.facts)):
            assert not re.search(r"[一-鿿] ?[,;:]|[,;:] ", text), f"{step.kind}: {text}"


def names_nobody(found: Explanation, people: Iterable[int]) -> None:
    """Nothing personal of these synthetic persons is in the tree, in clear."""
    said = msgspec.json.encode(found).decode()
    secrets = [secret for n in people for secret in Somebody(n).secrets]
    assert secrets and not [secret for secret in secrets if secret in said], found.name


def check_formula(step: Step) -> None:
    """What is printed as the computation gives the amount beside it; a deduction's without the minus of its sum."""
    if not step.formula or step.amount is None or step.kind in ENERGY_ALONE:
        return
    is_money = step.unit is Unit.FEN
    sides = [worth(side) for side in re.split(r"[=≈]", step.formula)]
    scale = 100 if is_money else 1000
    if not is_money:
        sides = [sides[0] / 1000, *sides[1:]]  # registers are Wh, what they come to is kWh
    slack = A_DAY_ALONE if "≈" in step.formula else LARGEST_REMAINDER if "/" in step.formula else HALF_UP
    for side in sides if step.kind not in {"deduction", "passed_part"} else []:
        assert abs(abs(side * scale) - abs(step.amount)) <= slack, f"{step.kind}: {step.formula} is not {step.amount}"
    assert max(sides) - min(sides) <= slack / scale, step.formula


def worth(text: str) -> Fraction:
    """Add and multiply what is printed; words and units are passed over.

    >>> worth("(1,744,000 − 1,000,000) Wh × 80"), worth("1,000.00 × 2.900%"), worth("44,640.00 × 24 / 64")
    (Fraction(59520000, 1), Fraction(29, 1), Fraction(16740, 1))
    """
    tokens = re.findall(rf"{NUMBER}|[()×/+−]", re.sub(r"(?<=[\d%])(?=[A-Za-z])", " ", text))
    found, rest = _sum(tokens)
    assert not rest, text
    return found


def _sum(tokens: list[str]) -> tuple[Fraction, list[str]]:
    total, rest = _product(tokens)
    while rest and rest[0] in "+−":
        sign = 1 if rest[0] == "+" else -1
        term, rest = _product(rest[1:])
        total += sign * term
    return total, rest


def _product(tokens: list[str]) -> tuple[Fraction, list[str]]:
    total, rest = _factor(tokens)
    while rest and rest[0] in "×/":
        factor, after = _factor(rest[1:])
        total = total * factor if rest[0] == "×" else total / factor
        rest = after
    return total, rest


def _factor(tokens: list[str]) -> tuple[Fraction, list[str]]:
    if tokens[0] == "(":
        inner, rest = _sum(tokens[1:])
        assert rest[0] == ")"
        return inner, rest[1:]
    number = Fraction(Decimal(tokens[0].rstrip("%").replace(",", "")))
    return number / (100 if tokens[0].endswith("%") else 1), tokens[1:]
