"""`guangfu completeness [STATION]`: which messages came, and which are missing; docs/completeness.md."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Final

import typer
from sqlalchemy import Connection

from guangfu.clock import from_ms
from guangfu.commands.asked_days import DayOption, MonthOption, asked_days
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.registry_chosen import check_station
from guangfu.commands.shown import local_time, print_table
from guangfu.exits import Exit
from guangfu.storage.sql.completeness import StationDay, StationGap, read_completeness, read_gaps
from guangfu.storage.sql.registry import read_registry
from guangfu.texts import Lang, Text

app = typer.Typer(add_completion=False)

_HEADS: Final = (
    Text("收到", "received"), Text("缺失", "missing"), Text("重复", "doubled"), Text("迟到", "late"),
    Text("无序号", "no number"), Text("完整率", "complete"),
)  # fmt: skip
_GAP_HEADS: Final = (
    Text("电站", "station"), Text("启动标识", "boot"), Text("前一报文", "message before"),
    Text("后一报文", "message after"), Text("序号", "numbers"), Text("缺失", "missing"),
)  # fmt: skip


@app.command()
def completeness(
    station: Annotated[str | None, typer.Argument(help="电站编号，缺省为全部。A station; all of them if none.")] = None,
    day: DayOption = None,
    month: MonthOption = None,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="最多列出多少个缺口。At most so many gaps.")] = 50,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """报文是否齐全：收到、缺失、重复、迟到，并列出每个缺口。Which messages came; every gap. Exits 1 if there is one.

    例 Example: guangfu completeness st0001 --month 2026-06
    """
    language = Lang.parse(lang)
    start, end = asked_days(day, month, language)
    with opened_database(sql_url, language) as engine:
        registry = read_registry(engine)
        check_station(station, registry, language)
        stations = None if station is None else [station]
        with engine.connect() as db:
            rows, gaps = _read(db, start, end, stations, registry.stations)
    _show(rows, gaps, by_day=station is not None, most=most, lang=language)
    if gaps:
        raise typer.Exit(Exit.FOUND)


def _read(
    db: Connection, start: date, end: date, stations: Sequence[str] | None, known: Iterable[str]
) -> tuple[list[StationDay], list[StationGap]]:
    registered = set(known)
    rows = read_completeness(db, start=start, end=end, stations=stations)
    gaps = read_gaps(db, start=start, end=end, stations=stations)
    return [r for r in rows if r.station_id in registered], [g for g in gaps if g.station_id in registered]


def _show(rows: Sequence[StationDay], gaps: Sequence[StationGap], *, by_day: bool, most: int, lang: Lang) -> None:
    if not rows:
        typer.echo(_NOTHING(lang))
        return
    lines = [(str(row.day), row) for row in rows] if by_day else _by_station(rows)
    first = Text("日期", "day") if by_day else Text("电站", "station")
    print_table(lang, (first, *_HEADS), [[name, *_figures(row)] for name, row in lines], numbers=len(_HEADS))
    if gaps:
        print_table(lang, _GAP_HEADS, [_gap_row(gap) for gap in gaps[:most]], numbers=2)
    if len(gaps) > most:
        typer.echo(_MORE(lang, n=len(gaps) - most))
    whole = _sum(rows)
    typer.echo(_TOTAL(lang, received=whole.received, missing=whole.missing, gaps=len(gaps)))


def _by_station(rows: Iterable[StationDay]) -> list[tuple[str, StationDay]]:
    of_station: dict[str, list[StationDay]] = {}
    for row in rows:
        of_station.setdefault(row.station_id, []).append(row)
    return [(name, _sum(some)) for name, some in of_station.items()]


def _sum(rows: Sequence[StationDay]) -> StationDay:
    return StationDay(
        rows[0].station_id,
        rows[0].day,
        received=sum(row.received for row in rows),
        missing=sum(row.missing for row in rows),
        doubled=sum(row.doubled for row in rows),
        late=sum(row.late for row in rows),
        unnumbered=sum(row.unnumbered for row in rows),
    )


def _figures(row: StationDay) -> list[str]:
    due = row.received + row.missing
    counts = (row.received, row.missing, row.doubled, row.late, row.unnumbered)
    return [*(f"{count:,}" for count in counts), f"{row.received / due:.2%}" if due else "—"]


def _gap_row(found: StationGap) -> list[str]:
    first, last, since_ms, until_ms = found.gap
    numbers = str(first) if first == last else f"{first}–{last}"
    times = [local_time(from_ms(at_ms)) for at_ms in (since_ms, until_ms)]
    return [found.station_id, found.boot, *times, numbers, f"{found.gap.missing:,}"]


_NOTHING: Final = Text("这段时间没有任何报文的记录", "nothing is known of any message in this time")
_MORE: Final = Text("……还有 {n:,} 个缺口（--most 列出更多）", "… and {n:,} more gaps (--most shows them)")
_TOTAL: Final = Text(
    "收到 {received:,} 条，缺失 {missing:,} 条，{gaps:,} 个缺口",
    "{received:,} received, {missing:,} missing, {gaps:,} gaps",
)
