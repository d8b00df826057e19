"""The gray release that runs, watched."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Response

from serving.openapi import problems
from serving.policy.refusals import refused_in_words
from serving.policy.release_answers import ReleaseOut, release_answer
from serving.policy.watches import Watches
from serving.principal import Asking, needs
from serving.routes.as_json import as_json


def router(watches: Watches) -> APIRouter:
    """`GET /v1/policy/release`."""
    routes = APIRouter(prefix="/v1/policy", dependencies=[needs("read")])

    @routes.get(
        "/release",
        summary="How the gray release does: go on, stop, or release to all",
        responses={200: {"model": ReleaseOut}, **problems(401, 403, 501, 503)},
    )
    async def release(asking: Asking) -> Response:
        """Blocks of both policies compared in pairs, judged once an hour of the desk's time.

        The intervals hold at every look, so whoever looks often errs no more often. A block is
        judged three days after its end; before there are figures the answer says in how many days.
        """
        found = await to_thread.run_sync(refused_in_words, watches.look, asking.tag)
        return as_json(release_answer(found))

    return routes
