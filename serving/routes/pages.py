"""What a browser is shown: the last refresh, the documentation, their style and script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Query, Request, Response

from features.errors import StoreError
from serving.page import ROWS_SHOWN, Pages, view_of
from serving.page_words import Language
from serving.principal import needs
from serving.service import Service

_STATIC = Path(__file__).parents[1] / "static"
_HTML = "text/html; charset=utf-8"
_Agent = Annotated[str | None, Query(max_length=200)]


def router(service: Service, app: FastAPI) -> APIRouter:
    """`/`, `/docs` and `/static/…`."""
    routes = APIRouter(include_in_schema=False)
    pages = Pages()

    @routes.get("/", dependencies=[needs("read")])
    async def last_refresh(
        request: Request, lang: str = "", agent: _Agent = None, rows: str = ""
    ) -> Response:
        language = _language(lang, request.headers.get("accept-language", ""))
        known = request.headers.get("if-none-match", "").strip('"')
        limit = None if rows == "all" else ROWS_SHOWN
        return await to_thread.run_sync(
            _last_refresh, service, pages, language, agent or None, limit, known
        )

    @routes.get("/docs")
    async def docs() -> Response:
        return Response(pages.docs(app.openapi()), media_type=_HTML)

    for name, kind in (("page.css", "text/css"), ("page.js", "text/javascript")):
        routes.add_api_route(f"/static/{name}", _file(_STATIC / name, kind), methods=["GET"])
    return routes


def _last_refresh(
    service: Service,
    pages: Pages,
    language: Language,
    agent: str | None,
    limit: int | None,
    known: str,
) -> Response:
    try:
        latest_id = service.latest_id()
        if known and known == latest_id:
            return Response(status_code=304, headers={"ETag": f'"{known}"'})
        logged, broken = service.latest(), False
    except StoreError:
        logged, broken = None, True
    view = None if logged is None else view_of(logged, language, service.now(), agent, limit)
    page = pages.last_refresh(view, language, agent, broken=broken)
    headers = {} if logged is None else {"ETag": f'"{logged.refresh_id}"'}
    return Response(page, 200, headers, media_type=_HTML)


def _language(asked: str, accepted: str) -> Language:
    """The language asked for, else the browser's first choice of the two, else English."""
    if asked in ("en", "zh"):
        return "zh" if asked == "zh" else "en"
    first = accepted.lower()
    at = {name: first.find(name) for name in ("zh", "en")}
    return "zh" if at["zh"] >= 0 and not 0 <= at["en"] < at["zh"] else "en"


def _file(path: Path, kind: str) -> Callable[[], Awaitable[Response]]:
    content = path.read_bytes()

    async def serve_file() -> Response:
        return Response(
            content, headers={"Cache-Control": "max-age=300"}, media_type=f"{kind}; charset=utf-8"
        )

    return serve_file
