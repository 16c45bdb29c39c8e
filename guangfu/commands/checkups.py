"""What `guangfu doctor` asks each part, and what it makes of the answer. Nothing is made or changed."""

import urllib.request
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Engine

from guangfu.commands.broker import BrokerSettings, connected
from guangfu.commands.opened import existing_database
from guangfu.storage.errors import StorageError
from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.sql.inbox import count_dead_letters, count_dirty
from guangfu.storage.sql.journal import read_heads, verify_chain
from guangfu.storage.sql.operations import latest_ingest_health
from guangfu.storage.sql.registry import read_registry
from guangfu.texts import Lang, Text

API_TIMEOUT_S: Final = 5
SILENT_S: Final = 120
"""Ingest says how it does every few seconds."""
MIB: Final = 1 << 20


class State(Enum):
    WELL = Text("正常", "well")
    NOTICE = Text("留意", "look")
    WRONG = Text("数据有误", "wrong data")
    UNREACHABLE = Text("不可达", "unreachable")


class Finding(NamedTuple):
    part: Text
    state: State
    detail: Text


def check_database(settings: StorageSettings, lang: Lang, now: datetime) -> Iterator[Finding]:
    """The SQL database and what is in it: registry, ledger, dead letters, days that wait, ingest's word on itself."""
    try:
        engine = existing_database(settings, lang)
    except StorageError as error:
        yield Finding(DATABASE, State.UNREACHABLE, _plain(error.detail))
        return
    try:
        yield Finding(DATABASE, State.WELL, _plain(engine.url.render_as_string(hide_password=True)))
        yield _registry(engine)
        yield _ledger(engine)
        yield _dead_letters(engine)
        yield _dirty_days(engine)
        yield from _ingest(engine, now)
    except StorageError as error:
        yield Finding(DATABASE, State.UNREACHABLE, _plain(error.detail))
    finally:
        engine.dispose()


def check_telemetry(settings: StorageSettings, api_url: str) -> Finding:
    """The telemetry store. A DuckDB file belongs to one process: where one holds it, its API is asked."""
    path = _duckdb_file(settings)
    if path is not None and not path.exists():
        return Finding(TELEMETRY, State.NOTICE, _NO_FILE.filled(path=path))
    try:
        store = open_telemetry_store(settings)
    except StorageError as error:
        if path is not None and _api_is_ready(api_url):
            return Finding(TELEMETRY, State.WELL, _HELD.filled(path=path, url=api_url))
        return Finding(TELEMETRY, State.UNREACHABLE, _plain(error.detail))
    try:
        store.ping()
    except StorageError as error:
        return Finding(TELEMETRY, State.UNREACHABLE, _plain(error.detail))
    finally:
        store.close()
    return Finding(TELEMETRY, State.WELL, _plain(settings.telemetry_url))


def check_broker(settings: BrokerSettings) -> Finding:
    """Whether the broker lets a client in."""
    try:
        with connected(settings):
            return Finding(BROKER, State.WELL, _plain(f"{settings.mqtt_host}:{settings.mqtt_port}"))
    except StorageError as error:
        return Finding(BROKER, State.UNREACHABLE, _plain(error.detail))


def _registry(engine: Engine) -> Finding:
    registry = read_registry(engine)
    if not registry.stations:
        return Finding(REGISTRY, State.WRONG, _NO_REGISTRY)
    words = _SYNTHETIC if registry.synthetic else _STATIONS
    return Finding(REGISTRY, State.WELL, words.filled(n=len(registry.stations), v=len(registry.villages)))


def _ledger(engine: Engine) -> Finding:
    with engine.connect() as db:
        faults = verify_chain(db)
        entries = sum(head.seq for head in read_heads(db).values())
    if faults:
        first = faults[0]
        return Finding(LEDGER, State.WRONG, _FAULTS.filled(n=len(faults), book=first.book, seq=first.seq))
    return Finding(LEDGER, State.WELL, _ENTRIES.filled(n=entries))


def _dead_letters(engine: Engine) -> Finding:
    with engine.connect() as db:
        counts = count_dead_letters(db)
    if not counts:
        return Finding(DEAD_LETTERS, State.WELL, _plain("0"))
    by_reason = ", ".join(f"{reason} {count:,}" for reason, count in counts.items())
    return Finding(DEAD_LETTERS, State.NOTICE, _WAIT.filled(n=sum(counts.values()), by_reason=by_reason))


def _dirty_days(engine: Engine) -> Finding:
    with engine.connect() as db:
        return Finding(DIRTY_DAYS, State.WELL, _plain(f"{count_dirty(db):,}"))


def _ingest(engine: Engine, now: datetime) -> Iterator[Finding]:
    """What each worker said last: what waits in its spool, how long, and the room on its disk."""
    with engine.connect() as db:
        workers = latest_ingest_health(db)
    if not workers:
        yield Finding(INGEST, State.NOTICE, _NEVER_RAN)
    for said in workers:
        silent_s = (now - said.at).total_seconds()
        words = _PAUSED if said.paused else _TAKING if said.connected else _NO_BROKER
        state = State.NOTICE if silent_s > SILENT_S or words is not _TAKING or said.set_aside else State.WELL
        facts = {
            "worker": said.worker, "ago": f"{max(0.0, silent_s):,.0f}", "n": said.spool_messages,
            "mib": f"{said.spool_bytes / MIB:,.1f}", "age": f"{said.spool_oldest_s:,.0f}",
            "free": f"{said.disk_free_bytes / MIB / 1024:,.1f}", "aside": said.set_aside,
        }  # fmt: skip
        yield Finding(INGEST, state, Text(words.zh + _SPOOL.zh, words.en + _SPOOL.en).filled(**facts))


def _duckdb_file(settings: StorageSettings) -> Path | None:
    scheme, _, path = settings.telemetry_url.partition(":///")
    return Path(path) if scheme == "duckdb" else None


def _api_is_ready(url: str) -> bool:
    if not url.startswith(("http://", "https://")):
        return False
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/readyz", timeout=API_TIMEOUT_S) as answer:  # noqa: S310
            return int(answer.status) == 200
    except OSError:
        return False


def _plain(words: str) -> Text:
    return Text(words, words)


DATABASE: Final = Text("数据库", "database")
REGISTRY: Final = Text("电站登记册", "registry")
LEDGER: Final = Text("账簿", "ledger")
DEAD_LETTERS: Final = Text("死信", "dead letters")
DIRTY_DAYS: Final = Text("待重算的电站日", "station-days to compute")
TELEMETRY: Final = Text("遥测库", "telemetry store")
INGEST: Final = Text("接收程序", "ingest")
BROKER: Final = Text("消息代理", "broker")

_STATIONS: Final = Text("{n:,} 座电站，{v:,} 个嘎查村", "{n:,} stations, {v:,} villages")
_SYNTHETIC: Final = Text("{n:,} 座电站，{v:,} 个嘎查村（演示数据）", "{n:,} stations, {v:,} villages (synthetic data)")
_NO_REGISTRY: Final = Text("还没有登记册：guangfu stations import", "there is none: guangfu stations import")
_ENTRIES: Final = Text("{n:,} 笔分录，逐笔校验一致", "{n:,} entries, each as it was posted")
_FAULTS: Final = Text(
    "{n:,} 处不一致，首处在 {book} 第 {seq} 笔：guangfu ledger verify",
    "{n:,} faults, the first at {book} {seq}: guangfu ledger verify",
)
_WAIT: Final = Text("{n:,} 封等待处理：{by_reason}", "{n:,} wait: {by_reason}")
_NO_FILE: Final = Text("{path} 还没有：接收程序启动时会新建", "{path} is not there yet: ingest makes it when it starts")
_HELD: Final = Text("{path} 由运行中的程序占用，{url} 应答正常", "{path}, held by a running program; {url} is ready")
_NEVER_RAN: Final = Text("还没有运行过", "it has not run yet")
_TAKING: Final = Text("{worker} 号正在接收；", "worker {worker} takes messages; ")
_PAUSED: Final = Text(
    "{worker} 号因缓冲区或磁盘将满而暂停，报文留在消息代理；",
    "worker {worker} leaves messages with the broker, its spool or disk is full; ",
)
_NO_BROKER: Final = Text("{worker} 号未连上消息代理；", "worker {worker} is not connected to the broker; ")
_SPOOL: Final = Text(
    "缓冲 {n:,} 条 {mib} MiB，最早的已等 {age} 秒，磁盘余 {free} GiB，损坏另存 {aside}；{ago} 秒前报告",
    "{n:,} wait in the spool, {mib} MiB, the oldest for {age} s, {free} GiB of disk are free, {aside} set aside; "
    "said {ago} s ago",
)
