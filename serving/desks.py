"""The desk that answers: made once, off the event loop, and brought up to date for each request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from features.errors import FendanError, ModelError
from model.decision import Version
from model.dispatch import Desk
from model.policy import Policy
from serving.events.forgotten import NOBODY, Forgotten
from serving.models.cards import Registered
from serving.policy.simulation import Simulate
from serving.policy.watching import WatchRelease
from serving.store import Marks
from serving.telemetry import warn

DeskFactory = Callable[[], Desk]
"""Loads policy, model and history. Raises a FendanError that says what is missing."""


@dataclass(frozen=True, slots=True)
class Making:
    """How desks are made.

    `desk` makes one with the model that is due, `bare` one without any model, and `due` says
    cheaply which model `desk` would take now: None where it would always take the same. `version`
    makes one with a given version of the model and no events but its own, to replay what it
    decided; without it only decisions of the model that is served can be. `simulate` plays two
    policies in a simulated centre (`serving.policy.simulation`); without it previews refuse to.
    `models` opens the registry (`serving.models`); without it models are neither shown nor moved.
    """

    desk: DeskFactory
    bare: DeskFactory | None = None
    due: Callable[[], Version] | None = None
    version: Callable[[Version], Desk] | None = None
    simulate: Simulate | None = None
    watch: WatchRelease | None = None
    models: Callable[[], Registered] | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """The desk as of now, the last event it knows, and what could not be brought up to date.

    `history_mark` is the `Marks.history` up to which it has forgotten whom it must; -1 before.
    `forgotten` are these: nothing of them is to be logged.
    `before` is the policy that holds where the desk's own is not released (`model.release`); None
    where it always is.
    """

    desk: Desk
    events_seq: int = 0
    behind: tuple[str, ...] = ()
    history_mark: int = -1
    forgotten: Forgotten = NOBODY
    before: Policy | None = None

    def at(self, as_of: datetime) -> Desk:
        """The desk under the policy that holds at a moment."""
        policy = self.desk.policy
        if self.before is None or policy.release.holds(as_of, policy.timezone):
            return self.desk
        return self.desk.with_policy(self.before)


class Part(Protocol):
    """Something of the desk that changes while it serves: history, policy."""

    def fresh(self, current: Current, marks: Marks) -> Current:
        """The desk with this part as the store has it now; the same object where it is already.

        Called by one thread at a time for each desk: while one serves, its successor is prepared
        by another thread, so what is known of a desk belongs into `Current`. Raises StoreError
        where the store does not answer.
        """


class DeskSource:
    """One desk a process. A failure is remembered for `patience` seconds, then tried again.

    So a service that starts before the first model is registered answers as soon as there is
    one, and a crowd of requests does not ask the registry a crowd of times. Where `Making.bare`
    is given a desk without a model answers meanwhile, and `lacking` says what is missing;
    `serving.swap` then looks for a model. `marks` are asked for every request; while the store
    does not answer, the desk stays as it was, and `behind` says that its history may be.
    """

    def __init__(
        self,
        making: Making | DeskFactory,
        marks: Callable[[], Marks] = Marks,
        parts: Sequence[Part] = (),
        patience: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.making = making if isinstance(making, Making) else Making(making)
        self._marks, self._parts = marks, tuple(parts)
        self._patience, self._clock = patience, clock
        self._lock = threading.Lock()
        self._current: Current | None = None
        # with the marks it was brought up to: read in one step, so that nobody takes an old desk
        # for one that has what was marked a moment later
        self._seen: tuple[Marks, Current] | None = None
        self._failure: FendanError | None = None
        self._again_at = 0.0
        self.lacking = ""

    def served(self) -> Current | None:
        """The desk as it stands, not brought up to date; None before the first was made."""
        return self._current

    @property
    def model_mark(self) -> int:
        """`Marks.model` as the last request found it."""
        return 0 if self._seen is None else self._seen[0].model

    def prepared(self, desk: Desk) -> Current:
        """Another desk, brought up to what the store has, while the present one serves.

        Raises:
            StoreError: the store does not answer.
        """
        marks, current = self._marks(), Current(desk)
        for part in self._parts:
            current = part.fresh(current, marks)
        return current

    def swap(self, prepared: Current) -> None:
        """Serve a prepared desk from the next request on."""
        with self._lock:
            self._seen = None  # what came since it was prepared is brought up with that request
            self._current, self.lacking = prepared, ""

    def current(self) -> Current:
        """The desk, no older than what the store had when this was called.

        Blocks while it is being made or brought up to date.

        Raises:
            FendanError: it cannot be made; the words are the factory's.
        """
        try:
            marks = self._marks()
        except Exception as error:  # noqa: BLE001 - an old history is better than no plan
            warn("what has changed is not known", error)
            return replace(self._known(), behind=("history",))
        seen = self._seen
        if seen is not None and seen[0].cover(marks):
            return seen[1]
        with self._lock:
            return self._brought_up(marks)

    def _known(self) -> Current:
        if self._current is not None:
            return self._current
        with self._lock:
            if self._current is None:
                self._current = Current(self._made())
            return self._current

    def _brought_up(self, marks: Marks) -> Current:
        current = self._current or Current(self._made())
        if self._seen is None or not self._seen[0].cover(marks):
            try:
                for part in self._parts:
                    current = part.fresh(current, marks)
            except Exception as error:  # noqa: BLE001 - an old history is better than no plan
                warn("the desk is not brought up to date", error)
                self._current = current
                return replace(current, behind=("history",))
            self._seen = marks, current
        self._current = current
        return current

    def _made(self) -> Desk:
        if self._failure is not None and self._clock() < self._again_at:
            raise self._failure.with_traceback(None)
        try:
            return self.making.desk()
        except FendanError as failure:
            self._failure = failure
        except Exception as error:  # noqa: BLE001 - whatever a store or a file throws at start
            self._failure = ModelError(
                f"the desk cannot be opened ({type(error).__name__})",
                remedy="see the service's log",
                zh=f"无法打开派单服务所需数据（{type(error).__name__}）；请查看服务日志",
            )
            self._failure.__cause__ = error
        self._again_at = self._clock() + self._patience
        return self._made_without_model(self._failure)

    def _made_without_model(self, failure: FendanError) -> Desk:
        if self.making.bare is None or not isinstance(failure, ModelError):
            raise failure
        warn("served without a model", failure)
        self.lacking = str(failure)
        return self.making.bare()
