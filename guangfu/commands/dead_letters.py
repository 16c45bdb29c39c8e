"""`guangfu dead-letters …`: look at what could not be taken, export it, let ingest take it again."""

import base64
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import typer
from sqlalchemy import Connection

from guangfu.clock import SystemClock
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.shown import local_time, print_table
from guangfu.exits import Exit
from guangfu.storage.sql.inbox import (
    DeadLetter,
    ask_replay,
    count_dead_letters,
    read_dead_letter,
    read_dead_letters,
)
from guangfu.telemetry.reading import Reason
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="死信：查看、导出、重放。Dead letters: look, export, replay.", no_args_is_help=True, add_completion=False
)

ReasonOption = Annotated[Reason | None, typer.Option(help="只要这一原因的。Only of this reason.")]
StationOption = Annotated[str | None, typer.Option(help="只要这一电站的。Only of this station.")]
AllOption = Annotated[bool, typer.Option("--all", help="已重放的也要。Those that were replayed as well.")]
PAGE: Final = 500
SHOWN_DETAIL: Final = 120


@app.command("list")
def list_(
    reason: ReasonOption = None,
    station: StationOption = None,
    everything: AllOption = False,
    after: Annotated[int, typer.Option(min=0, help="从这个编号之后。After this number.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="最多多少封。At most so many.")] = 50,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """列出死信，并按原因统计。List dead letters, and count those that wait by reason.

    例 Example: guangfu dead-letters list --reason unknown_station --limit 20
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        letters = read_dead_letters(
            db, reason=reason, station_id=station, waiting_only=not everything, after_id=after, limit=limit
        )
        counts = count_dead_letters(db)
    if letters:
        print_table(language, _HEADS, [_row(letter) for letter in letters])
    by_reason = "，".join(f"{name} {count:,}" for name, count in counts.items()) or "—"
    typer.echo(_WAITING(language, n=sum(counts.values()), by_reason=by_reason))


@app.command()
def show(
    number: Annotated[int, typer.Argument(min=1, help="编号。Its number.")],
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """显示一封死信的全部内容。Show one dead letter whole.

    例 Example: guangfu dead-letters show 17
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        found = read_dead_letter(db, number)
    if found is None:
        typer.echo(_NO_SUCH(language, number=number), err=True)
        raise typer.Exit(Exit.USAGE)
    typer.echo(json.dumps(as_json(found), ensure_ascii=False, indent=2))


@app.command()
def export(
    target: Annotated[
        Path | None, typer.Argument(help="文件，缺省为标准输出。A file; standard output if none.")
    ] = None,
    reason: ReasonOption = None,
    station: StationOption = None,
    everything: AllOption = False,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """导出为 JSON 行；载荷是 UTF-8 就给文本，否则给 base64。Export JSON lines; a payload is text or base64.

    例 Example: guangfu dead-letters export 死信.jsonl --station NM0001
    """
    language = Lang.parse(lang)
    written = 0
    with opened_database(sql_url, language) as engine, _writing(target, language) as out, engine.connect() as db:
        for letter in _pages(db, reason, station, waiting_only=not everything):
            out.write(json.dumps(as_json(letter), ensure_ascii=False) + "\n")
            written += 1
    typer.echo(_EXPORTED(language, n=written), err=True)


@app.command()
def replay(
    number: Annotated[int | None, typer.Option(min=1, help="只要这一封。Only this one.")] = None,
    reason: ReasonOption = None,
    station: StationOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只数，不重放。Count only.")] = False,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """重放死信：接收程序在数秒内按原接收时间再处理一次。Let ingest take letters again, as if they came when they came.

    例 Example: guangfu dead-letters replay --reason unknown_station --station NM0001
    """
    language = Lang.parse(lang)
    wanted = {"letter_id": number, "reason": reason, "station_ids": None if station is None else [station]}
    with opened_database(sql_url, language) as engine, engine.begin() as db:
        if number is not None and read_dead_letter(db, number) is None:
            typer.echo(_NO_SUCH(language, number=number), err=True)
            raise typer.Exit(Exit.USAGE)
        asked = ask_replay(db, SystemClock().now(), **wanted)  # type: ignore[arg-type]
        if dry_run:
            db.rollback()
    typer.echo((_WOULD if dry_run else _ASKED)(language, n=asked))


def as_json(letter: DeadLetter) -> dict[str, Any]:
    """A letter as it is exported: `payload` is its text, or `payload_base64` its bytes."""
    try:
        payload = {"payload": letter.payload.decode("utf-8")}
    except UnicodeDecodeError:
        payload = {"payload_base64": base64.b64encode(letter.payload).decode("ascii")}
    asked, replayed = letter.replay_asked_at, letter.replayed_at
    return {
        "id": letter.id,
        "received_at": letter.received_at.isoformat(),
        "reason": letter.reason,
        "detail": letter.detail,
        "station": letter.station_id,
        "topic": letter.topic,
        "origin": letter.origin,
        "replay_asked_at": asked.isoformat() if asked else None,
        "replayed_at": replayed.isoformat() if replayed else None,
        **payload,
    }


def _pages(db: Connection, reason: Reason | None, station: str | None, *, waiting_only: bool) -> Iterator[DeadLetter]:
    after_id = 0
    while page := read_dead_letters(
        db, reason=reason, station_id=station, waiting_only=waiting_only, after_id=after_id, limit=PAGE
    ):
        yield from page
        after_id = page[-1].id


def _row(letter: DeadLetter) -> list[str]:
    detail = letter.detail if len(letter.detail) <= SHOWN_DETAIL else letter.detail[:SHOWN_DETAIL] + "…"
    received = local_time(letter.received_at) + (" ↻" if letter.replayed_at else "")
    return [received, letter.reason, letter.station_id or "—", detail, str(letter.id)]


@contextmanager
def _writing(target: Path | None, lang: Lang) -> Iterator[TextIO]:
    if target is None:
        yield sys.stdout
        return
    try:
        with target.open("w", encoding="utf-8") as out:
            yield out
    except OSError as error:
        typer.echo(_CANT_WRITE(lang, target=target, error=error.strerror), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from error


_HEADS: Final = (
    Text("接收时间（↻ 已重放）", "received (↻ replayed)"),
    Text("原因", "reason"),
    Text("电站", "station"),
    Text("说明", "detail"),
    Text("编号", "number"),
)
_WAITING: Final = Text("等待处理 {n:,} 封：{by_reason}", "{n:,} wait: {by_reason}")
_NO_SUCH: Final = Text("没有编号为 {number} 的死信", "there is no dead letter {number}")
_EXPORTED: Final = Text("已导出 {n:,} 封", "{n:,} exported")
_ASKED: Final = Text(
    "已登记重放 {n:,} 封，接收程序（0 号）在数秒内处理",
    "{n:,} are to be taken again; ingest (worker 0) does so within seconds",
)
_WOULD: Final = Text("将重放 {n:,} 封", "{n:,} would be taken again")
_CANT_WRITE: Final = Text("无法写入 {target}：{error}", "can't write {target}: {error}")
