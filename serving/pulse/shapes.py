"""The shapes of `GET /v1/pulse`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from serving.pulse.alarms import Figure

_Count = Annotated[int, Field(ge=0)]
_Hours = Annotated[float | None, Field(description="Hours; null where nothing happened.")]
_Share = Annotated[float | None, Field(ge=0, le=1, description="Null where nothing happened.")]


class FiguresOut(BaseModel):
    """The figures of `[start, end)`: each counts what fell into it, on the day it became known.

    `response_*` are from creation to the first work, of tickets first begun here; `close_*` from
    creation to closing, of tickets closed here and not reopened. `judged` promises were found kept
    or broken here; a ticket that is open and not yet due is in none. `repeated` are the resolved
    whose customer had made 3 contacts within 72 h.
    """

    start: datetime
    end: datetime
    complete: bool = Field(description="False for the day or week under way.")
    team: str | None = Field(description="Null for all, or where it is not known.")
    category: str | None
    arrivals: _Count
    resolved: _Count
    response_p50_hours: _Hours
    response_p90_hours: _Hours
    close_p50_hours: _Hours
    close_p90_hours: _Hours
    judged: _Count
    timeouts: _Count
    timeout_share: _Share
    repeated: _Count
    repeated_share: _Share
    reopened: _Count
    escalated: _Count


class StageOut(BaseModel):
    """`timeouts` were in the stage when due; of `longest` most of the time went there."""

    stage: str
    timeouts: _Count
    longest: _Count
    median_hours: _Hours


class CauseOut(BaseModel):
    """A cell of stage and category; `vital` are the fewest that hold 80 % of the timeouts."""

    stage: str
    category: str | None
    timeouts: _Count
    share_so_far: float
    vital: bool


class JumpOut(BaseModel):
    """A figure of the last full week that rose against the four before, and is no noise.

    `rise` is null where it was nothing before; `chance` is that of such a rise by chance.
    """

    figure: Figure
    team: str | None = Field(description="Null for the whole desk.")
    now: float
    before: float
    rise: float | None
    tickets: _Count
    chance: float


class PulseOut(BaseModel):
    """The desk's figures by day or week, what jumped, and why promises were broken."""

    as_of: datetime
    timezone: str
    by: Literal["day", "week"]
    rows: list[FiguresOut]
    alarms: list[JumpOut]
    stages: list[StageOut]
    causes: list[CauseOut]
