"""A small body, parsed by its shape: what people and scripts send that is no desk and no log."""

from __future__ import annotations

from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from features.words import Words
from serving.body import too_large
from serving.problems import Problem
from serving.requests import faults_in
from serving.schemas import MAX_FAULTS

Shape = TypeVar("Shape", bound=BaseModel)
MOST_BYTES: Final = 64_000
"""Twice what the longest of them can fill: it is read at once, beside all other requests."""
_NO_JSON: Final = "json_invalid"  # pydantic's name for it
_NOT_JSON: Final = Words("the body is not JSON", "请求体不是 JSON")


def parsed(shape: type[Shape], body: bytes) -> Shape:
    """What a body asks for.

    Raises:
        Problem: 413, it is larger than `MOST_BYTES`; 400, it is not JSON; 422, it is not of the
            shape.
    """
    if len(body) > MOST_BYTES:
        raise too_large(MOST_BYTES)
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        if _is_no_json(error):
            raise Problem(400, "not-json", _NOT_JSON) from None
        faults = tuple(faults_in(error))
        said = Words(
            f"{len(faults)} faults in the body, the first: {faults[0].reason}",
            f"请求体有 {len(faults)} 处错误，第一处：{faults[0].said.zh}（{faults[0].pointer}）",
        )
        raise Problem(422, "invalid-body", said, faults[:MAX_FAULTS]) from None


def _is_no_json(error: ValidationError) -> bool:
    is_one = error.error_count() == 1  # the list of very many is long in the making
    return is_one and error.errors(include_url=False, include_input=False)[0]["type"] == _NO_JSON
