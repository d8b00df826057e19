"""An agent hands a ticket back."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Request, Response

from serving.body import read_json_body
from serving.decisions.answers import OverrideOut
from serving.decisions.hand_backs import HandBack
from serving.decisions.overrides import Overrides
from serving.decisions.shapes import HandBackIn
from serving.openapi import body_of, problems
from serving.principal import Asking, needs
from serving.requests import PRINTABLE
from serving.routes.as_json import as_json
from serving.routes.decide import IdempotencyKey, usable
from serving.routes.overrides import override_answer
from serving.settings import Settings
from serving.small_body import parsed


def router(overrides: Overrides, settings: Settings) -> APIRouter:
    """`POST /v1/tickets/{ticket_id}/hand-back`."""
    routes = APIRouter(prefix="/v1/tickets")

    @routes.post(
        "/{ticket_id:path}/hand-back",
        status_code=201,
        summary="Hand a ticket back: the plan gives it to somebody else",
        dependencies=[needs("work", "ops")],
        responses={
            201: {"model": OverrideOut},
            **problems(400, 401, 403, 404, 408, 409, 413, 415, 422, 503),
        },
        openapi_extra=body_of(HandBackIn),
    )
    async def hand_back(
        ticket_id: Annotated[str, Path(max_length=200, pattern=PRINTABLE)],
        request: Request,
        who: Asking,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """From the next refresh on, as long as the ticket is open: no plan gives it to them again.

        A key of an agent hands back that agent's tickets only. Where nobody else can have it the
        plan says so; it is not given back. It ends when a person gives them the ticket all the same
        (`POST /v1/overrides`, or `pinned` to them by the ticket system later on), and
        `DELETE /v1/overrides/{override_id}` takes it back.
        """
        asked = parsed(HandBackIn, await read_json_body(request, settings))
        wish = HandBack(who, ticket_id, asked.agent_id, asked.reason, usable(idempotency_key))
        made = await to_thread.run_sync(overrides.hand_back, wish)
        return as_json(override_answer(made), 201)

    return routes
