"""One line of JSON a figure: what `make bench` prints."""

import json
import sys
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value and what it stands beside.

    Attributes:
        name: What was measured, such as `storage.write.duckdb`.
        value: The figure. [unit]
        unit: Its unit, such as `points/s`.
        beside: The raw limit or peer, measured in the same run, with its own figure.
        ratio: `value` divided by the figure of `beside`, in the same unit.
    """

    name: str
    value: float
    unit: str
    beside: str
    ratio: float


def emit(figure: Figure) -> None:
    """Print the figure as one line of JSON on stdout, at once."""
    rounded = asdict(figure) | {"value": float(f"{figure.value:.4g}"), "ratio": round(figure.ratio, 3)}
    sys.stdout.write(json.dumps(rounded, ensure_ascii=False) + "\n")
    sys.stdout.flush()
