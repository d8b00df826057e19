"""What goes wrong, in RFC 9457: one shape for every error that leaves the service."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from itertools import islice
from typing import Final

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from features.errors import FendanError, ModelError, PolicyError, StoreError
from features.words import Words
from serving.decisions.log import KeyReusedError
from serving.events.bodies import TooManyEventsError
from serving.requests import Fault, faults_of
from serving.schemas import MAX_FAULTS, InvalidBodyError, NotJsonError
from serving.spoken import preferred, title_of

MEDIA_TYPE = "application/problem+json"


class FaultOut(BaseModel):
    """One thing that is wrong with a body."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the body.")
    reason: str


class ProblemOut(BaseModel):
    """RFC 9457: what went wrong, and what to do about it."""

    type: str = Field(description="A name of the kind of problem that never changes.")
    title: str = Field(description="English, or Chinese where `Accept-Language` prefers it.")
    status: int
    detail: str = Field(description="What, where and the remedy, in words.")
    instance: str = Field(description="The request, as the service's own log names it.")
    errors: list[FaultOut] = Field(default_factory=list, description="Of a 422: up to 100.")


class Problem(Exception):  # noqa: N818 - RFC 9457's word for it
    """A refusal with its status; raise it anywhere below a route."""

    def __init__(
        self,
        status: int,
        code: str,
        said: Words,
        errors: tuple[Fault, ...] = (),
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(status, code, said)
        self.status, self.code, self.said = status, code, said
        self.errors, self.headers = errors, headers


def problem_response(problem: Problem, request: Request) -> Response:
    """The problem as an answer, in the language that its caller would rather read.

    That is English unless `Accept-Language` asks for Chinese.
    """
    language = preferred(request.headers.get("accept-language", ""))
    body: dict[str, object] = {
        "type": f"urn:fendan:problem:{problem.code}",
        "title": title_of(problem.status, language),
        "status": problem.status,
        "detail": problem.said.told(language),
        "instance": f"urn:uuid:{request.state.request_id}",
    }
    if problem.errors:
        body["errors"] = [
            {"pointer": e.pointer, "reason": e.said.told(language)} for e in problem.errors
        ]
    response = Response(orjson.dumps(body), problem.status, media_type=MEDIA_TYPE)
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language"
    for name, value in problem.headers:
        response.headers.append(name, value)
    return response


InWords = Callable[[Request, Problem], Response | None]
"""A problem as a page, where a person asks; else None."""


def install(app: FastAPI, told: Callable[[Problem], None], in_words: InWords) -> None:
    """Make every error of the app's routes a problem, and let `told` know of each."""

    async def answer(request: Request, error: Exception) -> Response:
        problem = as_problem(error)
        told(problem)
        if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
            problem = Problem(405, problem.code, problem.said, headers=_allowed(request, problem))
        return in_words(request, problem) or problem_response(problem, request)

    for kind in (Problem, FendanError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer)


def as_problem(error: Exception) -> Problem:
    """The problem that an exception means to a caller; what is not foreseen stays unexplained."""
    match error:
        case Problem():
            return error
        case TooManyEventsError():
            return Problem(413, "too-many-events", error.said, error.faults)
        case InvalidBodyError():
            return Problem(422, "invalid-body", error.said, error.faults)
        case NotJsonError():
            return Problem(
                400,
                "not-json",
                Words(f"the body is not JSON: {error}", f"请求体不是 JSON：{error.said.zh}"),
            )
        case KeyReusedError():
            return Problem(422, "idempotency-key-reused", error.said)
        case ModelError() | PolicyError() | StoreError():
            return Problem(503, "not-ready", error.said, headers=(("Retry-After", "10"),))
        case FendanError():
            return Problem(422, "refused", error.said)
        case HTTPException():
            return _routing(error)
        case RequestValidationError():
            faults = tuple(islice(faults_of(list(error.errors())), MAX_FAULTS))
            return Problem(422, "invalid-parameter", _WRONG_PARAMETER, faults)
    return Problem(500, "internal", _INTERNAL)


def _allowed(request: Request, problem: Problem) -> tuple[tuple[str, str], ...]:
    """The methods of a path: the router names those of the first route alone."""
    path = getattr(request.scope.get("route"), "path", "")
    documented = request.app.openapi()["paths"].get(path, {})
    if not documented:  # a page
        return problem.headers
    return (("Allow", ", ".join(sorted(method.upper() for method in documented))),)


_WRONG_PARAMETER: Final = Words("a header or parameter is wrong", "请求头或参数有误")
_INTERNAL: Final = Words(
    "something broke inside; the service's log has it under `instance`",
    "内部出错；服务日志中的编号见 instance",
)
_ROUTING = {404: "not-found", 405: "method-not-allowed"}


def _routing(error: HTTPException) -> Problem:
    status, detail = error.status_code, str(error.detail)
    said = Words(detail, title_of(status, "zh"))
    code = _ROUTING.get(status, "refused")
    return Problem(status, code, said, headers=tuple((error.headers or {}).items()))
