"""A code off a wall is confirmed with what the paper must say, and nobody's name."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from guangfu.storage.sql.notices import Notice, keep_notice
from tests.api.small_county import Api

CODE = "7K3M-ABCD-0119-ZZZZ"
NOTICE = Notice(
    CODE, "result", "v1", 2026, "2026-05", date(2026, 6, 1), date(2026, 6, 10), 3, None, 80_000, "ab" * 32,
    f"AGENCY:12:{'cd' * 32} VILLAGE:3:{'ef' * 32}", True, datetime(2026, 6, 1, tzinfo=UTC), "李会计",
)  # fmt: skip


@pytest.fixture
def printed(county_sql: Engine) -> Notice:
    with county_sql.begin() as db:
        return keep_notice(db, NOTICE)


@pytest.mark.parametrize("code", [CODE, "7k3mabcdo1l9zzzz", "7K3M ABCD 0119 ZZZZ"])
def test_a_code_as_people_type_it(api: Api, printed: Notice, code: str) -> None:
    answer = api.get(f"/v1/notices/{code}")
    assert (answer["code"], answer["kind"], answer["month"]) == (CODE, "result", "2026-05")
    assert (answer["planned_fen"], answer["paid_fen"], answer["line_count"]) == (None, 80_000, 3)
    assert answer["heads"][1] == {"book": "VILLAGE", "entry": 3, "hash": "ef" * 32}
    assert "李会计" not in str(answer)


@pytest.mark.parametrize("code", ["0000-0000-0000-0000", "hello-hello-hello"])
def test_a_code_that_is_not_ours_is_not_found(api: Api, printed: Notice, code: str) -> None:
    answer = api.client.get(f"/v1/notices/{code}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:guangfu:problem:not-found"
