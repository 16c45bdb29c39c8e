"""`guangfu demo`: all programs embedded in one process, the synthetic fleet in a process of its own."""

from guangfu.demo.commands import app

__all__ = ["app"]
