"""`guangfu ledger …`: verify the chains of the books, show their balances, export them for beancount."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer
from sqlalchemy import Connection

from guangfu.clock import local_day
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.shown import print_table
from guangfu.exits import Exit
from guangfu.ledger.beancount import Dated, beancount_lines
from guangfu.ledger.books import BOOKS, CHARTS
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.storage.errors import Refused
from guangfu.storage.opening import StorageSettings
from guangfu.storage.sql.journal import ChainFault, balances, read_entries, read_hash, read_heads, verify_chain
from guangfu.storage.sql.papers import NOT_KEPT, read_vouchers
from guangfu.storage.voucher_files import read_file
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="账簿：校验、余额、导出。The ledger: verify, balances, export.", no_args_is_help=True, add_completion=False
)


class KeptHead(NamedTuple):
    """A book's head as an earlier verification printed it."""

    book: str
    seq: int
    hash: bytes


def parse_head(text: str) -> KeptHead:
    """Reads `BOOK:NUMBER:HASH`.

    >>> parse_head("AGENCY:12:" + "ab" * 32).seq
    12
    """
    try:
        book, seq, hash_ = text.split(":")
        head = KeptHead(book, int(seq), bytes.fromhex(hash_))
    except ValueError:
        head = KeptHead("", 0, b"")
    if head.seq < 1 or len(head.hash) != 32:
        raise typer.BadParameter(f"{text}: BOOK:NUMBER:HASH")
    return head


HeadOption = Annotated[
    list[KeptHead] | None,
    typer.Option(
        "--head", parser=parse_head, metavar="BOOK:NUMBER:HASH",
        help="以前打印并另行保存的链头，可多次给出。A head that was printed earlier and kept elsewhere; repeatable.",
    ),
]  # fmt: skip


FilesOption = Annotated[
    bool, typer.Option("--files", help="也读出每份凭证的文件，核对其哈希。Read every voucher's file too.")
]


@app.callback()
def ledger() -> None:
    """账簿：校验、余额、导出。The ledger: verify, balances, export."""


@app.command()
def verify(
    head: HeadOption = None, files: FilesOption = False, sql_url: SqlUrl = None, lang: LangOption = "zh-CN"
) -> None:
    """校验各账簿的哈希链，打印链头。Verify the hash chain of every book and print its head.

    例 Example: guangfu ledger verify --files --head AGENCY:1572:4f0c…
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        faults = [*verify_chain(db), *(fault for kept in head or [] for fault in _against(db, kept, language))]
        faults += list(_changed_files(db, StorageSettings.load().vouchers_folder)) if files else []
        heads = read_heads(db)
    for book, at in heads.items():
        typer.echo(_HEAD(language, name=_book(book, language), head=f"{book}:{at.seq}:{at.hash.hex()}"))
    if faults:
        cells = [(fault.book, fault.detail, str(fault.seq)) for fault in faults]
        columns = (Text("账簿", "book"), Text("问题", "fault"), Text("分录号", "entry"))
        print_table(language, columns, cells, numbers=1)
        typer.echo(_BROKEN(language, n=len(faults)), err=True)
        raise typer.Exit(Exit.FOUND)
    typer.echo(_WHOLE(language, n=sum(at.seq for at in heads.values())))


@app.command("balances")
def show_balances(sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """各账簿的科目余额（元）。The balance of each account, in yuan; a debit is above zero.

    例 Example: guangfu ledger balances
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        rows = [
            (_book(book, language), code, _account(book, code, language), yuan_text(Fen(amount)))
            for book in read_heads(db)
            for code, amount in balances(db, book).items()
        ]
    heads = (Text("账簿", "book"), Text("科目", "account"), Text("名称", "name"), Text("余额（元）", "balance, yuan"))
    print_table(language, heads, rows, numbers=1)


@app.command("export")
def export_books(
    folder: Annotated[Path, typer.Argument(help="写入此目录，每本账簿一个文件。Where to write, a file a book.")],
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """导出为 beancount 文件，可用 bean-check 复核。Write the books as beancount files, which bean-check can prove.

    例 Example: guangfu ledger export books && bean-check books/AGENCY.beancount
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        folder.mkdir(parents=True, exist_ok=True)
        for book in read_heads(db):
            path = folder / f"{book}.beancount"
            path.write_text(_as_beancount(db, book), encoding="utf-8")
            typer.echo(_WRITTEN(language, name=_book(book, language), path=path))


def _as_beancount(db: Connection, book: str) -> str:
    entries = (Dated(x.seq, local_day(x.posted_at), x.hash, x.entry) for x in read_entries(db, book))
    return "".join(f"{line}\n" for line in beancount_lines(book, entries, balances(db, book)))


def _against(db: Connection, kept: KeptHead, lang: Lang) -> list[ChainFault]:
    """Whether the book still holds the entry that was its last one then."""
    found = read_hash(db, kept.book, kept.seq)
    if found == kept.hash:
        return []
    return [ChainFault(kept.book, kept.seq, (_GONE if found is None else _OTHER)(lang))]


def _changed_files(db: Connection, folder: Path) -> Iterator[ChainFault]:
    """Vouchers whose file is gone, or is not the one that was kept; of personal lists no file is kept."""
    for voucher in read_vouchers(db):
        if voucher.note != NOT_KEPT:
            try:
                read_file(folder, voucher.file_sha256)
            except Refused as error:
                yield ChainFault(voucher.voucher_id, 0, str(error))


def _book(book: str, lang: Lang) -> str:
    return BOOKS[book](lang) if book in BOOKS else book


def _account(book: str, code: str, lang: Lang) -> str:
    account = CHARTS.get(book, {}).get(code)
    return account.name(lang) if account else "—"


_HEAD: Final = Text("{name}，链头（请另行保存）：{head}", "{name}, head to be kept elsewhere: {head}")
_WRITTEN: Final = Text("{name}：{path}", "{name}: {path}")
_WHOLE: Final = Text("账簿完好：共 {n} 笔分录，逐笔校验一致", "the books are whole: {n} entries, each as it was posted")
_BROKEN: Final = Text("账簿有 {n} 处不一致", "{n} faults in the books")
_GONE: Final = Text("另行保存的链头所指分录已不存在", "the entry of the head that was kept is gone")
_OTHER: Final = Text("与另行保存的链头不一致", "not the entry of the head that was kept")
