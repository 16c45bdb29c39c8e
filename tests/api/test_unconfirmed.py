"""Each amount of money that rests on a rule has its mark beside it: in answers, and in what Grafana sees."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from guangfu.storage.sql import schema
from guangfu.storage.sql.views import VIEWS

_SCHEMAS: Final[Mapping[str, Any]] = json.loads(Path(__file__).with_name("openapi.json").read_text())["components"][
    "schemas"
]
_MONEY: Final = re.compile(r"(^|_)(fen|yuan)(_|$)")
WITHOUT: Final = {
    "AllocationRow": "the bank's amount; `chosen` marks a match that no document tells",
    "FinanceStep": "a sum of the month's stations, which have marks, as their own sum beside it has",
    "Notice": "what was planned by the village, and paid by the bank",
    "PaymentRow": "due by a document or by attendance, paid by the bank",
    "PlanLineRow": "decided by the village; what the rules find of it has marks of its own",
    "PostRow": "decided by the village",
    "ReceiptRow": "the bank's line",
    "StatementCorrectionRow": "the power company's own words",
    "StatementLineRow": "the power company's own words",
    "TransferLineRow": "its transfer has the mark",
    "VillagePayments": "the books' balances of what was paid and is due",
    "VillagePlan": "decided by the village; what the rules find of it has marks of its own",
}
"""Answers whose amounts are facts from a document."""


def _money() -> list[str]:
    return [name for name, of in _SCHEMAS.items() if any(map(_MONEY.search, of.get("properties", {})))]


def _is_marked(name: str) -> bool:
    fields = _SCHEMAS[name]["properties"]
    return "unconfirmed" in fields or fields.get("income", {}).get("$ref", "").endswith("/EstimatedIncome")


@pytest.mark.parametrize("name", _money())
def test_an_answer_about_money_has_a_mark_or_a_reason_to_have_none(name: str) -> None:
    assert _is_marked(name) is (name not in WITHOUT)


def test_no_reason_is_given_for_an_answer_that_is_gone() -> None:
    assert set(_money()) >= WITHOUT.keys()


@pytest.mark.parametrize("name", [name for name, columns in VIEWS.items() if any(map(_MONEY.search, columns))])
def test_what_grafana_sees_of_money_has_its_table_s_mark(name: str) -> None:
    assert ("unconfirmed" in VIEWS[name]) is ("unconfirmed" in schema.metadata.tables[name].columns)
