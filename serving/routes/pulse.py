"""The desk's figures by day and week, for spreadsheets and other tools."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from anyio import to_thread
from fastapi import APIRouter, Query, Response

from features.words import Words
from serving.openapi import problems
from serving.principal import needs
from serving.problems import Problem
from serving.pulse.answer import csv_text, pulse_answer, rows
from serving.pulse.calendar import By
from serving.pulse.figures import Split
from serving.pulse.pulse import MOST_DAYS, Asked, Pulse, UnknownNameError
from serving.pulse.shapes import PulseOut
from serving.pulse.source import PulseSource
from serving.requests import PRINTABLE, fault_at
from serving.routes.as_json import as_json

_Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="Whole days, or weeks of as many.")]
_Name = Annotated[
    str | None, Query(min_length=1, max_length=200, pattern=PRINTABLE, description="Only its own.")
]
_Split = Annotated[Split, Query(description="One row for each of these in every period.")]
_Jump = Annotated[float, Query(ge=1, le=1000, description="Per cent of a rise that alarms.")]
_CSV = "text/csv"
_NO_HISTORY: Final = Words(
    "no ticket has arrived yet; send events, or `fendan import LOG --into STORE`",
    "还没有工单；请发送事件，或运行 `fendan import LOG --into STORE`",
)


def router(source: PulseSource) -> APIRouter:
    """`GET /v1/pulse`."""
    routes = APIRouter(prefix="/v1", dependencies=[needs("read")])

    @routes.get(
        "/pulse",
        summary="The desk's figures by day or week, what jumped, and why promises were broken",
        responses={
            200: {"model": PulseOut, "content": {_CSV: {"schema": {"type": "string"}}}},
            **problems(401, 403, 404, 422, 503),
        },
    )
    async def pulse(
        by: By = "day",
        days: _Days = 28,
        team: _Name = None,
        category: _Name = None,
        split: _Split = "none",
        jump: _Jump = 20.0,
        format: Literal["json", "csv"] = "json",  # noqa: A002 - the address's word
    ) -> Response:
        """As of the desk's last full hour; days and weeks (from Monday) in the policy's time zone.

        As CSV the rows alone, the names of the fields above them.
        """
        asked = Asked(by, days, team or "", category or "", jump / 100)
        found = await to_thread.run_sync(_found, source, asked)
        if format == "csv":
            name = f"pulse-{found.now:%Y-%m-%d}-{by}.csv"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(csv_text(rows(found, split)), media_type=_CSV, headers=headers)
        return as_json(pulse_answer(found, split))

    return routes


def _found(source: PulseSource, asked: Asked) -> Pulse:
    try:
        found = source.pulse(asked)
    except UnknownNameError as error:
        fault = fault_at(f"/query/{error.where}", error.said)
        raise Problem(422, "invalid-parameter", error.said, (fault,)) from error
    if found is None:
        raise Problem(404, "no-history", _NO_HISTORY)
    return found
