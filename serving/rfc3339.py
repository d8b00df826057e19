"""A time as callers write it: RFC 3339 with an offset, or a fault in words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

_SHAPE = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
_FAULT = (
    "must be an RFC 3339 time with an offset, such as 2026-03-02T10:05:00+08:00, "
    "between the years 1970 and 2199"
)


def _moment(written: str) -> datetime:
    """The instant that a text of the right shape names; ValueError for a 30 February."""
    moment = datetime.fromisoformat(written.upper())  # RFC 3339 allows a small t and z
    if not 1970 <= moment.year < 2200:  # inside what nanosecond clocks can hold
        raise ValueError(written)
    return moment


class _Rfc3339:
    """A `datetime` that was written in RFC 3339, offset included; in a standard `timezone`."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        written = core_schema.str_schema(pattern=_SHAPE, strict=True)
        return core_schema.custom_error_schema(
            core_schema.no_info_after_validator_function(_moment, written),
            custom_error_type="rfc3339",
            custom_error_message=_FAULT,
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "type": "string",
            "format": "date-time",
            "description": "RFC 3339 with an offset; a time without one is refused.",
            "examples": ["2026-03-02T10:05:00+08:00"],
        }


Time = Annotated[datetime, _Rfc3339]
