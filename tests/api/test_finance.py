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
    assert [m["month"] for m in months] == sorted((m["month"] for m in months), reverse=True)
