"""What the tests of the policy share: somebody who changes it, and a few documents."""

from datetime import UTC, datetime

from model.policy import Policy, Weights
from model.policy_reader import default
from serving.policy.store import By, PolicyStore
from serving.store import Store

FIRST = default()
OPS = By("ops", datetime(2026, 3, 2, 2, 5, tzinfo=UTC), "Monday is late")


def weighted(value: float, name: str = "mine", **more) -> Policy:
    """A policy that differs from others by one weight."""
    return Policy(name, weights=Weights(value=value), **more)


def opened(url: str) -> PolicyStore:
    return PolicyStore(Store.open(url))
