"""The page of the models: champion and challenger side by side, the gate, how they do, alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from features.words import Language, Words
from model.risk import sigmoid
from serving.console.clock import minute
from serving.console.model_charts import Drawing, all_bins, reliability, weekly
from serving.console.model_table import Row, compared
from serving.console.model_versions import MoveLine, VersionLine, move_line, version_line
from serving.console.words import words
from serving.models.cards import Bin, Card, Check
from serving.models.inputs import Inputs, State
from serving.models.live import Live
from serving.models.reading import GATE
from serving.models.registered import Shown
from serving.models.told import Told
from serving.models.way import Way

VERSIONS_SHOWN: Final = 20
_FEATURES_SHOWN: Final = 8
_INPUTS: Final[Mapping[State, str]] = {
    "told": "inputs_told",
    "few": "inputs_few",
    "brief": "inputs_brief",
    "pending": "inputs_pending",
    "no_reference": "inputs_no_reference",
    "failed": "inputs_failed",
}


@dataclass(frozen=True, slots=True)
class CheckLine:
    """What a check of the gate found (`outcome` as there), and what to do about it."""

    outcome: str
    title: str
    said: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared; `passed` is None where no gate has judged it.

    `unread` says what of its run is not what is expected.
    """

    version: int
    aliases: tuple[str, ...]
    passed: bool | None
    against: int
    checks: tuple[CheckLine, ...]
    features: tuple[tuple[str, str, float], ...]
    unread: tuple[str, ...]
    unread_verdict: bool
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
class Lately:
    """What was scored lately against what the model learned: a sentence, and the worst features.

    Of each: level (as there), meaning, name, index, and the index from where on it alarms.
    """

    said: str
    is_told: bool
    features: tuple[tuple[str, str, str, float, float], ...]


@dataclass(frozen=True, slots=True)
class Promotion:
    """What would be promoted, and what the gate holds against it, nothing where it passed."""

    version: int
    objections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Everything the page shows; `has_registry` is False where models cannot be looked at.

    Times are on the clock of `zone`. `promotion` and `back_to` (a version, 0 for none) are what
    somebody with the scope may do.
    """

    served: str
    zone: str
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
    lately: Lately
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
    line, zone = shown.line, ZoneInfo(told.zone)
    return View(
        served=f"{told.served.name} v{told.served.version}" if told.served else "",
        zone=told.zone,
        has_registry=told.shown is not None,
        away=shown.away,
        alarms=tuple((alarm.level, _in(alarm.said, language)) for alarm in told.alarms),
        sides=tuple(_side(card, told.way, language) for card in cards),
        rows=tuple(compared(cards, zone)),
        reliability=reliability(cards, told.live, said),
        bins=tuple(all_bins(cards, told.live, said)),
        weeks=weekly(told.live.weeks if told.live else (), said),
        trained_weeks=weekly(told.champion.weeks if told.champion else (), said),
        judged=_judged(told.live, zone) if told.live else None,
        lately=_lately(told.inputs, zone, language),
        promotion=_promotion(told, language) if may_move else None,
        back_to=line[-2] if may_move and len(line) > 1 else 0,
        versions=tuple(version_line(v, told.other, zone, said) for v in shown.versions[:limit]),
        all_versions=len(shown.versions),
        moves=tuple(move_line(move, zone) for move in shown.moves),
        mlflow_url=told.way.url,
        command=told.way.command,
    )


def _in(said: Words | None, language: Language) -> str:
    return "" if said is None else said.told(language)


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
        unread=tuple(_in(each.said, language) for each in card.unread),
        unread_verdict=any(each.name == GATE for each in card.unread),
        version_url=way.version(card),
        run_url=way.run(card),
    )


def _judged(live: Live, zone: tzinfo) -> Judged:
    return Judged(
        tickets=live.tickets,
        waiting=live.waiting,
        risk=100 * live.risk,
        rate=100 * live.rate,
        ece=live.ece,
        chance=live.chance,
        since=minute(live.since, zone),
        until=minute(live.until, zone),
        even=None if live.level is None else 100 * float(sigmoid(np.array(live.level))),
    )


def _lately(inputs: Inputs, zone: tzinfo, language: Language) -> Lately:
    said = words("model", language)[_INPUTS[inputs.state]]
    return Lately(
        said=said.format(
            since=minute(inputs.since, zone),
            until=minute(inputs.until, zone),
            learned=minute(inputs.learned_until, zone),
            tickets=f"{inputs.tickets:,}",
            refreshes=inputs.refreshes,
            judged=inputs.judged,
            left_out=inputs.left_out,
        ),
        is_told=inputs.state == "told",
        features=tuple(
            (each.level, _in(each.words, language), each.name, each.psi, each.limit)
            for each in inputs.moved[:_FEATURES_SHOWN]
        ),
    )


def _promotion(told: Told, language: Language) -> Promotion | None:
    """What could be promoted: the version beside the champion."""
    if told.other is None or told.shown is None or told.shown.champion == told.other.version:
        return None
    other, champion = told.other, told.shown.champion
    if not told.shown.objection(other.version):
        return Promotion(other.version.version, ())
    if other.verdict is None:
        is_there = any(each.name == GATE for each in other.unread)
        why = words("model", language)["verdict_unread" if is_there else "never_judged"]
        return Promotion(other.version.version, (why,))
    failed = tuple(
        f"{_in(check.title, language)}: {_in(check.said, language)}"
        for check in other.verdict.checks
        if check.blocks
    )
    against = words("model", language)["judged_against"].format(
        against=other.verdict.against or "–", champion=champion.version if champion else "–"
    )
    return Promotion(other.version.version, failed or (against,))
