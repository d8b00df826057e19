"""The fields of a policy document as a form shows them: sliders, levels of alert, rules."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from features.words import Language
from model.policy import Policy, Prices, Weights
from model.policy_alerts import ALERTS, USUAL, WEEKDAYS, AlertRule, Target
from model.policy_check import check_of
from serving.console.policy_words import titled

_USUAL_TOP: Final = 3.0
_STEPS: Final = ((0.5, 0.005), (2.0, 0.01), (5.0, 0.05), (50.0, 0.5))


@dataclass(frozen=True, slots=True)
class Slider:
    """A number at a JSON pointer, within `[0, most]`; its slider ends at `top`, or the value."""

    pointer: str
    title: str
    value: float
    most: float
    top: float
    step: float


@dataclass(frozen=True, slots=True)
class Level:
    """From when on an alert is given: by `kind` of aim (risk, precision, per_day) and its number.

    `otherwise` is the risk that holds where nothing was learned.
    """

    name: str
    kind: str
    value: float
    otherwise: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the alerts; empty `categories` and all `weekdays` are what holds for all."""

    categories: str
    weekdays: tuple[str, ...]
    start: str
    end: str
    numbers: tuple[float, float, float]


def weights(policy: Policy, language: Language) -> tuple[Slider, ...]:
    """The weights of the four dimensions."""
    return tuple(_slider("weights", policy.weights, each, language) for each in fields(Weights))


def prices(policy: Policy, language: Language) -> tuple[Slider, ...]:
    """What each thing costs."""
    return tuple(_slider("prices", policy.prices, each, language) for each in fields(Prices))


def levels(policy: Policy) -> tuple[Level, ...]:
    """The levels that hold where no rule does."""
    told = zip(ALERTS, policy.alerts.levels, USUAL, strict=True)
    return tuple(_level(*each) for each in told)


def rules(policy: Policy) -> tuple[Rule, ...]:
    """The rules, in the order in which they are asked."""
    return tuple(rule_of(each) for each in policy.alerts.rules)


def rule_of(rule: AlertRule) -> Rule:
    """One rule.

    >>> rule_of(AlertRule(categories=("quality", "late"))).categories
    'quality, late'
    """
    return Rule(
        categories=", ".join(rule.categories or ()),
        weekdays=rule.weekdays or WEEKDAYS,
        start=rule.start,
        end=rule.end,
        numbers=rule.numbers,
    )


def _slider(part: str, record: Weights | Prices, each: Any, language: Language) -> Slider:  # noqa: ANN401 - a Field
    value, check = float(getattr(record, each.name)), check_of(each)
    assert check is not None  # every number of a policy is bounded
    top = max(_USUAL_TOP if part == "weights" else 4 * each.default or 1.0, value)
    pointer = f"/{part}/{each.name}"
    step = next((step for most, step in _STEPS if top <= most), 1.0)
    return Slider(
        pointer,
        titled(pointer, language).rpartition(" › ")[2],
        value,
        check.schema()["maximum"],
        top,
        step,
    )


def _level(name: str, level: float | Target, usual: float) -> Level:
    if not isinstance(level, Target):
        return Level(name, "risk", level, level)
    otherwise = usual if level.otherwise is None else level.otherwise
    if level.precision is not None:
        return Level(name, "precision", level.precision, otherwise)
    assert level.per_day is not None  # a target has one of the two
    return Level(name, "per_day", level.per_day, otherwise)
