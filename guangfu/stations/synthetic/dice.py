"""Random choices that are the same for a seed on every machine and every Python."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Built on `Random.random` alone, the one method whose sequence Python promises to keep."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def real(self, low: float, high: float) -> float:
        return low + (high - low) * self._random()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._random() * (high - low + 1))

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.whole(0, (last - first).days))

    def pick(self, options: Sequence[T]) -> T:
        return options[self.whole(0, len(options) - 1)]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        keys = [self._random() for _ in items]
        return [items[i] for i in sorted(range(len(items)), key=keys.__getitem__)]

    def parts(self, total: int, n: int, *, least: int) -> list[int]:
        """`total` in `n` random whole parts of at least `least`."""
        assert total >= n * least, f"{total} in {n} parts of {least}"
        weights = [self.real(0.4, 1.6) for _ in range(n)]
        spare = total - n * least
        bounds = [0.0]
        for weight in weights:
            bounds.append(bounds[-1] + weight)
        cuts = [round(spare * bound / bounds[-1]) for bound in bounds]
        return [least + after - before for before, after in pairwise(cuts)]
