"""The browser on this machine, for what is measured and shown of the console."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from features.errors import FendanError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_NAMES: Final = ("chromium-headless-shell", "chromium", "google-chrome")
"""The one without windows first: under load, one with windows may never be done closing them."""
_SWITCHES: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window.

    Raises:
        FendanError: it, or Playwright, which drives it, is not installed.
    """
    path = os.environ.get("FENDAN_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  # of the developers' tools
    except ImportError:
        path = None
    if path is None:
        raise FendanError(
            "this needs Chromium, and Playwright, which drives it",
            remedy="apt-get install chromium-headless-shell; uv sync (with the developers' tools)",
        )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(_SWITCHES))
        yield opened
        opened.close()
