"""What needs no plan: the way in, the documentation, style and script."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.responses import RedirectResponse

from serving.console.packing import accepts_gzip, pack, packed
from serving.console.shell import HTML, Shell
from serving.principal import asking

_STATIC: Final = Path(__file__).parents[1] / "static"
KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HOME: Final = "/console/floor"
_OWN_QUEUE: Final = "/console/queue"


def router(shell: Shell, app: FastAPI) -> APIRouter:
    """`/` and `/console`, which lead to the floor or to one's own queue; `/docs`, `/static/…`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    @routes.get("/console")
    async def home(request: Request) -> Response:
        own = asking(request).agent_id is not None
        return RedirectResponse(_OWN_QUEUE if own else _HOME, 303)

    @routes.get("/docs")
    async def docs(request: Request) -> Response:
        told = Response(shell.docs(app.openapi()), media_type=HTML)
        return pack(told, wanted=accepts_gzip(request))

    for file in sorted(_STATIC.iterdir()):
        routes.add_api_route(
            f"/static/{file.name}", _file(file, KINDS[file.suffix]), methods=["GET"]
        )
    return routes


def _file(path: Path, kind: str) -> Callable[[Request], Awaitable[Response]]:
    content = path.read_bytes()
    small = packed(content)
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"Cache-Control": "no-cache", "ETag": tag, "Vary": "Accept-Encoding"}
    kind = f"{kind}; charset=utf-8"

    async def serve_file(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if accepts_gzip(request):
            return Response(small, headers={**headers, "Content-Encoding": "gzip"}, media_type=kind)
        return Response(content, headers=headers, media_type=kind)

    return serve_file
