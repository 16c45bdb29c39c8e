from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from guangfu.clock import day_start, from_ms, local_day, to_ms
from guangfu.storage.sql.inbox import Seen
from ingest.owed import Heard, Letter, Owed, dead_letters, dirty_days, encode_owed, merged, stations_seen

TIMES = st.none() | st.integers(0, 2**41)
LETTERS = st.builds(
    Letter, st.text(), st.text(), st.text(), st.text(), st.binary(), st.none() | st.text(), st.integers(0, 2**41)
)
OWED = st.builds(
    Owed,
    letters=st.lists(LETTERS, max_size=3),
    dirty=st.sets(st.tuples(st.sampled_from("ab"), st.integers(0, 30_000)), max_size=5),
    heard=st.dictionaries(
        st.sampled_from("abc"),
        st.builds(Heard, TIMES, TIMES) | st.builds(Heard, status=st.text(), status_ms=st.integers(0, 2**41)),
    ),
)


@given(OWED)
def test_what_is_owed_survives_the_outbox(owed: Owed) -> None:
    assert merged([encode_owed(owed)]) == owed


@given(st.lists(OWED, max_size=4))
def test_rows_merged_twice_say_the_same_as_merged_once(several: list[Owed]) -> None:
    rows = [encode_owed(owed) for owed in several]
    assert merged([encode_owed(merged(rows[:2])), *rows[2:]]) == merged(rows)
    together = merged(rows)
    assert together.dirty == set().union(*(owed.dirty for owed in several))
    assert len(together.letters) == sum(len(owed.letters) for owed in several)


@given(st.integers(0, 2**41))
def test_a_reading_makes_its_local_day_dirty_and_at_midnight_the_day_before_too(at_ms: int) -> None:
    owed = Owed()
    owed.touch("s-1", [at_ms])
    day = local_day(from_ms(at_ms))
    expected = {("s-1", day)}
    if at_ms == to_ms(day_start(day)):
        expected.add(("s-1", date.fromordinal(day.toordinal() - 1)))
    assert set(dirty_days(owed)) == expected


def test_the_reading_at_midnight_bounds_both_days() -> None:
    owed = Owed()
    owed.touch("s-1", [to_ms(datetime(2026, 5, 31, 16, tzinfo=UTC))])
    owed.touch("s-2", [to_ms(datetime(2026, 5, 31, 16, 0, 1, tzinfo=UTC))])
    assert set(dirty_days(owed)) == {("s-1", date(2026, 6, 1)), ("s-1", date(2026, 5, 31)), ("s-2", date(2026, 6, 1))}


def test_the_later_time_and_the_later_status_win() -> None:
    owed = Owed()
    owed.hear("s-1", Heard(last_reading_ms=2000, last_received_ms=3000))
    owed.hear("s-1", Heard(last_reading_ms=1000, last_received_ms=4000))
    owed.hear("s-1", Heard(status="offline", status_ms=2000))
    owed.hear("s-1", Heard(status="online", status_ms=1000))
    assert stations_seen(owed) == [Seen("s-1", from_ms(2000), from_ms(4000), "offline", from_ms(2000))]


def test_a_letter_keeps_its_bytes() -> None:
    (letter,) = dead_letters(Owed(letters=[Letter("o", "r", "d", "t", b"\x00\xff", None, 1000)]))
    assert (letter.origin, letter.payload, letter.received_at) == ("o", b"\x00\xff", from_ms(1000))
