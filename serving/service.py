"""What the service does, without HTTP: a body in, an answer out, the decision kept between."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import anyio
from anyio import to_thread

from features.errors import StoreError
from features.snapshot import Snapshot
from model import dispatch
from model.decision import Decision
from model.dispatch import Options
from serving.action_log import Acted
from serving.answering import refresh_answer, score_answer, to_bytes
from serving.decision_log import DecisionLog, Entry, KeyReusedError, Logged
from serving.desks import DeskSource
from serving.memory import Memory
from serving.schemas import parse_refresh, parse_score
from serving.scoring import answers
from serving.stored_body import packed
from serving.telemetry import LOGGER, Telemetry, say, where_it_broke
from serving.together import Together

# Each holds the interpreter most of its time: with four at once none was answered sooner, and the
# slowest came twice as late.
_SCORES_AT_ONCE = 2
_SMALL = 64_000
"""Bytes of a body up to which it is scored together with others, whom a larger one would delay."""


@dataclass(frozen=True, slots=True)
class Edge:
    """What the service reads of the world: clocks and ids; tests give their own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.perf_counter
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())


class Service:
    """The use cases. The async ones work off the event loop; one refresh at a time."""

    def __init__(
        self, desks: DeskSource, log: DecisionLog, telemetry: Telemetry, edge: Edge | None = None
    ) -> None:
        self.desks, self.log, self.telemetry = desks, log, telemetry
        self._edge = edge or Edge()
        self._one_at_a_time = anyio.Lock()
        self._few_at_once = anyio.CapacityLimiter(_SCORES_AT_ONCE)
        self._together = Together(self._scores)
        self._aside = ThreadPoolExecutor(1, "packing")
        self._unlogged: Logged | None = None
        self._memory = Memory(log)

    async def refresh(self, body: bytes, key: str | None) -> bytes:
        """The answer to a refresh body. A bad body never waits for a good one's plan.

        Raises:
            SnapshotError: the body is refused.  KeyReusedError: so is the key.
            FendanError: there is no desk to answer.
        """
        started = self._edge.clock()
        snapshot, options = await to_thread.run_sync(parse_refresh, body)
        async with self._one_at_a_time:
            return await to_thread.run_sync(self._refresh, snapshot, options, body, key, started)

    async def score(self, body: bytes) -> bytes:
        """The answer to a score body. Raises as `refresh` does."""
        if len(body) <= _SMALL:
            return await self._together.ask(body)
        return await to_thread.run_sync(self._score, body, limiter=self._few_at_once)

    def latest(self) -> Logged | None:
        """The last decision: the log's, or this process's own where it could not be logged."""
        if self._unlogged is not None:
            return self._unlogged
        return self.log.latest()

    def latest_id(self) -> str | None:
        """The id of what `latest` gives: cheap, for pages that ask whether there is news."""
        if self._unlogged is not None:
            return self._unlogged.refresh_id
        return self.log.latest_id()

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return self._edge.now()

    def new_id(self) -> str:
        """An id that nothing else has."""
        return self._edge.new_id()

    def missing(self) -> dict[str, str]:
        """What keeps the service from its full work, by name, in words; empty when ready."""
        found = {}
        for name, check in (("model", self.desks.current), ("store", self.log.check)):
            try:
                check()
            except Exception as error:  # noqa: BLE001 - whatever it is, readiness tells it
                say("not ready", logging.WARNING, part=name, reason=type(error).__name__)
                found[name] = str(error)
        return found

    def _score(self, body: bytes) -> bytes:
        snapshot, options = parse_score(body)
        desk = self.desks.current().at(snapshot.as_of)
        sheet = dispatch.score(desk, snapshot, options, self._edge.clock)
        return to_bytes(score_answer(sheet))

    def _scores(self, bodies: list[bytes]) -> list[bytes | Exception]:
        return answers(bodies, lambda: self.desks.current().at, self._edge.clock)

    def _refresh(
        self, snapshot: Snapshot, options: Options, body: bytes, key: str | None, started: float
    ) -> bytes:
        earlier = self._earlier(key, body)
        if earlier is not None:
            return earlier
        current = self.desks.current()
        desk = current.at(snapshot.as_of)
        # the caller waits since `started`: reading the body and queueing are part of the time
        gone_ms = (self._edge.clock() - started) * 1000
        left = replace(options, deadline_ms=max(options.deadline_ms - gone_ms, 0.0))
        request = self._aside.submit(packed, body, current.forgotten)  # while the plan is made
        known = self._memory.before(desk.policy, snapshot)
        decision = dispatch.refresh(desk, snapshot, left, self._edge.clock, known.spent)
        news = self._memory.news(decision, known.spent)
        refresh_id = self._edge.new_id()
        seconds = self._edge.clock() - started
        answer = refresh_answer(decision, refresh_id, seconds * 1000)
        answer["degraded"] += current.behind
        entry = replace(
            self._entry(decision, refresh_id, body, to_bytes(answer)),
            obeyed=desk.policy,
            events_seq=current.events_seq,
            acted=Acted(decision.as_of, decision.actions, known.spent),
            placements=news.placements,
            overruled=known.overruled,
        )
        given = self._logged(entry, request, key)
        if given is not None:
            self._memory.keep(news)
        else:
            self._memory.keep_all(decision, known.spent)
            answer["degraded"].append("decision_log")
            given = to_bytes(answer)
            self._unlogged = _in_memory(self._entry(decision, refresh_id, body, given))
        self.telemetry.refreshed(decision, answer["degraded"], seconds)
        return given

    def _earlier(self, key: str | None, body: bytes) -> bytes | None:
        if key is None:
            return None
        try:
            return self.log.answered(key, body)
        except KeyReusedError:
            raise
        except StoreError as error:
            _warn("idempotency key not looked up", error)
            return None

    def _logged(self, entry: Entry, request: Future[bytes], key: str | None) -> bytes | None:
        """The answer to give once the decision is durable; None if it cannot be made so."""
        try:
            given = self.log.append(replace(entry, packed=request.result()), key)
        except KeyReusedError:
            raise
        except Exception as error:  # noqa: BLE001 - a plan is worth more than its record
            _warn("decision not logged", error)
            return None
        self._unlogged = None
        return given

    def _entry(self, decision: Decision, refresh_id: str, body: bytes, answer: bytes) -> Entry:
        return Entry(
            refresh_id=refresh_id,
            created_at=self._edge.now(),
            policy=decision.policy,
            model=decision.model,
            timings_ms=decision.timings_ms,
            body=body,
            answer=answer,
        )


def _in_memory(entry: Entry) -> Logged:
    return Logged(
        entry.refresh_id,
        entry.created_at,
        entry.policy,
        entry.model,
        entry.timings_ms,
        entry.body,
        entry.answer,
    )


def _warn(event: str, error: Exception) -> None:
    LOGGER.warning(event, extra={"about": {"exception": where_it_broke(error)}})
