"""What of a policy document a search may change, and how far. A new setting: a line of `SPACE`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import reduce
from typing import Any, Final

import yaml

from model.policy import Policy
from training.space import Range

SPACE: Final = (
    Range("prices.escalation", 0.5, 10.0, log=True),
    Range("prices.hand_over", 0.005, 0.5, log=True),
    Range("prices.hand_over_started", 0.05, 3.0, log=True),
    Range("prices.imbalance", 0.01, 1.0, log=True),
    Range("prices.late_hour", 0.001, 0.1, log=True),
    Range("prices.waiting", 0.2, 5.0, log=True),
    Range("prices.ahead", 0.0, 0.2),
    Range("moves.rest_minutes", 0.0, 480.0),
    Range("candidates_per_ticket", 4, 48, log=True),
    Range("actions.chase_customer.after_hours", 1.0, 24.0),
    Range("actions.chase_customer.risk", 0.05, 1.0),
    Range("actions.chase_customer.repeat_hours", 4.0, 48.0),
    Range("actions.nudge_party.due_within_hours", 0.0, 8.0),
    Range("actions.nudge_party.repeat_hours", 1.0, 24.0),
)
DIGITS: Final = 3
"""Settings are tried, and written, with so many: more would not be read."""


def present(policy: Policy, space: tuple[Range, ...] = SPACE) -> dict[str, float]:
    """What the policy says of every setting of the space."""
    return {entry.setting: _at(policy, entry.setting) for entry in space}


def changed(policy: Policy, settings: Mapping[str, float]) -> Policy:
    """The policy with other values by path, as they would be written.

    Raises:
        PolicyFaultsError: a value that cannot be obeyed.

    >>> changed(Policy("p"), {"actions.chase_customer.risk": 0.12345}).actions.chase_customer.risk
    0.123
    """
    found: Any = policy
    for path, value in settings.items():
        found = _set(found, path.split("."), tidy(value))
    assert isinstance(found, Policy)
    return found


def tidy(value: float) -> float:
    """The value with `DIGITS` significant digits; whole numbers stay whole.

    >>> tidy(0.123456), tidy(1234.5), tidy(48)
    (0.123, 1230.0, 48)
    """
    return value if isinstance(value, int) else float(f"{value:.{DIGITS}g}")


def document(policy: Policy) -> str:
    """The policy as YAML that says only what differs from what Fendan ships, and the name.

    >>> print(document(changed(Policy("calm"), {"prices.hand_over": 0.2})), end="")
    name: calm
    prices:
      hand_over: 0.2
    """
    shipped = dataclasses.asdict(Policy(policy.name))
    said = {"name": policy.name, **_different(dataclasses.asdict(policy), shipped)}
    text: str = yaml.safe_dump(said, sort_keys=False, allow_unicode=True)
    return text


def _different(ours: Mapping[str, Any], shipped: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in ours.items():
        other = shipped[name]
        if value != other:
            both = isinstance(value, dict) and isinstance(other, dict)
            found[name] = _different(value, other) if both else _plain(value)
    return found


def _plain(value: object) -> object:
    """Tuples as lists, which YAML can write."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (tuple, list)) else value


def _at(policy: Policy, path: str) -> float:
    found: Any = reduce(getattr, path.split("."), policy)
    return int(found) if isinstance(found, int) else float(found)


def _set(record: Any, path: list[str], value: float) -> Any:  # noqa: ANN401  # any part of a policy
    name, *rest = path
    part = _set(getattr(record, name), rest, value) if rest else value
    return dataclasses.replace(record, **{name: part})
