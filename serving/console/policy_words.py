"""What a place of the policy document is called, and how its values are written for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Final, get_args

from features.names import ALERTS, DAYS, POSTS, SIGNAL_NAMES
from features.words import Language, Words
from model.policy import Objective
from model.policy_alerts import WEEKDAYS, AlertRule, Target
from model.policy_changes import PolicyChange
from model.policy_schema import policy_schema
from model.policy_tiers import Route, Step
from model.policy_titles import title_of
from serving.console.words import words


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
            written(each.before, language, field_of(each.pointer)),
            written(each.after, language, field_of(each.pointer)),
        )
        for each in changes
    )


def field_of(pointer: str) -> str:
    """The name of the place that a JSON pointer leads to.

    >>> field_of("/actions/escalate/to")
    'to'
    """
    return pointer.rpartition("/")[2]


def written(value: object, language: Language, field: str = "") -> str:
    """A value of the document in few signs; what a rule leaves open is left out.

    >>> written(2.0, "en"), written(None, "en"), written([], "zh")
    ('2', '–', '–')
    >>> written([{"watch": 0.2, "start": "10:00", "weekdays": None}], "zh")
    '关注 0.2 · 开始 10:00'
    >>> written([{"to": "duty_manager", "after_minutes": 5.0}], "zh")
    '对象 值班经理 · 逾时（分钟） 5'

    `field` is the place that holds the value: what its codes mean hangs on that.
    """
    if value is None or value in ([], {}):
        return "–"
    if isinstance(value, Mapping):
        kept = ((str(key), each) for key, each in value.items() if each is not None)
        return " · ".join(
            f"{_key(key, language)} {written(each, language, key)}" for key, each in kept
        )
    if isinstance(value, list):
        mark = "; " if any(isinstance(each, Mapping) for each in value) else ", "
        return mark.join(written(each, language, field) for each in value)
    if isinstance(value, float):
        return f"{value:g}"
    return codes(language).get((field, str(value)), str(value))


def day_name(day: str, language: Language) -> str:
    """A weekday, in short.

    >>> day_name("mon", "en"), day_name("mon", "zh")
    ('Mon', '周一')
    """
    return DAYS[WEEKDAYS.index(day)].told(language)[:3]


@cache
def codes(language: Language) -> Mapping[tuple[str, str], str]:
    """Words for the codes that stand in a document, by the place that holds them."""
    named = {
        (field, code): said.told(language)
        for field, table in _CODED.items()
        for code, said in table.items()
    }
    days = {("weekdays", day): day_name(day, language) for day in WEEKDAYS}
    goals = {("objective", goal): words("policy", language)[goal] for goal in get_args(Objective)}
    return {**named, **days, **goals}


@cache
def keys(language: Language) -> Mapping[str, str]:
    """Words for the keys of the records that stand in lists, and of targets."""
    names = [each.name for kind in _LISTED for each in fields(kind)]
    return {name: _key(name, language) for name in names}


def _key(key: str, language: Language) -> str:
    if key in ALERTS:
        return ALERTS[key].told(language)
    said = words("policy", language).get(key)
    return (_title_everywhere(key, language) if said is None else said).lower()


def _title_everywhere(key: str, language: Language) -> str:
    try:
        title = title_of("", key)
    except KeyError:  # of a version that an older release wrote
        return key.replace("_", " ")
    return title.told(language)


_CODED: Final[Mapping[str, Mapping[str, Words]]] = {
    "urgent_signals": SIGNAL_NAMES,
    "signals": SIGNAL_NAMES,
    "alerts": ALERTS,
    "to": POSTS,
}
_LISTED: Final = (Route, Step, AlertRule, Target)


@cache
def _schema() -> dict[str, Any]:
    return policy_schema()


def _within(node: Mapping[str, Any], step: str) -> dict[str, Any]:
    """The schema of one key; an empty one where it has none (a place of a list)."""
    rivals = (node, *node.get("anyOf", ()))
    found = (each["properties"][step] for each in rivals if step in each.get("properties", {}))
    return next(found, {})
