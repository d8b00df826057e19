"""A small body, parsed by its shape: what people and scripts send that is no desk and no log."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from serving.problems import Problem
from serving.requests import faults_of
from serving.schemas import MAX_FAULTS

Shape = TypeVar("Shape", bound=BaseModel)


def parsed(shape: type[Shape], body: bytes) -> Shape:
    """What a body asks for.

    Raises:
        Problem: 400, it is not JSON; 422, it is not of the shape.
    """
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        if any(fault["type"] == "json_invalid" for fault in error.errors()):
            raise Problem(400, "not-json", "the body is not JSON") from None
        faults = tuple(faults_of(error.errors(include_url=False, include_input=False)))
        detail = f"{len(faults)} faults in the body, the first: {faults[0].reason}"
        raise Problem(422, "invalid-body", detail, faults[:MAX_FAULTS]) from None
