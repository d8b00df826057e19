"""People sign in with a key, see what its scopes allow, and sign out."""

import re

from playwright.sync_api import expect

from tests.serving.console.conftest import findings


def test_somebody_without_a_key_is_led_to_sign_in_and_back(locked_site, tab):
    page = tab(locked_site, "/console/floor?rows=all")
    assert "/console/sign-in?next=" in page.url
    assert findings(page) == []
    page.get_by_label("API key").fill(locked_site.master)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/floor?rows=all")
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("Floor")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/console/sign-in")
    page.goto(locked_site.url + "/console/floor")
    assert "/console/sign-in" in page.url


def test_a_wrong_key_is_refused_in_words(locked_site, tab):
    page = tab(locked_site, refused=(401,))
    page.get_by_label("API key").fill("not-the-key")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("This key opens nothing here.")


def test_a_key_without_the_scope_is_told_which_one_is_missing(locked_site, tab):
    page = tab(locked_site, "/console/floor", key=locked_site.key("events"), refused=(403,))
    expect(page.get_by_role("heading", level=1)).to_have_text("This page needs another key")
    expect(page.locator("main")).to_contain_text("without the scope “read”")


def test_a_revoked_key_ends_its_sessions(locked_site, tab):
    from serving.access.keys import KeyBook

    page = tab(locked_site, "/console/floor", key=locked_site.key("read"))
    expect(page.locator("main")).to_contain_text("as of")
    KeyBook(locked_site.store).revoke("read", "test")
    page.wait_for_url(re.compile("sign-in"), timeout=8000)  # the page finds out by itself


def test_the_language_and_the_theme_stay_as_chosen(site, tab):
    page = tab(site, "/console/floor")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("link", name="深色").click()
    page.goto(site.url + "/console/floor")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
