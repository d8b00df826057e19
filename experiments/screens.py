"""The pictures of the console in the README, taken of a live simulated desk.

    python -m experiments.screens [--out docs/console] [--hours 29]

Plays the demo's desk for a day and some, a refresh every half hour, everything told and carried
out, then takes every page: light in English and dark in Chinese, side by side.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson
from PIL import Image

from experiments.benchmarks import services
from experiments.chromium import chromium
from experiments.demo import client_of
from experiments.simulator import LiveDesk
from serving.answers import RefreshOut
from serving.client import Fendan
from training.logs.writers import ndjson_bytes

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_LOOKS: Final = (("light", "en"), ("dark", "zh"))
_WIDE: Final = (1280, 860)
_NARROW: Final = (400, 860)
_SHRUNK: Final = 0.55
_STEP_MINUTES: Final = 30
_QUALITY: Final = 74


def main(arguments: Sequence[str] | None = None) -> None:
    """Play, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("docs/console"))
    parser.add_argument("--hours", type=int, default=29)
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        own = services.trained({"FENDAN_STORE_URL": f"sqlite:///{folder}/fendan.db"})
        with services.fendan(own) as settings, client_of(settings) as client:
            plan = played(client, given.hours)
            with chromium() as browser:
                where = f"http://{settings.host}:{settings.port}"
                for name, path, size in pages(client, plan):
                    picture = side_by_side(browser, where + path, size)
                    file = given.out / f"{name}.webp"
                    picture.save(file, quality=_QUALITY, method=6)
                    print(f"{file}: {file.stat().st_size / 1000:.0f} kB")


def played(client: Fendan, hours: int) -> RefreshOut:
    """The last plan of a desk that lived so long by the plans."""
    desk = LiveDesk()
    for _ in range(hours * 60 // _STEP_MINUTES):
        happened = desk.step(_STEP_MINUTES)
        client.send_events(map(orjson.loads, ndjson_bytes(happened).splitlines()))
        plan = client.refresh(desk.snapshot())
        desk.apply({a.ticket_id: a.agent_id for a in plan.assignments}, plan.queues)
        desk.act((a.action, a.ticket_id, a.party or "") for a in plan.actions)
    return plan


def pages(client: Fendan, plan: RefreshOut) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Name, address and size of every picture: of the fullest queue, and of the oldest ticket."""
    agent = max(plan.queues, key=lambda each: len(plan.queues[each]))
    ticket = min(each.ticket_id for each in plan.assignments)
    yield "floor", "/console/floor", _WIDE
    yield "queue", f"/console/queue?agent={agent}", _NARROW
    yield "ticket", f"/console/ticket?id={ticket}", _WIDE
    yield "policy", "/console/policy", _WIDE
    yield "model", "/console/model#live-title", _WIDE
    yield "pulse", "/console/pulse", _WIDE
    yield "customer", client.link(ticket).url_path, _NARROW


def side_by_side(browser: Browser, url: str, size: tuple[int, int]) -> Image.Image:
    """The page in its two looks, made smaller."""
    shots = [_shot(browser, url, size, *look) for look in _LOOKS]
    width, height = (round(length * _SHRUNK) for length in size)
    both = Image.new("RGB", (2 * width + 8, height), "white")
    for at, shot in enumerate(shots):
        both.paste(shot.resize((width, height), Image.Resampling.LANCZOS), (at * (width + 8), 0))
    return both


def _shot(
    browser: Browser, url: str, size: tuple[int, int], theme: str, language: str
) -> Image.Image:
    window: Mapping[str, int] = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=window, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    path, _, place = url.partition("#")
    page.goto(f"{path}{'&' if '?' in path else '?'}theme={theme}&lang={language}#{place}")
    page.wait_for_timeout(1500)  # figures that come after the page
    taken = Image.open(io.BytesIO(page.screenshot()))
    context.close()
    return taken


if __name__ == "__main__":
    main()
