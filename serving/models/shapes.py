"""The shapes of what the models' routes read and answer: for OpenAPI, and for the client."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from serving.answers import VersionOut

Reason = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$"
    ),
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PromoteIn(_Shape):
    """The version that shall serve, and why; `force` overrules the gate."""

    version: Annotated[int, Field(ge=1, le=2**53)]
    why: Reason
    force: bool = False


class ModelRollbackIn(_Shape):
    """Why the champion goes back to the one before."""

    why: Reason


class ModelMoveOut(_Shape):
    """The champion became `version`; `before` is the version until then, 0 for none."""

    kind: Literal["train", "promote", "rollback"]
    version: int
    before: int
    who: str
    when: datetime | None = Field(strict=False, description="Null where it cannot be read.")
    why: str
    forced: bool


class RegisteredOut(_Shape):
    """A version in short; `objection` says why the gate would not have it as champion now."""

    version: int
    aliases: list[str]
    created_at: datetime = Field(strict=False)
    gate: str | None
    objection: str
    until: str | None = Field(description="It learned nothing after this moment.")
    auc: float | None
    ece: float | None
    unread: list[str] = Field(description="Its tags that are not what is expected.")


class CheckOut(_Shape):
    """What a check of the gate found; it `blocks` where it keeps the champion in its place."""

    name: str
    outcome: Literal["pass", "fail", "unjudged"]
    blocks: bool
    title: str
    title_zh: str
    text: str
    text_zh: str
    remedy: str | None
    remedy_zh: str | None


class GateOut(_Shape):
    """The verdict of the gate against version `against`, 0 for none."""

    passed: bool
    against: int
    checks: list[CheckOut]


class FigureOut(_Shape):
    """A figure of the backtest, and the bounds of 95 % of its resamples."""

    name: str
    value: float
    low: float | None
    high: float | None


class BinOut(_Shape):
    """Tickets of like risk: its mean, the share that came true, their number."""

    risk: float
    rate: float
    tickets: float


class WeekOut(BinOut):
    """The tickets of a week, by its Monday."""

    week: str
    tickets: int
    ece: float


class MovedOut(_Shape):
    """A feature and its population stability index from training to test."""

    name: str
    text: str
    text_zh: str
    psi: float


class UnreadOut(_Shape):
    """A tag, figure or file of a run that is not what is expected, and why."""

    name: str
    text: str
    text_zh: str


class CardOut(_Shape):
    """A version as its training run tells it."""

    version: int
    run_id: str
    version_url: str = Field(description="In MLflow; empty where FENDAN_MLFLOW_URL is not set.")
    run_url: str
    facts: dict[str, str | int]
    figures: list[FigureOut]
    gate: GateOut | None
    calibration: list[BinOut]
    weeks: list[WeekOut]
    features: list[MovedOut]
    unread: list[UnreadOut]


class LiveOut(_Shape):
    """How the risks that were told since then came true at this desk."""

    since: datetime = Field(strict=False)
    until: datetime = Field(strict=False)
    tickets: int
    waiting: int
    risk: float
    rate: float
    ece: float
    chance: float = Field(description="The ECE that a perfect model may show on so few tickets.")
    spread: float
    bins: list[BinOut]
    weeks: list[WeekOut]
    level: float | None = Field(
        description="What this day adds to the log-odds of the risk, learned from the desk's own "
        "outcomes; null where the model's level is fixed."
    )


class MovedInputOut(MovedOut):
    """A feature of what was scored lately: its index from training, and from where on it alarms."""

    limit: float
    level: Literal["none", "watch", "warn"]


class InputsOut(_Shape):
    """How far what is scored has moved from what the model learned; `moved` has the worst first.

    `state`: `told`; `few` tickets were scored lately; `pending`, ask again in a few seconds;
    `no_reference`, the model was trained before such was kept; `failed`, see the log.
    """

    state: Literal["told", "few", "brief", "pending", "no_reference", "failed"]
    since: datetime | None = Field(strict=False)
    until: datetime | None = Field(strict=False)
    learned_until: datetime | None = Field(strict=False)
    refreshes: int
    tickets: int
    judged: int = Field(description="Features that lay still while the model learned.")
    left_out: int
    moved: list[MovedInputOut]


class AlarmOut(_Shape):
    """What is wrong, and what to do about it."""

    code: str
    level: Literal["red", "warn", "watch"]
    text: str
    text_zh: str


class ModelOut(_Shape):
    """The models: which serves, which should, how they did and do."""

    served: VersionOut | None
    champion: int | None
    challenger: int | None
    line: list[int] = Field(description="Where rollbacks lead, the present champion last.")
    away: str = Field(description="Why the registry does not answer; empty where it does.")
    versions: list[RegisteredOut]
    moves: list[ModelMoveOut]
    cards: list[CardOut] = Field(description="The champion, and the version beside it.")
    live: LiveOut | None
    inputs: InputsOut
    alarms: list[AlarmOut]
    mlflow_command: str
