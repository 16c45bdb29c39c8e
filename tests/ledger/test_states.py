"""States: each leads on to states that exist, and nothing leads out of a closed month."""

import pytest

from guangfu.ledger.states import STATE_NAMES, STEPS, BadStep, Subject, check_step, first_state, state_name


@pytest.mark.parametrize("subject", Subject)
def test_every_state_that_follows_exists_and_has_words(subject: Subject) -> None:
    states = set(STEPS[subject])
    assert {after for steps in STEPS[subject].values() for after in steps} <= states
    assert states <= set(STATE_NAMES)
    assert all(state_name(subject, state).zh and state_name(subject, state).en for state in states)


@pytest.mark.parametrize("subject", Subject)
def test_every_state_is_reached_from_the_first(subject: Subject) -> None:
    reached, frontier = set(), {first_state(subject)}
    while frontier:
        reached |= frontier
        frontier = {after for state in frontier for after in STEPS[subject][state]} - reached
    assert reached == set(STEPS[subject])


@pytest.mark.parametrize("after", STEPS[Subject.STATION_MONTH])
def test_nothing_follows_a_closed_month(after: str) -> None:
    with pytest.raises(BadStep, match=r"S1/2026-06: closed is followed by nothing, not by"):
        check_step(Subject.STATION_MONTH, "S1/2026-06", "closed", after)


def test_a_state_of_another_subject_is_refused() -> None:
    with pytest.raises(BadStep, match="paid"):
        check_step(Subject.STATION_MONTH, "S1/2026-06", None, "paid")
