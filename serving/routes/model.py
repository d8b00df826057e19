"""The models: which serves and how it does, and the moves of the champion."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Final, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from features.errors import FendanError
from model.bundle import OtherFeaturesError
from model.registry import GateRefusedError, Move, NoSuchVersionError, NotMovedError
from serving.body import read_json_body
from serving.models.answers import model_answer, moved_answer
from serving.models.registered import Models, NoRegistryError
from serving.models.shapes import ModelMoveOut, ModelOut, ModelRollbackIn, PromoteIn
from serving.models.told import Teller
from serving.openapi import problems, request_body
from serving.principal import Asking, needs
from serving.problems import Problem
from serving.requests import Fault
from serving.routes.as_json import as_json
from serving.settings import Settings
from serving.small_body import parsed
from serving.telemetry import say

_MOST_BYTES: Final = 16 * 1024
_MOVED: Final = {
    200: {"model": ModelMoveOut},
    **problems(400, 401, 403, 404, 408, 409, 413, 415, 422, 501, 503),
}
_STATUS: Final[dict[type[FendanError], tuple[int, str]]] = {
    NoRegistryError: (501, "no-registry"),
    NoSuchVersionError: (404, "no-such-version"),
    GateRefusedError: (409, "gate-refused"),
    NotMovedError: (409, "not-moved"),
    OtherFeaturesError: (409, "other-features"),
}
_Version = Annotated[
    int | None,
    Query(ge=1, le=2**53, description="The version beside the champion; else the challenger."),
]
Shape = TypeVar("Shape", bound=BaseModel)
Thing = TypeVar("Thing")


def router(models: Models, teller: Teller, settings: Settings) -> APIRouter:
    """The routes under `/v1/model`."""
    routes = APIRouter(prefix="/v1/model")

    @routes.get(
        "",
        summary="The models: which serves, which should, how they did and do",
        dependencies=[needs("read")],
        responses={200: {"model": ModelOut}, **problems(401, 403, 404, 422, 503)},
    )
    async def model(asking: Asking, version: _Version = None) -> Response:
        """What the registry says is at most 15 s old, what came true at most a minute."""
        told = await to_thread.run_sync(
            _in_words, lambda: teller.tell(version), models, version, asking.tag
        )
        return as_json(model_answer(told))

    small = replace(settings, max_body_bytes=min(_MOST_BYTES, settings.max_body_bytes))
    _promotion(routes, models, small)
    _rollback(routes, models, small)
    return routes


def _promotion(routes: APIRouter, models: Models, settings: Settings) -> None:
    @routes.post(
        "/promote",
        summary="Make a version champion",
        dependencies=[needs("ops")],
        responses={**_MOVED},
        openapi_extra=request_body("PromoteIn"),
    )
    async def promote(request: Request, asking: Asking) -> Response:
        """Every worker loads it, tries it on the last snapshot, and serves with it.

        What the gate refused is refused with 409, each of its reasons in `errors`; `force`
        overrules the gate.
        """
        wish = parsed(PromoteIn, await read_json_body(request, settings))

        def move() -> Move:
            return models.promote(wish.version, wish.why, asking.name, force=wish.force)

        moved = await to_thread.run_sync(_in_words, move, models, wish.version, asking.tag)
        return as_json(moved_answer(moved))


def _rollback(routes: APIRouter, models: Models, settings: Settings) -> None:
    @routes.post(
        "/rollback",
        summary="Make the champion before the present one champion again",
        dependencies=[needs("ops")],
        responses={**_MOVED},
        openapi_extra=request_body("ModelRollbackIn"),
    )
    async def rollback(request: Request, asking: Asking) -> Response:
        """The gate is not asked: it had served before."""
        wish = parsed(ModelRollbackIn, await read_json_body(request, settings))

        def move() -> Move:
            return models.rollback(wish.why, asking.name)

        moved = await to_thread.run_sync(_in_words, move, models, None, asking.tag)
        return as_json(moved_answer(moved))


def _in_words(ask: Callable[[], Thing], models: Models, version: int | None, tag: str) -> Thing:
    """What is asked for; what is refused as a problem, and a line in the log. Raises Problem.

    `tag` is what logs call whoever asks: audits and moves keep the name, logs do not.
    """
    try:
        return ask()
    except tuple(_STATUS) as refused:
        status, code = _STATUS[type(refused)]
        say("model request refused", logging.WARNING, reason=code, key=tag)
        found = _reasons(models, version) if code == "gate-refused" else ()
        raise Problem(status, code, refused.said, found) from refused


def _reasons(models: Models, version: int | None) -> tuple[Fault, ...]:
    """What keeps the gate from passing a version, check by check."""
    card = None if version is None else models.card(models.shown().find(version))
    if card is None or card.verdict is None:
        return ()
    return tuple(
        Fault(
            f"/gate/{check.name}",
            f"{check.title.en}: {check.said.en}",
            f"{check.title.zh}：{check.said.zh}",
        )
        for check in card.verdict.checks
        if check.blocks
    )
