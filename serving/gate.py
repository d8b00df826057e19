"""Around every request: a name for it, who asks, the headers, the count, and the last catch."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.words import Words
from serving.access.auth import OPEN_PATHS, Caller, Door, Refusal
from serving.access.cookies import keep_own
from serving.access.to_sign_in import to_sign_in
from serving.problems import InWords, Problem, as_problem, problem_response
from serving.telemetry import LOGGER, REQUEST, Telemetry, say
from serving.traces import SPAN, Traces
from serving.waiting import REQUESTS, Held, busy

_SOURCES = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    ("Content-Security-Policy", _SOURCES),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),  # none at all would hide a form's own origin from us
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
        held: Held,
        traces: Traces,
        in_words: InWords,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app, self._door, self._telemetry, self._clock = app, door, telemetry, clock
        self._held, self._traces, self._in_words = held, traces, in_words
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = self._clock()
        keep_own(scope)
        request_id = str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        span = self._traces.begin(_method(scope["method"]), Headers(scope=scope))
        ids = {"request": request_id} | ({"trace": span.trace_id} if span.trace_id else {})
        before = REQUEST.set(ids), SPAN.set(span)
        self._enter(1)
        status = 0
        try:
            status = await self._passed_on(scope, receive, send, request_id)
        finally:
            self._enter(-1)
            self._count(scope, status, self._clock() - started)
            span.end(_route(scope), status)
            REQUEST.reset(before[0])
            SPAN.reset(before[1])

    async def _passed_on(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> int:
        """The status of the answer, 0 where none went out."""
        status, taken = 0, 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(MutableHeaders(scope=message), request_id)
            await send(message)

        async def receive_on() -> Message:
            nonlocal taken
            message = await receive()
            size = len(message.get("body", b""))
            self._held.take(size)
            taken += size
            return message

        try:
            await self._let_in(scope)
            await self._app(scope, receive_on, send_on)
        except Exception as error:
            if isinstance(error, Refusal):
                scope["state"].update(refused=error.code, tag=error.tag)
            if not isinstance(error, Problem):
                LOGGER.error("broken", exc_info=error, extra={"about": {"request": request_id}})
            if status:  # half an answer is out: only hanging up can still tell
                raise
            problem = as_problem(error)
            self._telemetry.refused.labels(problem.code).inc()
            request = Request(scope)
            answer = (
                to_sign_in(scope, error)
                or self._in_words(request, problem)
                or problem_response(problem, request)
            )
            await answer(scope, receive, send_on)
        finally:
            self._held.give(taken)
        return status

    async def _let_in(self, scope: Scope) -> None:
        if self._in_flight > REQUESTS and scope["path"] not in OPEN_PATHS:
            what = Words(
                f"{REQUESTS} requests are being answered already",
                f"正在处理的请求已达 {REQUESTS} 个",
            )
            raise busy(what, 1)
        scope["state"]["principal"] = await self._door.admit(_caller(scope))

    def _enter(self, step: int) -> None:
        self._in_flight += step
        self._telemetry.in_flight.set(self._in_flight)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        self._telemetry.requests.labels(_method(scope["method"]), route, str(status)).inc()
        self._telemetry.request_seconds.labels(route).observe(seconds)
        state = scope["state"]
        asked = state["principal"].tag if "principal" in state else state.get("tag")
        refused = state.get("refused")
        say(
            "request",
            _level(route, refused),
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


def _route(scope: Scope) -> str:
    # The template, never the path itself: ids are not for metrics, and strangers' paths
    # would fill the memory.
    return getattr(scope.get("route"), "path", None) or "unmatched"


def _method(method: str) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return method if method in known else "other"


def _dress(headers: MutableHeaders, request_id: str) -> None:
    for name, value in SECURITY_HEADERS:
        headers.setdefault(name, value)
    headers["X-Request-ID"] = request_id
    headers.setdefault("Cache-Control", "no-store")
