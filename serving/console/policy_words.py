"""What a place of the policy document is called, and how its values are written for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from model.policy_changes import PolicyChange
from model.policy_schema import policy_schema
from serving.console.words import words
from serving.names import Language, name_of


@dataclass(frozen=True, slots=True)
class Difference:
    """A place that differs between two policies, by name, and its values as text."""

    title: str
    before: str
    after: str


def titled(pointer: str, language: Language) -> str:
    """The names along a JSON pointer of the document.

    >>> titled("/weights/load", "en"), titled("/alerts/rules", "zh")
    ('Weights › Load', '预警 › 规则')
    """
    names, node = [], _schema()
    for step in pointer.split("/")[1:]:
        node = _within(node, step)
        names.append(node.get("x-title-zh" if language == "zh" else "title", step))
    return " › ".join(names)


def differences(changes: Iterable[PolicyChange], language: Language) -> tuple[Difference, ...]:
    """What changed, by name."""
    return tuple(
        Difference(
            titled(each.pointer, language),
            written(each.before, language),
            written(each.after, language),
        )
        for each in changes
    )


def written(value: object, language: Language) -> str:
    """A value of the document in few signs; what a rule leaves open is left out.

    >>> written(2.0, "en"), written(None, "en"), written([], "zh")
    ('2', '–', '–')
    >>> written([{"watch": 0.2, "start": "10:00", "weekdays": None}], "zh")
    '关注 0.2 · 开始 10:00'
    """
    if value is None or value in ([], {}):
        return "–"
    if isinstance(value, Mapping):
        kept = ((str(key), each) for key, each in value.items() if each is not None)
        return " · ".join(f"{_key(key, language)} {written(each, language)}" for key, each in kept)
    if isinstance(value, list):
        mark = "; " if any(isinstance(each, Mapping) for each in value) else ", "
        return mark.join(written(each, language) for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _key(key: str, language: Language) -> str:
    return words("policy", language).get(key, name_of(key, language)).lower()


@cache
def _schema() -> dict[str, Any]:
    return policy_schema()


def _within(node: Mapping[str, Any], step: str) -> dict[str, Any]:
    """The schema of one key; an empty one where it has none (a place of a list)."""
    rivals = (node, *node.get("anyOf", ()))
    found = (each["properties"][step] for each in rivals if step in each.get("properties", {}))
    return next(found, {})
