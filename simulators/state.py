"""What a fleet must remember from one start to the next, in a small JSON file."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from simulators.counters import Checkpoint
from simulators.noise import Ints
from simulators.stations import Fleet


class BadState(Exception):
    """The state file can't be read, or belongs to another fleet."""


class State(msgspec.Struct, kw_only=True, frozen=True):
    """Where a fleet stands.

    Attributes:
        seed: Of the fleet; another one would have other weather and other counters.
        anchor_day: Local day, counted from 1970-01-01, from whose start energy is counted.
        demo_at_s: When the fleet was first looked at; its troubles began before. [s since 1970 UTC]
        published_until_s: Everything up to here was acknowledged. [s since 1970 UTC]
        checkpoint_day: The local day that `gross` and `lost` stand at the start of.
        gross, lost: Energy since the anchor by station. [1/6,480,000 Wh]
        truth_day: The next local day to be written to the truth file.
        readings: Taken so far on days that the truth file does not have yet, by local day and station.
    """

    seed: int
    anchor_day: int
    demo_at_s: int
    published_until_s: int
    checkpoint_day: int
    gross: Mapping[str, int]
    lost: Mapping[str, int]
    truth_day: int
    readings: Mapping[int, Mapping[str, int]]
    synthetic: bool = True

    def checkpoint(self, fleet: Fleet) -> Checkpoint:
        """The energies of the stations of a fleet; a station that was not there begins with none."""
        gross, lost = _row(self.gross, fleet), _row(self.lost, fleet)
        return Checkpoint(self.checkpoint_day, gross, lost)


def read_state(path: Path, seed: int) -> State | None:
    """The state that an earlier start left, `None` if there was none.

    Raises:
        BadState: It can't be read, or is of a fleet with another seed.
    """
    try:
        state = msgspec.json.decode(path.read_bytes(), type=State)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise BadState(f"{path}: {error}") from error
    if state.seed != seed:
        raise BadState(f"{path}: seed {state.seed}, not {seed}")
    return state


def write_state(path: Path, state: State) -> None:
    """Replace the state in one step, so that a stop in the middle leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(state))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _row(energy: Mapping[str, int], fleet: Fleet) -> Ints:
    return np.array([energy.get(name, 0) for name in fleet.ids], dtype=np.int64)


def state_at(
    first: State,
    fleet: Fleet,
    checkpoint: Checkpoint,
    published_until_s: int,
    truth_day: int,
    readings: Mapping[int, Mapping[str, int]],
) -> State:
    """The state of a fleet that began with `first` and now stands at a checkpoint."""
    return msgspec.structs.replace(
        first,
        published_until_s=published_until_s,
        checkpoint_day=checkpoint.day,
        gross=dict(zip(fleet.ids, checkpoint.gross.tolist(), strict=True)),
        lost=dict(zip(fleet.ids, checkpoint.lost.tolist(), strict=True)),
        truth_day=truth_day,
        readings=readings,
    )
