"""Around every request: a name for it, who asks, the headers, the count, and the last catch."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.auth import Caller, Door, Refusal
from serving.problems import Problem, as_problem, problem_response
from serving.telemetry import LOGGER, Telemetry, say

_SOURCES = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    ("Content-Security-Policy", _SOURCES),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)


class Gate:
    """Pure ASGI, so that an answer of megabytes passes through without being copied."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        door: Door,
        telemetry: Telemetry,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app, self._door, self._telemetry, self._clock = app, door, telemetry, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = self._clock()
        request_id = str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            scope["state"]["principal"] = await self._door.admit(_caller(scope))
            await self._app(scope, receive, send_on)
        except Exception as error:
            if isinstance(error, Refusal):
                scope["state"].update(refused=error.code, tag=error.tag)
            if not isinstance(error, Problem):
                LOGGER.error("broken", exc_info=error, extra={"about": {"request": request_id}})
            if status:  # half an answer is out: only hanging up can still tell
                raise
            await problem_response(as_problem(error), request_id)(scope, receive, send_on)
        finally:
            self._count(scope, status, self._clock() - started, request_id)

    def _count(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        # The template, never the path itself: ids are not for metrics, and strangers' paths
        # would fill the memory.
        route = getattr(scope.get("route"), "path", None) or "unmatched"
        self._telemetry.requests.labels(_method(scope["method"]), route, str(status)).inc()
        self._telemetry.request_seconds.labels(route).observe(seconds)
        state = scope["state"]
        asked = state["principal"].tag if "principal" in state else state.get("tag")
        refused = state.get("refused")
        if refused is not None:
            self._telemetry.refused.labels(refused).inc()
        say(
            "request",
            _level(route, refused),
            request=request_id,
            key=asked or None,
            refused=refused,
            method=_method(scope["method"]),
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
        )


def _caller(scope: Scope) -> Caller:
    host, _ = scope.get("client") or ("", 0)
    return Caller(scope["method"], scope["path"], Headers(scope=scope), host)


def _level(route: str, refused: str | None) -> int:
    if refused is not None:
        return logging.WARNING
    return logging.DEBUG if route in ("/healthz", "/readyz", "/metrics") else logging.INFO


def _method(method: str) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return method if method in known else "other"


def _dress(headers: MutableHeaders, request_id: str) -> None:
    for name, value in SECURITY_HEADERS:
        headers[name] = value
    headers["X-Request-ID"] = request_id
    headers.setdefault("Cache-Control", "no-store")
