"""What the process of ingest asks of Python and of the C library, for a steady stream of short-lived objects."""

import ctypes
import gc
from typing import Final

_M_ARENA_MAX: Final = -8
"""Of mallopt(3)."""
_ARENAS: Final = 2
_YOUNG_OBJECTS: Final = 50_000


def prepare() -> None:
    """Once, when everything is imported.

    Messages come and go without cycles, so to look for cycles after every 700 new objects is wasted. And threads
    that take turns need no heap of their own each: with few heaps the process is 10 MB smaller.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 100)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's; other libraries have no such heaps
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
