"""Randomness without a stream: a value is a function of (seed, name, slot) and of nothing else.

Back-fill, live and a restart compute the same instants in different chunks and must agree, so no
generator is carried along; every value is hashed from its coordinates.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_FIELD: Final = np.uint64(0xFFFF)
_NORMAL_SCALE: Final = 1 / np.sqrt(4 * (65536.0**2 - 1) / 12)


def keys(seed: int, purpose: str, names: Sequence[str]) -> Keys:
    """One key for each name: (n,) uint64, the same in every process."""
    hashes = [blake2b(f"{seed}/{purpose}/{name}".encode(), digest_size=8).digest() for name in names]
    return np.array([int.from_bytes(h, "little") for h in hashes], dtype=np.uint64)


def bits(name_keys: Keys, slots: Ints) -> Keys:
    """Hash each key with each slot.

    Args:
        name_keys: (n,) from `keys`.
        slots: (m,) any whole numbers, such as slots of time.

    Returns:
        (n, m) uint64, uniform.

    Source:
        The output function of SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom
        number generators", 2014.
    """
    z = name_keys[:, None] + slots.astype(np.uint64)[None, :] * _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    mixed: Keys = z ^ (z >> np.uint64(31))
    return mixed


def uniform(name_keys: Keys, slots: Ints) -> Floats:
    """(n, m) in [0, 1)."""
    spread: Floats = (bits(name_keys, slots) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return spread


def normal(name_keys: Keys, slots: Ints) -> Floats:
    """(n, m), mean 0, variance 1, within ±3.5: the sum of four 16-bit fields of the hash."""
    z = bits(name_keys, slots)
    fields = sum((z >> np.uint64(16 * i)) & _FIELD for i in range(4))
    centred: Floats = (np.asarray(fields).astype(np.float64) - 2 * 65535.0) * _NORMAL_SCALE
    return centred


def ar1(name_keys: Keys, slots: Ints, memory_slots: float) -> Floats:
    """A stationary AR(1) process per key, its memory cut off where it has faded to 2 %.

    Written as a moving average of hashed innovations in a fixed order of additions, so that a value is
    the same to the last bit whatever other slots are computed with it.

    Args:
        name_keys: (n,) from `keys`.
        slots: (m,) consecutive.
        memory_slots: Slots after which a shock has faded to 1/e.

    Returns:
        (n, m), mean 0, variance 1.
    """
    reach = int(np.ceil(4 * memory_slots))
    first = int(slots[0]) - reach
    shocks = normal(name_keys, np.arange(first, int(slots[-1]) + 1, dtype=np.int64))
    weights = np.exp(-np.arange(reach + 1) / memory_slots)
    total = np.zeros((len(name_keys), len(slots)))
    for age, weight in enumerate(weights.tolist()):
        total += weight * shocks[:, reach - age : reach - age + len(slots)]
    scaled: Floats = total / np.sqrt(np.sum(weights**2))
    return scaled
