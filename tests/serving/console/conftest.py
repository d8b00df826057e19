"""A desk that works, in a real browser: each test gets a tab, and what went wrong in it."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from experiments.chromium import chromium
from experiments.simulator import LiveDesk
from features.errors import FendanError
from model import policy_reader
from model.desk import ServedDesk
from serving.access.heads import BoundedHeads
from serving.access.keys import KeyBook
from serving.app import create_app
from serving.client import Fendan
from serving.desks import Making
from serving.outgoing import refresh_body
from serving.server import bind
from serving.settings import Settings
from serving.store import Store
from tests.model.grown_bundle import grown_bundle

SERIOUS = ("serious", "critical")
PATIENCE_MS = 20_000
"""A page may take so long on a machine that does other things: what never comes fails later."""
expect.set_options(timeout=PATIENCE_MS)
IMPATIENT = """
document.addEventListener("readystatechange", () => (document.body.dataset.poll ??= 500));
"""
"""A page asks for news every half second: a test does not wait as long as a person would."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium: needed in CI, skipped where it is not installed.

    A module's own: while Playwright runs, its thread has a running loop, and no other module could
    call `asyncio.run`.
    """
    with ExitStack() as open_now:
        try:
            opened = open_now.enter_context(chromium())
        except FendanError as missing:
            if os.environ.get("CI"):
                pytest.fail(f"Chromium must be there in CI: {missing}")
            pytest.skip(f"no Chromium here: {missing}")
        yield opened


@dataclass(frozen=True)
class World:
    """A live desk of 45 agents on a Monday at ten, and what its model was grown on."""

    live: LiveDesk
    desk: ServedDesk


@pytest.fixture(scope="session")
def world() -> World:
    live = LiveDesk()
    bundle = grown_bundle(live.history, hours=(1200, 1500, 1800, 2010))
    return World(live, ServedDesk.of(bundle, policy_reader.default()).warm())


@dataclass
class Site:
    """A running service with a desk of its own; `master` is its master key, empty for none."""

    url: str
    store: Store
    settings: Settings
    world: World
    master: str
    app: object
    shown: list[BrowserContext] = field(default_factory=list)

    def client(self, key: str = "") -> Fendan:
        return Fendan(self.url, key or self.master, plain=True)

    def refresh(self, snapshot=None):
        """The next refresh: of the live desk as it stands unless told otherwise."""
        with self.client() as client:
            return client.refresh(snapshot or self.world.live.snapshot())

    def key(self, *scopes: str, name: str = "", **more) -> str:
        """A new key with these scopes."""
        book = KeyBook(self.store)
        return book.create(name or "-".join(scopes), frozenset(scopes), None, "test", **more).text


@contextmanager
def serving(settings: Settings, world: World, master: str = "", **parts) -> Iterator[Site]:
    """A service in a thread on a free port, until the block ends."""
    store = Store.open(settings.store_url)
    app = create_app(settings, Making(lambda: world.desk, **parts), store=store)
    listener = bind("127.0.0.1", 0)
    config = uvicorn.Config(app, http=BoundedHeads, ws="none", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        site = Site(url, Store.open(settings.store_url), settings, world, master, app)
        yield site
        for each in site.shown:  # a page that outlives its service complains of it
            close(each)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture
def site(world: World, tmp_path: Path) -> Iterator[Site]:
    """A service on this machine without a key, already refreshed once."""
    settings = Settings.from_env({"FENDAN_HOME": str(tmp_path)})
    with serving(settings, world) as running:
        running.refresh()
        yield running


@pytest.fixture
def locked_site(world: World, tmp_path: Path) -> Iterator[Site]:
    """A service with a master key, already refreshed once."""
    master = "a-master-key-of-many-characters"
    settings = replace(Settings.from_env({"FENDAN_HOME": str(tmp_path)}), api_key=master)
    with serving(settings, world, master) as running:
        running.refresh()
        yield running


@dataclass
class Watched:
    """What a tab must never do: complain in its console, break, or ask another host."""

    url: str
    allowed: set[int] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on(
            "console",
            lambda m: self._note(m.type == "error" and not self._is_allowed(m.text), m.text),
        )
        page.on("pageerror", lambda e: self._note(True, str(e)))
        page.on(
            "request",
            lambda r: self._note(not r.url.startswith((self.url, "data:", "blob:")), r.url),
        )

    def _is_allowed(self, text: str) -> bool:
        return any(f"status of {status} " in text for status in self.allowed)

    def _note(self, wrong: bool, what: str) -> None:
        if wrong:
            self.wrong.append(what)


@pytest.fixture
def tab(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens tabs: `tab(site, "/console/floor")`. At its end none may have done anything wrong.

    `refused` are statuses of answers that the test expects (a browser complains of every 4xx).
    """
    opened = []

    def open_tab(
        site: Site, path: str = "/console", *, refused: tuple[int, ...] = (), key: str = "",
        width: int = 1280, height: int = 900, **context,
    ) -> Page:  # fmt: skip
        made = browser.new_context(
            viewport={"width": width, "height": height},
            locale=context.pop("locale", "en-GB"),
            **context,
        )
        site.shown.append(made)
        made.add_init_script(IMPATIENT)
        page = made.new_page()
        page.set_default_timeout(PATIENCE_MS)
        watched = Watched(site.url, set(refused))
        watched.watch(page)
        opened.append((made, watched))
        if key:
            page.goto(f"{site.url}/console/sign-in")
            page.get_by_label("API key").fill(key)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda url: "sign-in" not in url)
        page.goto(site.url + path)
        return page

    yield open_tab
    for made, _ in opened:
        close(made)
    assert [w.wrong for _, w in opened if w.wrong] == []


def close(shown: BrowserContext) -> None:
    """Close it with its pages; an answer that a test made up and that is under way is let go."""
    for page in shown.pages:
        page.unroute_all(behavior="ignoreErrors")
    shown.close()


def findings(page: Page) -> list[str]:
    """The serious findings of axe on the page as it stands: none are let through."""
    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']}: {n['target']} {n.get('failureSummary', '')}"
        for v in found if v["impact"] in SERIOUS for n in v["nodes"][:3]
    ]  # fmt: skip


def overflow(page: Page) -> int:
    """Pixels that the page is wider than its window: 0 where nothing scrolls sideways."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def body_of(snapshot) -> bytes:
    return orjson.dumps(refresh_body(snapshot))
