"""`guangfu dead-letters …`: look at what could not be taken, export it, send it again."""

import base64
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import typer
from sqlalchemy import Connection, Engine

from guangfu.commands import replaying
from guangfu.commands.broker import BrokerSettings, NotTaken
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.shown import local_time, print_table
from guangfu.exits import Exit
from guangfu.settings import BadSettings
from guangfu.storage.sql.inbox import DeadLetter, count_dead_letters, read_dead_letters
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
        found = read_dead_letters(db, waiting_only=False, after_id=number - 1, limit=1)
    if not found or found[0].id != number:
        typer.echo(_NO_SUCH(language, number=number), err=True)
        raise typer.Exit(Exit.USAGE)
    typer.echo(json.dumps(as_json(found[0]), ensure_ascii=False, indent=2))


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
    reason: ReasonOption = None,
    station: StationOption = None,
    dry_run: Annotated[bool, typer.Option(help="只数一数，不发送。Only count, send nothing.")] = False,
    host: Annotated[str | None, typer.Option(help="消息代理，默认 GUANGFU_INGEST_MQTT_HOST。The broker.")] = None,
    port: Annotated[int | None, typer.Option(help="端口，默认 GUANGFU_INGEST_MQTT_PORT。Its port.")] = None,
    username: Annotated[
        str | None,
        typer.Option(help="有权发布的用户。A user that may publish; password in GUANGFU_INGEST_MQTT_PASSWORD(_FILE)."),
    ] = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """把死信按原主题重新发布一次，由接收程序再处理。Publish the letters again, each on its own topic, for ingest.

    例 Example: guangfu dead-letters replay --reason unknown_station --station NM0001
    """
    language = Lang.parse(lang)
    given = {"mqtt_host": host, "mqtt_port": port, "mqtt_username": username}
    with opened_database(sql_url, language) as engine:
        try:
            settings = BrokerSettings.load(**{name: value for name, value in given.items() if value is not None})
            done = _count(engine, reason, station) if dry_run else replaying.replay(engine, settings, reason, station)
        except BadSettings as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(Exit.USAGE) from error
        except NotTaken as error:
            typer.echo(_NOT_TAKEN(language, error=error), err=True)
            raise typer.Exit(Exit.UNREACHABLE) from error
    typer.echo((_WOULD if dry_run else _REPLAYED)(language, n=done.sent))
    if done.unsendable:
        typer.echo(_UNSENDABLE(language, ids=", ".join(map(str, done.unsendable))), err=True)
        raise typer.Exit(Exit.FOUND)


def as_json(letter: DeadLetter) -> dict[str, Any]:
    """A letter as it is exported: `payload` is its text, or `payload_base64` its bytes."""
    try:
        payload = {"payload": letter.payload.decode("utf-8")}
    except UnicodeDecodeError:
        payload = {"payload_base64": base64.b64encode(letter.payload).decode("ascii")}
    replayed = letter.replayed_at
    return {
        "id": letter.id,
        "received_at": letter.received_at.isoformat(),
        "reason": letter.reason,
        "detail": letter.detail,
        "station": letter.station_id,
        "topic": letter.topic,
        "origin": letter.origin,
        "replayed_at": replayed.isoformat() if replayed else None,
        **payload,
    }


def _count(engine: Engine, reason: Reason | None, station: str | None) -> replaying.Replayed:
    with engine.connect() as db:
        return replaying.Replayed(sum(1 for _ in _pages(db, reason, station, waiting_only=True)), [])


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
_REPLAYED: Final = Text("已重新发布 {n:,} 封", "{n:,} published again")
_WOULD: Final = Text("将重新发布 {n:,} 封", "{n:,} would be published again")
_UNSENDABLE: Final = Text("主题不能发布，未重放：{ids}", "topics that can't be published to, not replayed: {ids}")
_NOT_TAKEN: Final = Text(
    "消息代理没有收下：{error}。发布需要权限，且接收程序应在运行",
    "the broker did not take it: {error}. It takes the right to publish, and a running ingest",
)
_CANT_WRITE: Final = Text("无法写入 {target}：{error}", "can't write {target}: {error}")
