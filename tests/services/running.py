"""Starts a real Mosquitto, InfluxDB or PostgreSQL for as long as a `with` block lasts.

Each context manager raises `Missing` where the program is not installed; `make services` installs all.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]


class Missing(Exception):
    """A service's program is not on this machine."""


@dataclass
class Service:
    """A service that runs; `kill` and `start` are for tests of what happens when it dies."""

    host: str
    port: int
    command: Sequence[str]
    ready: Callable[[], bool]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self, timeout_s: float = 60) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        give_up = time.monotonic() + timeout_s
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"{self.command[0]} did not start:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)
            self.process = None


def find_program(name: str, *places: Path) -> str:
    """The path of a program, from `places`, `.services/bin` or the PATH."""
    for place in (*places, ROOT / ".services" / "bin"):
        if (place / name).is_file():
            return str(place / name)
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise Missing(f"{name} is not installed; `make services` installs it")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _run(service: Service) -> Iterator[Service]:
    service.start()
    try:
        yield service
    finally:
        service.kill()


@contextmanager
def running_mosquitto(
    folder: Path, extra_config: str = "", *, anonymous: bool = True, autosave_s: int = 5
) -> Iterator[Service]:
    """A broker on loopback with persistence and unbounded queues; without access control unless told."""
    port = free_port()
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous {str(anonymous).lower()}\npersistence true\n"
        f"persistence_location {folder}/\nautosave_interval {autosave_s}\nmax_queued_messages 0\n"
        f"max_inflight_messages 0\nuser root\n{extra_config}\n"
    )
    command = [find_program("mosquitto"), "-c", str(config)]
    with _run(Service("127.0.0.1", port, command, lambda: listens(port), folder / "mosquitto.log")) as service:
        yield service


@contextmanager
def running_influxdb(folder: Path, *, access_control: bool = False) -> Iterator[Service]:
    """InfluxDB 1.8 with its v2 write API, and the database `guangfu` unless there is access control and nobody yet."""
    port, rpc = free_port(), free_port()
    config = folder / "influxdb.conf"
    config.write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{rpc}"\n'
        f'[meta]\n  dir = "{folder}/meta"\n'
        f'[data]\n  dir = "{folder}/data"\n  wal-dir = "{folder}/wal"\n  index-version = "tsi1"\n'
        "  query-log-enabled = false\n"
        f'[http]\n  bind-address = "127.0.0.1:{port}"\n  log-enabled = false\n  max-body-size = 0\n'
        f"  auth-enabled = {str(access_control).lower()}\n"
    )
    command = [find_program("influxd", Path.home() / "go" / "bin"), "-config", str(config)]

    def ready() -> bool:
        return listens(port) and _http(f"http://127.0.0.1:{port}/ping")

    with _run(Service("127.0.0.1", port, command, ready, folder / "influxdb.log")) as service:
        _http(f"http://127.0.0.1:{port}/query?q=CREATE+DATABASE+guangfu", b"")
        yield service


def _http(url: str, body: bytes | None = None) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=5) as answer:
            return 200 <= int(answer.status) < 300
    except OSError:
        return False


@dataclass
class Postgres:
    """A cluster that runs; `new_database` gives each test one of its own."""

    service: Service
    user: str = "guangfu"
    made: int = 0

    def new_database(self) -> str:
        """SQLAlchemy URL of a database made just now."""
        self.made += 1
        name = f"t{self.made}"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://{self.user}@127.0.0.1:{self.service.port}/{name}"

    def _dsn(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.service.port} user={self.user} dbname={database}"


@contextmanager
def running_postgres(folder: Path) -> Iterator[Postgres]:
    """PostgreSQL with trust authentication on loopback; as root it runs as the user `postgres`."""
    bin_dir = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nonexistent"))
    initdb, server = find_program("initdb", bin_dir), find_program("postgres", bin_dir)
    # Not in `folder`: pytest closes its folders to other users, and does so again whenever another run starts.
    with tempfile.TemporaryDirectory(prefix="guangfu-postgres-") as data:
        become: list[str] = []
        if os.geteuid() == 0:
            # setpriv becomes the server; runuser would stay in between and take the signals for itself
            become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
            shutil.chown(data, "postgres", "postgres")
        subprocess.run(
            [*become, initdb, "-D", data, "-U", "guangfu", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            check=True,
            capture_output=True,
        )
        port = free_port()
        command = [*become, server, "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1",
                   "-c", "unix_socket_directories=", "-c", "fsync=on"]  # fmt: skip
        service = Service("127.0.0.1", port, command, lambda: _lets_in(port), folder / "postgres.log")
        with _run(service) as running:
            yield Postgres(running)


def _lets_in(port: int) -> bool:
    """PostgreSQL listens some time before it lets anybody in."""
    try:
        psycopg.connect(f"host=127.0.0.1 port={port} user=guangfu dbname=postgres").close()
    except psycopg.OperationalError:
        return False
    return True
