"""How `guangfu statements` and `guangfu months` tell what they found."""

from collections.abc import Iterator, Sequence

import typer

from guangfu.commands.shown import local_time, print_table
from guangfu.income.settlement.checking import kwh, price_text
from guangfu.income.settlement.continuity import Gap
from guangfu.income.settlement.models import CAUSE_NAMES, Cause, Difference
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.states import Subject, state_name
from guangfu.storage.sql.papers import StateChange
from guangfu.storage.sql.settlement import KeptStatement
from guangfu.texts import Lang, Text

HEADS = (
    Text("结算单", "statement"), Text("状态", "state"), Text("待核对", "to look at"), Text("抄表期", "window"),
    Text("上网电量 kWh", "energy, kWh"), Text("基础 元", "base, yuan"), Text("补贴 元", "subsidy, yuan"),
    Text("与预估之差 元", "less estimate, yuan"),
)  # fmt: skip
CAUSE_HEADS = (
    Text("差异原因", "cause"), Text("电量 kWh", "energy, kWh"), Text("基础 元", "base, yuan"),
    Text("补贴 元", "subsidy, yuan"),
)  # fmt: skip
AMOUNT_HEADS = (Text("金额", "amount"), *CAUSE_HEADS[1:])
METER_HEADS = (
    Text("表号", "meter"), Text("抄表期", "window"), Text("起码 kWh", "first, kWh"), Text("止码 kWh", "last, kWh"),
    Text("倍率", "factor"), Text("变损 kWh", "transformer, kWh"), Text("线损 kWh", "line, kWh"),
    Text("电量 kWh", "energy, kWh"),
)  # fmt: skip
LINE_HEADS = (
    Text("项目", "part"), Text("电量 kWh", "energy, kWh"), Text("电价 元/kWh", "price, yuan/kWh"),
    Text("金额 元", "amount, yuan"),
)  # fmt: skip
GAP_HEADS = (
    Text("前一份", "statement"), Text("后一份", "next"), Text("表号", "meter"), Text("间隔", "between"),
    Text("天数", "days"), Text("电量 kWh", "energy, kWh"), Text("基础 元", "base, yuan"),
    Text("补贴 元", "subsidy, yuan"),
)  # fmt: skip
GAPS = Text(
    "相邻结算单之间有 {n} 处不衔接（负数为重复计算），请与电力公司核对：",
    "{n} times a statement and the next one do not meet (below zero: both count it): ask the power company:",
)
CORRECTION_HEADS = (
    Text("退补月份", "corrects"), Text("项目", "part"), Text("原因", "reason"), Text("电量 kWh", "energy, kWh"),
    Text("金额 元", "amount, yuan"),
)  # fmt: skip
STEP_HEADS = (Text("时间", "when"), Text("状态", "state"), Text("经办", "by"), Text("原因", "reason"))
ESTIMATED = Text("预估（遥测 × 电价）", "estimated (telemetry × tariff)")
SETTLED = Text("结算（结算单，含退补）", "settled (statement, with corrections)")
TOLERANCE = Text("容差（表码一步 × 倍率）：{kwh} kWh", "tolerance (a step of the register × factor): {kwh} kWh")
LOOK = Text("待人工核对：{causes}", "somebody must look at: {causes}")
ESTIMATE_UNCONFIRMED = Text(
    "预估及由此得出的差异待核实：所依据的规则中有尚未核实的",
    "the estimate, and so what differs from it, is unconfirmed: a rule that it rests on is",
)
WHERE = Text("来源：{source}；凭证 {voucher}", "from {source}; voucher {voucher}")
_PARTS = {"base": Text("基础", "base"), "subsidy": Text("补贴", "subsidy")}
_DASH = "—"


def show_statements(kept: Sequence[KeptStatement], lang: Lang) -> None:
    """A row a statement."""
    print_table(lang, HEADS, [_row(one, lang) for one in kept], numbers=4)


def _row(one: KeptStatement, lang: Lang) -> tuple[str, ...]:
    said = one.statement
    base, subsidy = sum(x.settled_fen for x in said.lines if x.part == "base"), 0
    subsidy = sum(x.settled_fen for x in said.lines) - base
    difference = sum(x.difference_base_fen + x.difference_subsidy_fen for x in one.differences)
    return (
        one.statement_id, state_name(Subject.STATEMENT, one.state)(lang), causes(one.attention, lang) or _DASH,
        f"{said.window_from} … {said.window_to}", kwh(said.settled_energy_wh), yuan_text(Fen(base)),
        yuan_text(Fen(subsidy)), yuan_text(Fen(difference)),
    )  # fmt: skip


def show_gaps(found: Sequence[Gap], lang: Lang) -> None:
    """What lies between consecutive statements; below zero where both count it."""
    typer.echo(GAPS(lang, n=len(found)))
    if found:
        print_table(lang, GAP_HEADS, [_gap(one) for one in found], numbers=4)


def _gap(one: Gap) -> tuple[str, ...]:
    amounts = (_DASH if fen is None else yuan_text(fen) for fen in (one.base_fen, one.subsidy_fen))
    energy = _DASH if one.energy_wh is None else kwh(one.energy_wh)
    between, days = f"{one.ends} … {one.begins}", str(one.days)
    return one.before_id, one.after_id, one.meter_number or _DASH, between, days, energy, *amounts


def causes(found: Sequence[Cause], lang: Lang) -> str:
    return "、".join(CAUSE_NAMES[cause](lang) for cause in found)


def show_statement(one: KeptStatement, steps: Sequence[StateChange], lang: Lang, *, unconfirmed: bool) -> None:
    """A statement whole: what it says, what it was compared with, why it differs, who did what."""
    said = one.statement
    show_statements([one], lang)
    typer.echo(WHERE(lang, source=said.source, voucher=one.voucher_id or _DASH))
    print_table(lang, METER_HEADS, [
        (m.meter_number or _DASH, f"{m.read_from} … {m.read_to}", kwh(m.first_reading_wh), kwh(m.last_reading_wh),
         f"{m.multiplication_factor:,}", kwh(m.transformer_loss_wh), kwh(m.line_loss_wh), kwh(m.settled_energy_wh))
        for m in said.meters
    ], numbers=6)  # fmt: skip
    print_table(lang, LINE_HEADS, [
        (_PARTS[str(x.part)](lang), kwh(x.settled_energy_wh), price_text(x.price_micro_yuan_per_kwh),
         yuan_text(x.settled_fen))
        for x in said.lines
    ], numbers=3)  # fmt: skip
    if said.corrections:
        print_table(lang, CORRECTION_HEADS, [
            (x.month, _PARTS[str(x.part)](lang), x.reason or _DASH, kwh(x.settled_energy_wh), yuan_text(x.settled_fen))
            for x in said.corrections
        ], numbers=2)  # fmt: skip
    _compared(one, lang, unconfirmed=unconfirmed)
    print_table(lang, STEP_HEADS, [
        (local_time(x.changed_at), state_name(Subject.STATEMENT, x.after)(lang), x.changed_by, x.reason or _DASH)
        for x in steps
    ])  # fmt: skip


def _compared(one: KeptStatement, lang: Lang, *, unconfirmed: bool) -> None:
    estimated = (one.estimated_energy_wh or 0, one.estimated_base_fen or 0, one.estimated_subsidy_fen or 0)
    show_differences(estimated, one.differences, lang, unconfirmed=unconfirmed)
    if one.tolerance_wh is not None:
        typer.echo(TOLERANCE(lang, kwh=kwh(one.tolerance_wh)))
    if one.attention and one.state == "imported":
        typer.echo(LOOK(lang, causes=causes(one.attention, lang)))


def show_differences(
    estimated: tuple[int, int, int], differences: Sequence[Difference], lang: Lang, *, unconfirmed: bool
) -> None:
    """From the estimate to what is settled, cause by cause; energy in Wh, amounts in fen."""
    print_table(lang, AMOUNT_HEADS, list(_ladder(estimated, differences, lang)), numbers=3)
    if unconfirmed:
        typer.echo(ESTIMATE_UNCONFIRMED(lang))


def _ladder(
    estimated: tuple[int, int, int], differences: Sequence[Difference], lang: Lang
) -> Iterator[tuple[str, str, str, str]]:
    yield ESTIMATED(lang), kwh(estimated[0]), yuan_text(Fen(estimated[1])), yuan_text(Fen(estimated[2]))
    total = list(estimated)
    for one in differences:
        step = one.difference_wh, one.difference_base_fen, one.difference_subsidy_fen
        total = [a + b for a, b in zip(total, step, strict=True)]
        if any(step):
            yield (
                f"  {CAUSE_NAMES[one.cause](lang)}",
                _signed(kwh(step[0])),
                *(_signed(yuan_text(Fen(fen))) for fen in step[1:]),
            )  # type: ignore[misc]
    yield SETTLED(lang), kwh(total[0]), yuan_text(Fen(total[1])), yuan_text(Fen(total[2]))


def _signed(text: str) -> str:
    return text if text.startswith("-") else f"+{text}"
