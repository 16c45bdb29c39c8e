"""Threads of one process, and one child process; when any of them dies, all stop."""

import json
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from guangfu.demo.broker import dying_with_parent


@dataclass
class Part:
    """A program that runs in a thread until its own `stop` is set."""

    name: str
    run: Callable[[threading.Event], None]
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


@dataclass(frozen=True)
class Died:
    """Which part ended although nobody had asked it to, and why."""

    name: str
    why: str


@dataclass
class Supervisor:
    """Starts parts in order, and stops them in the reverse order, each after the one before has ended."""

    woken: threading.Event = field(default_factory=threading.Event)
    died: Died | None = None
    _parts: list[Part] = field(default_factory=list)

    def start(self, name: str, run: Callable[[threading.Event], None]) -> None:
        part = Part(name, run)
        part.thread = threading.Thread(target=self._guard, args=(part,), name=name, daemon=True)
        self._parts.append(part)
        part.thread.start()

    def wake(self) -> None:
        self.woken.set()

    def report(self, died: Died) -> None:
        """The first death is the one to tell."""
        self.died = self.died or died
        self.wake()

    def stop(self, timeout_s: float = 15) -> None:
        for part in reversed(self._parts):
            part.stop.set()
            if part.thread is not None:
                part.thread.join(timeout_s)

    def _guard(self, part: Part) -> None:
        try:
            part.run(part.stop)
        except Exception as error:  # noqa: BLE001 - whatever it was, a dead part stops everything
            self.report(Died(part.name, f"{type(error).__name__}: {error}"))
            return
        if not part.stop.is_set():
            self.report(Died(part.name, "it ended"))


class Fleet:
    """The simulated fleet, a child process that says on stdout, in JSON lines, how far it is."""

    def __init__(self, command: Sequence[str], on_event: Callable[[str], None], on_end: Callable[[int], None]) -> None:
        self._process = subprocess.Popen(
            dying_with_parent(command), stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self._on_event, self._on_end = on_event, on_end
        self._ending = False
        self._thread = threading.Thread(target=self._listen, name="fleet", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ending = True
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(5)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                if line.startswith("{"):
                    self._on_event(str(json.loads(line).get("event")))
        status = self._process.wait()
        if not self._ending:
            self._on_end(status)
