"""Blocks of points read as the points they were made from."""

from hypothesis import given
from hypothesis import strategies as st

from guangfu.storage.point_block import PointBlock, Points, joined
from guangfu.storage.telemetry_store import Point
from tests.storage.stores import inverter, meter

POINTS = st.lists(
    st.builds(meter, st.integers(1, 9), ac_power_w=st.none() | st.floats(0, 9))
    | st.builds(inverter, st.integers(1, 9), st.just("s1"), st.just("i1"), state=st.integers(1, 8)),
    max_size=12,
)


def rebuilt(points: list[Point]) -> Points:
    """The same points in blocks of one that know nothing of the objects."""
    return Points(PointBlock.of(p.kind, [p.station], [p.reading], [p.quality]) for p in points)


@given(POINTS, st.integers(0, 13), st.integers(0, 13))
def test_a_slice_holds_what_a_slice_of_the_list_holds(points: list[Point], start: int, end: int) -> None:
    blocks = rebuilt(points)
    assert list(blocks) == points
    assert len(blocks) == len(points)
    assert list(blocks[start:end]) == points[start:end]
    assert [blocks[i] for i in range(len(points))] == points


@given(POINTS)
def test_points_are_given_back_as_the_objects_they_were(points: list[Point]) -> None:
    found = list(Points.of(points)[1:])
    assert all(any(one is point for point in points) for one in found)
    assert len(found) == max(0, len(points) - 1)


def test_joined_blocks_follow_each_other() -> None:
    points = [meter(i, ac_power_w=float(i)) for i in range(5)]
    whole = joined(rebuilt(points).blocks)
    assert list(whole.points()) == points
    assert whole.columns["ac_power_w"] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert whole.columns["state"] == [None] * 5
