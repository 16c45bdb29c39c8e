"""What is kept of the refused items of a message: each as a message of its own that can be sent again."""

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from guangfu.telemetry.foreign import Foreign
from guangfu.telemetry.mapping.model import Mapping
from guangfu.telemetry.mapping.paths import Step
from guangfu.telemetry.mapping.scalars import Num
from guangfu.telemetry.reading import Reason, Rejected

ALONE: Final = 20
"""With more refusals than this the message is kept once, whole: what surrounds the items is repeated with each."""


class Refusal(NamedTuple):
    """Why an item, or a part of it, was not taken; `place` is that in the list."""

    station: str | None
    reason: Reason
    detail: str
    place: int | None


class Whole(NamedTuple):
    """The message that the items come from."""

    mapping: Mapping
    topic: str
    payload: bytes
    message: object


def keep(found: Foreign, refusals: Sequence[Refusal], whole: Whole) -> None:
    """Adds the refusals to what was found."""
    if len(refusals) <= ALONE:
        for refusal in refusals:
            kept = _alone(refusal, whole)
            found.of(refusal.station).rejected.append(Rejected(refusal.reason, refusal.detail, whole.topic, kept))
        return
    station = refusals[0].station if len({refusal.station for refusal in refusals}) == 1 else None
    detail = f"{len(refusals)} items are not taken, the first: {refusals[0].detail}"
    found.of(station).rejected.append(Rejected(refusals[0].reason, detail, whole.topic, whole.payload))


def _alone(refusal: Refusal, whole: Whole) -> bytes:
    """The message with one item alone in its list; numbers stay the literals that were sent."""
    path = whole.mapping.items
    if refusal.place is None or path is None:
        return whole.payload
    items = path.of(whole.message, whole.message)
    assert isinstance(items, list)
    try:
        text = _written(_with(whole.message, path.steps, [items[refusal.place]]))
    except RecursionError:
        return whole.payload
    # A lone surrogate, which JSON can say and UTF-8 can't, becomes its JSON escape again.
    return text.encode("utf-8", "backslashreplace")


def _with(node: object, steps: Sequence[Step], leaf: object) -> object:
    """A copy of a message with `leaf` at a path."""
    if not steps:
        return leaf
    first, rest = steps[0], steps[1:]
    if isinstance(node, dict):
        return {**node, first: _with(node[first], rest, leaf)}
    assert isinstance(node, list)
    assert isinstance(first, int)
    return [*node[:first], _with(node[first], rest, leaf), *node[first + 1 :]]


def _written(value: object) -> str:
    if isinstance(value, Num):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
