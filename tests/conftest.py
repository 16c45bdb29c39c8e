"""Fixtures for everybody: real services, one of each for the whole run.

A test that asks for a service which is not installed is skipped, loudly; with
`GUANGFU_TEST_REQUIRE_SERVICES=1`, as in CI, it fails.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TypeVar

import pytest

from tests.services.running import (
    Missing,
    Postgres,
    Service,
    running_influxdb,
    running_mosquitto,
    running_postgres,
)
from tests.services.running import free_port as _free_port

S = TypeVar("S")
_missing: set[str] = set()


def _started(running: AbstractContextManager[S]) -> Iterator[S]:
    try:
        service = running.__enter__()
    except Missing as missing:
        if os.environ.get("GUANGFU_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail(str(missing))
        _missing.add(str(missing))
        pytest.skip(str(missing))
    try:
        yield service
    finally:
        running.__exit__(None, None, None)


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    yield from _started(running_mosquitto(tmp_path_factory.mktemp("mosquitto")))


@pytest.fixture(scope="session")
def influxdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    yield from _started(running_influxdb(tmp_path_factory.mktemp("influxdb")))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    yield from _started(running_postgres(tmp_path_factory.mktemp("postgres")))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for text in sorted(_missing):
        terminalreporter.write_line(f"NOT TESTED: {text}", red=True, bold=True)


@pytest.fixture
def free_port() -> int:
    return _free_port()
