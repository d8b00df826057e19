"""A small body, parsed by its shape: what people and scripts send that is no desk and no log."""

from __future__ import annotations

from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from features.words import Words
from serving.problems import Problem
from serving.requests import faults_of
from serving.schemas import MAX_FAULTS

Shape = TypeVar("Shape", bound=BaseModel)
_NOT_JSON: Final = Words("the body is not JSON", "请求体不是 JSON")


def parsed(shape: type[Shape], body: bytes) -> Shape:
    """What a body asks for.

    Raises:
        Problem: 400, it is not JSON; 422, it is not of the shape.
    """
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        if any(fault["type"] == "json_invalid" for fault in error.errors()):
            raise Problem(400, "not-json", _NOT_JSON) from None
        faults = tuple(faults_of(error.errors(include_url=False, include_input=False)))
        said = Words(
            f"{len(faults)} faults in the body, the first: {faults[0].reason}",
            f"请求体有 {len(faults)} 处错误，第一处：{faults[0].said.zh}（{faults[0].pointer}）",
        )
        raise Problem(422, "invalid-body", said, faults[:MAX_FAULTS]) from None
