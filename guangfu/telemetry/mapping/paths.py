"""Paths into JSON: `dataItemMap.active_power`, `points[0].value`, and from the whole message `$.params.time`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Step = str | int
_STEP: Final = re.compile(r"(?:^|\.)([^.\[\]$]+)|\[(\d{1,6})\]")


class Absent:
    """There is nothing at the path; `null` is something."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True)
class Path:
    """Steps into a message, from the whole of it or from the present item of its list."""

    steps: tuple[Step, ...]
    from_message: bool = False

    def __str__(self) -> str:
        return ("$" if self.from_message else "") + written(self.steps, rooted=self.from_message)

    def of(self, message: object, item: object) -> object:
        """What is there, or `ABSENT`."""
        found = message if self.from_message else item
        for step in self.steps:
            if isinstance(step, str):
                if not isinstance(found, dict) or step not in found:
                    return ABSENT
                found = found[step]
            elif not isinstance(found, list) or step >= len(found):
                return ABSENT
            else:
                found = found[step]
        return found


def written(steps: Sequence[Step], *, rooted: bool) -> str:
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps]
    text = "".join(parts)
    return text if rooted else text.removeprefix(".")


def parse_path(text: str) -> Path | None:
    """The path that a text says; `None` if it says none.

    >>> str(parse_path("$.params.list[2].time"))
    '$.params.list[2].time'
    >>> parse_path("a..b") is None
    True
    """
    from_message = text == "$" or text.startswith(("$.", "$["))
    rest = text[1:].removeprefix(".") if from_message else text
    if rest.startswith("."):
        return None
    steps: list[Step] = []
    at = 0
    while at < len(rest):
        step = _STEP.match(rest, at)
        if step is None:
            return None
        steps.append(step[1] if step[1] is not None else int(step[2]))
        at = step.end()
    return Path(tuple(steps), from_message) if steps or from_message else None
