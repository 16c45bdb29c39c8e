"""A paper as PDF, by one template and one style sheet. WeasyPrint is imported late: it needs Debian's pango."""

import re
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from accounting.papers.model import SYNTHETIC, Kind, Missing, Paper, Table, local_minute, mark, shown
from accounting.papers.workbook import TOTAL
from guangfu.texts import Lang, Text

LACKING: Final = Text(
    "不能生成 PDF：缺少 Pango。Debian 或 Ubuntu 请安装：apt install libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0 fonts-noto-cjk（Excel 不受影响：--format xlsx）",
    "PDF can't be made: Pango is missing. On Debian or Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0 fonts-noto-cjk (Excel is not affected: --format xlsx)",
)
WORDS: Final = {
    "synthetic": SYNTHETIC,
    "total": TOTAL,
    "printed": Text("打印于", "printed"),
    "code": Text("验证码", "verification code"),
}

_IN: Final = Text("单位：", "in ")
_UNITS: Final = {Kind.FEN: Text("元", "yuan"), Kind.WH: Text("千瓦时", "kWh")}


class NoPango(Exception):
    """WeasyPrint finds no Pango on this machine."""


def html(paper: Paper, lang: Lang) -> str:
    """The page as HTML, with its style."""
    return _environment().get_template("paper.html").render(
        paper=paper, lang=lang, css=Markup(_css()),  # noqa: S704 - our own file
        words={name: text(lang) for name, text in WORDS.items()},
        unit=lambda table: _unit(table, lang),
        t=lambda text: text(lang), show=lambda cell, kind: shown(cell, kind, lang), mark=mark,
        printed=local_minute(paper.printed_at), qr=_qr(paper.qr),
    )  # fmt: skip


def _unit(table: Table, lang: Lang) -> str:
    """The units of a table whose heads do not name them."""
    kinds = {column.kind for column in table.columns if not column.head.zh.endswith("）")}
    names = [name(lang) for kind, name in _UNITS.items() if kind in kinds]
    return f"{_IN(lang)}{' / '.join(names)}" if names and table.rows else ""


def pdf(paper: Paper, lang: Lang) -> bytes:
    """The file's bytes; the same paper gives the same bytes on the same machine.

    Raises:
        NoPango: The library that WeasyPrint draws text with is not installed.
    """
    try:
        import weasyprint
    except (OSError, ImportError) as error:
        raise NoPango(str(error)) from error
    content: bytes = weasyprint.HTML(string=html(paper, lang)).write_pdf(finisher=_dated(paper.printed_at))
    return content


def _dated(at: datetime) -> Any:
    """Fixes what would tell the moment of printing, so that a paper printed again is the same file."""

    def finish(document: Any, pdf_file: Any) -> None:
        del document
        moment = f"D:{at:%Y%m%d%H%M%S}Z"
        for key in ("CreationDate", "ModDate"):
            pdf_file.info[key] = _pdf_string(moment)

    return finish


def _pdf_string(text: str) -> Any:
    import pydyf

    return pydyf.String(text)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("accounting.papers"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.tests["missing_figure"] = lambda cell: isinstance(cell, Missing)
    return made


@cache
def _css() -> str:
    return (files("accounting.papers") / "templates" / "print.css").read_text(encoding="utf-8")


def _qr(content: str) -> Markup:
    """The QR code as SVG, of error correction M; empty where there is nothing to code."""
    if not content:
        return Markup("")
    import segno

    svg = segno.make_qr(content, error="m").svg_inline(border=2, omitsize=True)
    return Markup(re.sub(r"<svg ", '<svg class="qr" ', svg, count=1))  # noqa: S704 - made by segno of our own words
