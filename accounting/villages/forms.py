"""The forms of this room's imports by name: their example mappings, and a template of each to fill in."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from guangfu.commands.opened import LangOption
from guangfu.exits import Exit
from guangfu.stations.files.forms import FormColumn, FormFile, read_form
from guangfu.stations.files.mapped import ColumnMapping, load_mapping
from guangfu.texts import Lang, Text

MAPPINGS: Final = Path(__file__).parent / "mappings"
TEXT_FORMAT: Final = "@"
"""Keeps a spreadsheet from turning a long number into 1.50421E+17."""

MappingOption = Annotated[
    str | None,
    typer.Option("--mapping", help="对照文件（YAML）或自带示例之名。A mapping file or an example."),
]
OutArgument = Annotated[Path, typer.Argument(help="写到哪个 .xlsx。Which .xlsx to write.")]


def shipped(form: str) -> Mapping[str, Path]:
    """The example mappings of a form, by name.

    >>> sorted(shipped("attendance"))
    ['clock', 'sheet']
    """
    return {path.name.split(".")[1]: path for path in sorted(MAPPINGS.glob(f"{form}.*.yaml"))}


def read(form: str, path: Path, columns: Sequence[FormColumn], mapping: str | None) -> FormFile:
    """The rows of a file through a mapping: a file of one's own, or an example by its name."""
    return read_form(path, columns, None if mapping is None else shipped(form).get(mapping, Path(mapping)))


def write_template(form: str, path: Path, columns: Sequence[FormColumn], mapping: str | None) -> None:
    """Writes an empty workbook: the headers of the form or of a mapping, text cells, what is needed in yellow.

    Raises:
        OSError: It can't be written, or the mapping can't be read.
        ValueError: The mapping is wrong.
    """
    headers = _headers(form, columns, mapping)
    book = Workbook()
    sheet = book.active
    for i, (header, needed) in enumerate(headers, 1):
        cell = sheet.cell(1, i, header)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFF2CC" if needed else "EDEDED")
        sheet.column_dimensions[get_column_letter(i)].width = 20
        sheet.column_dimensions[get_column_letter(i)].number_format = TEXT_FORMAT
    sheet.freeze_panes = "A2"
    book.save(path)


def _headers(form: str, columns: Sequence[FormColumn], mapping: str | None) -> list[tuple[str, bool]]:
    if mapping is None:
        return [(column.headers[0], column.needed) for column in columns]
    path = shipped(form).get(mapping, Path(mapping))
    named = load_mapping(path, fields={column.field for column in columns}, needed=())
    if not isinstance(named, ColumnMapping):
        raise ValueError("; ".join(fault.text.en for fault in named))
    needed = {column.field: column.needed for column in columns}
    return [(header, needed[field]) for field, header in named.columns.items()]


def add_template_command(
    app: typer.Typer, program: str, forms: Mapping[str, Callable[[], Sequence[FormColumn]]]
) -> None:
    """Gives a program `template FORM OUT.xlsx`."""
    names = " | ".join(forms)

    def template(
        form: Annotated[str, typer.Argument(help=names)],
        out: OutArgument,
        mapping: MappingOption = None,
        lang: LangOption = "zh-CN",
    ) -> None:
        if form not in forms:
            raise typer.BadParameter(names)
        try:
            write_template(form, out, forms[form](), mapping)
        except OSError as error:
            typer.echo(_CANT_WRITE(Lang.parse(lang), why=error.strerror), err=True)
            raise typer.Exit(Exit.UNREACHABLE) from error
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        typer.echo(_TEMPLATE(Lang.parse(lang), out=out, mappings=" / ".join(shipped(form))))

    template.__doc__ = (
        "写一份空表供填写；--mapping 用自带示例或自己的表头。Write an empty workbook to fill in.\n\n"
        f"例 Example: guangfu {program} template {next(iter(forms))} 空表.xlsx"
    )
    app.command("template")(template)


_CANT_WRITE: Final = Text("无法写入：{why}", "can't write: {why}")
_TEMPLATE: Final = Text("已写出 {out}；自带对照示例：{mappings}", "wrote {out}; example mappings: {mappings}")
