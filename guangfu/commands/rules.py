"""`guangfu rules …`: what the rules say, where each comes from, what is not confirmed; check an operator's folder."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from guangfu.commands.opened import LangOption
from guangfu.commands.shown import print_table, printable
from guangfu.exits import Exit
from guangfu.income.rules import BadRules, RulesSettings, load_rules
from guangfu.income.rules.catalogue import Kind, RuleLine, catalogue, own_rows
from guangfu.settings import BadSettings
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="规则：列出、检查、逐条查看。The rules: list, check, show.", no_args_is_help=True, add_completion=False
)

FIGURES: Final = {
    Kind.TARIFFS: ("zone_i", "zone_ii", "zone_iii"),
    Kind.BASE_PRICES: ("yuan_per_kwh",),
    Kind.MARKET_PRICES: ("market_yuan_per_kwh", "mechanism_yuan_per_kwh", "mechanism_share"),
    Kind.ENTITLEMENTS: ("yuan_per_slot_year",),
    Kind.DEDUCTIONS: ("share_of_gross",),
    Kind.DOUBTS: (),
    Kind.ENERGY: ("value",),
    Kind.VAT: ("share", "threshold_yuan_month"),
    Kind.DEADLINES: ("months_after",),
    Kind.PASSING: ("rhythm",),
    Kind.USES: ("spending", "labour", "valid_to"),
    Kind.BANS: ("valid_to",),
    Kind.PLAN_LIMITS: ("value",),
    Kind.CHECKS: ("threshold", "valid_to"),
}
"""The columns that hold a rule's figure."""


@app.command("list")
def list_(
    kind: Annotated[Kind | None, typer.Option(help="只要这一类。Only this kind.")] = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="当日有效的。In force on that day.")
    ] = None,
    unconfirmed: Annotated[
        bool, typer.Option("--unconfirmed", help="只要待核实的。Only what is not confirmed.")
    ] = False,
    lang: LangOption = "zh-CN",
) -> None:
    """列出规则：内容、数值、起始日、文号、可信度、待核实之处、来自哪个文件哪一行。List the rules, with their source.

    例 Example: guangfu rules list --kind base-prices --on 2026-06-01 --unconfirmed
    """
    language = Lang.parse(lang)
    with _told(language):
        folder = RulesSettings.load().folder
        lines, version = catalogue(folder), load_rules(folder).version
    asked = [
        line
        for line in lines
        if kind in {None, line.kind} and (on is None or line.in_force(on.date())) and (line.because or not unconfirmed)
    ]
    for one in Kind:
        of_kind = [line for line in asked if line.kind is one]
        if of_kind:
            typer.echo(_KINDS[one](language))
            print_table(language, _HEADS, [_row(line, language) for line in of_kind])
    typer.echo(_COUNT(language, n=len(asked), open=sum(line.because is not None for line in asked), version=version))


@app.command()
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            exists=True, file_okay=False, help="文件夹，默认 GUANGFU_RULES_FOLDER。A folder of one's own rules."
        ),
    ] = None,
    lang: LangOption = "zh-CN",
) -> None:
    """检查规则文件夹，一次列出全部问题：文件:行: 列: 问题。Check a folder of one's own rules; all faults at once.

    例 Example: guangfu rules check 规则/
    """
    language = Lang.parse(lang)
    with _told(language):
        chosen = folder or RulesSettings.load().folder
        version = load_rules(chosen).version
        replaced, new = own_rows(chosen)
    typer.echo(_SOUND(language, version=version, replaced=replaced, new=new))


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="规则编号。The rule's id.")],
    lang: LangOption = "zh-CN",
) -> None:
    """显示一条规则的全部内容，以及核实它、替换它应写的那一行。Show a rule whole, and the line that would replace it.

    例 Example: guangfu rules show mengdong-2016
    """
    language = Lang.parse(lang)
    with _told(language):
        found = [line for line in catalogue(RulesSettings.load().folder) if line.rule_id == rule_id]
    if not found:
        typer.echo(_NO_RULE(language, rule=printable(rule_id)), err=True)
        raise typer.Exit(Exit.USAGE)
    for line in found:
        for text in _whole(line, language):
            typer.echo(text)


def confirming(line: RuleLine) -> str | None:
    """A file's header and the line that confirms a rule as it is; `None` where there is nothing to confirm."""
    ours = line.kind is Kind.ENERGY and line.because is None
    return None if ours else _csv(line, {"confirmed": "yes"})


def replacing(line: RuleLine) -> str | None:
    """A file's header and a line with the rule's figure, to be changed; `None` for a doubt, which has none."""
    columns = [*FIGURES[line.kind], "document"]
    cells = {name: line.row.cells[name] for name in columns if name in line.row.cells}
    if line.kind is not Kind.ENERGY:
        cells["confirmed"] = "yes"
    return _csv(line, cells) if FIGURES[line.kind] else None


def _csv(line: RuleLine, cells: dict[str, str]) -> str:
    out = io.StringIO()
    key = next(iter(line.row.cells))
    csv.writer(out, lineterminator="\n").writerows([[key, *cells], [line.rule_id, *cells.values()]])
    return out.getvalue()


def _whole(line: RuleLine, lang: Lang) -> Iterator[str]:
    yield f"{line.rule_id}  {_KINDS[line.kind](lang)}"
    yield f"  {printable(line.says(lang))}: {line.value(lang)}"
    yield f"  {_source(line, lang)}"
    yield f"  {_OPEN(lang, because=line.because(lang)) if line.because else _SETTLED(lang)}"
    for name, cell in line.row.cells.items():
        yield f"    {name:<24}{printable(cell) or '—'}"
    for words, lines in ((_CONFIRM, confirming(line) if line.because else None), (_REPLACE, replacing(line))):
        if lines:
            yield words(lang, file=line.kind.file)
            yield from (f"    {printable(text)}" for text in lines.splitlines())


def _row(line: RuleLine, lang: Lang) -> Sequence[str]:
    return (
        line.rule_id,
        line.says(lang),
        line.value(lang),
        line.valid_from.isoformat() if line.valid_from else "—",
        line.document or "—",
        line.confidence or "—",
        line.because(lang) if line.because else "",
        _source(line, lang),
    )


def _source(line: RuleLine, lang: Lang) -> str:
    place = f"{line.row.file}:{line.row.number}"
    return _SHIPPED(lang, place=place) if line.row.file == line.kind.file else place


@contextmanager
def _told(lang: Lang) -> Iterator[None]:
    """Turns faults in the rules into a line each, and what else can go wrong into a sentence; and an exit status."""
    try:
        yield
    except BadRules as bad:
        for line in bad.describe(lang).splitlines():
            typer.echo(printable(line))
        typer.echo(_FAULTS(lang, n=len(bad.faults)), err=True)
        raise typer.Exit(Exit.FOUND) from bad
    except BadSettings as bad:
        typer.echo(str(bad), err=True)
        raise typer.Exit(Exit.USAGE) from bad
    except OSError as error:
        typer.echo(_UNREADABLE(lang, file=error.filename, why=error.strerror), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from error


_KINDS: Final = {
    Kind.TARIFFS: Text("上网电价", "tariffs"),
    Kind.BASE_PRICES: Text("基础电价", "base prices"),
    Kind.MARKET_PRICES: Text("市场电价", "market prices"),
    Kind.ENTITLEMENTS: Text("集中式应付", "entitlements"),
    Kind.DEDUCTIONS: Text("扣除", "deductions"),
    Kind.DOUBTS: Text("疑问", "doubts"),
    Kind.ENERGY: Text("电量", "energy"),
    Kind.VAT: Text("增值税", "VAT"),
    Kind.DEADLINES: Text("期限", "deadlines"),
    Kind.PASSING: Text("划拨方式", "passing on"),
    Kind.USES: Text("允许的用途", "uses"),
    Kind.BANS: Text("禁止的用途", "bans"),
    Kind.PLAN_LIMITS: Text("计划的要求", "what plans must reach"),
    Kind.CHECKS: Text("审计检查", "audit checks"),
}
_HEADS: Final = (
    Text("编号", "id"), Text("内容", "says"), Text("数值", "value"), Text("起始日", "from"), Text("文号", "document"),
    Text("可信度", "confidence"), Text("待核实", "unconfirmed"), Text("出处", "source"),
)  # fmt: skip
_COUNT: Final = Text(
    "{n} 条规则，其中 {open} 条待核实；规则版本 {version}", "{n} rules, {open} of them unconfirmed; version {version}"
)
_SOUND: Final = Text(
    "规则无误：替换 {replaced} 行，新增 {new} 行；规则版本 {version}",
    "the rules are sound: {replaced} rows replaced, {new} new; version {version}",
)
_FAULTS: Final = Text("规则有 {n} 处错误", "{n} faults in the rules")
_UNREADABLE: Final = Text("无法读取 {file}：{why}", "can't read {file}: {why}")
_NO_RULE: Final = Text(
    "没有规则 {rule}：guangfu rules list 列出全部", "there is no rule {rule}: guangfu rules list has all"
)
_SHIPPED: Final = Text("内置 {place}", "built in, {place}")
_OPEN: Final = Text("待核实：{because}", "unconfirmed: {because}")
_SETTLED: Final = Text("没有待核实之处", "nothing is open")
_CONFIRM: Final = Text("  核实：在规则文件夹的 {file} 中写", "  to confirm it, write into {file} of the rules folder")
_REPLACE: Final = Text(
    "  替换：在规则文件夹的 {file} 中写（改数值与文号）", "  to replace it, write into {file} with figure and document"
)
