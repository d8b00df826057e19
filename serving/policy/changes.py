"""A change of the policy that a caller asks for: its body read, made in their name, warned of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from model.policy_warnings import PolicyWarning
from serving.policy.bodies import parse_policy, parse_rollback
from serving.policy.policies import Policies
from serving.policy.previews import Previews
from serving.policy.store import By, Standing


@dataclass(frozen=True, slots=True)
class Asked:
    """A body, who sent it, and the tags one of which the policy in force must have (None: any)."""

    body: bytes
    who: str
    expected: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Changed:
    """What is in force after a change, and what to warn of."""

    standing: Standing
    warnings: tuple[PolicyWarning, ...]


class Changes:
    """The changes; they block. Each raises what its body's reader and `Policies` do."""

    def __init__(self, policies: Policies, previews: Previews, now: Callable[[], datetime]) -> None:
        self._policies, self._previews, self._now = policies, previews, now

    def publish(self, asked: Asked, why: str) -> Changed:
        """Bring the policy of a body into force."""
        policy = parse_policy(asked.body)
        by = By(asked.who, self._now(), why)
        return self._made(self._policies.publish(policy, by, asked.expected))

    def rollback(self, asked: Asked) -> Changed:
        """Bring the version of a body, or the one before, back into force."""
        wanted = parse_rollback(asked.body)
        by = By(asked.who, self._now(), wanted.why)
        return self._made(self._policies.rollback(wanted.version, by, asked.expected))

    def _made(self, standing: Standing) -> Changed:
        return Changed(standing, self._previews.warnings(standing.policy))
