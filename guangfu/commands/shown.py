"""Tables and times as commands print them."""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from guangfu.clock import CHINA
from guangfu.texts import Lang, Text

Cell = str | RichText

PIPED_WIDTH: Final = 160
"""Without a terminal there is no width to keep to; a line has room for its sentence."""


def print_table(
    lang: Lang, heads: Sequence[Text], rows: Iterable[Sequence[str | RichText]], *, numbers: int = 0
) -> None:
    """A table; the last `numbers` columns are figures. Cells are text: never markup, never a terminal's orders."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, head in enumerate(heads):
        is_number = i >= len(heads) - numbers
        table.add_column(head(lang), justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, RichText) else RichText(printable(cell)) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False, markup=False)
    console.print(table)


UNCONFIRMED: Final = Text("待核实", "unconfirmed")
NO_HEAD: Final = Text("", "")


def unconfirmed_mark(unconfirmed: bool, lang: Lang) -> str:
    """What stands beside a figure that rests on a rule that nobody has confirmed."""
    return UNCONFIRMED(lang) if unconfirmed else ""


def printable(text: str) -> str:
    r"""Text from outside, with everything shown that a terminal would obey.

    >>> printable("a\x1b[31m")
    'a\\x1b[31m'
    """
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def local_time(at: datetime) -> str:
    """An instant in Asia/Shanghai, to the second."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
