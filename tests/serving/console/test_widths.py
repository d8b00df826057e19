"""No page scrolls sideways, on a telephone, a tablet or a desk."""

import pytest
from playwright.sync_api import expect

from tests.serving.console.conftest import overflow

PAGES = ("floor", "queue?agent=A01", "pulse", "policy", "model", "ticket")


@pytest.mark.parametrize(("width", "language"), [(360, "en"), (768, "en"), (900, "zh")])
def test_no_page_is_wider_than_its_window(site, tab, width, language):
    page = tab(site, f"/console/floor?lang={language}", width=width, refused=(404,))
    wide = {}
    for name in PAGES:
        page.goto(f"{site.url}/console/{name}")
        expect(page.locator("h1")).to_be_visible()
        wide[name] = overflow(page)
    assert set(wide.values()) == {0}, wide
