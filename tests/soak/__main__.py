"""The soak: `make soak`, or `python -m tests.soak kills --moments 50`, `… fuzz --messages 1000000`."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from guangfu.storage.duckdb_store import DuckDBStore
from guangfu.storage.sql.database import open_database, upgrade
from tests.ingest.conftest import settings_for
from tests.ingest.world import register
from tests.services.running import running_mosquitto
from tests.soak import fuzz, kills


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("what", choices=["all", "kills", "fuzz"], nargs="?", default="all")
    parser.add_argument("--moments", type=int, default=50, help="at which parts are killed")
    parser.add_argument("--rate", type=int, default=500, help="messages a second while parts are killed")
    parser.add_argument("--workers", type=int, default=1, help="of ingest, while parts are killed")
    parser.add_argument("--messages", type=int, default=1_000_000, help="of the fuzzer")
    parser.add_argument("--drawn", type=int, default=5000, help="of the fuzzer's patterns are drawn by hypothesis")
    parser.add_argument("--fuzz-rate", type=int, default=0, help="at most so many messages a second; 0 is any")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed kills and sends the same")
    asked = parser.parse_args()
    _say(f"seed {asked.seed}")
    with tempfile.TemporaryDirectory(prefix="guangfu-soak-") as folder:
        if asked.what != "fuzz":
            plan = kills.Plan(asked.moments, asked.rate, asked.workers, seed=asked.seed)
            _say(kills.kill_at_random(plan, _made(Path(folder, "kills")), _say))
        if asked.what != "kills":
            _fuzz(fuzz.Plan(asked.messages, asked.drawn, asked.seed, asked.fuzz_rate), _made(Path(folder, "fuzz")))


def _fuzz(plan: fuzz.Plan, folder: Path) -> None:
    with running_mosquitto(folder) as broker:
        settings = settings_for(broker.port, folder, mappings=[fuzz.write_mappings(folder / "mappings")])
        engine, store = open_database(f"sqlite:///{folder}/guangfu.sqlite"), DuckDBStore(folder / "telemetry.duckdb")
        upgrade(engine)
        register(engine)
        began_s = time.monotonic()
        said = fuzz.fuzz(plan, settings, store, engine, _say)
        _say(f"{said}; {time.monotonic() - began_s:,.0f} s")
        store.close()
        engine.dispose()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
