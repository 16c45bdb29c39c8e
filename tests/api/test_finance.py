"""A month of finance: the amounts side by side, the same as those that receipts, transfers and villages tell.

The county of test_money: st2's May is settled at 1,000.00, 400.00 came, 49.00 were deducted, 351.00 are in transit.
"""

import csv
import io

from tests.api.small_county import Api
from tests.api.test_money import paid

__all__ = ["paid"]


def test_a_month_side_by_side(paid: Api) -> None:
    answer = paid.get("/v1/finance/months/2026-05", lang="en")
    row = next(s for b in answer["banners"] for s in b["stations"] if s["station_id"] == "st2")
    assert (row["settled_base_fen"], row["settled_subsidy_fen"]) == (40_000, 60_000)
    assert (row["received_base_fen"], row["received_subsidy_fen"]) == (40_000, 0)
    assert (row["outstanding_base_fen"], row["outstanding_subsidy_fen"], row["receivable_fen"]) == (0, 60_000, 100_000)
    (transfer,) = paid.get("/v1/transfers")["items"]
    assert (row["deductions_fen"], row["transit_fen"]) == (
        40_000 - transfer["passed_on_fen"],
        transfer["passed_on_fen"],
    )
    assert (row["ready_fen"], row["drafted_fen"], row["arrived_fen"], row["late_fen"]) == (0, 0, 0, 0)
    assert answer["total"]["receivable_fen"] == 100_000
    ageing = paid.get("/v1/receivables", by="station")["items"]
    assert sum(one["outstanding_fen"] for one in ageing) == answer["total"]["outstanding_subsidy_fen"]
    assert "st1" not in {s["station_id"] for b in answer["banners"] for s in b["stations"]}, "a company's"


def test_the_table_has_a_row_a_station_in_exact_yuan(paid: Api) -> None:
    text = paid.client.get("/v1/finance/months/2026-05", params={"format": "csv", "headers": "ids"}).text
    rows = {row["station_id"]: row for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))}
    assert (rows["st2"]["received_base_yuan"], rows["st2"]["outstanding_subsidy_yuan"]) == ("400.00", "600.00")


def test_a_month_of_which_nothing_is_known_has_sums_of_nothing(paid: Api) -> None:
    answer = paid.get("/v1/finance/months/2030-01", banner="000000")
    assert answer["banners"] == []
    assert (answer["total"]["settled_base_fen"], answer["total"]["receivable_fen"]) == (None, 0)
    months = paid.get("/v1/finance/months")["items"]
    assert sum(m["outstanding_fen"] for m in months) <= 60_000
    assert [m["month"] for m in months] == sorted((m["month"] for m in months), reverse=True)


def test_what_the_month_waits_for_and_what_to_do_next(paid: Api) -> None:
    answer = paid.get("/v1/finance/months/2026-05", lang="en")
    steps = {step["kind"]: step for step in answer["steps"]}
    assert not answer["running"]
    assert (steps["not_due"]["count"], steps["not_due"]["amount_fen"], steps["not_due"]["on_us"]) == (1, 60_000, False)
    assert steps["transit"]["amount_fen"] == answer["total"]["transit_fen"]
    assert "unmatched" not in steps, "the interest is explained"
    unsettled = [s for b in answer["banners"] for s in b["stations"] if s["settled_base_fen"] is None]
    assert steps["no_statement"]["what"] == f"{len(unsettled)} stations have no statement"
    assert not {"late", "ready", "drafted", "to_look_at"} & steps.keys()
    running = paid.get("/v1/finance/months/2026-06")
    assert running["running"]
    assert running["steps"] == [], "nobody can settle a month that is not over"


def test_a_stations_months_in_one_answer_are_those_of_the_months(paid: Api) -> None:
    answer = paid.get("/v1/finance/stations/st2", lang="en")
    (may,) = [row for row in answer["months"] if row["month"] == "2026-05"]
    month = paid.get("/v1/finance/months/2026-05", lang="en")
    assert {k: v for k, v in may.items() if k != "month"} == next(
        s for b in month["banners"] for s in b["stations"] if s["station_id"] == "st2"
    )
    assert answer["ageing"] == paid.get("/v1/receivables", by="station", lang="en")["items"]
    assert answer["company"] is None


def test_of_a_centralized_station_its_company_answers(paid: Api) -> None:
    answer = paid.get("/v1/finance/stations/st1")
    assert (answer["months"], answer["ageing"]) == ([], [])
    assert answer["company"] == paid.get("/v1/receivables")["companies"][0]


def test_what_is_outstanding_opens_from_payer_to_banner_to_station(paid: Api) -> None:
    (payer,) = paid.get("/v1/receivables", by="payer")["items"]
    (banner,) = paid.get("/v1/receivables", by="banner", payer=payer["id"])["items"]
    (station,) = paid.get("/v1/receivables", by="station", payer=payer["id"], banner=banner["id"])["items"]
    assert payer["outstanding_fen"] == banner["outstanding_fen"] == station["outstanding_fen"] == 60_000
    other = {"mengxi": "mengdong", "mengdong": "mengxi"}[payer["id"]]
    assert paid.get("/v1/receivables", by="station", payer=other)["items"] == []
