"""The registered versions and the moves of the champion, as lines of the page of the models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from model.registry import Move
from model.runs import ModelVersion
from serving.console.clock import minute
from serving.models.cards import Card
from serving.models.tags import moment, number


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


def version_line(
    version: ModelVersion, other: Card | None, zone: tzinfo, said: Mapping[str, str]
) -> VersionLine:
    """A version as the registry has it, whatever its tags hold."""
    tags = version.tags

    def told(name: str, text: str | None) -> str:
        """What a tag says; that it cannot be read, where there is one."""
        return "–" if name not in tags else said["unreadable"] if text is None else text

    until = moment(tags.get("until"))
    figures = {name: number(tags.get(name)) for name in ("auc", "ece")}
    auc, ece = (
        told(name, None if value is None else f"{value:.4f}") for name, value in figures.items()
    )
    return VersionLine(
        version=version.version,
        aliases=version.aliases,
        created=minute(version.created_at, zone),
        until=told("until", minute(until, zone) if until else None),
        gate=tags.get("gate", ""),
        auc=auc,
        ece=ece,
        beside=other is not None and other.version.version == version.version,
    )


def move_line(move: Move, zone: tzinfo) -> MoveLine:
    """A move, on the clock of `zone`."""
    when = minute(moment(move.when), zone)
    return MoveLine(when, move.kind, move.before, move.version, move.who, move.why, move.forced)
