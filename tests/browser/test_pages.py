"""The pages as a person meets them, in a real browser, on the synthetic fleet."""

import re

import pytest
from playwright.sync_api import Page, expect

from guangfu.stations.models import StationKind, valid_on
from tests.api.small_county import TODAY
from tests.browser.conftest import Visitor
from tests.browser.fleet import (
    ATTACK,
    DAYS,
    NOTICE,
    energy_wh,
    faulty,
    fleet,
    one_of,
    silent,
    sparse,
    stale,
    stations,
    unknown,
)

JOINT = one_of(StationKind.VILLAGE, joint=True)
VILLAGE_ID = fleet().shares_of[JOINT.station_id][0].village_id
PAGES = {
    "/": "#attention-list li",
    "/wall": "#attention-list li",
    "/stations": "#rows tr",
    f"/stations/{JOINT.station_id}": "#devices tr",
    f"/villages/{VILLAGE_ID}": "#households li",
    "/finance?month=2026-05": "#table .banner-row",
}
CONTRAST = """element => {
  const parts = text => text.match(/[0-9.]+/g).map(Number);
  const linear = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  let behind = element;
  while ((parts(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement;
  const [a, b] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(parts).map(light);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""
"""WCAG's contrast of an element's text with what is behind it."""
TROUBLED = sum(silent(i) or faulty(i) or stale(i) or unknown(i) for i in range(786))


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_page_opens_without_a_complaint_and_says_that_the_data_are_synthetic(
    desk: Visitor, path: str, lang: str
) -> None:
    page = desk.open(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    expect(page.locator(PAGES[path]).first).to_be_visible()
    expect(page.locator("#synthetic")).to_be_visible()
    expect(page.locator("#live")).to_have_class(re.compile("live-stream"))
    expect(page.locator(".failure:visible")).to_have_count(0)
    assert desk.complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_phone_never_scrolls_sideways(phone: Visitor, path: str) -> None:
    for lang in ("zh-CN", "en"):
        page = phone.open(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        expect(page.locator(PAGES[path]).first).to_be_attached()
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_overview_answers_what_is_down_first(desk: Visitor) -> None:
    page = desk.open("/")
    expect(page.locator("#attention-count")).to_contain_text(str(TROUBLED))
    expect(page.locator("#power-now")).to_contain_text("MW")
    expect(page.locator("#income-today")).to_contain_text("预估")
    expect(page.locator("#leagues tr")).to_have_count(len({s.banner_code[:4] for s in stations()}))
    expect(page.locator("#map path[class^='s-']")).to_have_count(786)
    expect(page.locator("#income-chart rect.bar")).to_have_count(60)


def test_overview_names_stations_that_nobody_has_registered(desk: Visitor) -> None:
    page = desk.open("/")
    expect(page.locator("#attention-unknown")).to_contain_text("1 个未登记的电站发来报文，3 条在死信中等待")
    expect(page.locator("#attention-unknown")).to_contain_text("st9999")


def test_time_is_that_of_the_server_in_shanghai(desk: Visitor) -> None:
    """The browser is in New York; the server's clock stands at noon of 2026-06-01."""
    page = desk.open("/wall")
    expect(page.locator("#wall-time")).to_have_text("12:00 2026-06-01")


def test_search_finds_by_banner_and_the_address_can_be_sent_on(desk: Visitor) -> None:
    page = desk.open("/stations")
    expect(page.locator("#rows tr")).to_have_count(50)
    page.fill("#q", "敖汉旗")
    expect(page.locator("#range")).not_to_contain_text("786")
    expect(page.locator("#rows .c-place").first).to_contain_text("敖汉旗")
    shown = page.locator("#range").inner_text()
    again = desk.open(page.url.removeprefix(desk.site))
    expect(again.locator("#range")).to_have_text(shown)
    expect(again.locator("#q")).to_have_value("敖汉旗")
    assert desk.complaints == []


def test_sort_by_capacity_both_ways(desk: Visitor) -> None:
    page = desk.open("/stations")
    head = page.locator("th[data-sort=capacity]")
    sizes = [station.capacity_dc_w for station in stations()]
    for direction, expected in (("descending", max(sizes)), ("ascending", min(sizes))):
        head.locator("button").click()
        expect(head).to_have_attribute("aria-sort", direction)
        expect(page.locator("#rows .c-capacity").first).to_have_text(f"{expected / 1000:,.1f}")


def test_filters_narrow_the_list_and_the_csv(desk: Visitor) -> None:
    page = desk.open("/stations")
    page.select_option("#kind", "centralized")
    expect(page.locator("#range")).to_contain_text("31")
    expect(page.locator("#csv")).to_have_attribute("href", re.compile("kind=centralized"))
    page.locator("#chips button", has_text="故障").click()
    expected = sum(
        faulty(i) and not silent(i) and not unknown(i)
        for i, s in enumerate(stations())
        if s.kind is StationKind.CENTRALIZED
    )
    expect(page.locator("#rows tr")).to_have_count(expected)


def test_search_without_result_offers_the_way_back(desk: Visitor) -> None:
    page = desk.open("/stations?q=nowhere-at-all")
    page.locator("#list-message button").click()
    expect(page.locator("#rows tr")).to_have_count(50)


def test_pages_of_the_list_reach_the_last_station(desk: Visitor) -> None:
    page = desk.open("/stations?offset=750&sort=name&order=asc")
    expect(page.locator("#rows tr")).to_have_count(36)
    expect(page.locator("#pages button").last).to_be_disabled()


def test_language_switch_keeps_the_page_and_is_remembered(desk: Visitor) -> None:
    page = desk.open("/stations")
    page.click("#language")
    expect(page.locator("h1")).to_have_text("Stations")
    expect(desk.open("/").locator("html")).to_have_attribute("lang", "en")


def test_keyboard_alone_reaches_a_station(desk: Visitor) -> None:
    page = desk.open("/stations?sort=capacity&order=desc")
    expect(page.locator("#rows tr").first).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#rows .c-name') !== null"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_have_text(re.compile(r"\S"))
    assert "/stations/st" in page.url


def test_hostile_name_stays_text(desk: Visitor) -> None:
    page = desk.open(f"/stations/{stations()[0].station_id}")
    expect(page.locator("#name")).to_have_text(ATTACK)
    assert page.title() != "taken"
    desk.open("/stations?q=taken")
    expect(page.locator("#rows .c-name").first).to_have_text(ATTACK)
    assert page.title() != "taken"


def test_station_shows_night_a_curve_and_both_parts_of_the_income(desk: Visitor) -> None:
    page = desk.open(f"/stations/{JOINT.station_id}")
    expect(page.locator("#power-chart rect.night")).to_have_count(2)
    expect(page.locator("#power-chart .power-line")).to_have_count(1)
    expect(page.locator("#income-chart .m-subsidy").first).to_be_visible()
    page.click("[data-by=month]")
    expect(page.locator("#income-chart .tick", has_text="2026-05")).to_have_count(1)
    page.locator("#income-table summary").click()
    expect(page.locator("#income-table tbody th").first).to_have_text("2026-06")
    expect(page.locator("#villages tbody tr")).to_have_count(len(fleet().shares_of[JOINT.station_id]))
    expect(page.locator("#neighbours")).to_contain_text("中位数")


def test_station_says_which_messages_are_missing(desk: Visitor) -> None:
    page = desk.open(f"/stations/{JOINT.station_id}")
    expect(page.locator("#complete tbody tr")).to_have_count(7)
    today = page.locator("#complete tbody tr").first
    counts = ["98.6\xa0%", "690", "10", "5", "0", "0"]
    expect(today.locator("td")).to_have_text([re.compile("%"), re.compile("/"), *counts])
    expect(page.locator("#gaps")).to_contain_text("缺 10 条（序号 100–109）")
    nothing = next(s for i, s in enumerate(stations()) if unknown(i))
    page = desk.open(f"/stations/{nothing.station_id}")
    expect(page.locator("#complete")).to_have_text("近 7 天没有收到任何数据。")


def test_centralized_station_shows_what_its_company_owes_to_the_villages_households(desk: Visitor) -> None:
    station = one_of(StationKind.CENTRALIZED)
    slots = [slot for slot in fleet().slots_of[station.station_id] if valid_on(slot, TODAY)]
    villages = {fleet().households[slot.household_id].village_id for slot in slots}
    page = desk.open(f"/stations/{station.station_id}")
    expect(page.locator("#villages tbody tr")).to_have_count(len(villages))
    expect(page.locator("#entitled")).to_contain_text("3,000.00")
    expect(page.locator("#entitled")).to_contain_text(f"{len(slots) * 3000:,}.00")
    owed = sum(_fen(text) for text in page.locator("#villages td:last-child").all_inner_texts())
    assert owed == len(slots) * 300_000


def test_base_price_without_a_document_says_that_it_is_to_be_confirmed(desk: Visitor) -> None:
    page = desk.open(f"/stations/{JOINT.station_id}")
    expect(page.locator("#tariff")).to_contain_text("尚未找到")
    expect(page.locator("#tariff dd .unconfirmed")).to_be_visible()


def test_month_with_too_few_days_is_a_dash_that_names_them(desk: Visitor) -> None:
    """Seven of May's 31 days are known, or six where one of them has no figure of its own."""
    place, station = next((i, s) for i, s in enumerate(stations()) if sparse(i) and not unknown(i))
    days = sum(energy_wh(place, station, day) is not None for day in DAYS if day.month == 5)
    page = desk.open(f"/stations/{station.station_id}")
    page.click("[data-by=month]")
    expect(page.locator("#income-chart .gap")).to_have_count(1)
    page.locator("#income-table summary").click()
    expect(page.locator("#income-table tbody tr").last).to_contain_text(f"31 天中只有 {days} 天有数据")


def test_month_that_lacks_days_is_pale_and_says_of_which_days_it_is(desk: Visitor) -> None:
    page = desk.open(f"/villages/{VILLAGE_ID}")
    page.select_option("#month", "2026-05")
    expect(page.locator("#answer-kind")).to_contain_text("天有数据，金额仅含这些天")
    expect(page.locator("#income-chart rect.partial").first).to_be_visible()


def test_chart_is_read_with_the_arrow_keys(desk: Visitor) -> None:
    page = desk.open(f"/stations/{JOINT.station_id}")
    page.locator("#energy-chart svg").focus()
    page.keyboard.press("End")
    expect(page.locator("#tip")).to_contain_text("2026-06-01")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#energy-chart [aria-live]")).to_contain_text("2026-05-31")


def test_unconfirmed_mark_explains_itself_when_touched(phone: Visitor) -> None:
    page = phone.open(f"/stations/{JOINT.station_id}")
    page.locator("#income-today .unconfirmed").tap()
    expect(page.locator("#tip")).to_be_visible()
    expect(page.locator("#tip")).to_contain_text("元/千瓦时")


def test_silent_station_shows_no_power_and_why(desk: Visitor) -> None:
    place = next(i for i in range(786) if silent(i))
    page = desk.open(f"/stations/{stations()[place].station_id}")
    expect(page.locator("#state")).to_contain_text("离线")
    expect(page.locator("#state")).to_contain_text("2026-05-31 12:00")
    expect(page.locator("#power-now")).to_contain_text("—")


def test_village_says_what_it_earned_and_that_nothing_of_it_is_a_payment(phone: Visitor) -> None:
    page = phone.open(f"/villages/{VILLAGE_ID}")
    page.select_option("#month", "2026-05")
    expect(page.locator("#account")).to_contain_text("可分配收益")
    expect(page.locator("#households")).to_contain_text("不是发放金额")
    rows = page.locator("#account td").all_inner_texts()
    base, subsidy, gross, deducted, left = (_fen(text) for text in rows)
    assert base + subsidy == gross
    assert gross - deducted == left


def _fen(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_village_with_slots_only_says_what_they_are_owed(desk: Visitor) -> None:
    """3,000 yuan a year for each slot are 254.79 or 254.80 for the 31 days of May."""
    slot = next(s for s in fleet().slots if valid_on(s, TODAY))
    village_id = fleet().households[slot.household_id].village_id
    assert not fleet().units_held_by.get(village_id)
    page = desk.open(f"/villages/{village_id}")
    page.select_option("#month", "2026-05")
    expect(page.locator("#answer-label")).to_contain_text("应付")
    expect(page.locator("#households li").first).to_contain_text("254.")
    rows = [_fen(text) for text in page.locator("#households li .num:last-child").all_inner_texts()]
    expect(page.locator("#answer")).to_contain_text(f"{sum(rows) / 100:,.2f}")
    expect(page.locator("#income-part")).to_be_hidden()


def test_silent_station_is_not_compared_with_its_neighbours(desk: Visitor) -> None:
    place = next(i for i in range(786) if silent(i))
    page = desk.open(f"/stations/{stations()[place].station_id}")
    expect(page.locator("#neighbours")).to_contain_text("不能与同旗县的电站比较")


def test_unknown_station_and_unknown_address_have_a_page(desk: Visitor) -> None:
    page = desk.open("/stations/none")
    expect(page.locator(".absent h1")).to_have_text("没有这座电站")
    answer = page.goto(f"{desk.site}/nowhere?lang=en")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator(".absent h1")).to_have_text("There is no such page")


def test_part_that_did_not_come_says_so_and_can_be_asked_again(desk: Visitor) -> None:
    desk.page.route("**/v1/fleet/income*", lambda route: route.abort())
    page = desk.open("/")
    expect(page.locator("#income-chart .failure")).to_contain_text("服务器没有应答")
    page.unroute("**/v1/fleet/income*")
    page.locator("#income-chart .failure button").click()
    expect(page.locator("#income-chart rect.bar")).to_have_count(60)


def test_page_without_any_answer_says_that_the_connection_is_lost(desk: Visitor) -> None:
    desk.page.route("**/v1/**", lambda route: route.abort())
    page = desk.open("/")
    expect(page.locator("#live")).to_have_class(re.compile("live-cut"))
    expect(page.locator("#attention-answer")).to_contain_text("服务器没有应答")


def test_map_comes_closer_to_a_league_and_tells_of_a_station(desk: Visitor) -> None:
    page = desk.open("/")
    marks = page.locator("#map .stations path")
    expect(marks).to_have_count(786)
    before = marks.first.get_attribute("transform") or ""
    page.locator("#leagues button").first.click()
    expect(marks.first).not_to_have_attribute("transform", before)
    page.locator("#map svg.map").focus()
    page.keyboard.press("0")
    expect(marks.first).to_have_attribute("transform", before)
    marks.last.hover(force=True)
    expect(page.locator("#map .map-line a")).to_have_attribute("href", re.compile("^/stations/st"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_legible_in_both_themes(desk: Visitor, theme: str) -> None:
    """WCAG AA asks for 4.5."""
    page = desk.open("/stations")
    expect(page.locator("#rows tr")).to_have_count(50)
    if theme == "dark":
        page.click("#theme")
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    for selector in (".range", "#rows .c-place", "#rows .c-name a", "#synthetic", "#rows .mini:not(.none)", ".chip"):
        assert page.locator(selector).first.evaluate(CONTRAST) >= 4.5, selector


def test_lost_connection_is_shown_and_heals(desk: Visitor) -> None:
    page = desk.open("/stations")
    expect(page.locator("#live")).to_have_class(re.compile("live-stream"))
    page.context.set_offline(True)
    _hide_and_show(page)
    expect(page.locator("#live")).to_have_class(re.compile("live-cut"))
    page.context.set_offline(False)
    _hide_and_show(page)
    expect(page.locator("#live")).to_have_class(re.compile("live-(poll|stream)"))


def _hide_and_show(page: Page) -> None:
    """As when the window is put away and brought back, which makes the page ask at once."""
    for hidden in ("true", "false"):
        page.evaluate(
            f"Object.defineProperty(document, 'hidden', {{ value: {hidden}, configurable: true }});"
            "document.dispatchEvent(new Event('visibilitychange'))"
        )


def test_finance_month_has_the_apis_figures_to_the_fen(desk: Visitor) -> None:
    page = desk.open("/finance?month=2026-05&lang=en")
    expect(page.locator("#answer")).to_contain_text("estimates only")
    page.click("#view button:has-text('Estimate against statement')")
    answer = page.request.get(f"{desk.site}/v1/finance/months/2026-05").json()
    rows = page.locator("#table .banner-row")
    expect(rows).to_have_count(len(answer["banners"]))
    for i, banner in enumerate(answer["banners"][:5]):
        estimated = banner["estimated_base_fen"] + banner["estimated_subsidy_fen"]
        assert _fen(rows.nth(i).locator("[data-label=Estimate]").inner_text()) == estimated
        expect(rows.nth(i).locator(".missing").first).to_contain_text("No statement")
    rows.first.locator("button").press("Enter")
    expect(page.locator("#table .of-banner")).to_have_count(len(answer["banners"][0]["stations"]))


def test_finance_tells_what_the_month_waits_for_as_the_api_does(desk: Visitor) -> None:
    page = desk.open("/finance?month=2026-02&lang=en")
    steps = page.locator(".finance-step")
    answer = page.request.get(f"{desk.site}/v1/finance/months/2026-02?lang=en").json()
    expect(steps).to_have_count(len(answer["steps"]))
    for i, step in enumerate(answer["steps"]):
        expect(steps.nth(i)).to_contain_text(step["what"])
        if step["amount_fen"] is not None:
            assert _fen(steps.nth(i).locator(".num").inner_text()) == step["amount_fen"]
    total = page.locator("#table .total-row")
    assert _fen(total.locator("[data-label=Outstanding]").inner_text()) == answer["total"]["receivable_fen"]
    assert _fen(total.locator("[data-label='Of it late']").inner_text()) == answer["total"]["late_fen"]


def test_ageing_opens_from_payer_to_station_and_adds_up(desk: Visitor) -> None:
    page = desk.open("/finance?month=2026-05&lang=en")
    shown = page.locator("#ageing .age-row")
    payers = page.request.get(f"{desk.site}/v1/receivables?by=payer&lang=en").json()["items"]
    expect(shown).to_have_count(len(payers))
    for i, row in enumerate(payers):
        assert _fen(shown.nth(i).locator("[data-label='Over 2 years']").inner_text()) == row["over_24_months_fen"]
    page.locator("#ageing .fold").first.press("Enter")
    banners = page.locator("#ageing .age-row.depth-1")
    expect(banners.first).to_be_visible()
    of_payer = sum(_fen(cell) for cell in banners.locator("[data-label=Outstanding]").all_inner_texts())
    assert of_payer == sum(row["outstanding_fen"] for row in payers if row["id"] == payers[0]["id"])
    banners.first.locator(".fold").press("Enter")
    expect(page.locator("#ageing .age-row.depth-2 a").first).to_be_visible()


def test_station_page_has_what_is_outstanding_of_it_by_age(desk: Visitor) -> None:
    page = desk.open(f"/stations/{JOINT.station_id}?lang=en")
    rows = page.locator("#settlements .age-row")
    answer = page.request.get(f"{desk.site}/v1/finance/stations/{JOINT.station_id}").json()["ageing"]
    expect(rows).to_have_count(len(answer))
    for i, row in enumerate(answer):
        for label, name in (("3 to 12 months", "up_to_12_months_fen"), ("Over 2 years", "over_24_months_fen")):
            assert _fen(rows.nth(i).locator(f"[data-label='{label}']").inner_text()) == row[name] > 0


def test_overview_says_that_money_is_late(desk: Visitor) -> None:
    page = desk.open("/?lang=en")
    months = page.request.get(f"{desk.site}/v1/finance/months").json()["items"]
    late = [month for month in months if month["overdue"]]
    assert late
    expect(page.locator("#attention-money .late")).to_contain_text(f"of {len(late)} months")
    expect(page.locator("#attention-money a")).to_have_attribute("href", f"/finance?month={late[-1]['month']}")


def test_finance_month_shows_what_audit_checks_found_the_serious_first(desk: Visitor) -> None:
    page = desk.open("/finance?month=2026-05&lang=en")
    rules = page.locator("#findings details")
    expect(rules.locator("summary")).to_have_text([re.compile("serious nothing into"), re.compile("warning a station")])
    rules.first.locator("summary").press("Enter")
    expect(rules.first.locator("li")).to_contain_text(f"{ATTACK} nothing came")
    assert rules.first.locator("li a").get_attribute("href") == f"/stations/{min(fleet().stations)}"
    page.locator("#month").select_option("2026-06")
    expect(page.locator("#findings")).not_to_contain_text("a station idle")
    expect(page.locator("#findings")).to_contain_text("nothing into the agency")
    assert "month=2026-06" in str(page.locator("#findings a", has_text="CSV").get_attribute("href"))
    assert desk.complaints == []


def test_a_notice_off_the_wall_is_checked_on_a_phone(phone: Visitor) -> None:
    page = phone.open(f"/notices/{NOTICE.code.lower()}")
    expect(page.locator("#notice h1")).to_contain_text("这个验证码是我们登记的")
    expect(page.locator("#notice .amount")).to_contain_text("800.00")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.fill("#code", "0000-0000-0000-0000")
    page.click("#another button")
    expect(page.locator("#notice h1")).to_contain_text("没有登记过这个验证码")
