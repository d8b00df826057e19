"""What is told of the models, as JSON values; their shapes are `serving.models.shapes`."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from features.words import Words
from model.registry import Move
from model.runs import ModelVersion
from serving.models.cards import Card, Check
from serving.models.files import Unread
from serving.models.inputs import Inputs
from serving.models.registered import Shown
from serving.models.tags import moment, number, shortened
from serving.models.told import Told
from serving.models.way import Way

Json = dict[str, Any]


def model_answer(told: Told) -> Json:
    """All that is told."""
    return {
        "served": None if told.served is None else asdict(told.served),
        **_registry(told.shown),
        "cards": [_card(card, told.way) for card in (told.champion, told.other) if card],
        "live": None if told.live is None else asdict(told.live),
        "inputs": _inputs(told.inputs),
        "alarms": [
            {"code": a.code, "level": a.level, "text": a.said.en, "text_zh": a.said.zh}
            for a in told.alarms
        ],
        "mlflow_command": told.way.command,
    }


def _inputs(inputs: Inputs) -> Json:
    moved = [
        {
            "name": each.name,
            **_words("text", each.words),
            "psi": each.psi,
            "limit": each.limit,
            "level": each.level,
        }
        for each in inputs.moved
    ]
    told = {field.name: getattr(inputs, field.name) for field in fields(inputs)}
    return {**told, "moved": moved}


def moved_answer(move: Move) -> Json:
    """A move; null for a time that cannot be read."""
    return {**asdict(move), "when": moment(move.when)}


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
    until = tags.get("until")
    read = {
        "until": None if moment(until) is None else until,
        "auc": number(tags.get("auc")),
        "ece": number(tags.get("ece")),
    }
    return {
        "version": version.version,
        "aliases": list(version.aliases),
        "created_at": version.created_at,
        "gate": shortened(tags["gate"]) if "gate" in tags else None,
        "objection": "" if version == shown.champion else shown.objection(version),
        **read,
        "unread": [name for name, value in read.items() if value is None and name in tags],
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
        "unread": [_unread(each) for each in card.unread],
    }


def _unread(each: Unread) -> Json:
    return {"name": each.name, **_words("text", each.said)}


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
