"""The one door: `guangfu PROGRAM …`. A program's code is imported only when it is asked for."""

import sys
from importlib import import_module
from typing import Final, NamedTuple

import typer

from guangfu.texts import Lang, Text


class Program(NamedTuple):
    """Where a program's typer application is, and what it does."""

    module: str
    does: Text


PROGRAMS: Final = {
    "demo": Program(
        "guangfu.demo",
        Text("在本机启动整套系统（演示数据）", "the whole system on this machine, synthetic data"),
    ),
    "simulate": Program(
        "simulators.commands", Text("模拟电站，经 MQTT 上报", "simulated stations that report over MQTT")
    ),
    "ingest": Program("ingest.commands", Text("接收遥测并入库", "take telemetry in")),
    "accounting": Program("accounting.commands", Text("电量到收益", "energy to income")),
    "what-if": Program(
        "accounting.what_if_commands", Text("换一套规则，预估会变成多少", "the estimate under other rules")
    ),
    "explain": Program(
        "accounting.explain_commands", Text("数字从何而来：读数、倍率、电价、份额", "where a figure comes from")
    ),
    "api": Program("api.commands", Text("接口与网页", "the API and the pages")),
    "dashboards": Program("dashboards.commands", Text("Grafana 看板", "Grafana dashboards")),
    "stations": Program(
        "guangfu.commands.stations", Text("电站登记册：检查、导入、列出", "the registry: check, import, list")
    ),
    "receipts": Program(
        "accounting.cash.receipts_commands", Text("到账：流水、核对、账龄", "receipts: bank lines, matching, ageing")
    ),
    "deductions": Program("accounting.cash.costs_commands", Text("扣除、发票与增值税", "deductions, invoices and VAT")),
    "transfers": Program(
        "accounting.cash.transfers_commands", Text("划拨：到乡镇、到村", "transfers to townships and villages")
    ),
    "subsidy-list": Program("accounting.cash.listed_commands", Text("补贴清单", "the subsidy list")),
    "rules": Program("guangfu.commands.rules", Text("规则：列出、检查、查看", "the rules: list, check, show")),
    "beneficiaries": Program(
        "accounting.villages.beneficiaries_commands",
        Text("受益人名册：动态调整、查看、删除", "the beneficiary register: adjust, look, erase"),
    ),
    "plans": Program(
        "accounting.villages.plans_commands",
        Text("收益使用计划：导入、推进、岗位、考勤", "village plans: import, steps, posts, attendance"),
    ),
    "payments": Program(
        "accounting.villages.payments_commands",
        Text("发放：起草、审批、汇出、核销、退汇", "payments: draft, approve, send, settle"),
    ),
    "statements": Program(
        "accounting.statements_commands",
        Text("电力公司结算单：导入、查看、核对", "the power company's statements: import, look, accept"),
    ),
    "months": Program(
        "accounting.months_commands",
        Text("月份：状态、预估与结算、变动、关账", "months: states, settled beside estimated, what moved, closing"),
    ),
    "audit": Program(
        "accounting.audit_commands", Text("审计检查：运行、列出、说明", "audit checks: run, list, explain")
    ),
    "papers": Program(
        "accounting.papers.commands",
        Text("纸质材料：月报、公示、划拨单、代发封面、年报", "papers: statements, notices, forms, yearly reports"),
    ),
    "opening-balances": Program(
        "accounting.villages.openings_commands", Text("期初余额：导入、列出", "opening balances: import, list")
    ),
    "mappings": Program(
        "guangfu.commands.mappings", Text("外来报文的映射：检查", "mappings of foreign messages: check")
    ),
    "ledger": Program("guangfu.commands.ledger", Text("账簿：校验", "the ledger: verify")),
    "dead-letters": Program("guangfu.commands.dead_letters", Text("死信：查看、重放", "dead letters: look, replay")),
    "completeness": Program(
        "guangfu.commands.completeness", Text("报文是否齐全，缺了哪些", "which messages came, and which did not")
    ),
    "reconcile": Program(
        "guangfu.commands.reconcile",
        Text("功率、逆变器与关口表的电量是否相符", "do power, inverters and gateway meter agree"),
    ),
    "doctor": Program("guangfu.commands.doctor", Text("检查各部分是否正常", "is every part well")),
}


def usage(lang: Lang) -> str:
    title = Text(
        "用法：guangfu 程序 [选项]，例如 guangfu demo --port 8081",
        "Usage: guangfu PROGRAM [options], such as guangfu demo --port 8081",
    )
    rows = [f"  {name:<18}{program.does(lang)}" for name, program in PROGRAMS.items()]
    return "\n".join([title(lang), "", *rows])


def main() -> None:
    lang = _lang(sys.argv)
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name not in PROGRAMS:
        asked = name in {"--help", "-h", "--lang"}
        typer.echo(usage(lang), err=not asked)
        raise SystemExit(0 if asked else 2)
    app = import_module(PROGRAMS[name].module).app
    app(args=sys.argv[2:], prog_name=f"guangfu {name}")


def _lang(argv: list[str]) -> Lang:
    if "--lang" in argv[:-1]:
        return Lang.parse(argv[argv.index("--lang") + 1])
    return Lang.ZH


if __name__ == "__main__":
    main()
