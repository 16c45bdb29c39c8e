"""The page that says why a figure is what it is: what it shows is what the API answers."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from guangfu.stations.models import StationKind
from tests.browser.conftest import Visitor
from tests.browser.fleet import fleet, one_of

STATION, CENTRAL = one_of(StationKind.VILLAGE, joint=True).station_id, one_of(StationKind.CENTRALIZED).station_id
VILLAGE = fleet().shares_of[STATION][0].village_id
HOUSEHOLD = min(name for name, of in fleet().households.items() if of.village_id == VILLAGE)
SUBJECTS = [("station", STATION), ("station", CENTRAL), ("village", VILLAGE), ("household", HOUSEHOLD)]


def asked(visitor: Visitor, subject: str, name: str, lang: str) -> list[dict[str, Any]]:
    path = f"{visitor.site}/v1/explain/{subject}/{name}"
    chains: list[dict[str, Any]] = httpx.get(path, params={"month": "2026-05", "lang": lang}).json()["chains"]
    return chains


def shown(fen: int | None) -> str:
    return "—" if fen is None else f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize(("subject", "name"), SUBJECTS)
def test_each_amount_is_the_apis_and_says_why(desk: Visitor, subject: str, name: str, lang: str) -> None:
    chains = asked(desk, subject, name, lang)
    page = desk.open(f"/explain/{subject}/{name}?month=2026-05&lang={lang}")
    rows = page.locator("#answer tr")
    expect(rows).to_have_count(len(chains))
    expect(page.locator("#chains .chain")).to_have_count(len(chains))
    expect(page.locator("#synthetic")).to_be_visible()
    for chain in chains:
        row = page.locator(f"#answer tr[data-of={chain['of']}]")
        expect(row.locator(".step-amount")).to_contain_text(shown(chain["root"]["amount"]))
        expect(row.locator(".because")).to_have_text(re.compile(r"\S"))
    assert desk.complaints == []


def test_a_step_opens_down_to_registers_and_document_and_its_confidence_explains_itself(desk: Visitor) -> None:
    chains = asked(desk, "station", STATION, "zh")
    (tariff,) = [one for one in chains[0]["root"]["grounds"] if one["kind"] == "tariff"]
    graded = next(fact for fact in tariff["facts"] if fact["confidence"])
    page = desk.open(f"/explain/station/{STATION}?month=2026-05")
    card = page.locator("#of-estimated")
    expect(card.get_by_text(graded["value"]).first).to_be_visible()
    card.locator(".grade").first.hover()
    expect(page.locator("#tip")).to_contain_text(f"{graded['confidence']}：")
    card.get_by_text("上网电量").click()
    card.get_by_text("关口表表码").click()
    card.get_by_text(re.compile("^关口表 m")).click()
    expect(card.get_by_text("倍率")).to_be_visible()


def test_what_is_printed_is_open(desk: Visitor) -> None:
    page = desk.open(f"/explain/village/{VILLAGE}?month=2026-05")
    expect(page.locator("#of-estimated details").first).to_be_visible()
    assert page.locator("#chains details:not([open])").count() > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#chains details:not([open])")).to_have_count(0)
    page.emulate_media(media="print")
    expect(page.locator("#open-all")).to_be_hidden()
    expect(page.locator("#subject")).to_contain_text("2026-05")


@pytest.mark.parametrize(("subject", "name"), SUBJECTS[1:])
def test_phone_never_scrolls_sideways_however_much_is_open(phone: Visitor, subject: str, name: str) -> None:
    page = phone.open(f"/explain/{subject}/{name}?month=2026-05&lang=en")
    expect(page.locator("#chains .chain").first).to_be_attached()
    page.locator("#open-all").tap()
    expect(page.locator("#chains details:not([open])")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.locator("#open-all").tap()
    expect(page.locator("#chains details[open]")).to_have_count(0)


def test_without_a_month_it_is_the_servers_present_one(desk: Visitor) -> None:
    page = desk.open(f"/explain/station/{STATION}")
    expect(page.locator("#month")).to_have_value("2026-06")
