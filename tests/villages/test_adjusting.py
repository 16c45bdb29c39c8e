"""Who comes, goes, returns and moves; villages that merge. Pure, on small registries."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.income.adjusting import Adjustment, Listed, adjust, holds, merge_villages
from guangfu.income.shares import units_on
from guangfu.stations.checks import check_registry
from guangfu.stations.faults import has_errors
from guangfu.stations.models import Registry, ShareUnits, valid_on
from guangfu.storage.sql.persons import Place
from tests.income.small_registry import station
from tests.stations.example import GRID_DAY, JOINT, example

DAY = date(2026, 1, 1)


def run(registry: Registry, places: list[Place], listed: list[Listed], day: date = DAY) -> Adjustment:
    numbers = count(1)
    return adjust(registry, places, listed, day, lambda: f"new-{next(numbers)}")


def after(found: Adjustment, places: list[Place]) -> list[Place]:
    """Places as they are written."""
    stays = [p for p in places if p.person_id not in found.ends or not holds(p, found.day)]
    ended = [p for p in places if p.person_id in found.ends and holds(p, found.day)]
    new = [Place(n.person_id, n.household_id, n.village_id, n.head, found.day, None, n.happening) for n in found.begins]
    return [*stays, *(replace(p, valid_to=found.day) for p in ended if p.valid_from < found.day), *new]


def place(person: str, household: str, village: str, *, until: date | None = None) -> Place:
    return Place(person, household, village, True, GRID_DAY, until, "added")


def test_added_removed_returned_and_moved() -> None:
    registry = replace(example(), synthetic=True)
    places = [
        place("stays", "hh-vl-s-0", "vl-s"), place("goes", "hh-vl-s-1", "vl-s"), place("moves", "hh-vl-s-2", "vl-s"),
        place("back", "hh-vl-s-3", "vl-s", until=date(2024, 1, 1)), place("elsewhere", "hh-vl-j3-0", "vl-j3"),
    ]  # fmt: skip
    listed = [
        Listed("stays", "vl-s"), Listed("moves", "vl-j1", "hh-vl-s-2"), Listed("back", "vl-s", "hh-vl-s-9"),
        Listed("new", "vl-s"),
    ]  # fmt: skip
    found = run(registry, places, listed)
    assert [(d.happening.value, d.person_id, d.before, d.after) for d in found.differences] == [
        ("moved", "moves", "vl-s", "vl-j1"), ("returned", "back", None, "vl-s"), ("added", "new", None, "vl-s"),
        ("removed", "goes", "vl-s", None),
    ]  # fmt: skip
    households = found.registry.households
    assert households["hh-vl-s-1"].valid_to == households["hh-vl-s-2"].valid_to == DAY
    begun = {n.person_id: (n.household_id, n.village_id) for n in found.begins}
    assert begun["back"] == ("hh-vl-s-9", "vl-s"), "the list's household, which is there"
    assert begun["moves"] == ("new-1", "vl-j1"), "a household of another village is never used again"
    assert households["new-1"].valid_from == DAY
    assert not has_errors(check_registry(found.registry))
    assert run(found.registry, after(found, places), listed).differences == (), "twice equals once"


def test_a_household_ends_with_its_last_person_and_its_slot_with_it() -> None:
    places = [place("one", "hh-vl-c-0", "vl-c"), place("two", "hh-vl-c-0", "vl-c"), place("x", "hh-vl-c-1", "vl-c")]
    first = run(example(), places, [Listed("one", "vl-c"), Listed("x", "vl-c")])
    assert first.registry == example(), "somebody is left"
    second = run(example(), places, [Listed("x", "vl-c"), Listed("new", "vl-c", slot_id="sl-0")])
    held = [s for s in second.registry.slots if s.slot_id == "sl-0"]
    assert [(s.household_id, s.valid_from, s.valid_to) for s in held] == [
        ("hh-vl-c-0", GRID_DAY, DAY), ("new-1", DAY, None),
    ]  # fmt: skip
    assert not has_errors(check_registry(second.registry))


def test_persons_of_one_household_move_together() -> None:
    places = [place("a", "hh-vl-s-0", "vl-s"), place("b", "hh-vl-s-0", "vl-s"), place("c", "hh-vl-s-1", "vl-s")]
    listed = [Listed(p, "vl-j1", h) for p, h in (("a", "hh-vl-s-0"), ("b", "hh-vl-s-0"), ("c", "hh-vl-s-1"))]
    begun = {n.person_id: n.household_id for n in run(example(), places, listed).begins}
    assert begun == {"a": "new-1", "b": "new-1", "c": "new-2"}


def test_merged_villages_give_their_units_households_slots_and_persons() -> None:
    places = [place("a", "hh-vl-j3-0", "vl-j3"), place("b", "hh-vl-j2-0", "vl-j2")]
    numbers = count(1)
    found = merge_villages(example(), places, ["vl-j3"], "vl-j2", DAY, lambda: f"new-{next(numbers)}")
    assert not has_errors(check_registry(found.registry))
    assert units_on(found.registry, JOINT, DAY - timedelta(days=1)) == (("vl-j1", 2), ("vl-j2", 1), ("vl-j3", 1))
    assert units_on(found.registry, JOINT, DAY) == (("vl-j1", 2), ("vl-j2", 2))
    assert [(d.person_id, d.before, d.after) for d in found.differences] == [("a", "vl-j3", "vl-j2")]
    here = [h for h in found.registry.households.values() if h.village_id == "vl-j2" and valid_on(h, DAY)]
    assert len(here) == 50
    assert "vl-j3" in found.registry.villages, "what was before the day is still explained by it"


spans = st.tuples(st.integers(0, 40), st.none() | st.integers(1, 40))


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 9), spans), max_size=8),
    st.integers(0, 60),
    st.sets(st.sampled_from("bcd"), min_size=1),
)
def test_a_merger_never_makes_or_loses_a_unit(
    held: list[tuple[str, int, tuple[int, int | None]]], day: int, gone: set[str]
) -> None:
    begin = date(2026, 1, 1)
    shares = tuple(
        ShareUnits("s1", v, n, begin + timedelta(days=a), None if b is None else begin + timedelta(days=a + b))
        for v, n, (a, b) in held
    )
    registry = Registry({}, {}, {}, {"s1": station("s1", joint=True)}, (), shares, {}, ())
    on = begin + timedelta(days=day)
    merged = merge_villages(registry, [], gone, "a", on, lambda: "x").registry
    for offset in range(100):
        today = begin + timedelta(days=offset)
        before, now = dict(units_on(registry, "s1", today)), dict(units_on(merged, "s1", today))
        assert sum(before.values()) == sum(now.values())
        if today < on:
            assert before == now
        else:
            assert not gone & now.keys()
            assert all(before.get(v) == now.get(v) for v in set("bcd") - gone)


lists = st.dictionaries(
    st.sampled_from([f"p{i}" for i in range(6)]),
    st.tuples(
        st.sampled_from(["vl-s", "vl-j1", "vl-j2"]), st.none() | st.sampled_from(["hh-vl-s-0", "hh-vl-j1-0", "hx"])
    ),
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(lists, min_size=1, max_size=4))
def test_after_any_lists_the_register_is_as_the_last_one_says_and_twice_is_once(
    years: list[dict[str, tuple[str, str | None]]],
) -> None:
    registry, places = replace(example(), synthetic=True), list[Place]()
    numbers = count(1)
    for year, people in enumerate(years, 2026):
        listed = [Listed(person, village, household) for person, (village, household) in people.items()]
        scope, day = ("vl-s", "vl-j1", "vl-j2"), date(year, 1, 1)
        found = adjust(registry, places, listed, day, lambda: f"new-{next(numbers)}", scope)
        registry, before, places = found.registry, places, after(found, places)
        again = adjust(registry, places, listed, day, lambda: "never", scope)
        assert again.differences == ()
        assert again.registry == registry
        now = {p.person_id: p.village_id for p in places if holds(p, day)}
        assert now == {person: village for person, (village, _) in people.items()}
        held = [p for p in places if holds(p, day)]
        assert all(valid_on(registry.households[p.household_id], day) for p in held)
        assert all(registry.households[p.household_id].village_id == p.village_id for p in held)
        yesterday = day - timedelta(days=1)
        assert {p for p in before if holds(p, yesterday)} <= {
            replace(p, valid_to=None) for p in places if holds(p, yesterday)
        }, "what was is never changed"
        assert not has_errors(check_registry(registry))
