"""`guangfu stations acl | passwords`: what the broker must know of the stations. See docs/security.md."""

import csv
import io
import os
from pathlib import Path
from typing import Annotated, Final

import typer

from guangfu.clock import SystemClock, local_day
from guangfu.commands.broker import MappingSettings
from guangfu.commands.broker_access import (
    Issued,
    ReservedIds,
    access_list,
    format_password_file,
    issue_passwords,
    read_password_file,
)
from guangfu.commands.opened import LangOption, SqlUrl
from guangfu.commands.registry_chosen import SyntheticFlag, chosen_registry, writing
from guangfu.exits import Exit
from guangfu.settings import BadSettings
from guangfu.stations.models import Registry
from guangfu.telemetry.mapping.load import read_mappings
from guangfu.telemetry.mapping.nodes import BadMapping
from guangfu.texts import Lang, Text

_SECRET: Final = 0o600
_OPEN: Final = 0o644


def acl(
    out: Annotated[Path | None, typer.Option(help="写入文件，默认标准输出。A file; else standard output.")] = None,
    mappings: Annotated[
        list[Path] | None,
        typer.Option(help="接收程序的映射文件，可多次，默认 GUANGFU_INGEST_MAPPINGS。Ingest's mappings; repeatable."),
    ] = None,
    synthetic: SyntheticFlag = False,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """由登记册生成 Mosquitto 访问控制表：每座在运电站只能写自己的主题。Mosquitto's access list from the registry.

    例 Example: guangfu stations acl --out deploy/mosquitto/stations/acl
    """
    language = Lang.parse(lang)
    registry = chosen_registry(synthetic, sql_url, language)
    try:
        places = mappings if mappings is not None else MappingSettings.load().mappings
        made = access_list(registry, local_day(SystemClock().now()), read_mappings(places))
    except BadSettings as bad:
        raise _failed(str(bad), Exit.USAGE) from bad
    except BadMapping as bad:
        raise _failed(bad.said(language), Exit.USAGE) from bad
    except ReservedIds as reserved:
        raise _failed(_RESERVED(language, ids=reserved), Exit.FOUND) from reserved
    if out is None:
        typer.echo(made.text, nl=False)
    else:
        with writing(out, language):
            _replace(out, made.text, _OPEN)
    typer.echo(_LISTED(language, n=made.writers, closed=made.closed), err=True)


def passwords(
    out: Annotated[
        Path, typer.Option(help="Mosquitto 密码文件，已有的密码不变。Its password file; what is there stays.")
    ],
    clear: Annotated[Path, typer.Option(help="新建 CSV，交给安装人员的明文密码。A new CSV file for the installers.")],
    rotate: Annotated[
        list[str] | None, typer.Option(help="给这座电站换密码，可多次。Another password for this station; repeatable.")
    ] = None,
    synthetic: SyntheticFlag = False,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """给还没有密码的电站生成随机密码；退役电站的密码删去。A random password for each station that has none.

    例 Example: guangfu stations passwords --out deploy/mosquitto/stations/passwords --clear var/new-passwords.csv
    """
    language = Lang.parse(lang)
    registry = chosen_registry(synthetic, sql_url, language)
    hashes = _existing(out, language)
    if clear.exists() or clear.resolve() == out.resolve():
        raise _failed(_NEW_FILE(language, path=clear), Exit.USAGE)
    issued = _issued(registry, hashes, rotate or [], language)
    _write(out, clear, issued, registry, language)
    n = len(issued.passwords)
    text = _ISSUED if n else _NONE_ISSUED
    typer.echo(text(language, n=n, users=len(issued.hashes), removed=len(issued.removed), path=clear), err=True)


def _existing(path: Path, lang: Lang) -> dict[str, str]:
    try:
        return read_password_file(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _failed(_CANT_READ(lang, path=path, error=error.strerror), Exit.UNREACHABLE) from error
    except ValueError as error:  # a text that is no UTF-8 as well
        raise _failed(_NO_PASSWORD_FILE(lang, path=path), Exit.FOUND) from error


def _issued(registry: Registry, hashes: dict[str, str], rotate: list[str], lang: Lang) -> Issued:
    try:
        return issue_passwords(registry, local_day(SystemClock().now()), hashes, rotate)
    except ReservedIds as reserved:
        raise _failed(_RESERVED(lang, ids=reserved), Exit.FOUND) from reserved
    except KeyError as unknown:
        raise _failed(_UNKNOWN(lang, ids=unknown.args[0]), Exit.USAGE) from unknown


def _write(out: Path, clear: Path, issued: Issued, registry: Registry, lang: Lang) -> None:
    """The clear passwords first: hashes of passwords that nobody knows would lock stations out."""
    if issued.passwords:
        with writing(clear, lang):
            _create(clear, _for_installers(issued, registry), _SECRET)
    try:
        with writing(out, lang):
            _replace(out, format_password_file(issued.hashes), _SECRET)
    except typer.Exit:
        clear.unlink(missing_ok=True)
        raise


def _for_installers(issued: Issued, registry: Registry) -> str:
    text = io.StringIO()
    text.write("\ufeff")  # Excel takes it for UTF-8
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["station_id", "name", "user", "password"])
    rows.writerows((name, registry.stations[name].name, name, word) for name, word in issued.passwords.items())
    return text.getvalue()


def _replace(path: Path, text: str, mode: int) -> None:
    """The whole new text or the old one, whatever happens: a broker may read it at any time."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _create(beside, text, mode)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _create(path: Path, text: str, mode: int) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _failed(text: str, status: Exit) -> typer.Exit:
    typer.echo(text, err=True)
    return typer.Exit(status)


_LISTED: Final = Text(
    "访问控制表：{n} 座电站可写自己的主题；{closed} 座已退役，不可写",
    "access list: {n} stations may write their own topics; {closed} are closed and may not",
)
_ISSUED: Final = Text(
    "新发 {n} 个密码，明文在 {path}（交给安装人员后删除）；删去退役电站 {removed} 个；密码文件共 {users} 个用户",
    "{n} new passwords, in clear in {path} (delete it when the installers have it); {removed} of closed stations "
    "removed; {users} users in the password file",
)
_NONE_ISSUED: Final = Text(
    "没有电站需要新密码；删去退役电站 {removed} 个；密码文件共 {users} 个用户",
    "no station needs a new password; {removed} of closed stations removed; {users} users in the password file",
)
_RESERVED: Final = Text(
    "电站编号 {ids} 与程序在 消息代理上的用户重名，请改编号",
    "stations {ids} are called like a program's user at the broker: give them another id",
)
_UNKNOWN: Final = Text("登记册中没有在运电站 {ids}", "the registry has no open station {ids}")
_NEW_FILE: Final = Text("{path} 已存在；明文密码只写入新文件", "{path} exists; clear passwords go into a new file only")
_CANT_READ: Final = Text("无法读取 {path}：{error}", "can't read {path}: {error}")
_NO_PASSWORD_FILE: Final = Text("{path} 不是 Mosquitto 密码文件，未改动", "{path} is no password file; left as it is")
