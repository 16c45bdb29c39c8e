"""The demo's clock: the world's, unless it runs faster or an earlier demo has run ahead of the world."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from guangfu.clock import Clock, FastClock, SystemClock


@dataclass(frozen=True)
class DemoClock:
    """A clock, and the options that give the fleet's process the same one."""

    clock: Clock
    options: tuple[str, ...]


def demo_clock(file: Path, speed: float) -> DemoClock:
    """The clock to run by; data of an earlier demo are never in its future."""
    now = SystemClock().now()
    origin = max(now, _left_at(file) or now)
    if speed == 1 and origin == now:
        return DemoClock(SystemClock(), ())
    options = ("--clock-origin", origin.isoformat(), "--clock-started", now.isoformat(), "--speed", str(speed))
    return DemoClock(FastClock(origin=origin, started_at=now, speed=speed), options)


def keep_clock(file: Path, clock: Clock) -> None:
    """Notes the time at which this demo stopped."""
    file.write_text(json.dumps({"left_at": clock.now().isoformat()}), encoding="utf-8")


def _left_at(file: Path) -> datetime | None:
    if not file.exists():
        return None
    return datetime.fromisoformat(json.loads(file.read_text(encoding="utf-8"))["left_at"])
