"""`python -m benchmarks [PART]`, or `ONLY=PART`: prints the figures of one part or of all."""

import importlib
import os
import sys
from collections.abc import Callable, Iterator

from benchmarks.figure import Figure, emit


def _figures_of(module: str) -> Callable[[], Iterator[Figure]]:
    """The module's `figures`, imported late, so that one part needs nothing of another."""

    def figures() -> Iterator[Figure]:
        yield from importlib.import_module(module).figures()

    return figures


PARTS: dict[str, Callable[[], Iterator[Figure]]] = {
    "accounting": _figures_of("benchmarks.accounting"),
    "dashboards": _figures_of("benchmarks.dashboards"),
    "ingest": _figures_of("benchmarks.ingest"),
    "ingest-fleet": _figures_of("benchmarks.ingest_fleet"),
    "storage": _figures_of("benchmarks.storage"),
}


def main(arguments: list[str]) -> int:
    wanted = (arguments[0] if arguments else os.environ.get("ONLY")) or None
    if wanted is not None and wanted not in PARTS:
        sys.stderr.write(f"no part {wanted!r}; there are: {', '.join(PARTS)}\n")
        return 2
    for name in PARTS if wanted is None else [wanted]:
        for figure in PARTS[name]():
            emit(figure)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
