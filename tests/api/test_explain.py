"""The tree of an explanation over HTTP: the same for everybody who asks, opaque ids alone, problems with a reason."""

from typing import Any

import pytest

from tests.api.small_county import Api


def walk(step: dict[str, Any]) -> list[dict[str, Any]]:
    return [step, *(deeper for one in (*step["parts"], *step["grounds"]) for deeper in walk(one))]


def sums(step: dict[str, Any]) -> bool:
    known = [part["amount"] for part in step["parts"] if part["amount"] is not None]
    return not known or sum(known) == step["amount"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/explain/station/st2", {"estimated": 112_500}),
        ("/v1/explain/village/vl1", {"estimated": 112_500 + 703_125}),
        ("/v1/explain/household/hh000001", {}),
    ],
)
def test_every_level_sums_to_the_one_above(api: Api, path: str, expected: dict[str, int]) -> None:
    tree = api.get(path, month="2026-05", lang="en")
    amounts = {chain["of"]: chain["root"]["amount"] for chain in tree["chains"]}
    assert expected.items() <= amounts.items()
    assert all(sums(step) for chain in tree["chains"] for step in walk(chain["root"]))
    assert tree["synthetic"] is True


def test_too_few_days_say_so_in_the_language_asked_for(api: Api) -> None:
    for lang, words in (("zh", "数据不足：30 天中只有 7 天"), ("en", "insufficient data: only 7 of 30 days")):
        root = api.get("/v1/explain/station/st2", month="2026-04", lang=lang)["chains"][0]["root"]
        assert root["amount"] is None and root["insufficient"].startswith(words)


def test_a_part_and_a_day_alone(api: Api) -> None:
    base = api.get("/v1/explain/station/st2", month="2026-05", part="base")["chains"][0]["root"]
    assert base["amount"] == 45_525
    assert api.get("/v1/explain/station/st2", day="2026-05-31")["chains"][0]["root"]["amount"] == 112_500


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/explain/station/st2", 422),
        ("/v1/explain/station/st2?month=2026-05&day=2026-05-31", 422),
        ("/v1/explain/village/vl1?month=2026-05-01", 422),
        ("/v1/explain/station/nowhere?month=2026-05", 404),
        ("/v1/explain/household/nobody?month=2026-05", 404),
        ("/v1/explain/person/pn-3f9c2a?month=2026-05", 404),
    ],
)
def test_what_can_not_be_asked_is_refused(api: Api, path: str, status: int) -> None:
    assert api.client.get(path).status_code == status


def test_no_route_is_asked_by_a_persons_id(api: Api) -> None:
    """The API can't know who looks, nor keep a look: a person is explained by command."""
    paths = api.get("/v1/openapi.json")["paths"]
    assert "/v1/explain/household/{household_id}" in paths
    assert [path for path in paths if "person" in path or "beneficiar" in path] == []
