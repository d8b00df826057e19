"""Why a change of the policy was refused: as an answer to the caller, and in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from features.errors import FendanError
from serving.aside import LeftError, TooLongError, WorkDiedError
from serving.policy.policies import PolicyIsAFileError
from serving.policy.previews import NoSimulationError, NoSnapshotError
from serving.policy.store import NothingBeforeError, StalePolicyError, UnknownVersionError
from serving.policy.watches import NoWatchError
from serving.problems import Problem
from serving.telemetry import say

Thing = TypeVar("Thing")
_STATUS: Final[dict[type[FendanError], tuple[int, str]]] = {
    StalePolicyError: (412, "stale-policy"),
    UnknownVersionError: (404, "no-such-version"),
    NothingBeforeError: (409, "nothing-before"),
    PolicyIsAFileError: (409, "policy-is-a-file"),
    NoSnapshotError: (409, "no-snapshot"),
    NoSimulationError: (501, "no-simulation"),
    NoWatchError: (501, "no-watch"),
    TooLongError: (504, "too-long"),
    LeftError: (400, "left"),
    WorkDiedError: (503, "work-died"),
}


def refused_in_words(ask: Callable[[], Thing], tag: str) -> Thing:
    """What is asked for; what is refused as a problem, and a line in the log.

    `tag` is what logs call whoever asks (`Principal.tag`): a token's subject is a person.

    Raises:
        Problem: with the status of the refusal.
        FendanError: any other refusal.
    """
    try:
        return ask()
    except tuple(_STATUS) as refused:
        status, code = _STATUS[type(refused)]
        say("policy request refused", logging.WARNING, reason=code, key=tag)
        raise Problem(status, code, refused.said) from refused
