"""Who looks at a page, and how they want to see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from starlette.requests import Request

from features.words import Language
from serving.principal import Principal, asking
from serving.spoken import preferred

Theme = Literal["auto", "light", "dark"]
LANGUAGE_COOKIE: Final = "fendan_lang"
THEME_COOKIE: Final = "fendan_theme"


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at which address, in which language and light.

    `query` are the parameters of the address, without those that choose language and theme.
    """

    principal: Principal
    path: str
    language: Language
    theme: Theme
    query: dict[str, str]

    def asked(self, name: str) -> str:
        """A parameter of the address; empty where it is absent."""
        return self.query.get(name, "")


def visit_of(request: Request, who: Principal | None = None) -> Visit:
    """The visit that a request is: what it says, else what was chosen before, else the browser.

    `who` looks, where the gate did not find that out.
    """
    query = dict(request.query_params)
    return Visit(
        principal=who or asking(request),
        path=request.url.path,
        language=language_of(request, query.pop("lang", "")),
        theme=theme_of(request, query.pop("theme", "")),
        query=query,
    )


def language_of(request: Request, asked: str) -> Language:
    """The language asked for, else the one chosen before, else the browser's first of the two."""
    for said in (asked, request.cookies.get(LANGUAGE_COOKIE, "")):
        if said in get_args(Language):
            return cast("Language", said)
    return preferred(request.headers.get("accept-language", ""))


def theme_of(request: Request, asked: str) -> Theme:
    """The theme asked for, else the one chosen before, else what the system of the browser says."""
    for said in (asked, request.cookies.get(THEME_COOKIE, "")):
        if said in get_args(Theme):
            return cast("Theme", said)
    return "auto"
