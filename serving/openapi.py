"""The OpenAPI document: bodies are read and written by hand, so their shapes are named here."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from model.policy_schema import policy_schema
from serving import examples as shown
from serving.access.shapes import KeyIn, LinkIn
from serving.events import shapes as event_shapes
from serving.events.shapes import CloudEventIn, CloudEventsIn, EventsIn
from serving.models.shapes import ModelRollbackIn, PromoteIn
from serving.policy.answers import RollbackIn
from serving.policy.preview_answers import PreviewIn
from serving.problems import MEDIA_TYPE, ProblemOut
from serving.requests import RefreshIn, ScoreIn

Responses = dict[int | str, dict[str, Any]]
_REF = "#/components/schemas/{model}"
_EXAMPLES: dict[str, Any] = {
    "RefreshIn": shown.REFRESH,
    "ScoreIn": shown.SCORE,
    "RefreshOut": shown.REFRESHED,
    "ScoreOut": shown.SCORED,
    "SimilarOut": shown.SIMILAR,
    "ProblemOut": shown.PROBLEM,
    "EventsIn": event_shapes.EVENTS,
    "CloudEventIn": event_shapes.CLOUD_EVENT,
    "CloudEventsIn": [event_shapes.CLOUD_EVENT],
    "EventsOut": event_shapes.TAKEN,
}
_READ: tuple[type[BaseModel], ...] = (
    RefreshIn, ScoreIn, EventsIn, CloudEventIn, CloudEventsIn, RollbackIn, PreviewIn, KeyIn,
    LinkIn, PromoteIn, ModelRollbackIn,
)  # fmt: skip


def request_body(name: str) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads the request shape of this name."""
    return request_bodies({"application/json": name})


def request_bodies(names: Mapping[str, str]) -> dict[str, Any]:
    """The same for a route that reads several media types, each in the shape of a name."""
    content = {kind: {"schema": {"$ref": _REF.format(model=name)}} for kind, name in names.items()}
    return {"requestBody": {"required": True, "content": content}}


def body_of(shape: type[BaseModel]) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads this request shape, told in its place."""
    content = {"application/json": {"schema": shape.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def problems(*statuses: int) -> Responses:
    """The refusals of a route."""
    shape = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="ProblemOut")}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": dict(shape)}
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Let `app.openapi()` know the shapes that FastAPI cannot see."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # the way FastAPI documents


def _document(app: FastAPI) -> dict[str, Any]:
    told = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    _, unseen = models_json_schema(
        [*((shape, "validation") for shape in _READ), (ProblemOut, "serialization")],
        ref_template=_REF,
    )
    components = told.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.update(unseen["$defs"])
    _name_policies(schemas)
    for ours in ("HTTPValidationError", "ValidationError"):
        schemas.pop(ours, None)  # FastAPI's own shape of a 422, which never leaves here
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    for path, operations in told["paths"].items():
        for operation in operations.values():
            _tidy(path, operation)
    return told


def _name_policies(schemas: dict[str, Any]) -> None:
    """The shape of a policy is told by its own records; a preview takes one bare or in a body."""
    refs = {name: {"$ref": _REF.format(model=name)} for name in ("PolicyIn", "RefreshIn")}
    schemas["PolicyIn"] = policy_schema()
    asked = schemas["PreviewIn"]
    asked["properties"]["policy"] = refs["PolicyIn"]
    asked["properties"]["snapshot"] = {"anyOf": [refs["RefreshIn"], {"type": "null"}]}
    schemas["PreviewIn"] = {"anyOf": [asked, refs["PolicyIn"]]}


def _tidy(path: str, operation: dict[str, Any]) -> None:
    if path.startswith("/v1/") or path == "/metrics":
        operation["security"] = [{"bearer": []}, {"key": []}]
        for status in (401, 403, 503):  # what the door and the scope may say to any of them
            operation["responses"].setdefault(str(status), problems(status)[status])
    responses = operation["responses"]
    if path != "/healthz":
        responses.setdefault("429", problems(429)[429])
    refusal = responses.get("422", {}).get("content", {})
    if "application/json" in refusal:  # FastAPI's own; ours stands beside it or in its place
        responses["422"] = problems(422)[422]
    # Here and not in the routes: FastAPI drops every null from what it is given.
    for status, about in [("", operation.get("requestBody", {})), *responses.items()]:
        for content in about.get("content", {}).values():
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            if name in _EXAMPLES and status in ("", "200", "422"):
                content["example"] = _EXAMPLES[name]
