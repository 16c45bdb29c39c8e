"""Where a fleet begins: anew, or where an earlier start left off."""

from dataclasses import dataclass

from guangfu.clock import Clock
from simulators.settings import Settings
from simulators.state import BadState, State, read_state
from simulators.weather import day_start_s, local_day_of


@dataclass(frozen=True)
class Start:
    """How a fleet begins.

    Attributes:
        state: What it remembers, or would if it had run before.
        from_s: Readings up to here were published. [s since 1970 UTC]
        with_start: The reading at `from_s` itself was not.
        resumed: An earlier start is continued.
    """

    state: State
    from_s: int
    with_start: bool
    resumed: bool


def start_of(settings: Settings, clock: Clock) -> Start:
    """The start that the settings, the state file and the time of day ask for.

    A fixed period begins anew at its start. Otherwise what is missing since the last reading is filled, but
    not more than `backfill_days` whole days before today.

    Raises:
        BadState: The state file can't be read, is of another fleet, or of a later time than now.
    """
    if settings.start_at is not None and settings.end_at is not None:
        start_s, end_s = int(settings.start_at.timestamp()), int(settings.end_at.timestamp())
        return Start(_anew(settings.seed, start_s, demo_at_s=end_s), start_s, with_start=True, resumed=False)
    now_s = int(clock.now().timestamp())
    earliest_s = day_start_s(local_day_of(now_s) - settings.backfill_days) if settings.backfill_days else now_s
    state = read_state(settings.state_file, settings.seed) if settings.state_file is not None else None
    if state is None:
        return Start(_anew(settings.seed, earliest_s, demo_at_s=now_s), earliest_s, with_start=True, resumed=False)
    if state.published_until_s > now_s:
        raise BadState(f"{settings.state_file}: published_until_s {state.published_until_s} > {now_s}")
    from_s = max(state.published_until_s, earliest_s, day_start_s(state.anchor_day))
    return Start(state, from_s, with_start=from_s > state.published_until_s, resumed=True)


def _anew(seed: int, from_s: int, *, demo_at_s: int) -> State:
    anchor_day = local_day_of(from_s)
    return State(
        seed=seed,
        anchor_day=anchor_day,
        demo_at_s=demo_at_s,
        published_until_s=from_s,
        checkpoint_day=anchor_day,
        gross={},
        lost={},
        truth_day=anchor_day,
        readings={},
    )
