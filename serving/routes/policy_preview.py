"""What a policy would change, before it is published."""

from __future__ import annotations

from functools import partial
from typing import Final

import anyio
from anyio import to_thread
from fastapi import APIRouter, Request, Response

from features.words import Words
from serving.body import read_json_body
from serving.hanging_up import OneCaller
from serving.openapi import problems, request_body
from serving.policy.bodies import parse_preview
from serving.policy.preview_answers import PreviewOut, preview_answer
from serving.policy.previews import Previews
from serving.policy.refusals import refused_in_words
from serving.principal import Asking, needs
from serving.problems import Problem
from serving.routes.as_json import as_json
from serving.settings import Settings

_BUSY: Final = Words(
    "another policy is being simulated; ask again in a minute", "正在仿真另一个策略；请一分钟后再试"
)


def router(previews: Previews, settings: Settings) -> APIRouter:
    """`POST /v1/policy/preview`."""
    routes = APIRouter(prefix="/v1/policy", dependencies=[needs("ops")])
    one_plan, one_simulation = anyio.CapacityLimiter(1), OneCaller()

    @routes.post(
        "/preview",
        summary="What another policy would change",
        responses={
            200: {"model": PreviewOut},
            **problems(400, 401, 403, 408, 409, 413, 415, 422, 501, 503, 504),
        },
        openapi_extra=request_body("PreviewIn"),
    )
    async def preview(request: Request, asking: Asking) -> Response:
        """The plan of the last desk seen under the policy in force, and under the one sent.

        The body is a policy document, or `{"policy", "snapshot", "simulate"}`. Nothing is changed.
        With `simulate` both play in the simulated centre as well, which takes minutes; who hangs
        up ends it.
        """
        body = await read_json_body(request, settings)
        ask = await to_thread.run_sync(parse_preview, body)
        plans = partial(refused_in_words, partial(previews.preview, ask), asking.tag)
        if ask.simulate is not None and one_simulation.is_busy:
            raise Problem(503, "busy", _BUSY, headers=(("Retry-After", "60"),))
        found = await to_thread.run_sync(plans, limiter=one_plan)
        simulated = None
        if ask.simulate is not None:
            play = partial(previews.simulate, ask.policy, ask.simulate)
            simulated = await one_simulation.does(
                request, lambda gone: refused_in_words(partial(play, gone), asking.tag)
            )
        answer = preview_answer(found, simulated)
        return as_json(answer)

    return routes
