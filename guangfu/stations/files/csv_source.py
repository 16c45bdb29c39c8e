"""A folder of CSV files, UTF-8 with or without a byte-order mark, or GB18030."""

import csv
import io
from pathlib import Path

from guangfu.stations.faults import Fault
from guangfu.stations.files.raw import Raw, shaped, table_named, unknown_table
from guangfu.texts import Text


def read_csv_folder(folder: Path) -> Raw:
    """The tables of every `.csv` file of a folder; other files are none of ours."""
    raw = Raw()
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() == ".csv" and path.is_file():
            read_csv(path, raw)
    return raw


def read_csv(path: Path, raw: Raw) -> None:
    """Adds the table of one CSV file, or what is wrong with it."""
    table = table_named(path.stem)
    if table is None:
        raw.faults.append(unknown_table(path.name, path.stem))
        return
    content = decoded(path.read_bytes())
    if content is None:
        raw.faults.append(Fault(_NO_TEXT, file=path.name, table=path.stem))
        return
    try:
        rows = csv.reader(io.StringIO(content, newline=""), strict=True)
        stripped = (tuple(cell.strip() for cell in row) for row in rows)
        raw.tables.append(shaped(stripped, table, path.name, path.stem, raw))
    except csv.Error as error:
        text = Text(f"不是规范的 CSV：{error}", f"not proper CSV: {error}")
        raw.faults.append(Fault(text, file=path.name, table=path.stem))


def decoded(content: bytes) -> str | None:
    """The text of a file in one of the encodings that are taken; otherwise nothing."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


_NO_TEXT = Text(
    "不是文本文件：请另存为 CSV（UTF-8 或 GB18030）",
    "not a text file: save it as CSV in UTF-8 or GB18030",
)
