"""What is DuckDB's alone: one process, durability, space, a full disk."""

import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

import duckdb
import pytest

from guangfu.stations.models import DeviceKind
from guangfu.storage import duckdb_schema
from guangfu.storage.duckdb_store import DuckDBStore
from guangfu.storage.errors import Unavailable
from guangfu.storage.telemetry_store import ReadingTable
from tests.services.running import ROOT
from tests.storage.stores import NOON_MS, meter

METER = DeviceKind.METER


class Bounds(TypedDict):
    start_at: datetime
    end_at: datetime


EVER = Bounds(start_at=datetime(1990, 1, 1, tzinfo=UTC), end_at=datetime(2200, 1, 1, tzinfo=UTC))

PROLOGUE = """
import sys
from pathlib import Path
from guangfu.storage.duckdb_store import DuckDBStore
from guangfu.storage.errors import Unavailable
from tests.storage.stores import NOON_MS, meter
store = DuckDBStore(Path(sys.argv[1]))
"""


def other_process(script: str, path: Path) -> "subprocess.Popen[str]":
    """A Python of its own that has opened the store as `store`."""
    program = [sys.executable, "-W", "error", "-c", PROLOGUE + textwrap.dedent(script), str(path)]
    return subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def values(table: ReadingTable) -> list[tuple[object, ...]]:
    columns = (column.tolist() for column in table.columns.values())
    return list(zip(table.station.tolist(), table.device.tolist(), table.at_ms.tolist(), *columns, strict=True))


def test_what_was_written_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.duckdb"
    acknowledged = 0
    for life in range(3):
        writer = other_process(
            f"""
            store._session.cursor().execute("PRAGMA wal_autocheckpoint='256KB'")  # be killed in checkpoints too
            for batch in range({life * 1000}, {life * 1000 + 1000}):
                at = range(NOON_MS, NOON_MS + 300)
                store.write([meter(at_ms, f"s{{batch}}", ac_power_w=1.0, energy_export_total_wh=batch) for at_ms in at])
                print(batch, flush=True)
            """,
            path,
        )
        assert writer.stdout is not None
        batches = [int(writer.stdout.readline()) for _ in range(15 + 8 * life)]
        writer.kill()
        batches += [int(line) for line in writer.stdout.read().split()]
        writer.wait()
        writer.stdout.close()
        acknowledged += len(batches)

        store = DuckDBStore(path)
        table = store.read(METER, ["energy_export_total_wh"], **EVER)
        store.close()
        stations = set(table.station)
        assert {f"s{batch}" for batch in batches} <= stations
        assert len(table) == 300 * len(stations)  # a batch is there as a whole or not at all
        assert len(stations) >= acknowledged


def test_a_second_process_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.duckdb"
    holder = other_process("print('open', flush=True); sys.stdin.read()", path)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    try:
        with pytest.raises(Unavailable, match=rf"another process uses {path}; .* \(PID {holder.pid}\)") as caught:
            DuckDBStore(path)
        assert "\n" not in str(caught.value)
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    DuckDBStore(path).close()


def test_a_file_that_is_no_database_or_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database " * 1000)
    with pytest.raises(Unavailable, match="not a valid DuckDB database"):
        DuckDBStore(tmp_path / "text")
    with pytest.raises(Unavailable, match="text"):
        DuckDBStore(tmp_path / "text" / "telemetry.duckdb")


def test_a_closed_store_is_unavailable(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "telemetry.duckdb")
    store.close()
    with pytest.raises(Unavailable):
        store.write([meter(ac_power_w=1.0)])
    with pytest.raises(Unavailable):
        store.ping()


def written_three_times(path: Path) -> DuckDBStore:
    store = DuckDBStore(path)
    for values in ({"ac_power_w": 1.0, "state": 4}, {"energy_export_total_wh": 2**60}, {"ac_power_w": 3.0}):
        store.write([meter(NOON_MS + i, f"s{i % 7}", **values) for i in range(200)])
    return store


def stored_rows(store: DuckDBStore) -> int:
    row = store._session.cursor().execute("SELECT count(*) FROM pv_meter_rows").fetchone()
    assert row is not None
    return int(row[0])


COLUMNS = ["ac_power_w", "energy_export_total_wh", "state", "quality"]


def test_compacting_changes_nothing_that_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb_schema, "_SLICE_ROWS", 70)
    store = written_three_times(tmp_path / "telemetry.duckdb")
    before = values(store.read(METER, COLUMNS, **EVER))
    latest = values(store.latest(METER, COLUMNS, since_at=EVER["start_at"]))
    assert (stored_rows(store), len(before)) == (600, 200)
    store.compact()
    assert stored_rows(store) == 200
    assert values(store.read(METER, COLUMNS, **EVER)) == before
    assert values(store.latest(METER, COLUMNS, since_at=EVER["start_at"])) == latest
    store.write([meter(NOON_MS, "s0", ac_power_w=9.0)])
    assert values(store.read(METER, ["ac_power_w"], **EVER))[0] == ("s0", "m1", NOON_MS, 9.0)
    store.close()


def test_opening_compacts_a_table_with_many_duplicates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "telemetry.duckdb"
    monkeypatch.setattr(duckdb_schema, "_EXAMINE_FROM_ROWS", 100)
    store = written_three_times(path)
    before = values(store.read(METER, COLUMNS, **EVER))
    store.close()
    store = DuckDBStore(path)
    assert stored_rows(store) == 200
    assert values(store.read(METER, COLUMNS, **EVER)) == before
    store.write([meter(NOON_MS + i, f"s{i % 7}", state=1) for i in range(20)])
    store.close()
    store = DuckDBStore(path)
    assert stored_rows(store) == 220  # few duplicates are left alone
    store.close()


def test_people_find_the_merged_readings_in_views(tmp_path: Path) -> None:
    store = written_three_times(tmp_path / "telemetry.duckdb")
    table = store.read(METER, COLUMNS, **EVER)
    store.close()
    with duckdb.connect(str(tmp_path / "telemetry.duckdb"), read_only=True) as reader:
        shown = reader.execute(
            f"SELECT station, device, at_ms, {', '.join(COLUMNS)} FROM pv_meter ORDER BY station, device, at_ms"
        ).fetchall()
        first = reader.execute("SELECT at_utc FROM pv_meter ORDER BY at_ms LIMIT 1").fetchone()
    assert shown == values(table)
    assert first == (datetime(2026, 6, 1, 4, 0),)  # noqa: DTZ001 - DuckDB's plain timestamp, in UTC


@pytest.mark.parametrize(("limit_bytes", "checkpoint"), [(300_000, "16MB"), (900_000, "300KB")])
def test_a_full_disk_is_unavailable_and_passes(tmp_path: Path, limit_bytes: int, checkpoint: str) -> None:
    """The limit of a file's size stands for a full disk: it meets the log alone, or a checkpoint."""
    writer = other_process(
        f"""
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store._session.cursor().execute("PRAGMA wal_autocheckpoint='{checkpoint}'")
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, resource.RLIM_INFINITY))
        values = [(i * 2654435761) % 2**31 for i in range(3000)]  # hard to compress
        refused_at = None
        for batch in range(100):
            points = [meter(NOON_MS + i, f"s{{batch}}", ac_power_w=v, state=v * v) for i, v in enumerate(values)]
            try:
                store.write(points)
            except Unavailable as error:
                assert ("checkpoint" in str(error)) == ({checkpoint!r} != "16MB"), error
                refused_at = batch
                break
        assert refused_at is not None, "the disk never was full"
        try:
            store.write(points)
        except Unavailable:
            pass
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert store.write(points) == []
        print(refused_at + 1)
        """,
        tmp_path / "telemetry.duckdb",
    )
    written, _ = writer.communicate()
    assert writer.returncode == 0
    store = DuckDBStore(tmp_path / "telemetry.duckdb")
    assert len(store.read(METER, ["ac_power_w"], **EVER)) == int(written) * 3000
    store.close()


def test_neither_pandas_nor_pyarrow_is_loaded(tmp_path: Path) -> None:
    process = other_process(
        """
        from datetime import UTC, datetime
        from guangfu.stations.models import DeviceKind
        ever = dict(start_at=datetime(2000, 1, 1, tzinfo=UTC), end_at=datetime(2100, 1, 1, tzinfo=UTC))
        store.write([meter(ac_power_w=1.0, state=2), meter(NOON_MS + 1, energy_export_total_wh=1)])
        assert len(store.read(DeviceKind.METER, ["ac_power_w", "state"], **ever)) == 1
        print(sorted({"pandas", "pyarrow"} & set(sys.modules)))
        """,
        tmp_path / "telemetry.duckdb",
    )
    assert process.communicate()[0] == "[]\n"
