"""The broker of deploy/mosquitto with the synthetic registry's access list and passwords."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from guangfu.commands.broker_access import access_list, format_password_file, issue_passwords
from guangfu.stations.models import Registry
from guangfu.stations.synthetic import synthetic_registry
from tests.services.deployed import PASSWORDS, Deployed, give_certificates, lay_out, running_deployed
from tests.services.running import Service

DAY: Final = date(2026, 6, 1)
CLOSED: Final = "st0100"
"""Was closed after it got its password."""
WITH_CERTIFICATE: Final = "st0005"


@pytest.fixture(scope="module")
def registry() -> Registry:
    whole = synthetic_registry()
    return replace(whole, stations={**whole.stations, CLOSED: replace(whole.stations[CLOSED], closed_on=DAY)})


@pytest.fixture(scope="module")
def words() -> dict[str, str]:
    """Passwords in clear, by user; filled with the stations' by `broker`."""
    return dict(PASSWORDS)


@pytest.fixture(scope="module")
def broker(
    mosquitto: Service, registry: Registry, words: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    del mosquitto  # only to be skipped where Mosquitto is missing
    folder = tmp_path_factory.mktemp("deployed")
    ports = lay_out(folder)
    give_certificates(folder, WITH_CERTIFICATE, CLOSED)
    issued = issue_passwords(synthetic_registry(), DAY, {})
    words.update(issued.passwords)
    (folder / "config/stations/passwords").write_text(format_password_file(issued.hashes))
    (folder / "config/stations/acl").write_text(access_list(registry, DAY).text)
    with running_deployed(folder, ports) as deployed:
        yield deployed
