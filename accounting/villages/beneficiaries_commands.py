"""`guangfu beneficiaries …`: the register of who benefits, encrypted, adjusted every year, looked at with a purpose."""

from datetime import datetime
from typing import Annotated, Final

import typer

from accounting.villages import beneficiaries
from accounting.villages.beneficiaries import COLUMNS, SUPPLIER_COLUMNS, ListAgainstRegister
from accounting.villages.forms import MappingOption, add_template_command, read
from accounting.villages.imports import (
    PREVIEW,
    ApplyOption,
    Declined,
    NumberOption,
    PathArgument,
    keep_voucher,
    stop_at,
    told,
)
from guangfu.clock import SystemClock, local_day
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.shown import local_time, print_table
from guangfu.commands.who import ByOption, who
from guangfu.income.adjusting import Adjustment, Happening, holds
from guangfu.stations.cells import Wrong
from guangfu.storage.personal_keys import PersonsSettings, load_keys, new_key
from guangfu.storage.sql import persons
from guangfu.storage.sql.persons import Secret
from guangfu.storage.sql.registry import read_registry
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="受益人名册：动态调整、查看、更正、删除个人信息、换密钥。The beneficiary register.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip

DayOption = Annotated[
    datetime, typer.Option("--on", formats=["%Y-%m-%d"], metavar="DATE", help="自哪一天起。From which day on.")
]
PersonArgument = Annotated[str, typer.Argument(help="编号，如 pn-0123456789abcdef。The opaque id.")]
PurposeOption = Annotated[str, typer.Option("--purpose", help="用途，记入查看记录。What for; it is kept.")]


@app.command("new-key")
def new_key_(key_id: Annotated[str, typer.Argument(help="密钥编号，如 k2026。Such as k2026.")]) -> None:
    """生成一个密钥，供 GUANGFU_PERSONS_KEYS 或 GUANGFU_PERSONS_IDENTITY_KEY 使用。Make a key for the settings.

    例 Example: guangfu beneficiaries new-key k2026
    """
    try:
        typer.echo(new_key(key_id))
    except ValueError as error:
        raise typer.BadParameter("A-Z a-z 0-9 _ -") from error


@app.command("import")
def import_(
    path: PathArgument,
    on: DayOption,
    mapping: MappingOption = None,
    village: Annotated[
        list[str] | None, typer.Option(help="名单还涵盖的嘎查村，可多次给出。Further villages of the list.")
    ] = None,
    number: NumberOption = "",
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """年度动态调整：以整村名单与名册比对，先预览差异，再写入。The yearly adjustment by whole lists of villages.

    原文件含明文个人信息，不保存，只记其 SHA-256。The file holds personal data in clear: its hash alone is kept.

    例 Example: guangfu beneficiaries import 名单.xlsx --on 2026-01-01 --apply
    """
    language = Lang.parse(lang)
    form = read("beneficiaries", path, COLUMNS, mapping)
    with opened_database(sql_url, language) as engine, told(language):
        keys = load_keys(PersonsSettings.load())
        beneficiaries.check_list(form, read_registry(engine))
        stop_at(form.faults, language)
        at, name = SystemClock().now(), who(by)
        with engine.begin() as db:
            voucher = (
                keep_voucher(db, path, "beneficiaries", at=at, by=name, number=number, personal=True) if apply else None
            )
            found = beneficiaries.adjust_register(
                db, keys, form.rows, on.date(), at=at, by=name, apply=apply, villages=village or (),
                voucher_id=voucher.voucher_id if voucher else None,
            )  # fmt: skip
    _show(found, language)
    if voucher is not None:
        typer.echo(_WRITTEN(language, voucher=voucher.voucher_id))
    elif not found.nothing:
        typer.echo(PREVIEW(language))


@app.command("merge-villages")
def merge_villages(
    gone: Annotated[list[str], typer.Argument(help="被撤并的嘎查村编号。Villages that go.")],
    into: Annotated[str, typer.Option("--into", help="并入的嘎查村编号。The village that they become part of.")],
    on: DayOption,
    document: Annotated[str, typer.Option("--document", help="批复文号。The document that says so.")] = "",
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """撤并嘎查村：份额、受益户、名额、人员自某日起归入。Villages merge: units, households and persons go along.

    例 Example: guangfu beneficiaries merge-villages v12 v13 --into v1 --on 2026-01-01 --apply
    """
    language = Lang.parse(lang)
    at, name = SystemClock().now(), who(by)
    with opened_database(sql_url, language) as engine, told(language), engine.begin() as db:
        found = beneficiaries.merge(db, gone, into, on.date(), at=at, apply=apply, voucher_id=document or None)
    _show_differences(found, language)
    typer.echo(_MERGED(language, n=len(gone), into=into, by=name) if apply else PREVIEW(language))


@app.command("suppliers")
def suppliers(
    path: PathArgument,
    mapping: MappingOption = None,
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """导入供应商（工程款的收款单位）：名称、信用代码、账号加密保存。Import suppliers, encrypted like persons.

    例 Example: guangfu beneficiaries suppliers 供应商.xlsx --apply
    """
    language = Lang.parse(lang)
    form = read("suppliers", path, SUPPLIER_COLUMNS, mapping)
    stop_at(form.faults, language)
    at, name = SystemClock().now(), who(by)
    with opened_database(sql_url, language) as engine, told(language):
        keys, synthetic = load_keys(PersonsSettings.load()), read_registry(engine).synthetic
        with engine.begin() as db:
            new, changed = beneficiaries.add_suppliers(
                db, keys, form.rows, synthetic=synthetic, at=at, by=name, apply=apply
            )
            if apply:
                keep_voucher(db, path, "suppliers", at=at, by=name, personal=True)
    typer.echo(_SUPPLIERS(language, new=new, changed=len(changed)))
    if not apply:
        typer.echo(PREVIEW(language))


@app.command("list")
def list_(
    village: Annotated[str, typer.Option(help="嘎查村编号。A village's id.")] = "",
    kind: Annotated[str, typer.Option(help="person | supplier")] = "",
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """列出编号，不含任何个人信息。List ids, nothing personal.

    例 Example: guangfu beneficiaries list --village v1
    """
    language = Lang.parse(lang)
    today = local_day(SystemClock().now())
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        places = {p.person_id: p for p in persons.read_places(db) if holds(p, today)}
        everybody = persons.read_persons(db)
    rows = []
    for person in everybody.values():
        place = places.get(person.person_id)
        if (not village or (place and place.village_id == village)) and (not kind or person.kind == kind):
            where = (place.village_id, place.household_id, place.valid_from.isoformat()) if place else ("—", "—", "—")
            state = _ERASED(language) if person.erased_at else _SYNTHETIC(language) if person.synthetic else ""
            rows.append((person.person_id, person.kind, *where, state))
    print_table(language, _LIST_HEADS, rows)
    typer.echo(_COUNT(language, n=len(rows)))


@app.command()
def show(
    person_id: PersonArgument,
    purpose: PurposeOption,
    fields: Annotated[str, typer.Option(help="name,identity_number,bank_card,phone")] = "name",
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """解密查看一人的信息；谁、何时、看了什么、为什么，都有记录。Look at a person's data; each look is kept.

    例 Example: guangfu beneficiaries show pn-0123456789abcdef --fields name,bank_card --purpose 退汇核对
    """
    language = Lang.parse(lang)
    wanted = [_secret(name) for name in fields.split(",")]
    at, name = SystemClock().now(), who(by)
    with opened_database(sql_url, language) as engine, told(language):
        keys = load_keys(PersonsSettings.load())
        with engine.begin() as db:
            _known(person_id, persons.read_persons(db, [person_id]))
            found = persons.look(db, keys, [person_id], wanted, purpose=purpose, at=at, by=name)[person_id]
    for field in wanted:
        typer.echo(f"{_FIELDS[field](language)}: {found.get(field, '—')}")


@app.command("set")
def set_(
    person_id: PersonArgument,
    field: Annotated[str, typer.Argument(help="name | bank_card | phone")],
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """更正一项信息，如退汇后的银行卡；内容另行输入，不进命令历史。Correct a field; its value is asked for.

    例 Example: guangfu beneficiaries set pn-0123456789abcdef bank_card
    """
    language = Lang.parse(lang)
    secret = _secret(field)
    with opened_database(sql_url, language) as engine, told(language):
        keys = load_keys(PersonsSettings.load())
        with engine.connect() as db:
            person = _known(person_id, persons.read_persons(db, [person_id]))
        columns = SUPPLIER_COLUMNS if person.kind == persons.PersonKind.SUPPLIER else COLUMNS
        parse = next(column.parse for column in columns if column.field == secret.value)
        value = parse(typer.prompt(_FIELDS[secret](language), hide_input=True))
        if isinstance(value, Wrong):
            raise Declined(value.text)
        with engine.begin() as db:
            persons.change_person(db, keys, person_id, {secret: str(value)}, at=SystemClock().now(), by=who(by))
    typer.echo(_SET(language))


@app.command()
def erase(
    person_id: PersonArgument,
    reason: Annotated[str, typer.Option("--reason", help="原因，记入记录。Why; it is kept.")],
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """删除一人的全部个人信息；编号、金额与账簿不变。Erase all that is known of a person; ids and amounts stay.

    例 Example: guangfu beneficiaries erase pn-0123456789abcdef --reason 本人申请 --apply
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, told(language), engine.begin() as db:
        _known(person_id, persons.read_persons(db, [person_id]))
        if apply:
            persons.erase_person(db, person_id, reason=reason, at=SystemClock().now(), by=who(by))
    typer.echo(_GONE(language, id=person_id) if apply else PREVIEW(language))


@app.command()
def rotate(by: ByOption = None, sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """用当前密钥重写以其他密钥写下的内容，之后旧密钥可以撤下。Write anew with the current keys.

    例 Example: guangfu beneficiaries rotate
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, told(language):
        keys = load_keys(PersonsSettings.load())
        with engine.begin() as db:
            n = persons.rotate_keys(db, keys, at=SystemClock().now(), by=who(by))
    typer.echo(_ROTATED(language, n=n, key=keys.current))


@app.command()
def looks(
    person_id: Annotated[str | None, typer.Argument(help="编号；不给则全部。An id; all without it.")] = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """列出谁在何时为何看过、写过、删过个人信息。Who looked at, wrote or erased personal data.

    例 Example: guangfu beneficiaries looks pn-0123456789abcdef
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        found = persons.read_looks(db, person_id)
    rows = [
        (local_time(x.looked_at), x.looked_by, _ACTS[x.act](language), x.person_id, x.fields, x.purpose) for x in found
    ]
    print_table(language, _LOOK_HEADS, rows)


def _secret(name: str) -> Secret:
    try:
        return Secret(name.strip())
    except ValueError as error:
        raise typer.BadParameter(" | ".join(Secret)) from error


def _known(person_id: str, found: dict[str, persons.Person]) -> persons.Person:
    if person_id not in found:
        raise Declined(Text("名册中没有这个编号", "no such id in the register"))
    return found[person_id]


def _show(found: ListAgainstRegister, lang: Lang) -> None:
    _show_differences(found.adjustment, lang)
    if found.changed:
        rows = [(p, "、".join(_FIELDS[Secret(f)](lang) for f in fields)) for p, fields in sorted(found.changed.items())]
        print_table(lang, (_ID, Text("信息有变", "other data")), rows)
    for warning in found.warnings[:20]:
        typer.echo(_WARNING(lang, why=warning))
    if found.nothing:
        typer.echo(_NOTHING(lang))


def _show_differences(found: Adjustment, lang: Lang) -> None:
    rows = [(_HAPPENINGS[d.happening](lang), d.person_id, d.before or "—", d.after or "—") for d in found.differences]
    if rows:
        print_table(lang, (Text("变动", "change"), _ID, Text("原嘎查村", "from"), Text("现嘎查村", "to")), rows)
    counts = {name: sum(d.happening is name for d in found.differences) for name in Happening}
    words = [f"{_HAPPENINGS[name](lang)} {n}" for name, n in counts.items() if n]
    if words:
        typer.echo("；".join(words) if lang is Lang.ZH else "; ".join(words))


_ID: Final = Text("编号", "id")
_FIELDS: Final = {
    Secret.NAME: Text("姓名", "name"),
    Secret.IDENTITY_NUMBER: Text("身份证号", "identity number"),
    Secret.BANK_CARD: Text("银行卡号", "bank card"),
    Secret.PHONE: Text("电话", "phone"),
}
_HAPPENINGS: Final = {
    Happening.ADDED: Text("新增", "added"),
    Happening.RETURNED: Text("返回", "returned"),
    Happening.MOVED: Text("迁移", "moved"),
    Happening.REMOVED: Text("退出", "removed"),
    Happening.MERGED: Text("随村撤并", "merged"),
}
_ACTS: Final = {
    "look": Text("查看", "look"),
    "write": Text("写入", "write"),
    "rotate": Text("换密钥", "rotate"),
    "erase": Text("删除", "erase"),
}
_LIST_HEADS: Final = (
    _ID, Text("类别", "kind"), Text("嘎查村", "village"), Text("受益户", "household"), Text("起始日", "from"),
    Text("", ""),
)  # fmt: skip
_LOOK_HEADS: Final = (
    Text("时间", "when"), Text("何人", "who"), Text("做了什么", "act"), _ID, Text("内容", "fields"),
    Text("用途", "purpose"),
)  # fmt: skip
_ERASED: Final = Text("个人信息已删除", "erased")
_SYNTHETIC: Final = Text("演示数据", "synthetic")
_COUNT: Final = Text("共 {n} 个", "{n} in all")
_WRITTEN: Final = Text("已写入，凭证 {voucher}", "written, voucher {voucher}")
_MERGED: Final = Text("已将 {n} 个嘎查村并入 {into}（{by}）", "{n} villages are part of {into} now ({by})")
_SUPPLIERS: Final = Text("新增 {new} 个，变更 {changed} 个", "{new} new, {changed} changed")
_SET: Final = Text("已更正", "corrected")
_GONE: Final = Text("{id} 的个人信息已删除", "what was known of {id} is gone")
_ROTATED: Final = Text("已用密钥 {key} 重写 {n} 项", "wrote {n} fields anew with key {key}")
_WARNING: Final = Text("提醒：{why}", "warning: {why}")
_NOTHING: Final = Text("与名册一致，无需调整", "the register is as the list says")

add_template_command(app, "beneficiaries", {"beneficiaries": lambda: COLUMNS, "suppliers": lambda: SUPPLIER_COLUMNS})
