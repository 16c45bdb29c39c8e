"""An explanation as lines of text, for people."""

from collections.abc import Iterator
from typing import Final

from guangfu.explain.tree import Amount, Explanation, Step, Unit, amount_text
from guangfu.texts import Lang, Text

HEAD: Final = Text("{name} {period}　规则版本 {rules}{synthetic}", "{name} {period}, rules {rules}{synthetic}")
SYNTHETIC: Final = Text("　演示数据", ", synthetic data")
YUAN: Final = Text("{amount} 元", "{amount} yuan")
KWH: Final = Text("{amount} kWh", "{amount} kWh")
SAID: Final = Text("{name}：{value}", "{name}: {value}")
GRADED: Final = Text("{name}：{value}，可信度 {grade}", "{name}: {value}, confidence {grade}")
UNCONFIRMED: Final = Text("待核实：{why}", "unconfirmed: {why}")
ENTRY: Final = Text("分录 {book} 第 {seq} 号，键 {key}，哈希 {hash}", "entry {book} no. {seq}, key {key}, hash {hash}")
SEE: Final = Text("见 guangfu explain {subject} {id} {period}", "see guangfu explain {subject} {id} {period}")
AMOUNTS: Final = {
    Amount.ESTIMATED: Text("预估", "ESTIMATED"), Amount.DISTRIBUTABLE: Text("预估可分配", "ESTIMATED, DISTRIBUTABLE"),
    Amount.SETTLED: Text("结算", "SETTLED"), Amount.RECEIVED: Text("到账", "RECEIVED"),
    Amount.PASSED_ON: Text("划拨", "PASSED ON"), Amount.ENTITLEMENT: Text("名额应得", "OWED TO SLOTS"),
    Amount.PLANNED: Text("计划报酬", "PLANNED PAY"), Amount.DUE: Text("应发", "DUE"), Amount.PAID: Text("发放", "PAID"),
    Amount.INDICATOR: Text("指标（不是发放）", "INDICATOR, NOT A PAYMENT"),
}  # fmt: skip


def lines_of(explanation: Explanation, lang: Lang) -> Iterator[str]:
    """Line by line: `=` before parts that sum to what stands above, `<` before what it was computed from."""
    synthetic = SYNTHETIC(lang) if explanation.synthetic else ""
    yield HEAD(
        lang, name=explanation.name, period=explanation.period, rules=explanation.rules_version, synthetic=synthetic
    )
    for chain in explanation.chains:
        yield ""
        yield f"【{AMOUNTS[chain.of](lang)}】"
        yield from _step(chain.root, lang, 0, "")


def _step(step: Step, lang: Lang, depth: int, mark: str) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}{mark}{_head(step, lang)}"
    inner = f"{indent}    "
    for fact in step.facts:
        yield inner + (GRADED if fact.confidence else SAID)(
            lang, name=fact.name, value=fact.value, grade=fact.confidence
        )
    if step.unconfirmed:
        yield inner + UNCONFIRMED(lang, why=step.unconfirmed)
    for entry in step.entries:
        yield inner + ENTRY(lang, book=entry.book, seq=entry.seq, key=entry.key, hash=entry.hash)
    for see in step.see:
        yield inner + SEE(lang, subject=see.subject, id=see.id, period=see.period)
    for part in step.parts:
        yield from _step(part, lang, depth + 1, "= ")
    for ground in step.grounds:
        yield from _step(ground, lang, depth + 1, "< ")


def _head(step: Step, lang: Lang) -> str:
    said = step.title
    if step.amount is not None:
        unit = YUAN if step.unit is Unit.FEN else KWH
        said = f"{said}  {unit(lang, amount=amount_text(step.amount, step.unit))}"
    elif step.insufficient:
        said = f"{said}  — {step.insufficient}"
    return f"{said}    [{step.formula}]" if step.formula else said
