"""An answer as the JSON that routes send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson
from fastapi import Response

JSON: Final = "application/json"


def as_json(
    answer: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """The response that tells an answer, which is made of JSON values, records and moments."""
    return Response(orjson.dumps(answer), status, headers, JSON)
