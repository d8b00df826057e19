"""Whatever goes away under an open page, what somebody typed stays, and is done once."""

import httpx
import pytest
from playwright.sync_api import expect

from serving.access.keys import KeyBook

REASON = "the customer asked for her"
PAGE = "**/console/floor"
CHOICES = "**/v1/overrides"
AWAY = {"status": 503, "content_type": "text/html", "body": "<h1>The store does not answer</h1>"}
REFUSED = {"status": 503, "content_type": "application/problem+json", "body": '{"detail": "away"}'}


def decided(page):
    """The dialog of a move, filled in with somebody who may have the ticket, and not confirmed."""
    dialog = page.locator("#move")
    page.locator("#tickets .move-ticket").first.click()
    for agent in page.locator("#move-agent option").all()[1:]:
        page.locator("#move-agent").select_option(agent.get_attribute("value"))
        expect(page.locator("#move-asking")).to_be_hidden()
        if dialog.get_by_role("button", name="Confirm").is_enabled():
            break
    dialog.get_by_role("textbox").fill(REASON)
    return dialog, dialog.get_by_role("button", name="Confirm")


def reasons(site):
    """Why people chose, ended choices included."""
    with httpx.Client(base_url=site.url, headers={"x-api-key": site.master or "none"}) as client:
        told = client.get("/v1/overrides", params={"ended": True}).json()["overrides"]
    return [each["reason"] for each in told]


def test_while_the_store_is_away_an_open_dialog_stays_and_is_confirmed_when_it_is_back(site, tab):
    page = tab(site, "/console/floor", refused=(503,))
    dialog, confirm = decided(page)
    page.route(PAGE, lambda route: route.fulfill(**AWAY))
    page.route(CHOICES, lambda route: route.fulfill(**REFUSED))
    expect(page.locator(".live.stale")).to_contain_text("as it was last")
    confirm.click()
    expect(
        dialog.get_by_text("away", exact=True)
    ).to_be_visible()  # in the dialog: all else is out of reach
    page.unroute(PAGE)
    page.unroute(CHOICES)
    expect(page.locator(".live:not(.stale)")).to_have_text("live")
    expect(dialog.get_by_role("textbox")).to_have_value(REASON)
    confirm.click()
    expect(page.locator("#toasts")).to_contain_text("with the next refresh")
    expect(dialog).to_be_hidden()
    assert reasons(site) == [REASON]


def test_a_choice_whose_answer_was_lost_is_made_once_however_often_it_is_confirmed(site, tab):
    def lose(route):
        route.fetch()
        route.fulfill(**REFUSED)

    page = tab(site, "/console/floor", refused=(503,))
    dialog, confirm = decided(page)
    page.route(CHOICES, lose)
    confirm.dblclick()
    expect(dialog.get_by_text("away", exact=True)).to_be_visible()
    page.unroute(CHOICES)
    confirm.dblclick()
    expect(dialog).to_be_hidden()
    assert reasons(site) == [REASON]


def test_a_session_that_ends_under_an_open_dialog_is_opened_again_in_another_tab(locked_site, tab):
    key = locked_site.key("read", "ops", name="first")
    page = tab(locked_site, "/console/floor", key=key, refused=(401,))
    dialog, confirm = decided(page)
    KeyBook(locked_site.store).revoke("first", "test")
    sign_in = dialog.get_by_role("link", name="sign in")
    expect(sign_in).to_be_visible(timeout=10_000)
    confirm.click()
    expect(dialog.get_by_text("Nothing was changed")).to_be_visible()
    with page.context.expect_page() as opened:
        sign_in.click()
    other = opened.value
    other.get_by_label("API key").fill(locked_site.key("read", "ops", name="second"))
    other.keyboard.press("Enter")
    other.wait_for_url(PAGE)
    other.close()
    expect(sign_in).to_have_count(0)
    expect(dialog.get_by_role("textbox")).to_have_value(REASON)
    confirm.click()
    expect(dialog).to_be_hidden()
    assert reasons(locked_site) == [REASON]


def test_a_move_that_takes_the_place_of_somebody_s_choice_says_whose(site, tab):
    first, second = tab(site, "/console/floor"), tab(site, "/console/floor")
    dialog, _ = decided(second)
    expect(dialog.get_by_text("Somebody chose already")).to_be_hidden()
    decided(first)[1].click()
    expect(dialog.get_by_text("Somebody chose already")).to_contain_text(REASON)


@pytest.mark.parametrize("path", ["floor", "policy"])
def test_without_a_script_a_page_says_that_it_stands_still(site, tab, path):
    page = tab(site, f"/console/{path}", java_script_enabled=False)
    expect(page.get_by_text("JavaScript is off")).to_be_visible()
    expect(page.locator(".live")).to_be_hidden()
    expect(page.locator("main").get_by_role("button", name="Move…").first).to_be_hidden()
