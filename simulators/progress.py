"""How far a back-fill is: a bar where somebody looks at a terminal, otherwise a line every few seconds."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from guangfu.texts import Lang, Text

Tell = Callable[[int, int], None]
"""Tells how many of the messages are done, and how many readings they held."""

_EVERY_S: Final = 3.0
_DOING: Final = Text(zh="回填历史数据（演示数据）", en="Back-filling (synthetic data)")
_LEFT: Final = Text(zh="剩余", en="left")
_LINE: Final = Text(
    zh="回填历史数据（演示数据）：{done}/{total} 条消息，{rate:,.0f} 个读数/秒，剩余约 {left} 秒",
    en="Back-filling (synthetic data): {done}/{total} messages, {rate:,.0f} readings/s, about {left} s left",
)
_RATE: Final = Text(zh="{rate:,.0f} 个读数/秒", en="{rate:,.0f} readings/s")


@contextmanager
def showing(total: int, lang: Lang, *, quiet: bool = False) -> Iterator[Tell]:
    """Show a back-fill of `total` messages on stderr while the block runs."""
    if quiet:
        yield lambda *_: None
    elif sys.stderr.isatty():
        with _bar(lang) as bar:
            yield _on_bar(bar, bar.add_task(_DOING(lang), total=total, rate=""), lang)
    else:
        yield _in_lines(total, lang)


def _bar(lang: Lang) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rate]}"),
        TextColumn(_LEFT(lang)),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _on_bar(bar: Progress, task: TaskID, lang: Lang) -> Tell:
    began_s = time.monotonic()

    def tell(done: int, readings: int) -> None:
        rate = readings / max(time.monotonic() - began_s, 1e-3)
        bar.update(task, completed=done, rate=_RATE(lang, rate=rate))

    return tell


def _in_lines(total: int, lang: Lang) -> Tell:
    began_s = time.monotonic()
    told_s = began_s

    def tell(done: int, readings: int) -> None:
        nonlocal told_s
        now_s = time.monotonic()
        if now_s - told_s < _EVERY_S and done < total:
            return
        told_s, took_s = now_s, max(now_s - began_s, 1e-3)
        left = round(took_s * (total - done) / done) if done else "?"
        text = _LINE(lang, done=done, total=total, rate=readings / took_s, left=left)
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is its output

    return tell
