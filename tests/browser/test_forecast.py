"""The forecast on a station's page, in a real browser."""

from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.fleet import stations


def test_station_tells_what_its_month_and_year_will_bring_and_what_that_rests_on(desk: Visitor) -> None:
    page = desk.open(f"/stations/{stations()[1].station_id}")
    expect(page.locator("#forecast tbody tr")).to_have_count(2)
    expect(page.locator("#forecast tbody tr").nth(1).locator("td")).to_have_count(5)
    expect(page.locator("#forecast .unconfirmed")).to_have_count(1)
    expect(page.locator("#forecast")).to_contain_text("typical_spread = 0.06")
