"""From a fen back to the readings, over the API, on both pairs of databases; and when the telemetry has been deleted.

s1 closes on its statement, which keeps its registers; s2 is not closed. Then every reading is deleted for good.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from guangfu.clock import day_start
from guangfu.stations.models import DeviceKind
from guangfu.storage.boundaries import COUNTER
from guangfu.storage.sql.registry import write_registry
from tests.accounting.conftest import engine, migrated_file, new_migrated, pair
from tests.accounting.county import MAY, County, county, registers
from tests.accounting.test_closing import close
from tests.accounting.test_explain import passed_to_the_village
from tests.accounting.test_settlement import may_is_estimated, take
from tests.api.small_county import COUNTY, Api, serving
from tests.income.statements import register, statement
from tests.storage.stores import Place, duckdb_place, influxdb_place

__all__ = ["engine", "migrated_file", "new_migrated", "pair"]

GROUNDS = {
    "village": {
        "station_share", "share", "day", "tariff", "subsidy_list", "day_energy", "meter", "deductions", "asked_one",
        "statement", "statement_meter", "difference", "cause", "receipt", "transfer", "deduction",
    },
    "household": {"village_expected", "share", "tariff", "day_energy", "meter", "asked_one"},
}  # fmt: skip
"""What must be met on the way from a fen to the readings."""


@pytest.fixture
def place(pair: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    found = duckdb_place(tmp_path) if pair == "embedded" else influxdb_place(request.getfixturevalue("influxdb"))
    yield found
    found.close()


def walk(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for one in (*step["parts"], *step["grounds"]):
        yield from walk(one)


def steps(tree: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [step for chain in tree["chains"] for step in walk(chain["root"]) if not kinds or step["kind"] in kinds]


def roots(tree: dict[str, Any]) -> dict[str, int | None]:
    return {chain["of"]: chain["root"]["amount"] for chain in tree["chains"]}


def asked(api: Api) -> dict[str, dict[str, Any]]:
    names = {"station": "s1", "village": "v1", "household": "v1-h0"}
    return {what: api.get(f"/v1/explain/{what}/{name}", month="2026-05", lang="en") for what, name in names.items()}


def test_a_fen_leads_to_the_readings_and_after_their_end_to_what_was_kept(
    place: Place, engine: Engine, tmp_path: Path
) -> None:
    of = County(place.open(), engine)
    write_registry(engine, replace(county(), leagues=COUNTY.leagues, banners=COUNTY.banners), at=day_start(MAY))
    of.receive(registers("s2", day_start(MAY), day_start(date(2026, 6, 11)), 1000))
    may_is_estimated(of)
    take(of, [statement(last_reading_wh=register(date(2026, 6, 1)) + 10)])
    passed_to_the_village(of, tmp_path)
    close(of)
    with serving(of.store, engine) as api:
        before = asked(api)
        shown = api.get("/v1/villages/v1/money", start="2026-05", end="2026-05")["items"][0]
    for what, kinds in GROUNDS.items():
        assert kinds <= {step["kind"] for step in steps(before[what])}, what
    assert {key: roots(before["village"])[key] for key in ("estimated", "settled", "received", "passed_on")} == {
        key: shown[f"{key}_fen"] for key in ("estimated", "settled", "received", "passed_on")
    }
    readings = {fact["value"] for step in steps(before["village"], "meter") for fact in step["facts"]}
    assert "1,000,000 Wh at 2026-05-01 00:00:00 (exact, telemetry)" in readings
    assert {fact["value"] for step in steps(before["village"], "day_energy") for fact in step["facts"]} >= {"100.0%"}

    of.store = place.forget()
    long_ago, now = day_start(date(2018, 1, 1)), of.clock.now()
    assert not len(of.store.read(DeviceKind.METER, [COUNTER], start_at=long_ago, end_at=now).at_ms)
    with serving(of.store, engine) as api:
        after = asked(api)
    assert {what: roots(tree) for what, tree in after.items()} == {what: roots(tree) for what, tree in before.items()}
    assert changed(before["station"], after["station"]) == {"meter"}, "of s1 only where its registers are from"
    (meter,) = steps(after["station"], "meter")
    assert "kept at closing" in meter["facts"][0]["value"]
    whole, lost = steps(after["household"], "registers")
    assert (whole["amount"], lost["amount"]) == (59_520_000, None)
    assert lost["insufficient"].startswith("the telemetry is no longer kept, and no closing kept its registers")


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The kinds of steps that say something else than before."""

    def said(tree: dict[str, Any]) -> list[dict[str, Any]]:
        return [{key: value for key, value in step.items() if key not in {"parts", "grounds"}} for step in steps(tree)]

    pairs = zip(said(before), said(after), strict=True)
    return {one["kind"] for one, other in pairs if one != other}
