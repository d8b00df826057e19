"""What changed between two policies, place by place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from model.policy import Policy

_SAID_APART = ("version",)  # it always differs, and decides nothing
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One place (JSON pointer) and its value before and after, as JSON; None where it was absent.

    A list that changed is told whole: its places mean little when one was put in between.
    """

    pointer: str
    before: object
    after: object

    def words(self) -> str:
        """One line for people.

        >>> PolicyChange("/weights/value", 1.0, 2.0).words()
        '/weights/value: 1.0 → 2.0'
        """
        told = [json.dumps(each, ensure_ascii=False) for each in (self.before, self.after)]
        return f"{self.pointer}: {' → '.join(told)}"


def policy_changes(before: Policy, after: Policy) -> tuple[PolicyChange, ...]:
    """What differs, in the order of the document; the version apart.

    >>> from dataclasses import replace
    >>> from model.policy import Weights
    >>> policy_changes(Policy("a"), Policy("a", version=2, weights=Weights(value=2)))
    (PolicyChange(pointer='/weights/value', before=1.0, after=2.0),)
    """
    one, other = before.document(), after.document()
    for key in _SAID_APART:
        del one[key], other[key]
    return tuple(_changes(one, other, ""))


def _changes(before: object, after: object, pointer: str) -> Iterator[PolicyChange]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            place = f"{pointer}/{key}"
            yield from _changes(before.get(key, _ABSENT), after.get(key, _ABSENT), place)
    elif before != after:
        known = (None if each is _ABSENT else each for each in (before, after))
        yield PolicyChange(pointer, *known)
