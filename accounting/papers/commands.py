"""`guangfu papers …`: what finance prints, signs, posts and files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import Connection

from accounting.cash.desk import OnOption, at_desk, banner_code
from accounting.cash.steps import Desk
from accounting.papers import checking, notices
from accounting.papers.batch_cover import batch_cover
from accounting.papers.beneficiary import beneficiary_statement
from accounting.papers.common import Office
from accounting.papers.model import Paper
from accounting.papers.pdf import LACKING, NoPango, pdf
from accounting.papers.settings import PapersSettings
from accounting.papers.station_month import station_month
from accounting.papers.transfer_form import transfer_form
from accounting.papers.village_month import village_month
from accounting.papers.workbook import workbook
from accounting.papers.yearly import yearly_report
from accounting.villages.imports import Declined, keep_voucher, told
from accounting.villages.paying import month_cell
from guangfu.clock import day_start
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.registry_chosen import writing
from guangfu.commands.shown import print_table
from guangfu.commands.who import ByOption
from guangfu.exits import Exit
from guangfu.storage.personal_keys import PersonsSettings, load_keys
from guangfu.storage.sql.notices import normal_code, read_notice, read_notices
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="财务纸质材料：月报、公示、划拨单、代发封面、年报、个人明细。The papers of finance, as PDF and Excel.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip


class Format(StrEnum):
    PDF = "pdf"
    XLSX = "xlsx"
    BOTH = "both"


FormatOption = Annotated[Format, typer.Option("--format", help="pdf、xlsx 或两者。What to write.")]
OutOption = Annotated[Path, typer.Option("--out", help="写到哪个文件夹。The folder to write to.")]
MonthArgument = Annotated[str, typer.Argument(help="月份，如 2026-06。The month.")]
YearArgument = Annotated[int, typer.Argument(help="年度，如 2026。The year.", min=2018, max=2100)]
VillageArgument = Annotated[str, typer.Argument(help="嘎查村编号。The village's id.")]
HERE: Final = Path()


@app.command("station")
def station_(
    station_id: Annotated[str, typer.Argument(help="电站编号。The station's id.")],
    month: MonthArgument,
    format_: FormatOption = Format.BOTH,
    out: OutOption = HERE,
    on: OnOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """一座电站的月报：五个金额、扣除、增值税、差额原因、各村。A station's month.

    例 Example: guangfu papers station st0012 2026-06 --out 月报
    """
    _print(lambda db, o: station_month(db, o, station_id, _month(month)), format_, out, on, None, sql_url, lang)


@app.command("village")
def village_(
    village_id: VillageArgument,
    month: MonthArgument,
    format_: FormatOption = Format.BOTH,
    out: OutOption = HERE,
    on: OnOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """一个嘎查村的月报：五个金额、各电站份额、计划执行。A village's month.

    例 Example: guangfu papers village v1 2026-06 --out 月报
    """
    _print(lambda db, o: village_month(db, o, village_id, _month(month)), format_, out, on, None, sql_url, lang)


@app.command("month")
def month_(
    month: MonthArgument,
    banner: Annotated[str, typer.Option("--banner", help="旗县名称或代码。A banner by name or code.")],
    format_: FormatOption = Format.BOTH,
    out: OutOption = HERE,
    on: OnOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """一个旗县全部电站和嘎查村的月报。All statements of a banner's month.

    例 Example: guangfu papers month 2026-06 --banner 敖汉旗 --out 月报
    """
    language, wanted = Lang.parse(lang), _month(month)
    with at_desk(sql_url, None, language) as (engine, desk), _named(language), engine.connect() as db:
        office = _office(desk, on, language)
        code = banner_code(desk, banner, language)
        for name in sorted(s.station_id for s in desk.registry.stations.values() if s.banner_code == code):
            _write(station_month(db, office, name, wanted), format_, out, language)
        for name in sorted(v.village_id for v in desk.registry.villages.values() if v.banner_code == code):
            _write(village_month(db, office, name, wanted), format_, out, language)


@app.command("notice")
def notice_(
    village_id: VillageArgument,
    year: YearArgument,
    result: Annotated[bool, typer.Option("--result", help="公示结果，不是计划。The result, not the plan.")] = False,
    month: Annotated[str | None, typer.Option("--month", help="结果只公示这一月。The result of one month.")] = None,
    posted_on: Annotated[
        datetime | None,
        typer.Option(
            "--posted-on", formats=["%Y-%m-%d"], metavar="DATE",
            help="张贴首日；默认计划登记的公示日，否则今天。The first day on the wall.",
        ),
    ] = None,
    out: OutOption = HERE,
    on: OnOption = None,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:  # fmt: skip
    """公示：大字 A4，姓名只显示一部分，带验证码；保存验证码和 PDF。The public notice, with a code that proves it.

    例 Example: guangfu papers notice v1 2026 --result --month 2026-06 --out 公示
    """
    language = Lang.parse(lang)
    if month is not None and (not result or not month.startswith(f"{year}-")):
        raise typer.BadParameter("--result --month YEAR-MM")
    wanted = None if month is None else _month(month)
    with at_desk(sql_url, by, language) as (engine, desk), _named(language), engine.begin() as db:
        office = _office(desk, on, language)
        paper = notices.notice(
            db, office, village_id, year, "result" if result else "plan", month=wanted,
            posted_on=posted_on.date() if posted_on else None,
        )  # fmt: skip
        path = _write(paper, Format.PDF, out, language)
        keep_voucher(db, path, "notice", at=desk.at, by=desk.by, number=paper.code)
    typer.echo(_CODE(language, code=paper.code))


@app.command("check")
def check_(
    code: Annotated[str, typer.Argument(help="公示上的验证码。The code on the notice.")],
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="公示的 PDF。The notice's PDF.")
    ] = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """核验公示：验证码是否登记过；给出 PDF 则核对它是否就是当时打印的。Is it a notice of ours, and is the file it?

    例 Example: guangfu papers check 7K3M-ABCD-0119-ZZZZ 公示.pdf
    """
    language = Lang.parse(lang)
    known = normal_code(code)
    if known is None:
        raise typer.BadParameter("XXXX-XXXX-XXXX-XXXX")
    with opened_database(sql_url, language) as engine, told(language), engine.connect() as db:
        found = read_notice(db, known)
        if found is None:
            raise Declined(_UNKNOWN.filled(code=known))
        print_table(language, checking.HEADS, [checking.cells(found, language)], numbers=2)
        for head in found.heads.split():
            typer.echo(head)
        if file is not None and not checking.is_printed(db, known, file):
            raise Declined(_OTHER_FILE.filled(code=known))
    typer.echo((_SAME_FILE if file else _OURS)(language, code=known))


@app.command("notices")
def notices_(
    village: Annotated[str | None, typer.Option(help="嘎查村编号。A village's id.")] = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """列出打印过的公示。List the notices that were printed.

    例 Example: guangfu papers notices --village v1
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        found = read_notices(db, village_id=village)
    print_table(language, checking.HEADS, [checking.cells(one, language) for one in found], numbers=2)


@app.command("transfer")
def transfer_(
    transfer_id: Annotated[str, typer.Argument(help="划拨单编号，如 T-2026-000001。The transfer's number.")],
    format_: FormatOption = Format.BOTH,
    out: OutOption = HERE,
    on: OnOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """划拨单：结转机构到苏木乡镇，各村各站明细，大写金额。The form of a transfer.

    例 Example: guangfu papers transfer T-2026-000001
    """
    _print(lambda db, o: transfer_form(db, o, transfer_id), format_, out, on, None, sql_url, lang)


@app.command("batch")
def batch_(
    batch_id: Annotated[str, typer.Argument(help="批次，如 B-2026-000001。The batch.")],
    file: Annotated[
        Path | None,
        typer.Option("--file", exists=True, dir_okay=False, help="payments send 写出的银行文件。The bank's file."),
    ] = None,
    format_: FormatOption = Format.PDF,
    out: OutOption = HERE,
    on: OnOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """代发批次封面：笔数、总额、大写、校验和；不含姓名账号。The cover sheet of a payment batch.

    例 Example: guangfu papers batch B-2026-000001 --file 代发.csv
    """
    _print(lambda db, o: batch_cover(db, o, batch_id, file), format_, out, on, None, sql_url, lang)


@app.command("year")
def year_(
    year: YearArgument,
    banner: Annotated[str, typer.Option("--banner", help="旗县名称或代码。A banner by name or code.")],
    format_: FormatOption = Format.BOTH,
    out: OutOption = HERE,
    on: OnOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """旗县年报：电量、小时、五个金额、账龄、各村用途与受益、待处理事项。A banner's year.

    例 Example: guangfu papers year 2026 --banner 敖汉旗
    """
    language = Lang.parse(lang)
    _print(
        lambda db, o: yearly_report(db, o, banner_code(o.desk, banner, language), year),
        format_, out, on, None, sql_url, lang,
    )  # fmt: skip


@app.command("person")
def person_(
    person_id: Annotated[str, typer.Argument(help="人员编号，如 pn-0123456789abcdef。The opaque id.")],
    purpose: Annotated[str, typer.Option("--purpose", help="用途，记入查看记录。What for; it is kept.")],
    start: Annotated[str, typer.Option("--from", help="起始月份。The first month.")],
    end: Annotated[str, typer.Option("--to", help="截止月份。The last month.")],
    format_: FormatOption = Format.PDF,
    out: OutOption = HERE,
    on: OnOption = None,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """给本人的明细：应付、已发放、日期；解密姓名并留下查看记录。A beneficiary's own statement; the look is kept.

    例 Example: guangfu papers person pn-0123456789abcdef --purpose 本人查询 --from 2026-01 --to 2026-12
    """
    first, last = _month(start), _month(end)

    def build(db: Connection, office: Office) -> Paper:
        keys = load_keys(PersonsSettings.load())
        return beneficiary_statement(db, office, keys, person_id, start=first, end=last, purpose=purpose)

    _print(build, format_, out, on, by, sql_url, lang, private=True)


def _print(
    build: Callable[[Connection, Office], Paper], format_: Format, out: Path, on: datetime | None, by: str | None,
    sql_url: str | None, lang: str, *, private: bool = False,
) -> None:  # fmt: skip
    """Builds one paper in a transaction, which is kept only where the paper was written."""
    language = Lang.parse(lang)
    with at_desk(sql_url, by, language) as (engine, desk), _named(language), engine.begin() as db:
        _write(build(db, _office(desk, on, language)), format_, out, language, private=private)


@contextmanager
def _named(lang: Lang) -> Iterator[None]:
    """What is asked for and is not there, or can't be drawn here, in one sentence with its exit status."""
    try:
        yield
    except KeyError as error:
        typer.echo(_NONE(lang, name=error.args[0]), err=True)
        raise typer.Exit(Exit.FOUND) from error
    except NoPango as error:
        typer.echo(LACKING(lang), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from error


def _month(text: str) -> str:
    found = month_cell(text)
    if not isinstance(found, str):
        raise typer.BadParameter("2026-06")
    return found


def _office(desk: Desk, on: datetime | None, lang: Lang) -> Office:
    printed = desk if on is None else replace(desk, at=day_start(on.date()))
    return Office(printed, PapersSettings.load(), lang, kept_at=desk.at)


def _write(paper: Paper, format_: Format, out: Path, lang: Lang, *, private: bool = False) -> Path:
    """Writes the files; a paper with somebody's name at mode 0600. Returns the last one's path."""
    with writing(out, lang):
        out.mkdir(parents=True, exist_ok=True)
    path = out
    for kind, render in ((Format.XLSX, workbook), (Format.PDF, pdf)):
        if format_ not in {kind, Format.BOTH}:
            continue
        content = render(paper, lang)
        path = out / f"{paper.number}{'-en' if lang is Lang.EN else ''}.{kind}"
        with writing(path, lang):
            path.touch(mode=0o600 if private else 0o644)
            if private:
                path.chmod(0o600)
            path.write_bytes(content)
        typer.echo(str(path))
    return path


_NONE: Final = Text("没有 {name}", "there is no {name}")
_CODE: Final = Text("验证码 {code}，已登记", "verification code {code}, kept")
_UNKNOWN: Final = Text("没有登记过验证码 {code}：不是本机构的公示", "there is no notice {code} of ours")
_OURS: Final = Text(
    "{code} 是本机构打印的公示；请核对上面的金额、笔数与纸上一致",
    "{code} is a notice of ours; compare amount and lines with the paper",
)
_SAME_FILE: Final = Text("{code}：文件就是当时打印的公示，一字未改", "{code}: the file is the notice as it was printed")
_OTHER_FILE: Final = Text("文件不是当时打印的公示 {code}", "the file is not the notice {code} as it was printed")
