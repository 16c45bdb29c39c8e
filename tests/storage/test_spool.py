import sqlite3
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guangfu.storage.spool import FRAMES_FORMAT, Depth, Frame, Spool, SpoolInUse


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "spool.sqlite")
    yield opened
    opened.close()


def reopened(spool: Spool) -> Spool:
    spool.close()
    return Spool(spool.path)


def frame(text: str, at_ms: int = 1) -> Frame:
    return Frame(at_ms, "pv/1/s-1/telemetry", text.encode())


FRAMES = st.lists(st.builds(Frame, st.integers(0, 2**60), st.text(max_size=9), st.binary(max_size=9)), min_size=1)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FRAMES, max_size=5))
def test_what_is_appended_is_read_in_order_and_whole(spool: Spool, groups: list[list[Frame]]) -> None:
    before = spool.cursor
    ids = [spool.append(frames) for frames in groups]
    assert [(g.id, g.frames) for g in spool.read(before, 100)] == list(zip(ids, groups, strict=True))
    spool.advance(max([before, *ids]), [])


def test_a_group_survives_closing_and_the_cursor_too(spool: Spool) -> None:
    first, second = spool.append([frame("a")]), spool.append([frame("b", 7), frame("c", 8)])
    spool.advance(first, [b"owed"])
    again = reopened(spool)
    assert again.cursor == first
    assert [g.id for g in again.read(again.cursor, 10)] == [second]
    assert [row.body for row in again.read_outbox(10)] == [b"owed"]
    assert again.depth() == Depth(2, again.depth().bytes, 7, 1, 0)
    again.close()


def test_ids_are_never_used_twice_even_when_all_is_consumed(spool: Spool) -> None:
    last = spool.append([frame("a")])
    spool.advance(last, [])
    again = reopened(spool)
    assert again.append([frame("b")]) == last + 1
    assert again.token == spool.token
    again.close()


def test_consumed_groups_are_deleted_in_batches_and_the_depth_follows(spool: Spool) -> None:
    for i in range(600):
        spool.advance(spool.append([frame(str(i))]), [])
    with sqlite3.connect(spool.path) as db:
        assert db.execute("SELECT count(*) FROM groups").fetchone()[0] < 256
    db.close()
    assert spool.depth() == Depth(0, 0, None, 0, 0)


def test_read_is_bounded_by_bytes_but_gives_at_least_one_group(spool: Spool) -> None:
    for _ in range(3):
        spool.append([frame("x" * 1000)])
    assert len(spool.read(0, 10, max_bytes=10)) == 1
    assert len(spool.read(0, 2)) == 2


def test_the_outbox_is_settled_or_said_in_fewer_rows(spool: Spool) -> None:
    spool.advance(0, [b"a", b"b", b"c"])
    rows = spool.read_outbox(2)
    spool.settle_outbox(rows[-1].id, [b"ab"])
    assert [row.body for row in spool.read_outbox(9)] == [b"ab", b"c"], "in its place: what came first is told first"
    spool.advance(0, [b"d"])
    assert [row.body for row in spool.read_outbox(9, max_bytes=3)] == [b"ab", b"c"]
    assert [row.body for row in spool.read_outbox(9, max_bytes=1)] == [b"ab"]
    spool.settle_outbox(spool.read_outbox(9)[-1].id)
    assert spool.depth().outbox_rows == 0
    again = reopened(spool)
    assert again.depth().outbox_rows == 0
    again.close()


def test_opening_gives_the_disk_back_what_a_long_queue_left(spool: Spool) -> None:
    for _ in range(80):
        last = spool.append([frame("x" * (1 << 20))])
    spool.advance(last - 1, [])
    again = reopened(spool)
    assert again.path.stat().st_size < 4 << 20
    assert [g.id for g in again.read(again.cursor, 9)] == [last]
    again.close()


def test_a_drained_spool_gives_the_disk_back_while_it_is_open(spool: Spool) -> None:
    def on_disk() -> int:
        return sum(file.stat().st_size for file in spool.path.parent.glob("*.sqlite*"))

    last = [spool.append([Frame(1, "t", bytes(1 << 20))]) for _ in range(40)][-1]
    spool.give_back()
    full = on_disk()
    assert full > 40 << 20, "what waits is not touched"
    spool.advance(last, [b"x"])
    assert on_disk() - full < 2 << 20, "what is deleted is not written once more"
    spool.give_back()
    assert on_disk() < 1 << 20
    kept = spool.append([Frame(2, "t", b"after")])
    assert [group.id for group in spool.read(last, 4)] == [kept] == [last + 1]
    assert [row.body for row in spool.read_outbox(10)] == [b"x"]


def test_another_process_can_not_open_it(spool: Spool) -> None:
    code = f"from pathlib import Path; from guangfu.storage.spool import Spool; Spool(Path({str(spool.path)!r}))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "in use by another process" in other.stderr
    with pytest.raises(SpoolInUse):
        Spool(spool.path)


def test_a_waiting_reader_is_woken_by_a_group(spool: Spool) -> None:
    assert not spool.wait_for_group(0)
    appending = threading.Thread(target=lambda: spool.append([frame("a")]))
    appending.start()
    assert spool.wait_for_group(60)
    appending.join()


def test_a_flipped_bit_sets_one_group_aside_and_the_others_are_read(spool: Spool) -> None:
    ids = [spool.append([frame(name)]) for name in "abc"]
    with sqlite3.connect(spool.path) as db:
        db.execute("UPDATE groups SET body = zeroblob(length(body)) WHERE id = ?", (ids[1],))
    db.close()
    assert [g.id for g in spool.read(0, 10)] == [ids[0], ids[2]]
    assert spool.depth().set_aside == 1
    assert spool.depth().messages == 2
    assert [g.id for g in spool.read(0, 10)] == [ids[0], ids[2]]


def test_of_a_damaged_file_what_can_be_read_is_kept_and_the_rest_counted(spool: Spool) -> None:
    ids = [spool.append([frame(f"<{i}>" * 20_000)]) for i in range(40)]
    spool.advance(ids[0], [b"owed"])
    spool.close()
    overwrite_a_page_of(spool.path, b"<20><20><20>")
    again = Spool(spool.path)
    kept = [g.id for g in again.read(again.cursor, 100, max_bytes=1 << 30)]
    lost = {*ids[1:]} - {*kept}
    assert again.salvaged is not None
    assert again.salvaged.lost_groups == len(lost) > 0
    assert lost <= {*ids[15:26]}  # those whose rows stand in the same page
    assert again.salvaged.damaged_path.exists()
    assert again.depth().set_aside == 1, "the metric tells that something is lost"
    assert (again.cursor, again.token) == (ids[0], spool.token)
    assert [row.body for row in again.read_outbox(9)] == [b"owed"]
    assert again.append([frame("new")]) == ids[-1] + 1
    again.close()


def overwrite_a_page_of(path: Path, text: bytes) -> None:
    """One page in the middle of those that `text` fills."""
    content = bytearray(path.read_bytes())
    page = (content.index(text) + content.rindex(text)) // 2 // 16384
    content[page * 16384 : (page + 1) * 16384] = b"\xff" * 16384
    path.write_bytes(content)


def test_a_file_that_is_no_database_is_moved_away(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    path.write_bytes(b"not a database" * 1000)
    opened = Spool(path)
    assert opened.salvaged is not None
    assert opened.salvaged.damaged_path.read_bytes().startswith(b"not a database")
    assert opened.append([frame("a")]) == 1
    opened.close()


def test_a_killed_process_loses_no_group_that_append_returned(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom guangfu.storage.spool import Frame, Spool\n"
        f"spool = Spool(Path({str(tmp_path / 'spool.sqlite')!r}))\n"
        "while True: print(spool.append([Frame(1, 't', b'x' * 100)]), flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(50)]
        process.kill()
        lines += process.stdout.readlines()
    promised = int([line for line in lines if line.endswith("\n")][-1])
    opened = Spool(tmp_path / "spool.sqlite")
    assert [g.id for g in opened.read(0, promised)] == [*range(1, promised + 1)]
    opened.close()


def test_a_group_in_the_older_format_is_read_as_it_was_written(tmp_path: Path) -> None:
    frames = [Frame(1, "pv/1/s/telemetry", b"a"), Frame(2, "pv/1/t/telemetry", b"\xff")]
    spool = Spool(tmp_path / "spool")
    group = spool.append(frames)
    body = msgspec.msgpack.encode(frames)
    with closing(sqlite3.connect(spool.path, isolation_level=None)) as db:
        db.execute("UPDATE groups SET format = ?, crc = ?, body = ?", (FRAMES_FORMAT, zlib.crc32(body), body))
    assert [(g.id, g.frames) for g in spool.read(0, 10)] == [(group, frames)]
    spool.close()
