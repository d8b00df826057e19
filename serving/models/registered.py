"""The registry as the service sees it: asked now and then, remembered while it is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from features.errors import FendanError, ModelError
from model.registry import (
    CHALLENGER,
    CHAMPION,
    Champions,
    Move,
    NoSuchVersionError,
    Note,
    line,
)
from model.registry.champions import objection_to
from model.runs import ModelVersion
from serving.audit import Change, Facts, note
from serving.models.cards import Card, Registered
from serving.models.reading import GATE, read
from serving.models.tags import shortened
from serving.store import Store, mark

KEPT_SECONDS: Final = 15.0
"""How long an answer of the registry is taken for its present state."""


class NoRegistryError(FendanError):
    """This service was started without a registry (HTTP 501)."""

    def __init__(self) -> None:
        super().__init__(
            "this service has no model registry to ask",
            where="/v1/model",
            remedy="start it with `fendan serve`, or use `fendan model` beside the registry",
            zh="该服务没有模型注册库；请用 `fendan serve` 启动，或在注册库旁使用 `fendan model`",
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """The registry at a moment: versions and moves, the newest first, and the line of champions.

    `away` says in words why it does not answer; the rest is what it said last. `unread` are the
    tags that should hold moves and do not.
    """

    versions: tuple[ModelVersion, ...] = ()
    moves: tuple[Move, ...] = ()
    line: tuple[int, ...] = ()
    away: str = ""
    unread: tuple[str, ...] = ()

    def aliased(self, alias: str) -> ModelVersion | None:
        """The version that an alias points to."""
        return next((v for v in self.versions if alias in v.aliases), None)

    @property
    def champion(self) -> ModelVersion | None:
        """The version that is to serve."""
        return self.aliased(CHAMPION)

    @property
    def challenger(self) -> ModelVersion | None:
        """The version that was trained last."""
        return self.aliased(CHALLENGER)

    def find(self, number: int) -> ModelVersion:
        """The version of a number. Raises NoSuchVersionError."""
        for version in self.versions:
            if version.version == number:
                return version
        raise NoSuchVersionError(
            f"there is no version {number}",
            remedy="GET /v1/model lists those there are",
            zh=f"没有版本 {number}；已有版本见 GET /v1/model",
        )

    def objection(self, version: ModelVersion) -> str:
        """Why the gate would not have the version as champion now, "" where it would."""
        champion = self.champion.version if self.champion else 0
        return shortened(objection_to(version, champion))


class Models:
    """The use cases. They block, for seconds at worst: call them off the event loop."""

    def __init__(
        self,
        make: Callable[[], Registered] | None,
        store: Store,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make, self._store, self._now, self._clock = make, store, now, clock
        self._registry: Registered | None = None
        self._asking = threading.Lock()
        self._shown: Shown | None = None
        self._asked_at = float("-inf")
        self._cards: dict[str, Card] = {}

    def shown(self) -> Shown:
        """The registry as it is, or was `KEPT_SECONDS` ago; while one asks, others do not wait.

        Raises:
            NoRegistryError: there is none.
        """
        known = self._shown
        if known is not None and self._clock() - self._asked_at < KEPT_SECONDS:
            return known
        if not self._asking.acquire(blocking=known is None) and known is not None:
            return known
        try:
            self._shown = self._ask(known or Shown())
            self._asked_at = self._clock()
            return self._shown
        finally:
            self._asking.release()

    def card(self, version: ModelVersion) -> Card | None:
        """All that is known of a version; None where the registry does not answer."""
        known = self._cards.get(version.run_id)
        if known is None:
            try:
                known = read(self._opened(), version)
            except ModelError:
                return None
            told = known.verdict is not None or any(each.name == GATE for each in known.unread)
            if told and "gate" in version.tags:  # all its files are there, and could be had
                self._cards[version.run_id] = known
        return replace(known, version=version)

    def promote(self, number: int, why: str, who: str, *, force: bool = False) -> Move:
        """Make a version champion, if the gate has passed it or is overruled.

        Raises:
            NoRegistryError: there is none.
            NoSuchVersionError, GateRefusedError, NotMovedError, ModelError: as
                `Champions.promote` says.
            StoreError: the store does not answer; nothing is moved.
        """

        def move(champions: Champions, by: Note) -> Move:
            return champions.promote(str(number), by, force=force)

        return self._moved("model.promote", move, who, why)

    def rollback(self, why: str, who: str) -> Move:
        """Make the champion before the present one champion again.

        Raises:
            NotMovedError, ModelError: as `Champions.rollback` says.
            NoRegistryError, StoreError: as for `promote`.
        """
        return self._moved("model.rollback", Champions.rollback, who, why)

    def _moved(
        self, what: str, move: Callable[[Champions, Note], Move], who: str, why: str
    ) -> Move:
        registry = self._opened()
        self._store.check()  # what cannot be audited is not done
        now = self._now()
        made = move(Champions(registry), Note(who, now, why))
        about: Facts = {
            "version": made.version,
            "before": made.before,
            "why": why,
            "forced": made.forced,
        }
        with self._store.transaction() as connection:
            note(connection, Change(now, who, what, about))
            mark(connection, "model")  # every worker looks at once
        self._asked_at = float("-inf")
        return made

    def _opened(self) -> Registered:
        if self._registry is None:
            if self._make is None:
                raise NoRegistryError
            self._registry = self._make()
        return self._registry

    def _ask(self, known: Shown) -> Shown:
        registry = self._opened()
        try:
            versions = registry.versions()
            if not versions:
                return Shown()
            told = Champions(registry).told()
        except ModelError as away:
            return replace(known, away=away.what)
        champion = next((v.version for v in versions if CHAMPION in v.aliases), 0)
        ended_in = line(told.moves, champion) if champion else ()
        return Shown(versions, told.moves[::-1], ended_in, unread=told.unread)
