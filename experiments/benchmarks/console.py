"""How soon people see the console, and how soon it answers them, in a real browser.

    python -m experiments.benchmarks.console [--tickets 2000] [--agents 200] [--runs 7]

`fendan serve` with the demo's model and a desk of that size, refreshed once; Chromium without a
window on the same machine. Of every page the median first contentful paint of fresh tabs, the
server's share of it and what came over the line; the baseline is a page of the same service that
shows no desk (signing in). Then what people do, from the key or the mouse to what they wait for.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from experiments.benchmarks import services
from experiments.benchmarks.desks import desk_of
from experiments.chromium import chromium
from experiments.demo import client_of
from serving.answers import RefreshOut

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_BASELINE: Final = "/console/sign-in"
_TOLD: Final = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return [paint ? paint.startTime : null, page.responseEnd - page.requestStart, page.transferSize];
}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A page in milliseconds: first paint, and the server's answer; its size in kB."""

    paint_ms: float
    answer_ms: float
    kb: float


def seen(browser: Browser, url: str) -> Seen:
    """The page in a fresh tab."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(url)
    while True:  # asked from outside: the page's policy forbids to wait by a script of ours
        paint, answer, size = page.evaluate(_TOLD)
        if paint is not None:
            break
        page.wait_for_timeout(20)
    context.close()
    return Seen(paint, answer, size / 1000)


def median_of(browser: Browser, url: str, runs: int) -> Seen:
    """The medians over fresh tabs, after one that is not counted."""
    seen(browser, url)
    all_of = [seen(browser, url) for _ in range(runs)]
    return Seen(
        statistics.median(s.paint_ms for s in all_of),
        statistics.median(s.answer_ms for s in all_of),
        statistics.median(s.kb for s in all_of),
    )


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does on a page: `ready` prepares it, `done` is from the act to its effect."""

    words: str
    path: str
    ready: Callable[[Page], object]
    done: Callable[[Page], object]


def _find(page: Page) -> None:
    page.keyboard.press("Enter")
    page.wait_for_url("**alert=**")
    page.locator("#rows tbody tr").first.wait_for()


def _try_a_move(page: Page) -> None:
    page.locator("#move-agent").select_option(index=3)
    page.locator("#move-effect, #move-forbidden").locator("visible=true").first.wait_for()


def _weigh(page: Page) -> None:
    page.locator("#editor input[type=range]").first.press("End")
    page.locator("#figures:not(.old)").wait_for()


def _see_alike(page: Page) -> None:
    page.keyboard.press("Enter")
    page.locator("details[data-similar] .cases > *").first.wait_for()


def deeds(agent: str) -> tuple[Deed, ...]:
    """What people do most."""
    return (
        Deed("filter the tickets", "/console/floor", lambda p: p.locator("#f-q").focus(), _find),
        Deed(
            "try a move, both queues told",
            "/console/floor",
            lambda p: p.locator("#rows .move-ticket").first.click(),
            _try_a_move,
        ),
        Deed(
            "similar cases of a ticket",
            f"/console/queue?agent={agent}",
            lambda p: p.locator("details[data-similar] summary").first.focus(),
            _see_alike,
        ),
        Deed(
            "another weight, the queue planned anew",
            "/console/policy",
            lambda p: p.locator("#figures:not(.old)").wait_for(),
            _weigh,
        ),
    )


def timed(browser: Browser, where: str, deed: Deed, runs: int) -> float:
    """Median milliseconds of a deed, each in a fresh tab, after one that is not counted."""
    took = []
    for _ in range(runs + 1):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto(where + deed.path)
        deed.ready(page)
        begun = time.perf_counter()
        deed.done(page)
        took.append((time.perf_counter() - begun) * 1000)
        context.close()
    return statistics.median(took[1:])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args(arguments)
    desk = desk_of(given.tickets, given.agents)
    with services.fendan() as settings, chromium() as browser:
        with client_of(settings) as client:
            plan = client.refresh(desk)
        where = f"http://{settings.host}:{settings.port}"
        print(f"{given.tickets:,} tickets x {given.agents:,} agents, medians of {given.runs}")
        _pages(browser, where, plan, given.runs)
        for deed in deeds(_fullest(plan)):
            print(f"  {timed(browser, where, deed, given.runs):8.0f} ms   {deed.words}")


def _fullest(plan: RefreshOut) -> str:
    return max(plan.queues, key=lambda agent: len(plan.queues[agent]))


def _pages(browser: Browser, where: str, plan: RefreshOut, runs: int) -> None:
    baseline = median_of(browser, where + _BASELINE, runs)
    agent = _fullest(plan)
    ticket = plan.queues[agent][0]
    paths = (
        "/console/floor",
        f"/console/queue?agent={agent}",
        f"/console/ticket?id={ticket}",
        "/console/policy",
        "/console/model",
        "/console/pulse",
    )
    print("  first paint ms   answer ms       kB   page")
    for path in (_BASELINE, *paths):
        told = baseline if path == _BASELINE else median_of(browser, where + path, runs)
        ratio = told.paint_ms / baseline.paint_ms
        line = f"  {told.paint_ms:8.0f} ({ratio:3.1f} x) {told.answer_ms:11.0f} {told.kb:8.1f}"
        print(f"{line}   {path}")


if __name__ == "__main__":
    main()
