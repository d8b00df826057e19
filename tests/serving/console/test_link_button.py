"""An agent presses a button, and has a link for the customer on the clipboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from serving.console import shell
from serving.console.words import words
from tests.serving.console.conftest import findings

COPY = "Copy the customer’s link"


@pytest.fixture
def with_button(tab):
    """Opens a page with the button for a ticket on it."""

    def open_page(site, ticket_id: str, **more) -> Page:
        page = tab(site, "/console/floor", **more)
        template = shell._environment().get_template("link_button.html")
        html = template.render(ticket_id=ticket_id, words=words("floor", "en"))
        page.evaluate(
            "html => document.querySelector('h2').insertAdjacentHTML('afterend', html)", html
        )
        page.add_script_tag(url="/static/link.js", type="module")
        return page

    return open_page


def test_the_link_is_on_the_clipboard_and_opens_the_ticket_s_page(site, with_button):
    ticket_id = site.world.live.snapshot().tickets[0].ticket_id
    page = with_button(site, ticket_id, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=COPY).click()
    expect(page.locator("#toasts")).to_contain_text("Copied. The link holds until")
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your complaint is")


def test_where_the_clipboard_is_closed_the_link_is_shown_to_be_copied_by_hand(site, with_button):
    page = with_button(site, "T 1?")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')) }")
    page.get_by_role("button", name=COPY).press("Enter")
    field = page.get_by_role("textbox", name="The customer’s link")
    expect(field).to_be_focused()
    expect(field).to_have_value(re.compile(rf"^{site.url}/status/[\w-]{{43}}$"))
    assert field.evaluate("field => field.selectionEnd - field.selectionStart") == len(
        field.input_value()
    )
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_is_refused_is_told(locked_site, with_button):
    page = with_button(locked_site, "T1", key=locked_site.key("read"), refused=(403,))
    refusal = {"status": 403, "content_type": "application/problem+json",
               "body": '{"detail": "this needs a key with the scope `read`"}'}  # fmt: skip
    page.route("**/links", lambda route: route.fulfill(**refusal))
    page.get_by_role("button", name=COPY).click()
    expect(page.locator("#toasts .wrong")).to_contain_text("this needs a key")
    expect(page.get_by_role("button", name=COPY)).to_be_enabled()
