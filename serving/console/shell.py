"""Around every page: who may see it, in which language, whether it is news, and its frame."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import orjson
from anyio import to_thread
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from features.errors import StoreError
from features.names import STATES
from serving.console.charts import CHARTS
from serving.console.packing import accepts_gzip, pack
from serving.console.plan import Plans
from serving.console.visit import LANGUAGE_COOKIE, THEME_COOKIE, Visit, visit_of
from serving.console.words import words
from serving.names import called, name_of, state_of, tier_of
from serving.principal import Scope
from serving.service import Service
from serving.store import Marks, Store

HTML: Final = "text/html; charset=utf-8"
_HERE: Final = Path(__file__).parent
_NOTHING: Final[Mapping[str, str]] = {}
MARKED: Final = tuple(each.name for each in fields(Marks))
"""Everything that the store marks."""
_A_YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its name (template `name.html`, words `texts/name.yaml`) and the scope to see it.

    Its address is `/console/name`. One that is `in_menu` stands in the menu under the shared word
    of its name. `hangs_on` are the marks of the store whose change is news to it, beside the last
    decision: a page of the decision alone is not made again for every event that arrives.
    """

    name: str
    scope: Scope = "read"
    in_menu: bool = True
    hangs_on: tuple[str, ...] = MARKED


class Nothing(Exception):  # noqa: N818 - an answer, not a fault
    """There is nothing at this address (an unknown ticket, say): 404, with a sentence why.

    The sentence is one of the page's words.
    """


class Shell:
    """Renders the pages. `pages` are all of them, in the order of the menu."""

    def __init__(
        self, service: Service, store: Store, plans: Plans, pages: tuple[Page, ...]
    ) -> None:
        self.service, self.store, self.plans = service, store, plans
        self._pages = pages
        self._templates = _environment()

    async def show(
        self, request: Request, page: Page, view: Callable[[Visit], object], also: str = ""
    ) -> Response:
        """The page for whoever asks: what `view` makes of the visit is the template's `view`.

        `view` runs off the event loop; where it gives None the page says that nothing was
        refreshed yet. Asked with the `ETag` of what it shows (a refresh, what the page hangs on,
        `also` what else), the answer is 304.
        """
        visit = visit_of(request)
        if not visit.principal.may(page.scope):
            request.state.refused = "forbidden"
            return self._refused(visit, page)
        known = request.headers.get("if-none-match", "")

        def shown() -> Response:
            return pack(self._shown(visit, page, view, known, also), wanted=accepts_gzip(request))

        response = await to_thread.run_sync(shown)
        remember(request, visit, response)
        return response

    def render(self, name: str, visit: Visit, /, texts: str = "", **about: object) -> str:
        """A template with the words and the menu of the visit; `about` is what else it shows.

        The words are those of the page `texts`, by default of the template's own.
        """
        menu = [p for p in self._pages if p.in_menu and visit.principal.may(p.scope)]
        return self._templates.get_template(f"{name}.html").render(
            visit=visit,
            language=visit.language,
            words=words(texts or name, visit.language),
            menu=menu,
            page_name=visit.path.rpartition("/")[2],
            **about,
        )

    def docs(self, document: dict[str, Any]) -> str:
        """The OpenAPI document, readable without a script from elsewhere."""
        return self._templates.get_template("docs.html").render(document=document, pretty=_pretty)

    def _shown(
        self, visit: Visit, page: Page, view: Callable[[Visit], object], known: str, also: str
    ) -> Response:
        try:
            stamp = self._stamp(visit, page, also)
            if known and known == stamp:
                return Response(status_code=304, headers={"ETag": stamp})
            found = view(visit)
        except StoreError:
            return Response(self._say(visit, page, "broken", "broken_how"), 503, media_type=HTML)
        except Nothing as nothing:
            return Response(self._say(visit, page, "missing", str(nothing)), 404, media_type=HTML)
        if found is None:
            text = self._say(visit, page, "waiting", "waiting_how")
        else:
            text = self.render(page.name, visit, view=found)
        return Response(text, headers={"ETag": stamp}, media_type=HTML)

    def _refused(self, visit: Visit, page: Page) -> Response:
        about = {"who": visit.principal.name, "scope": page.scope}
        text = self._say(visit, page, "refused", "refused_how", about)
        return Response(text, 403, media_type=HTML)

    def _say(
        self, visit: Visit, page: Page, title: str, how: str, about: Mapping[str, str] = _NOTHING
    ) -> str:
        """A page that only says something: two words of the page, filled with `about`."""
        return self.render("said", visit, page.name, title=title, how=how, about=about)

    def _stamp(self, visit: Visit, page: Page, also: str) -> str:
        """What a page hangs on, in short. Raises StoreError."""
        who = visit.principal  # the order of a set is each worker's own
        seen_by = (who.name, sorted(who.scopes), who.tag, who.agent_id)
        looks = (visit.path, visit.language, visit.theme, visit.query)
        marks = self.store.marks()
        changed = [getattr(marks, name) for name in page.hangs_on]
        parts = (self.service.latest_id(), changed, seen_by, looks, also)
        return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def latest(shell: Shell, make: Callable[..., object], *more: Any) -> Callable[[Visit], object]:  # noqa: ANN401
    """A view of the last plan, None before the first: `make(plan, visit, *more)`."""

    def view(visit: Visit) -> object:
        plan = shell.plans.latest()
        return None if plan is None else make(plan, visit, *more)

    return view


def remember(request: Request, visit: Visit, response: Response) -> None:
    """Keep the language and the theme that the address chose."""
    chosen = {LANGUAGE_COOKIE: ("lang", visit.language), THEME_COOKIE: ("theme", visit.theme)}
    for cookie, (name, value) in chosen.items():
        if name in request.query_params:
            response.set_cookie(cookie, value, max_age=_A_YEAR, httponly=True, samesite="lax")


def _pretty(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _environment() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["countdown"] = countdown
    templates.filters["called"] = called
    templates.globals.update(
        name_of=name_of, state_of=state_of, tier_of=tier_of, states=STATES, charts=CHARTS
    )
    return templates


def countdown(seconds: float) -> str:
    """Time left, or minus and the time past it; the page's script writes it the same way.

    >>> countdown(7265), countdown(-59), countdown(200000)
    ('2:01:05', '−0:00:59', '55:33:20')
    """
    whole = int(abs(seconds))
    sign = "−" if seconds < 0 else ""
    return f"{sign}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
