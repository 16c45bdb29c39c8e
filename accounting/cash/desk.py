"""What the commands about money share: the registry and rules in force, who does it, documents, tables of amounts."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import Connection, Engine

import guangfu.income
from accounting.cash.steps import Desk
from accounting.villages.imports import keep_voucher, refused_unless, told
from guangfu.clock import SystemClock
from guangfu.commands.opened import opened_database
from guangfu.commands.who import who
from guangfu.income.rules import RulesSettings, load_rules
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.rules_in_force import rules_in_force
from guangfu.texts import Lang, Text

BannerOption = Annotated[str, typer.Option("--banner", help="旗县名称或代码。A banner by name or code.")]
OnOption = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], metavar="DATE", help="日期，默认今天。The day; today if left out."),
]
ReasonOption = Annotated[str, typer.Option("--reason", help="原因，记入状态记录。Why; it is kept.")]
VoucherOption = Annotated[
    Path | None, typer.Option("--voucher", help="凭证文件（扫描件）。The document's file, such as a scan.")
]


MappingOption = Annotated[
    Path | None, typer.Option("--mapping", help="对照文件（YAML）或自带示例之名。A mapping file, or an example's name.")
]
EXAMPLES: Final = Path(guangfu.income.__file__).parent / "bank_mappings"


def mapping_path(mapping: Path | None) -> Path | None:
    """A mapping file, or the example of that name: `one_column`, `two_columns`."""
    example = EXAMPLES / f"{mapping}.yaml"
    return example if mapping is not None and not mapping.exists() and example.exists() else mapping


@contextmanager
def at_desk(sql_url: str | None, by: str | None, lang: Lang) -> Iterator[tuple[Engine, Desk]]:
    """The database and the desk; what goes wrong is one sentence with its exit status."""
    with opened_database(sql_url, lang) as engine, told(lang):
        rules = load_rules(RulesSettings.load().folder)
        with engine.connect() as db:
            rules = rules_in_force(db, rules)
        yield engine, Desk(read_registry(engine), rules, SystemClock().now(), who(by))


def banner_code(desk: Desk, name: str, lang: Lang) -> str:
    """The code of a banner that is named or coded so; one whose stations are known will do."""
    found = [b.code for b in desk.registry.banners.values() if name in {b.code, b.name, b.name_en}]
    found = found or [s.banner_code for s in desk.registry.stations.values() if s.banner_code == name][:1]
    refused_unless(len(found) == 1, _NO_BANNER.filled(name=name))
    del lang
    return found[0]


def voucher_of(db: Connection, desk: Desk, path: Path | None, kind: str, number: str = "") -> str | None:
    """The number of the voucher that the file is recorded as, if one is given."""
    if path is None:
        return None
    refused_unless(path.is_file(), _NO_FILE.filled(path=path.name))
    return keep_voucher(db, path, kind, at=desk.at, by=desk.by, number=number).voucher_id


def cut(rows: Iterable[Sequence[str]], most: int) -> tuple[list[Sequence[str]], int]:
    """The first rows, and how many there are beyond them."""
    every = list(rows)
    return every[:most], max(len(every) - most, 0)


MOST_ROWS: Final = 200
MORE: Final = Text("……另有 {n} 行", "… and {n} more rows")
_NO_BANNER: Final = Text("没有唯一的旗县「{name}」", "there is no one banner {name}")
_NO_FILE: Final = Text("没有文件 {path}", "there is no file {path}")
