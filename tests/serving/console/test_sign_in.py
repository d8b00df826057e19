"""People sign in with a key, see what its scopes allow, and sign out."""

import re

import pytest
from playwright.sync_api import expect

from serving.console.routes.sign_in import safe_next
from tests.serving.console.conftest import findings


def test_somebody_without_a_key_is_led_to_sign_in_and_back(locked_site, tab):
    page = tab(locked_site, "/console/floor?page=2")
    assert "/console/sign-in?next=" in page.url
    assert findings(page) == []
    page.get_by_label("API key").fill(locked_site.master)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/floor?page=2")
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


@pytest.mark.parametrize("back", [
    "https://evil.example/", "//evil.example/console", "/\\evil.example",
    "\\\\evil.example/console", "/console\\..\\..", "/console\n//evil.example",
    "javascript:alert(1)", "/v1/keys", "",
    "console", "https:/console", " /console",
    "/console://evil.example\t", "//[evil.example", "/consoles",
])  # fmt: skip
def test_signing_in_leads_to_no_page_of_another_site(back):
    assert safe_next(back) == "/console"


FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


def test_a_page_of_another_site_cannot_sign_its_visitor_in(service):
    client = service(api_key="master").client
    for origin in ("https://evil.example", "null", "http://127.0.0.1:3000"):
        sent = {**FORM, "Origin": origin}
        answer = client.post("/console/sign-in", content="key=master", headers=sent)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        assert "a page of another site asks" in answer.text


def test_the_session_s_cookie_is_for_this_service_alone_and_by_tls_where_the_page_came_by_it(
    service,
):
    client = service(api_key="master").client
    for origin, secure in (("http://127.0.0.1", False), ("https://127.0.0.1", True)):
        answer = client.post(
            "/console/sign-in?next=//evil.example",
            content="key=master",
            headers={**FORM, "Origin": origin},
            follow_redirects=False,
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert ("secure" in cookie) is secure


def test_beyond_this_machine_nobody_gets_in_while_there_are_no_keys(service):
    client = service(host="0.0.0.0").client
    led = client.get("/console/floor", follow_redirects=False)
    assert led.headers["location"] == "/console/sign-in?next=%2Fconsole%2Ffloor"
    refused = client.post("/console/sign-in", content="key=anything", headers=FORM)
    assert (refused.status_code, "set-cookie" in refused.headers) == (401, False)
    assert "This key opens nothing here." in refused.text


def test_on_this_machine_without_keys_there_is_nothing_to_sign_in_to(service):
    client = service().client
    answer = client.post(
        "/console/sign-in?next=/console/floor", content="key=", headers=FORM, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/floor")
    assert "set-cookie" not in answer.headers


def test_a_page_of_another_site_does_nothing_with_a_session(service):
    client = service(api_key="master").client
    client.post("/console/sign-in", content="key=master", headers=FORM)
    embedded = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, embedded):
        for method, path in (("POST", "/v1/policy/rollback"), ("GET", "/v1/overrides")):
            assert client.request(method, path, headers=headers).status_code == 403
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/console/policy", headers=followed).status_code == 200
