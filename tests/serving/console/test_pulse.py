"""The page of the desk's figures: what it says, and what people do with it."""

import csv

from playwright.sync_api import expect

from serving.console.pulse import view_of
from serving.pulse.pulse import Asked, pulse_of
from tests.serving.console.conftest import findings
from tests.serving.pulse.test_pulse import ZONE, facts_at, weekly


def test_the_page_writes_figures_as_people_read_them():
    view = view_of(pulse_of(facts_at(24 + 14), ZONE, Asked(days=7)), "en")
    tiles = {tile.word: tile.value for tile in view.tiles}
    assert (tiles["arrivals"], tiles["close"], tiles["timeout_share"]) == ("4", "7.0 h", "33.3 %")
    assert [row.name for row in view.rows][:2] == ["2026-03-03 …", "2026-03-02"]
    assert [row.name for row in view.team_rows] == ["back", "front", ""]


def test_a_jump_is_told_in_both_languages():
    pulse = pulse_of(weekly(20), ZONE, Asked())
    english, chinese = (view_of(pulse, language).jumps for language in ("en", "zh"))
    assert "time to close rose by" in english[0].text
    assert "办结时长上升" in chinese[0].text


def test_a_desk_without_tickets_says_how_to_send_some(service):
    text = service().client.get("/console/pulse", params={"lang": "en"}).text
    assert "No ticket has arrived yet" in text
    assert "POST /v1/events" in text


def test_people_choose_weeks_and_take_the_figures_along(site, tab):
    page = tab(site, "/console/pulse", refused=(404,))
    page.get_by_label("By", exact=True).select_option("week")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**by=week**")
    assert findings(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    header, *rows = csv.reader(download.value.path().read_text("utf-8").splitlines())
    assert header[0] == "start"
    assert len(rows) == 5
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("脉搏")
    assert "by=week" in page.url
    page.goto(site.url + "/console/pulse?team=nobody")
    expect(page.locator("main")).to_contain_text("没有事件提到过")
