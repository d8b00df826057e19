"""The page of the models: champion and challenger side by side, the gate, how they do, alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from model.registry import Move
from model.risk import sigmoid
from model.runs import ModelVersion
from serving.console.model_charts import Drawing, all_bins, reliability, weekly
from serving.console.model_table import Row, compared, minute
from serving.console.words import words
from serving.models.cards import Bin, Card, Check, Words
from serving.models.live import Live
from serving.models.registered import Shown
from serving.models.told import Told
from serving.models.way import Way
from serving.names import Language

VERSIONS_SHOWN: Final = 20
_FEATURES_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class CheckLine:
    """What a check of the gate found (`outcome` as there), and what to do about it."""

    outcome: str
    title: str
    said: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared; `passed` is None where no gate has judged it."""

    version: int
    aliases: tuple[str, ...]
    passed: bool | None
    against: int
    checks: tuple[CheckLine, ...]
    features: tuple[tuple[str, str, float], ...]
    version_url: str
    run_url: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The live figures as they are shown: shares in percent.

    `even` is what the level of the day makes of 50 %, None where the model's level is fixed.
    """

    tickets: int
    waiting: int
    risk: float
    rate: float
    ece: float
    chance: float
    since: str
    until: str
    even: float | None


@dataclass(frozen=True, slots=True)
class Promotion:
    """What would be promoted, and what the gate holds against it, nothing where it passed."""

    version: int
    objections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A registered version; `beside` where it is the one that is compared with the champion."""

    version: int
    aliases: tuple[str, ...]
    created: str
    until: str
    gate: str
    auc: str
    ece: str
    beside: bool


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A move of the champion."""

    when: str
    kind: str
    before: int
    version: int
    who: str
    why: str
    forced: bool


@dataclass(frozen=True, slots=True)
class View:
    """Everything the page shows; `has_registry` is False where models cannot be looked at.

    `promotion` and `back_to` (a version, 0 for none) are what somebody with the scope may do.
    """

    served: str
    has_registry: bool
    away: str
    alarms: tuple[tuple[str, str], ...]
    sides: tuple[Side, ...]
    rows: tuple[Row, ...]
    reliability: Drawing
    bins: tuple[tuple[str, tuple[Bin, ...]], ...]
    weeks: Drawing
    trained_weeks: Drawing
    judged: Judged | None
    promotion: Promotion | None
    back_to: int
    versions: tuple[VersionLine, ...]
    all_versions: int
    moves: tuple[MoveLine, ...]
    mlflow_url: str
    command: str


def view_of(told: Told, language: Language, *, may_move: bool, limit: int | None) -> View:
    """What the page shows of what is told; at most `limit` versions, all for None."""
    shown, said = told.shown or Shown(), words("model", language)
    cards = [card for card in (told.champion, told.other) if card is not None]
    line = shown.line
    return View(
        served=f"{told.served.name} v{told.served.version}" if told.served else "",
        has_registry=told.shown is not None,
        away=shown.away,
        alarms=tuple((alarm.level, _in(alarm.said, language)) for alarm in told.alarms),
        sides=tuple(_side(card, told.way, language) for card in cards),
        rows=tuple(compared(cards)),
        reliability=reliability(cards, told.live, said),
        bins=tuple(all_bins(cards, told.live, said)),
        weeks=weekly(told.live.weeks if told.live else (), said),
        trained_weeks=weekly(told.champion.weeks if told.champion else (), said),
        judged=_judged(told.live) if told.live else None,
        promotion=_promotion(told, language) if may_move else None,
        back_to=line[-2] if may_move and len(line) > 1 else 0,
        versions=tuple(_line(v, told.other) for v in shown.versions[:limit]),
        all_versions=len(shown.versions),
        moves=tuple(map(_move, shown.moves)),
        mlflow_url=told.way.url,
        command=told.way.command,
    )


def _in(said: Words | None, language: Language) -> str:
    return "" if said is None else said.zh if language == "zh" else said.en


def _side(card: Card, way: Way, language: Language) -> Side:
    verdict = card.verdict
    checks: Sequence[Check] = () if verdict is None else verdict.checks
    return Side(
        version=card.version.version,
        aliases=card.version.aliases,
        passed=None if verdict is None else verdict.passed,
        against=0 if verdict is None else verdict.against,
        checks=tuple(
            CheckLine(c.outcome, *(_in(text, language) for text in (c.title, c.said, c.remedy)))
            for c in checks
        ),
        features=tuple(
            (_in(each.words, language), each.name, each.psi)
            for each in card.moved[:_FEATURES_SHOWN]
        ),
        version_url=way.version(card),
        run_url=way.run(card),
    )


def _judged(live: Live) -> Judged:
    return Judged(
        tickets=live.tickets,
        waiting=live.waiting,
        risk=100 * live.risk,
        rate=100 * live.rate,
        ece=live.ece,
        chance=live.chance,
        since=minute(live.since),
        until=minute(live.until),
        even=None if live.level is None else 100 * float(sigmoid(np.array([live.level]))[0]),
    )


def _promotion(told: Told, language: Language) -> Promotion | None:
    """What could be promoted: the version beside the champion."""
    if told.other is None or told.shown is None or told.shown.champion == told.other.version:
        return None
    other, champion = told.other, told.shown.champion
    if not told.shown.objection(other.version):
        return Promotion(other.version.version, ())
    if other.verdict is None:
        return Promotion(other.version.version, (words("model", language)["never_judged"],))
    failed = tuple(
        f"{_in(check.title, language)}: {_in(check.said, language)}"
        for check in other.verdict.checks
        if check.blocks
    )
    against = words("model", language)["judged_against"].format(
        against=other.verdict.against or "–", champion=champion.version if champion else "–"
    )
    return Promotion(other.version.version, failed or (against,))


def _line(version: ModelVersion, other: Card | None) -> VersionLine:
    tags = version.tags
    until = tags.get("until")
    return VersionLine(
        version=version.version,
        aliases=version.aliases,
        created=minute(version.created_at),
        until=minute(datetime.fromisoformat(until)) if until else "–",
        gate=tags.get("gate", ""),
        auc=tags.get("auc", "–"),
        ece=tags.get("ece", "–"),
        beside=other is not None and other.version.version == version.version,
    )


def _move(move: Move) -> MoveLine:
    when = minute(datetime.fromisoformat(move.when))
    return MoveLine(when, move.kind, move.before, move.version, move.who, move.why, move.forced)
