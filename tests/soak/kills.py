"""kill -9 at random moments, of ingest, InfluxDB and the broker, in any order, under load."""

import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from guangfu.exits import Exit
from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.sql.database import open_database, upgrade
from ingest.settings import Settings
from tests.ingest.conftest import settings_for
from tests.ingest.processes import start_ingest
from tests.ingest.world import eventually, make_session, register, stored_keys
from tests.services.running import Service, running_influxdb, running_mosquitto
from tests.soak.station import Fleet

LONGEST_S: Final = 1.0
PATIENCE_S: Final = 60.0


@dataclass(frozen=True)
class Plan:
    """How many moments, messages a second between them, and workers.

    More than one worker needs a Mosquitto of 2.0.12 or later, and then the broker is not killed: docs/scaling.md says
    what Mosquitto forgets of shared subscriptions.
    """

    moments: int
    rate: int = 500
    workers: int = 1
    seed: int = 1

    @property
    def kills_broker(self) -> bool:
        return self.workers == 1


class Part(NamedTuple):
    """A part that can be killed and started again."""

    name: str
    kill: Callable[[], None]
    start: Callable[[], None]


@dataclass
class Place:
    """The running parts; each can be killed and started again."""

    folder: Path
    broker: Service
    influxdb: Service
    storage: StorageSettings
    sql_url: str
    workers: list[Settings]
    processes: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def parts(self, plan: Plan) -> list[Part]:
        found = [
            Part(f"ingest {i}", partial(self.kill_worker, i), partial(self.start_worker, i))
            for i in range(plan.workers)
        ]
        found.append(Part("influxdb", self.influxdb.kill, self.influxdb.start))
        return [*found, Part("broker", self.broker.kill, self.broker.start)] if plan.kills_broker else found

    def start_worker(self, index: int) -> None:
        self.processes[index] = start_ingest(self.workers[index], self.storage, self.sql_url)

    def log_of(self, index: int) -> str:
        """The end of what a worker said."""
        return self.workers[index].spool_file.with_suffix(".log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def restart_the_unlucky(self) -> None:
        """As `restart: unless-stopped` does: who starts while InfluxDB is away ends, saying that it is unreachable."""
        for index, process in self.processes.items():
            if process.poll() == Exit.UNREACHABLE:
                self.start_worker(index)
            assert process.poll() in {None, Exit.UNREACHABLE}, f"ingest {index} died: {self.log_of(index)}"

    def kill_worker(self, index: int) -> None:
        process = self.processes.pop(index)
        process.kill()
        process.wait(60)


@contextmanager
def place(folder: Path, plan: Plan) -> Iterator[Place]:
    """Broker, InfluxDB, SQLite and the workers' sessions, which the broker has on disk."""
    (folder / "broker").mkdir()
    (folder / "influxdb").mkdir()
    with ExitStack() as stack:
        broker = stack.enter_context(running_mosquitto(folder / "broker"))
        influxdb = stack.enter_context(running_influxdb(folder / "influxdb"))
        shared = {"shared_subscriptions": plan.workers > 1}
        workers = [settings_for(broker.port, folder, worker=i, **shared) for i in range(plan.workers)]
        url = f"http://{influxdb.host}:{influxdb.port}"
        storage = StorageSettings.load(telemetry_url=url, influx_bucket="guangfu/autogen", influx_token="u:p")
        found = Place(folder, broker, influxdb, storage, f"sqlite:///{folder}/guangfu.sqlite", workers)
        for settings in workers:
            make_session(settings)
        assert broker.process is not None
        broker.process.send_signal(signal.SIGUSR1)  # Mosquitto saves
        eventually((folder / "broker" / "mosquitto.db").exists)
        yield found
        for process in found.processes.values():
            process.kill()
            process.wait(60)


def kill_at_random(plan: Plan, folder: Path, say: Callable[[str], None] = lambda words: None) -> str:
    """Kills and counts; says what it saw.

    Raises:
        AssertionError: A message that was acknowledged is not stored exactly once, or a part ended by itself.
    """
    with place(folder, plan) as here:
        engine = open_database(here.sql_url)
        upgrade(engine)
        register(engine)
        engine.dispose()
        fleet, chance = Fleet(here.broker.port), random.Random(plan.seed)
        for index in range(plan.workers):
            here.start_worker(index)
        began_s = time.monotonic()

        def go_on(seconds: float, *, new: bool = True) -> None:
            """The stations go on meanwhile."""
            until_s = time.monotonic() + seconds
            while time.monotonic() < until_s:
                here.restart_the_unlucky()
                fleet.turn(int((time.monotonic() - began_s) * plan.rate) if new else fleet.count)

        kills = 0
        go_on(2.0)
        for moment in range(plan.moments):
            victims = chance.sample(here.parts(plan), chance.randint(1, len(here.parts(plan))))
            for victim in victims:
                go_on(chance.uniform(0, LONGEST_S / 4))
                victim.kill()
            kills += len(victims)
            go_on(chance.uniform(0, LONGEST_S))
            for victim in chance.sample(victims, len(victims)):
                victim.start()
            go_on(chance.uniform(0, LONGEST_S * 2))
            names = ", ".join(victim.name for victim in victims)
            say(f"moment {moment + 1}: killed {names}; {len(fleet.acknowledged):,} acknowledged")
        give_up_s = time.monotonic() + PATIENCE_S
        while not fleet.is_done():
            go_on(0.1, new=False)
            assert time.monotonic() < give_up_s, "the broker takes nothing more"
        fleet.close()
        _check(here, fleet)
        return (
            f"{plan.moments} moments, {kills} kills: {len(fleet.acknowledged):,} messages acknowledged "
            f"({fleet.repeated:,} sent again after the broker's death), each stored exactly once"
        )


def _check(here: Place, fleet: Fleet) -> None:
    store, expected = open_telemetry_store(here.storage), fleet.keys()
    moved_s, before = time.monotonic(), -1
    try:
        while (there := len(stored_keys(store))) < len(expected):
            here.restart_the_unlucky()
            if there != before:
                moved_s, before = time.monotonic(), there
            assert time.monotonic() - moved_s < PATIENCE_S, f"{there} of {len(expected)} are stored: {_logs(here)}"
            time.sleep(0.1)
        assert stored_keys(store) == expected
    finally:
        store.close()


def _logs(here: Place) -> str:
    return "\n".join(f"{index}: {process.poll()} {here.log_of(index)}" for index, process in here.processes.items())
