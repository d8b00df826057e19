"""Alive, ready, counted."""

from __future__ import annotations

import orjson
from anyio import to_thread
from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from serving.answers import ReadyOut
from serving.openapi import problems
from serving.principal import needs
from serving.service import Service


def router(service: Service) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    routes = APIRouter()

    @routes.get("/healthz", summary="The process answers")
    async def healthz() -> Response:
        """Nothing is looked at: a restart would not bring a database back."""
        return Response(b'{"status":"ok"}', media_type="application/json")

    @routes.get(
        "/readyz",
        summary="What is missing, if anything",
        responses={
            200: {"model": ReadyOut},
            503: {"model": ReadyOut, "description": "`missing` names model or store, in words."},
        },
    )
    async def readyz() -> Response:
        """503 while there is no model or no store. Without a store it still answers refreshes."""
        missing = await to_thread.run_sync(service.missing)
        body = {"status": "not ready" if missing else "ready", "missing": missing}
        return Response(orjson.dumps(body), 503 if missing else 200, media_type="application/json")

    @routes.get(
        "/metrics",
        summary="Prometheus metrics",
        dependencies=[needs("read")],
        response_class=PlainTextResponse,
        responses=problems(401, 403),
    )
    async def metrics() -> Response:
        """Of all workers together."""
        text = await to_thread.run_sync(service.telemetry.exposition)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return routes
