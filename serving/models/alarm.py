"""An alarm of the models, and what alarms are made from; see `alarms` for those there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from features.words import Words
from model.decision import Version
from serving.models.cards import Card
from serving.models.inputs import Inputs
from serving.models.live import Live
from serving.models.registered import Shown

Level = Literal["red", "warn", "watch"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong (a name that never changes), how much it presses, and the words for it."""

    code: str
    level: Level
    said: Words


@dataclass(frozen=True, slots=True)
class Seen:
    """What alarms are made from.

    `missing` and `notes` are those of readiness; `shown` is None without a registry, `champion`
    and `other` are the cards of the champion and of the version beside it, `served` is the model
    that answers; `now` is the desk's own present.
    """

    now: datetime
    served: Version
    missing: Mapping[str, str]
    notes: Mapping[str, str]
    shown: Shown | None = None
    champion: Card | None = None
    other: Card | None = None
    live: Live | None = None
    inputs: Inputs | None = None
