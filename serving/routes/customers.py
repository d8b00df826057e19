"""The right of a customer to be forgotten."""

from __future__ import annotations

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Response

from serving.events.answers import ForgotOut
from serving.events.forgetting import forget
from serving.openapi import problems
from serving.principal import Asking, needs
from serving.routes.as_json import as_json
from serving.service import Service
from serving.store import Store

_CustomerId = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


def router(service: Service, store: Store) -> APIRouter:
    """`DELETE /v1/customers/{customer_id}`."""
    routes = APIRouter(prefix="/v1")
    one_at_a_time = CapacityLimiter(1)

    @routes.delete(
        "/customers/{customer_id:path}",
        summary="Forget a customer",
        dependencies=[needs("admin")],
        responses={200: {"model": ForgotOut}, **problems(401, 403, 404, 422, 503)},
    )
    async def forget_customer(customer_id: _CustomerId, asking: Asking) -> Response:
        """Events and logged requests keep their facts and lose the customer and all words.

        So do later ones. Nobody's history knows the customer from the next request on.
        """
        done = await to_thread.run_sync(
            forget, store, customer_id, asking.name, service.now(), limiter=one_at_a_time
        )
        told = {"events": done.events, "tickets": done.tickets, "requests": done.requests}
        return as_json(told)

    return routes
