"""What every import here shares: faults told together, the file as a voucher, a preview unless it says apply."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import Connection

from guangfu.commands.stations_shown import show_faults
from guangfu.exits import Exit
from guangfu.income.rules import BadRules
from guangfu.ledger.states import STEPS, BadStep, state_name
from guangfu.settings import BadSettings
from guangfu.stations.faults import Fault, has_errors
from guangfu.storage.errors import Refused
from guangfu.storage.opening import StorageSettings
from guangfu.storage.sql.papers import NOT_KEPT, Voucher, record_voucher
from guangfu.storage.voucher_files import keep_file
from guangfu.texts import Lang, Text

PathArgument = Annotated[Path, typer.Argument(help=".xlsx 或 .csv。An .xlsx or a .csv.")]
ApplyOption = Annotated[bool, typer.Option("--apply", help="写入；不给则只预览。Write; without it, a preview.")]
NumberOption = Annotated[str, typer.Option("--number", help="文件自身的编号或文号。The document's own number.")]

MOST_FAULTS: Final = 200
PREVIEW: Final = Text(
    "以上只是预览，未写入；写入请加 --apply", "this was a preview, nothing is written; --apply writes"
)
_REFUSED: Final = Text("未写入：{why}", "nothing is written: {why}")
_BAD: Final = Text("设置有误：\n{why}", "wrong settings:\n{why}")


class Declined(Exception):
    """Something is wrong with the data; it is said to people as it is, and nothing is written."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@contextmanager
def told(lang: Lang) -> Iterator[None]:
    """What goes wrong in one sentence, with its exit status; the transaction is rolled back before."""
    try:
        yield
    except Declined as error:
        typer.echo(_REFUSED(lang, why=error.text(lang)), err=True)
        raise typer.Exit(Exit.FOUND) from error
    except BadStep as error:
        typer.echo(_REFUSED(lang, why=_bad_step(error)(lang)), err=True)
        raise typer.Exit(Exit.FOUND) from error
    except Refused as error:
        typer.echo(_REFUSED(lang, why=error), err=True)
        raise typer.Exit(Exit.FOUND) from error
    except BadRules as error:
        typer.echo(_BAD(lang, why=error.describe(lang)), err=True)
        raise typer.Exit(Exit.USAGE) from error
    except BadSettings as error:
        typer.echo(_BAD(lang, why=error), err=True)
        raise typer.Exit(Exit.USAGE) from error


def _bad_step(error: BadStep) -> Text:
    now = state_name(error.subject, error.before) if error.before else Text("新建", "new")
    wanted = state_name(error.subject, error.after)
    after = [state_name(error.subject, state) for state in sorted(STEPS[error.subject].get(error.before or "", ()))]
    zh, en = "、".join(text.zh for text in after) or "无", ", ".join(text.en for text in after) or "nothing"
    return Text(
        f"{error.subject_id} 现为“{now.zh}”，不能到“{wanted.zh}”；下一步可以是：{zh}",
        f"{error.subject_id} is {now.en}: it goes on to {en}, not to {wanted.en}",
    )


def stop_at(faults: list[Fault], lang: Lang) -> None:
    """Shows the faults; exits with `FOUND` if one is an error."""
    show_faults(faults, MOST_FAULTS, lang)
    if has_errors(faults):
        raise typer.Exit(Exit.FOUND)


def keep_voucher(
    db: Connection, path: Path, kind: str, *, at: datetime, by: str, number: str = "", personal: bool = False
) -> Voucher:
    """Records the file as a voucher, and keeps it; of one with personal data, in clear as it is, only the hash."""
    content = path.read_bytes()
    if personal:
        digest = hashlib.sha256(content).hexdigest()
        return record_voucher(db, kind, path.name, digest, len(content), at=at, by=by, number=number, note=NOT_KEPT)
    kept = keep_file(StorageSettings.load().vouchers_folder, content)
    return record_voucher(db, kind, path.name, kept.sha256, kept.size_bytes, at=at, by=by, number=number)


def refused_unless(holds: bool, text: Text) -> None:
    """Raises `Declined` unless it holds."""
    if not holds:
        raise Declined(text)
