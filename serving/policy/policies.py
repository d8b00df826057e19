"""The policy in force: one published in the store, a file that was named, or the shipped one.

A file named with FENDAN_POLICY or `--policy` wins, whatever the store holds: who names a file keeps
the policy there. Nothing can be published then, and whoever tries is told so. Without one, the
shipped policy holds until something is published; from then on the store does.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from features.errors import FendanError, StoreError
from model import policy_reader
from model.policy import Policy
from serving.desks import Current
from serving.policy.store import By, PolicyStore, Standing
from serving.store import Marks
from serving.telemetry import say

Source = Literal["file", "store", "shipped"]
NAMED: Final = "FENDAN_POLICY"


class PolicyIsAFileError(FendanError):
    """The policy comes from a file that was named, so it cannot be changed here (HTTP 409)."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"the policy in force is the file {file.name}, since it was named",
            where=NAMED,
            remedy="change that file and start again, or start without it to publish policies",
            zh=f"当前策略来自启动时指定的文件 {file.name}（{NAMED}）；"
            "请修改该文件后重启，或不指定文件启动后再发布",
        )


class Policies:
    """What is in force, and the ways to change it. Its methods block: call them off the loop."""

    def __init__(self, store: PolicyStore, file: Path | None = None) -> None:
        self.store, self._file = store, file

    @cached_property
    def first(self) -> Policy:
        """What holds while nothing is published: the named file, else the shipped policy.

        Read once, as the desk reads it once. Raises PolicyError where the file cannot be obeyed.
        """
        return policy_reader.load(self._file) if self._file else policy_reader.default()

    def published(self) -> Standing | None:
        """What the store has in force; None where a file wins, or nothing is published.

        Raises StoreError.
        """
        return None if self._file else self.store.standing()

    def standing(self) -> Standing:
        """What is in force. Raises StoreError, PolicyError."""
        return self.published() or Standing(self.first)

    def source(self) -> Source:
        """Where the policy in force comes from. Raises StoreError."""
        if self._file:
            return "file"
        return "shipped" if self.published() is None else "store"

    def announce(self) -> None:
        """Say in the log where the policy in force comes from, and what a named file outdoes."""
        try:
            published = self.store.standing()
        except StoreError:
            return  # readiness tells of that
        version = None if published is None else published.policy.version
        if self._file is None:
            say("policy", source="shipped" if published is None else "store", version=version)
        elif published is None:
            say("policy", source="file", file=self._file.name)
        else:
            text = "the named policy file wins over what is published"
            say(text, logging.WARNING, file=self._file.name, version=version)

    def publish(self, policy: Policy, by: By, expected: frozenset[str] | None = None) -> Standing:
        """Bring a policy into force (`PolicyStore.publish`).

        Raises:
            PolicyIsAFileError: a named file wins.
            StalePolicyError, StoreError: as there.
        """
        self._check_changeable()
        return self.store.publish(policy, by, self.first, expected)

    def rollback(
        self, version: int | None, by: By, expected: frozenset[str] | None = None
    ) -> Standing:
        """Bring an earlier version back into force (`PolicyStore.rollback`).

        Raises:
            PolicyIsAFileError: a named file wins.
            StalePolicyError, UnknownVersionError, NothingBeforeError, StoreError: as there.
        """
        self._check_changeable()
        return self.store.rollback(version, by, expected)

    def _check_changeable(self) -> None:
        if self._file:
            raise PolicyIsAFileError(self._file)


class PublishedPolicy:
    """The policy as a part of the desk (`serving.desks.Part`): what is published, if anything."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._seen: int | None = None
        self._standing: Standing | None = None

    def fresh(self, current: Current, marks: Marks) -> Current:
        """The desk under the published policy; the same object where it is already. StoreError."""
        if self._seen != marks.policy:
            self._standing, self._seen = self._policies.published(), marks.policy
        return current if self._standing is None else _under(current, self._standing)


def _under(current: Current, standing: Standing) -> Current:
    if (current.desk.policy, current.before) == (standing.policy, standing.before):
        return current
    desk = current.desk.with_policy(standing.policy)
    return replace(current, desk=desk, before=standing.before)
