"""What audit checks found in the county of test_money, seen in October: by place, check and month; counted; a table.

Nobody noted that its transfer arrived, st4 has an estimate of May and no money, st1's company owes 150.00 of 2025.
"""

import csv
import io
from datetime import UTC, datetime

import pytest

from accounting.audit import run_audit
from guangfu.income.rules import load_rules
from guangfu.storage.sql.findings import explain_finding
from tests.api.small_county import Api
from tests.api.test_money import paid
from tests.api.test_operations import samples

__all__ = ["paid"]

AT = datetime(2026, 10, 10, 2, tzinfo=UTC)
NOTHING, TRANSIT = "nothing_received:st4:2026-Q2", "in_transit:T-2026-000001:2026-06"


@pytest.fixture(scope="module")
def audited(paid: Api) -> Api:
    run_audit(paid.engine, load_rules(), AT, "李")
    with paid.engine.begin() as db:
        explain_finding(db, TRANSIT, "到账未登记", at=AT, by="李")
    return paid


def keys(api: Api, **query: object) -> list[str]:
    return [one["finding_id"] for one in api.get("/v1/findings", **query)["items"]]


def test_a_finding_says_what_where_by_which_rule_and_what_to_do(audited: Api) -> None:
    (one,) = audited.get("/v1/findings", check="nothing_received", lang="en")["items"]
    assert (one["finding_id"], one["severity"], one["state"], one["period"]) == (NOTHING, "serious", "open", "2026-Q2")
    assert (one["station_id"], one["place"], one["banner_code"]) == ("st4", "st4 PV", "150430")
    assert one["text"].startswith("st4: 136,575.00 yuan of the base of 2026-Q2 were due")
    assert (one["document"], one["unconfirmed"]) == ("国开办发〔2017〕61号", True)
    assert one["next_step"].startswith("press the power company")
    may = {"station_id": "st4", "month": "2026-05"}
    assert {"table": "monthly_income", "keys": may, "values": {"estimated_base_fen": 455_250}} in one["rows"]


def test_findings_of_a_month_are_those_of_its_quarter_and_year_too(audited: Api) -> None:
    june = keys(audited, month="2026-06")
    assert {NOTHING, TRANSIT, "kw_most:st2:2026", "both_kinds:hh000007:2026-06"} <= set(june)
    assert not {"both_kinds:hh000007:2026-05", "entitlement_late:st1:2025"} & set(june)


def test_filters_pages_and_the_serious_first(audited: Api) -> None:
    everything = audited.get("/v1/findings")
    worst = [one["severity"] for one in everything["items"]]
    assert worst == sorted(worst) and set(worst) == {"serious", "warning"}
    assert keys(audited, limit=2, offset=1) == keys(audited)[1:3]
    assert audited.get("/v1/findings", limit=1)["total"] == len(worst) == everything["total"]
    assert keys(audited, station="st4", month="2026-05") == ["kw_most:st4:2026", NOTHING]
    assert {key.split(":")[0] for key in keys(audited, village="vl3")} == {"both_kinds"}
    assert keys(audited, state="explained") == keys(audited, check="in_transit") == [TRANSIT]
    assert keys(audited, severity="warning", banner="150430") == [TRANSIT]
    assert keys(audited, station="nowhere") == []
    assert audited.client.get("/v1/findings", params={"check": "weather"}).status_code == 422
    assert audited.client.get("/v1/findings", params={"month": "2026-13"}).status_code == 422


@pytest.mark.parametrize("path", ["/v1/findings?station=%00", "/v1/transfers?banner=a%00", "/v1/stations/%00"])
def test_a_nul_which_postgresql_takes_nowhere_is_refused(audited: Api, path: str) -> None:
    answer = audited.client.get(path, params={"lang": "en"} if "?" not in path else None)
    assert (answer.status_code, "NUL" in answer.json()["detail"]) == (422, True)


def test_the_table_has_a_row_a_finding(audited: Api) -> None:
    text = audited.client.get("/v1/findings", params={"format": "csv", "headers": "ids", "lang": "zh"}).text
    rows = {row["finding_id"]: row for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))}
    one = rows[TRANSIT]
    assert (one["severity_name"], one["state_name"], one["place"]) == ("提醒", "已说明", "敖汉旗")
    assert rows[NOTHING]["severity_name"] == "严重"


def test_metrics_count_what_is_open(audited: Api) -> None:
    found = samples(audited.client.get("/metrics").text)
    assert found["guangfu_findings_open/nothing_received/serious"] == 1
    assert found["guangfu_findings_open/in_transit/warning"] == 0, "it is explained"
