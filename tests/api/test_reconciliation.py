"""A station's days by three ways of measuring, over the API."""

import csv
import io
from datetime import timedelta

import pytest

from guangfu.income.reconciling import Reconciled
from guangfu.storage.sql.reconciliation import write_reconciled
from tests.api.small_county import NOON, TODAY, Api

DAY = TODAY - timedelta(days=1)


@pytest.fixture
def written(api: Api) -> Api:
    """st2: power is 6 % short of the register, and inverters give 5 % more than the meter, which they may."""
    row = Reconciled("st2", DAY, 1_900_000, 2_000_000, 940_000, 1_000_000, 0.5, None, None, 0.0, NOON)
    with api.engine.begin() as db:
        write_reconciled(db, [row])
    return api


def test_a_day_says_what_differs_by_more_than_it_may(written: Api) -> None:
    (row,) = written.get("/v1/stations/st2/reconciliation")
    assert (row["day"], row["gateway_wh"], row["inverter_power_wh"]) == ("2026-05-31", 1_900_000, None)
    assert row["unconfirmed"]
    assert [(one["way"], one["share"], one["tolerance"], one["beyond"]) for one in row["comparisons"]] == [
        ("meter_power", -0.06, 0.05, True), ("inverters", 0.05, 0.06, False),
    ]  # fmt: skip
    assert written.get("/v1/stations/st2/reconciliation", start="2026-06-01") == []
    assert written.get("/v1/stations/st1/reconciliation") == []
    assert written.client.get("/v1/stations/st9/reconciliation").status_code == 404


def test_it_comes_as_a_file(written: Api) -> None:
    answer = written.client.get("/v1/stations/st2/reconciliation", params={"format": "csv", "headers": "ids"})
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["meter_power_kwh"], row["inverter_power_kwh"], row["beyond"]) == ("940.000", "", "meter_power")
