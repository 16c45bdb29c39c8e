"""The forecast, and energy by three ways of measuring, on a station's page, in a real browser."""

from playwright.sync_api import expect

from guangfu.stations.models import StationKind
from tests.browser.conftest import Visitor
from tests.browser.fleet import one_of, stations


def test_station_tells_what_its_month_and_year_will_bring_and_what_that_rests_on(desk: Visitor) -> None:
    page = desk.open(f"/stations/{stations()[1].station_id}")
    expect(page.locator("#forecast tbody tr")).to_have_count(2)
    expect(page.locator("#forecast tbody tr").nth(1).locator("td")).to_have_count(5)
    expect(page.locator("#forecast .unconfirmed")).to_have_count(1)
    expect(page.locator("#forecast")).to_contain_text("typical_spread = 0.06")


def test_station_tells_which_ways_of_measuring_differ_by_more_than_they_may(desk: Visitor) -> None:
    page = desk.open(f"/stations/{one_of(StationKind.VILLAGE, joint=True).station_id}")
    yesterday = page.locator("#reconciliation tbody tr").first
    expect(yesterday.locator("td")).to_have_text(["0.0\xa0%", "0.0\xa0%", "+10.0\xa0%，超出 6\xa0%"])
    expect(page.locator("#reconciliation .unconfirmed")).to_have_count(1)
    page = desk.open(f"/stations/{stations()[1].station_id}")
    expect(page.locator("#reconciliation")).to_have_text("近 7 天还没有可比较的电量。")
