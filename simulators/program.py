"""The simulated fleet as the other programs are started: `run(settings, registry, clock, stop)`."""

from simulators.fleet import run

__all__ = ["run"]
