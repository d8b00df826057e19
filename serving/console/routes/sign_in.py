"""A person signs in at a browser with a key, and out again."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import parse_qs

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse

from features.words import Words
from serving.access.auth import Caller, Door
from serving.access.credentials import from_another_page
from serving.access.sessions import COOKIE, LASTING, sent_session
from serving.body import read_body
from serving.console.shell import HTML, Shell
from serving.console.visit import visit_of
from serving.principal import LOCAL
from serving.problems import Problem
from serving.settings import Settings

_FORM: Final = "application/x-www-form-urlencoded"
_SAID: Final = {401: "wrong", 403: "wrong", 429: "later", 503: "away"}
_MOST_BYTES: Final = 16 * 1024


def router(shell: Shell, door: Door, settings: Settings) -> APIRouter:
    """`/console/sign-in` and `/console/sign-out`."""
    routes = APIRouter(prefix="/console", include_in_schema=False)
    small = replace(settings, max_body_bytes=_MOST_BYTES)

    @routes.get("/sign-in")
    async def form(request: Request, next: str = "") -> Response:  # noqa: A002 - the address's word
        return _page(shell, request, next, "")

    @routes.post("/sign-in")
    async def sign_in(request: Request, next: str = "") -> Response:  # noqa: A002
        if from_another_page(request.headers):
            raise Problem(
                403, "cross-origin", Words("a page of another site asks", "请求来自其他站点的页面")
            )
        body = await read_body(request, small, frozenset({_FORM}))
        key = parse_qs(body.decode("utf-8", "replace")).get("key", [""])[0].strip()
        try:
            who = await door.admit(_with_key(request, key))
        except Problem as refusal:
            if refusal.status not in _SAID:
                raise
            return _page(shell, request, next, _SAID[refusal.status], refusal.status)
        response = RedirectResponse(safe_next(next), 303)
        if who.tag != LOCAL.tag:
            text = await to_thread.run_sync(door.open_session, who)
            response.set_cookie(
                COOKIE,
                text,
                max_age=int(LASTING.total_seconds()),
                httponly=True,
                samesite="lax",
                # behind a proxy only the page's own address tells that it came by TLS
                secure=request.headers.get("origin", "").startswith("https:"),
            )
        return response

    @routes.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        text = sent_session(request.headers.get("cookie", ""))
        if text:
            await to_thread.run_sync(door.sessions.close, text)
        response = RedirectResponse("/console/sign-in", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return response

    return routes


def safe_next(path: str) -> str:
    """Where to go after signing in: a page of this service, and no other's.

    >>> [safe_next(p) for p in ("/console/floor?a=1", "https://evil.example/", "//evil.example")]
    ['/console/floor?a=1', '/console', '/console']
    """
    own = path.startswith(("/console/", "/console?")) and path.isprintable()
    return path if own and "\\" not in path else "/console"


def _with_key(request: Request, key: str) -> Caller:
    """As if the key had come with a request for a page."""
    usable = key if key.isascii() and key.isprintable() else ""
    headers = Headers({"x-api-key": usable, "host": request.headers.get("host", "")})
    return Caller("POST", "/console", headers, request.client.host if request.client else "")


def _page(shell: Shell, request: Request, back: str, refused: str, status: int = 200) -> Response:
    text = shell.render("sign_in", visit_of(request), next=back, refused=refused)
    return Response(text, status, media_type=HTML)
