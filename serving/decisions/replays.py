"""Replays: a logged decision is made again from what was stored with it, and held beside the log.

The request (redacted: signals and wording of a redacted text are those of the text), the policy
document, the model version, the events up to the last one that was known, what had been done
before: all of it is in the store or the registry. There is no deadline the second time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final, Protocol

import orjson
import sqlalchemy as sa

from features.errors import FendanError, ModelError
from model import dispatch
from model.assessment import Desk
from model.decision import Version
from model.policy import Policy
from serving.answering import refresh_answer, to_bytes
from serving.decisions.log import DecisionLog, Logged
from serving.desks import Current
from serving.policy import rows as policy_rows
from serving.requests import pointer_to
from serving.schemas import parse_refresh
from serving.store import Store
from serving.tables import FORGOTTEN

MOST: Final = 100
"""Differences that are told."""

DeskOf = Callable[[Version], Desk]
"""Loads the desk with a version of the model, and no events but its own. Raises FendanError."""


class HistoryAt(Protocol):
    """The history as it was known when the store's last event had a number."""

    def at(self, desk: Desk, events_seq: int) -> Desk:
        """A desk that knows none of the store's events, with those up to that one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, as a JSON pointer into the answer; an absent value is `ABSENT`."""

    pointer: str
    logged: Any
    replayed: Any


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a replay differs, or could not be made: a code, and words for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Replay:
    """`same` says that the two answers are equal byte for byte, `elapsed_ms` apart."""

    refresh_id: str
    same: bool
    differences: tuple[Difference, ...] = ()
    because: tuple[Cause, ...] = ()


class _ImpossibleError(Exception):
    """The decision cannot be made again."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.cause = Cause(code, text)


class Replays:
    """Makes decisions again. Its method blocks and works as hard as a refresh does."""

    def __init__(
        self,
        store: Store,
        desk_of: DeskOf | None,
        history: HistoryAt,
        current: Callable[[], Current] | None = None,
    ) -> None:
        self._store, self._log = store, DecisionLog(store)
        self._desk_of, self._history, self._current = desk_of, history, current

    def replay(self, refresh_id: str) -> Replay | None:
        """The decision made again; None where none has this id.

        Raises:
            StoreError: the store does not answer.
        """
        logged = self._log.get(refresh_id)
        if logged is None:
            return None
        try:
            replayed = self._again(logged)
        except _ImpossibleError as error:
            return Replay(refresh_id, same=False, because=(error.cause,))
        if replayed == logged.answer:
            return Replay(refresh_id, same=True)
        told = differences(orjson.loads(logged.answer), orjson.loads(replayed))
        return Replay(refresh_id, False, tuple(islice(told, MOST)), tuple(self._causes(logged)))

    def _again(self, logged: Logged) -> bytes:
        """The answer as it is now, with the id and the time taken of the logged one."""
        desk = self._desk(logged).with_policy(self._policy(logged))
        snapshot, options = parse_refresh(logged.request)
        spent = self._log.spent(logged.refresh_id)
        unhurried = replace(options, deadline_ms=float("inf"))
        decision = dispatch.refresh(desk, snapshot, unhurried, time.perf_counter, spent)
        answer = refresh_answer(decision, logged.refresh_id, 0.0)
        answer["summary"]["elapsed_ms"] = orjson.loads(logged.answer)["summary"]["elapsed_ms"]
        return to_bytes(answer)

    def _policy(self, logged: Logged) -> Policy:
        with self._store.transaction() as connection:
            found = policy_rows.document(connection, logged.policy_fingerprint or "")
        if found is None:
            raise _ImpossibleError("policy_unknown", "the policy it obeyed is not in the store")
        return replace(found, name=logged.policy.name, version=logged.policy.version)

    def _desk(self, logged: Logged) -> Desk:
        """The served desk if it knows the same, else one that is made for this."""
        if logged.events_seq is None:
            text = "it was logged before the last event known was kept with a decision"
            raise _ImpossibleError("history_unknown", text)
        served = self._served()
        if served and (served.desk.model, served.events_seq) == (logged.model, logged.events_seq):
            return served.desk
        name, version = logged.model.name, logged.model.version
        if self._desk_of is None:
            raise _ImpossibleError("model_gone", f"{name} {version} is not the one served")
        try:
            desk = self._desk_of(logged.model)
        except FendanError as error:
            text = f"{name} {version} cannot be loaded: {error}"
            raise _ImpossibleError("model_gone", text) from None
        return self._history.at(desk, logged.events_seq)

    def _served(self) -> Current | None:
        try:
            return None if self._current is None else self._current()
        except ModelError:
            return None

    def _causes(self, logged: Logged) -> Iterator[Cause]:
        gave_way = orjson.loads(logged.answer)["degraded"]
        if gave_way:
            stages = ", ".join(gave_way)
            yield Cause("degraded", f"it was not decided in full: {stages} gave way")
            return
        since = sa.select(FORGOTTEN.c.digest).where(FORGOTTEN.c.created_at >= logged.created_at)
        with self._store.transaction() as connection:
            if connection.execute(since.limit(1)).one_or_none() is not None:
                yield Cause("forgotten", "a customer was forgotten since: the history is another")
                return
        yield Cause(
            "unexplained",
            "all that was stored is as it was: another version of Fendan decided it, or the "
            "events that its model came with, or was started with, are others",
        )


ABSENT: Final = "(absent)"
"""Stands where one of two answers has no value."""


def differences(
    logged: object, replayed: object, path: tuple[str | int, ...] = ()
) -> Iterator[Difference]:
    """Where two JSON values differ, in the order of the first.

    >>> list(differences({"a": [1, 2]}, {"a": [1, 3]}))
    [Difference(pointer='/a/1', logged=2, replayed=3)]
    """
    if isinstance(logged, dict) and isinstance(replayed, dict):
        for name in [*logged, *(each for each in replayed if each not in logged)]:
            pair = logged.get(name, ABSENT), replayed.get(name, ABSENT)
            yield from differences(*pair, (*path, name))
    elif isinstance(logged, list) and isinstance(replayed, list):
        for at in range(max(len(logged), len(replayed))):
            pair = _at(logged, at), _at(replayed, at)
            yield from differences(*pair, (*path, at))
    elif logged != replayed or type(logged) is not type(replayed):
        yield Difference(pointer_to(path), logged, replayed)


def _at(values: list[Any], at: int) -> object:
    return values[at] if at < len(values) else ABSENT


def replay_answer(replay: Replay) -> dict[str, Any]:
    """As JSON values; where it is the same there is nothing more to tell."""
    told = {"refresh_id": replay.refresh_id, "same": replay.same}
    if replay.same:
        return told
    differing = [
        {"pointer": d.pointer, "logged": d.logged, "replayed": d.replayed}
        for d in replay.differences
    ]
    because = [{"code": cause.code, "text": cause.text} for cause in replay.because]
    return {**told, "differences": differing, "because": because}
