"""How large a benchmark is, by its arguments: `--stations 2000 --households 100000`."""

import argparse
from collections.abc import Sequence
from dataclasses import fields
from typing import TypeVar

S = TypeVar("S")


def sizes_of(kind: type[S], program: str, about: str | None, arguments: Sequence[str]) -> S:
    """A dataclass of whole numbers from the command's arguments, each by its field's name; what is not given stays."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=about)
    for field in fields(kind):  # type: ignore[arg-type]
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=int, default=field.default)
    return kind(**vars(parser.parse_args(arguments)))
