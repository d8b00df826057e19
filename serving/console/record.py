"""What the pages read of a ticket in an answer, each thing written one way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from features.words import Language
from serving.console.clock import day_and_time
from serving.console.plan import Json
from serving.names import called, name_of

REASONS_SHOWN: Final = 3
_NOTHING_TOLD: Final[Json] = {"terms": [], "runner_up": None}


def text_in(language: Language, field: str = "text") -> str:
    """The name of the field that holds a text in a language.

    >>> text_in("zh"), text_in("en"), text_in("zh", "reason")
    ('text_zh', 'text', 'reason_zh')
    """
    return f"{field}_zh" if language == "zh" else field


def why_of(record: Json) -> Json:
    """Why the choice was made: its terms and who came second; empty where that was not told."""
    why: Json = record.get("why") or _NOTHING_TOLD
    return why


def second_of(record: Json, language: Language) -> str:
    """Who came second and why not first; empty where nobody did."""
    text = text_in(language)
    told: str = (why_of(record)["runner_up"] or {text: ""})[text]
    return told


def costs_of(record: Json, language: Language) -> tuple[str, ...]:
    """The terms of what the choice costs."""
    text = text_in(language)
    return tuple(f"{t[text]} = {t['amount']:.2f}" for t in why_of(record)["terms"])


def reasons_of(record: Json, language: Language) -> tuple[str, ...]:
    """The first reasons of the risk."""
    return tuple(reason[text_in(language)] for reason in record["reasons"][:REASONS_SHOWN])


@dataclass(frozen=True, slots=True)
class Todo:
    """A next best action for a ticket in words: what, whom to ask (empty for nobody), and why."""

    ticket_id: str
    name: str
    about: str
    reason: str


def todo_of(action: Json, language: Language) -> Todo:
    """An action of the answer in words."""
    about = called(action.get("party") or action.get("to") or "", language)
    reason: str = action[text_in(language, "reason")]
    return Todo(action["ticket_id"], name_of(action["action"], language), about, reason)


def percent(share: float) -> int:
    """A share as whole per cent."""
    return round(100 * share)


def seconds_of(moment: str | None) -> float | None:
    """A moment of the answer in seconds since 1970; None where there is none."""
    return None if moment is None else datetime.fromisoformat(moment).timestamp()


def clock_of(moment: str) -> str:
    """A moment of the answer as people read it.

    >>> clock_of("2026-05-25T21:30:00+08:00")
    '05-25 21:30'
    """
    return day_and_time(datetime.fromisoformat(moment))
