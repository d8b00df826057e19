"""History as it happens."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from serving.body import media_type, read_body
from serving.events.answers import EventsOut
from serving.events.bodies import MEDIA_TYPES
from serving.events.intake import Intake
from serving.events.shapes import refused_values
from serving.metrics import Telemetry
from serving.openapi import problems, request_bodies
from serving.principal import needs
from serving.routes.as_json import as_json
from serving.settings import Settings

_SHAPES = {
    "application/json": "EventsIn",
    "application/cloudevents+json": "CloudEventIn",
    "application/cloudevents-batch+json": "CloudEventsIn",
}


def router(intake: Intake, settings: Settings, telemetry: Telemetry) -> APIRouter:
    """`POST /v1/events`."""
    routes = APIRouter(prefix="/v1")

    @routes.post(
        "/events",
        summary="What happened, as it happens",
        dependencies=[needs("events")],
        responses={200: {"model": EventsOut}, **problems(400, 401, 403, 408, 413, 415, 422, 503)},
        openapi_extra=request_bodies(_SHAPES),
    )
    async def events(request: Request) -> Response:
        """Rows, a CloudEvent or a batch of them, or NDJSON; in any order, as often as you like.

        Answered once they are durable, and seen by every later request to any worker. An event
        that makes no sense is in `rejected`; the others are kept.
        """
        body = await read_body(request, settings, frozenset(MEDIA_TYPES))
        kind = MEDIA_TYPES.get(media_type(request), "rows")
        taken = await intake.take(body, kind)
        telemetry.took_events(taken.accepted, taken.duplicates, len(taken.refused))
        told = {
            "accepted": taken.accepted,
            "duplicates": taken.duplicates,
            "rejected": refused_values(taken.refused),
        }
        return as_json(told)

    return routes
