"""What goes wrong with a page is told to a person in words, and to a program as a problem."""

import logging

import pytest
from playwright.sync_api import expect

from tests.serving.builders import body
from tests.serving.console.conftest import findings
from tests.serving.test_http import problem

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_a_page_that_is_not_there_says_so_to_people_and_is_a_problem_to_programs(service):
    client = service().client
    told = client.get("/console/nothing", headers=BROWSER)
    assert told.status_code == 404
    assert "There is no such page" in told.text
    assert told.headers["x-content-type-options"] == "nosniff"
    problem(client.get("/console/nothing"), 404)
    problem(client.get("/v1/nothing", headers=BROWSER), 404)


def test_it_is_told_in_the_language_of_whoever_looks(service):
    told = service().client.get("/console/nothing", headers={**BROWSER, "Accept-Language": "zh-CN"})
    assert "没有这个页面" in told.text


def test_what_breaks_names_the_log_s_line_and_nothing_more(service, monkeypatch, caplog):
    def broken(*_, **__):
        raise RuntimeError("customer 张三")

    client = service().client
    client.post("/v1/refresh", json=body())
    monkeypatch.setattr("serving.console.routes.floor.view_of", broken)
    caplog.set_level(logging.ERROR)
    told = client.get("/console/floor", headers=BROWSER)
    assert told.status_code == 500
    assert told.headers["x-request-id"] in told.text
    assert "张三" not in told.text
    assert "RuntimeError" not in told.text


def test_a_form_that_is_too_large_is_refused_in_words(service):
    client = service(api_key="k").client
    sent = client.post("/console/sign-in", content="key=" + "a" * 20_000, headers=BROWSER | FORM)
    assert sent.status_code == 413
    assert "larger than 16384 bytes" in sent.text
    assert "data-live" not in sent.text  # asked again it would be sent again


@pytest.mark.parametrize(("status", "title"), [(200, "Sign in"), (429, "Too many requests")])
def test_who_asks_too_often_is_told_when_to_come_back(service, status, title):
    client = service(api_key="k", rate_per_stranger=1).client
    for _ in range(4 if status == 429 else 0):
        client.get("/console/sign-in")
    told = client.get("/console/sign-in", headers=BROWSER)
    assert (told.status_code, title in told.text) == (status, True)
    assert ("retry-after" in told.headers, "data-live" in told.text) == (status == 429,) * 2


def test_while_the_keys_cannot_be_looked_up_a_person_is_told_so(service):
    client = service(store_url="postgresql://somebody:pw@127.0.0.1:9/none").client
    told = client.get("/console/floor", headers=BROWSER)
    assert (told.status_code, told.headers["retry-after"]) == (503, "10")
    assert "The service cannot answer just now" in told.text
    assert "somebody" not in told.text


def test_a_session_that_has_ended_is_told_of_where_it_was_to_do_something(service):
    told = service(api_key="k").client.post("/console/sign-out", headers=BROWSER)
    assert told.status_code == 401
    assert "Your session has ended" in told.text


def test_without_keys_the_console_is_for_this_machine_s_own_names(service):
    told = service().client.get("/console/floor", headers={**BROWSER, "Host": "desk.example"})
    assert told.status_code == 421
    assert "fendan key create" in told.text


def test_a_person_finds_back_from_a_page_that_is_not_there_by_keyboard(site, tab):
    page = tab(site, "/console/nothing", refused=(404,))
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    assert findings(page) == []
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="To the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.get_by_role("link", name="Floor").press("Enter")
    expect(page.locator("main")).to_contain_text("as of")


def test_a_service_that_is_too_busy_for_a_moment_does_not_take_the_page_away(site, tab):
    page = tab(site, "/console/floor", refused=(429,))
    busy = {"status": 429, "content_type": "application/problem+json", "body": "{}"}
    page.route("**/console/floor", lambda route: route.fulfill(**busy))
    expect(page.locator(".live.stale")).to_be_visible()
    expect(page.locator("main")).to_contain_text("as of")
    page.evaluate("document.stayed = true")
    site.refresh()
    page.unroute("**/console/floor")
    expect(page.locator(".live:not(.stale)")).to_be_visible()
    with page.expect_request("**/console/floor"):
        pass  # the next time it asks, it is the same page still
    assert page.evaluate("document.stayed")


ASKING = """() => import("/static/console.js").then(({ ask }) =>
    ask("DELETE", "/v1/overrides/none").catch((problem) => problem.message))"""


@pytest.mark.parametrize(
    ("locale", "language", "words"),
    [("en-GB", "zh", "没有该编号的人工指定"), ("zh-CN", "en", "no override has this id")],
)
def test_the_api_refuses_in_the_language_of_the_page_not_of_the_browser(
    site, tab, locale, language, words
):
    page = tab(site, f"/console/floor?lang={language}", locale=locale, refused=(404,))
    assert page.evaluate(ASKING) == words


def test_a_chinese_page_says_in_chinese_that_nobody_answers(site, tab):
    page = tab(site, "/console/floor?lang=zh", refused=(502,))
    page.route("**/v1/**", lambda route: route.fulfill(status=502, body="bad gateway"))
    assert page.evaluate(ASKING.replace("DELETE", "GET")) == "服务返回状态 502。"
