"""What a place of the policy document is called, and how its values are written for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from model.policy_changes import PolicyChange
from model.policy_schema import policy_schema
from serving.names import Language


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
        Difference(titled(each.pointer, language), written(each.before), written(each.after))
        for each in changes
    )


def written(value: object) -> str:
    """A value of the document in few signs.

    >>> written(2.0), written(None), written([{"watch": 0.2}])
    ('2', '–', '[{"watch":0.2}]')
    """
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else orjson.dumps(value).decode()


@cache
def _schema() -> dict[str, Any]:
    return policy_schema()


def _within(node: Mapping[str, Any], step: str) -> dict[str, Any]:
    """The schema of one key; an empty one where it has none (a place of a list)."""
    rivals = (node, *node.get("anyOf", ()))
    found = (each["properties"][step] for each in rivals if step in each.get("properties", {}))
    return next(found, {})
