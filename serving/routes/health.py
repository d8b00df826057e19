"""Alive, ready, counted."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from serving.answers import ReadyOut
from serving.openapi import problems
from serving.principal import needs
from serving.readiness import Readiness
from serving.routes.as_json import JSON, as_json
from serving.telemetry import Telemetry


def router(readiness: Readiness, telemetry: Telemetry) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    routes = APIRouter()

    @routes.get("/healthz", summary="The process answers")
    async def healthz() -> Response:
        """Nothing is looked at: a restart would not bring a database back."""
        return Response(b'{"status":"ok"}', media_type=JSON)

    @routes.get(
        "/readyz",
        summary="What is missing, if anything",
        responses={
            200: {"model": ReadyOut},
            503: {
                "model": ReadyOut,
                "description": "`missing` names model, history or store, in words.",
            },
        },
    )
    async def readyz() -> Response:
        """503 while a part is missing; refreshes are answered all the same, and name it.

        `notes` tells what is worth knowing: a model that was not taken up, and why.
        """
        missing = await to_thread.run_sync(readiness.missing)
        body: dict[str, object] = {"status": "not ready" if missing else "ready"}
        body["missing"] = missing
        notes = readiness.notes()
        if notes:
            body["notes"] = notes
        return as_json(body, 503 if missing else 200)

    @routes.get(
        "/metrics",
        summary="Prometheus metrics",
        dependencies=[needs("read")],
        response_class=PlainTextResponse,
        responses=problems(401, 403),
    )
    async def metrics() -> Response:
        """Of all workers together."""
        text = await to_thread.run_sync(telemetry.exposition)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return routes
