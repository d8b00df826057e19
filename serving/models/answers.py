"""The shapes of the models' answers and bodies, and the answers as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from serving.answers import VersionOut

if TYPE_CHECKING:  # the client reads these shapes, and needs no registry for that
    from model.registry import Move
    from model.runs import ModelVersion
    from serving.models.cards import Card, Check, Words
    from serving.models.live import Live
    from serving.models.registered import Shown
    from serving.models.told import Told
    from serving.models.way import Way

Json = dict[str, Any]
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
    when: datetime = Field(strict=False)
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
    alarms: list[AlarmOut]
    mlflow_command: str


def model_answer(told: Told) -> Json:
    """All that is told."""
    return {
        "served": None if told.served is None else asdict(told.served),
        **_registry(told.shown),
        "cards": [_card(card, told.way) for card in (told.champion, told.other) if card],
        "live": None if told.live is None else _live(told.live),
        "alarms": [
            {"code": a.code, "level": a.level, "text": a.said.en, "text_zh": a.said.zh}
            for a in told.alarms
        ],
        "mlflow_command": told.way.command,
    }


def moved_answer(move: Move) -> Json:
    """A move."""
    return asdict(move)


def _registry(shown: Shown | None) -> Json:
    if shown is None:
        nobody: Json = {"champion": None, "challenger": None, "away": "there is no registry"}
        return {**nobody, "line": [], "versions": [], "moves": []}
    return {
        "champion": shown.champion.version if shown.champion else None,
        "challenger": shown.challenger.version if shown.challenger else None,
        "line": list(shown.line),
        "away": shown.away,
        "versions": [_version(version, shown) for version in shown.versions],
        "moves": [moved_answer(move) for move in shown.moves],
    }


def _version(version: ModelVersion, shown: Shown) -> Json:
    tags = version.tags
    return {
        "version": version.version,
        "aliases": list(version.aliases),
        "created_at": version.created_at,
        "gate": tags.get("gate"),
        "objection": "" if version == shown.champion else shown.objection(version),
        "until": tags.get("until"),
        "auc": float(tags["auc"]) if "auc" in tags else None,
        "ece": float(tags["ece"]) if "ece" in tags else None,
    }


def _card(card: Card, way: Way) -> Json:
    return {
        "version": card.version.version,
        "run_id": card.version.run_id,
        "version_url": way.version(card),
        "run_url": way.run(card),
        "facts": {**card.facts},
        "figures": [asdict(figure) for figure in card.figures],
        "gate": None
        if card.verdict is None
        else {
            "passed": card.verdict.passed,
            "against": card.verdict.against,
            "checks": [_check(check) for check in card.verdict.checks],
        },
        "calibration": [asdict(each) for each in card.bins],
        "weeks": [asdict(week) for week in card.weeks],
        "features": [
            {"name": each.name, **_words("text", each.words), "psi": each.psi}
            for each in card.moved
        ],
    }


def _check(check: Check) -> Json:
    return {
        "name": check.name,
        "outcome": check.outcome,
        "blocks": check.blocks,
        **_words("title", check.title),
        **_words("text", check.said),
        **_words("remedy", check.remedy),
    }


def _words(name: str, words: Words | None) -> Json:
    en, zh = (None, None) if words is None else (words.en, words.zh)
    return {name: en, f"{name}_zh": zh}


def _live(live: Live) -> Json:
    return asdict(live)
