"""A paper before it is Excel or PDF: facts, tables whose sums are formulas, notes, signatures. Pure.

A cell holds what SQL has, as an integer in the smallest unit; where nothing is known it holds a `Missing`, which says
so in words and never counts as 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from guangfu.clock import CHINA
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.texts import Lang, Text


@dataclass(frozen=True, slots=True)
class Missing:
    """No figure, and why in a word or two."""

    text: Text


INSUFFICIENT: Final = Missing(Text("数据不足", "insufficient data"))
NOT_SETTLED: Final = Missing(Text("未结算", "not settled"))
NOT_HERE: Final = Missing(Text("—", "—"))
"""There is no such amount for what the row is about."""

Cell = str | Text | int | float | date | Missing


class Kind(StrEnum):
    """What a column holds, and in which unit."""

    TEXT = "text"
    FEN = "fen"
    WH = "wh"
    COUNT = "count"
    RATIO = "ratio"
    HOURS = "hours"
    DAY = "day"

    @property
    def scale(self) -> int:
        """How many of the stored unit make one of the shown unit: 100 fen a yuan, 1,000 Wh a kWh."""
        return {Kind.FEN: 100, Kind.WH: 1000}.get(self, 1)

    @property
    def is_number(self) -> bool:
        return self not in {Kind.TEXT, Kind.DAY}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: By which formulas refer to it.
        formula: A spreadsheet formula over the row's other columns, such as `{due}-{borne}`; `{units.all}` is the
            whole column. The row's own cell is our figure, which stands beside as a check.
        tone: A colour of the house's look: base, subsidy, estimated, settled, received, passed, paid, outstanding.
        total: Whether the column is summed.
    """

    name: str
    head: Text
    kind: Kind = Kind.TEXT
    formula: str = ""
    tone: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Cells in the order of the columns; `notes` are printed as footnotes, with a number beside the first cell."""

    cells: tuple[Cell, ...]
    notes: tuple[Text, ...] = ()
    tone: str = ""


NOTHING: Final = Text("没有记录", "nothing recorded")


@dataclass(frozen=True)
class Table:
    """Rows under their heads. `totals` are our own sums by column; left out, they are summed from the rows.

    `sheet` begins a sheet of its own in the workbook; `empty` stands where there are no rows. An `annex` is printed on
    a page of its own, after the signatures.
    """

    title: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: Mapping[str, int] = field(default_factory=dict)
    note: Text | None = None
    sheet: Text | None = None
    empty: Text = NOTHING
    annex: bool = False

    def total(self, column: Column) -> int | None:
        """Our own sum of a column in its stored unit; `None` where no row has a figure."""
        if column.name in self.totals:
            return self.totals[column.name]
        at = self.columns.index(column)
        figures = [row.cells[at] for row in self.rows]
        known = [cell for cell in figures if isinstance(cell, int)]
        return sum(known) if known else None

    @property
    def has_totals(self) -> bool:
        return any(column.total and self.total(column) is not None for column in self.columns)


class Look(StrEnum):
    """How a paper is laid out."""

    STATEMENT = "statement"
    NOTICE = "notice"
    FORM = "form"


@dataclass(frozen=True)
class Paper:
    """What is printed.

    Attributes:
        number: By which the paper is found again; stands in its foot.
        answer: The one line and figure that it is about.
        facts: Labels and values above the tables.
        signatures: Labels of the lines to sign.
        code: A verification code that is printed large, with a QR code of `qr`.
        small: Lines in small type at the end, such as the ledger's heads.
        printed_at: From the clock that was given; no other time is in the file.
    """

    title: Text
    subtitle: Text
    issuer: Text
    number: str
    printed_at: datetime
    synthetic: bool
    look: Look = Look.STATEMENT
    answer: tuple[Text, str] | None = None
    facts: tuple[tuple[Text, str], ...] = ()
    tables: tuple[Table, ...] = ()
    paragraphs: tuple[Text, ...] = ()
    signatures: tuple[Text, ...] = ()
    code: str = ""
    qr: str = ""
    small: tuple[Text, ...] = ()

    @property
    def notes(self) -> tuple[Text, ...]:
        """Every footnote once, in the order in which they are needed."""
        return tuple(dict.fromkeys(note for table in self.tables for row in table.rows for note in row.notes))

    def marks(self, row: Row) -> str:
        """The numbers of the row's footnotes."""
        return "".join(mark(self.notes.index(note)) for note in row.notes)


SYNTHETIC: Final = Text("演示数据，不得作为凭证", "Synthetic data, not a document")


def mark(index: int) -> str:
    """A footnote's number in a circle; beyond twenty in brackets.

    >>> mark(0), mark(20)
    ('①', '[21]')
    """
    return chr(0x2460 + index) if index < 20 else f"[{index + 1}]"


def shown(cell: Cell, kind: Kind, lang: Lang) -> str:
    """A cell as it is printed.

    >>> shown(1234567, Kind.FEN, Lang.ZH), shown(59520000, Kind.WH, Lang.ZH), shown(INSUFFICIENT, Kind.FEN, Lang.ZH)
    ('12,345.67', '59,520.000', '数据不足')
    """
    match cell:
        case Missing(text):
            return text(lang)
        case Text():
            return cell(lang)
        case str():
            return cell
        case date():
            return cell.isoformat()
    return _figure(cell, kind)


def _figure(cell: float, kind: Kind) -> str:
    match kind:
        case Kind.FEN:
            return yuan_text(Fen(int(cell)))
        case Kind.WH:
            return f"{cell / 1000:,.3f}"
        case Kind.RATIO:
            return f"{cell:.2%}"
        case Kind.HOURS:
            return f"{cell:,.1f}"
        case _:
            return f"{cell:,}"


def local_minute(at: datetime) -> str:
    """An instant in Asia/Shanghai, to the minute."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"
