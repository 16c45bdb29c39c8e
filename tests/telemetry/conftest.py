"""Hypothesis without deadlines: how long an example takes says nothing about decoding."""

from hypothesis import settings

settings.register_profile("telemetry", deadline=None)
settings.load_profile("telemetry")
