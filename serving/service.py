"""What the service does, without HTTP: a body in, an answer out, the decision kept between."""

from __future__ import annotations

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
from model.dispatch import Desk, Options
from model.spent import Spent
from serving.answering import refresh_answer, to_bytes
from serving.decisions.action_log import Acted
from serving.decisions.log import DecisionLog, Entry, KeyReusedError, Logged
from serving.decisions.memory import Memory
from serving.decisions.stored_body import packed
from serving.decisions.turns import BusyError, Turns
from serving.desks import DeskSource
from serving.last_moment import LastMoment
from serving.schemas import parse_refresh, parse_score
from serving.scoring import answers, plainest, score
from serving.telemetry import Telemetry, warn
from serving.together import Together
from serving.traces import SPAN
from serving.waiting import REFRESHES, SCORES, Line

_READ_AT_ONCE = 2  # bodies: each fills memory with what it holds, and one core with work
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
        self,
        desks: DeskSource,
        log: DecisionLog,
        telemetry: Telemetry,
        edge: Edge | None = None,
        turns: Turns | None = None,
    ) -> None:
        self.desks, self.log, self.telemetry = desks, log, telemetry
        self._edge = edge or Edge()
        self._one_at_a_time = anyio.Lock()
        self._read_at_once = anyio.CapacityLimiter(_READ_AT_ONCE)
        self._few_at_once = anyio.CapacityLimiter(_SCORES_AT_ONCE)
        self._together = Together(self._scores)
        self._refreshes = Line("refresh", REFRESHES, 5, telemetry)
        self._scores_line = Line("score", SCORES, 1, telemetry)
        self._aside = ThreadPoolExecutor(1, "packing")
        self._unlogged: Logged | None = None
        self._memory = Memory(log)
        self._turns = turns or Turns(log.store)
        self.last_moment = LastMoment()

    async def refresh(self, body: bytes, key: str | None) -> bytes:
        """The answer to a refresh body. A bad body never waits for a good one's plan.

        Raises:
            SnapshotError: the body is refused.  KeyReusedError: so is the key.
            FendanError: there is no desk to answer.  Problem: too many wait already.
        """
        started = self._edge.clock()
        with self._refreshes.stand() as turn:
            read = await to_thread.run_sync(parse_refresh, body, limiter=self._read_at_once)
            async with self._one_at_a_time:
                turn()
                return await to_thread.run_sync(self._refresh, *read, body, key, started)

    async def score(self, body: bytes) -> bytes:
        """The answer to a score body. Raises as `refresh` does."""
        with self._scores_line.stand() as turn:
            if len(body) <= _SMALL:
                return await self._together.ask(body)
            async with self._few_at_once:
                turn()
                return await to_thread.run_sync(self._score, body)

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

    def latest_snapshot(self) -> Snapshot | None:
        """The snapshot that was planned last, personal numbers masked; None before the first."""
        logged = self.latest()
        return None if logged is None else parse_refresh(logged.request)[0]

    def _score(self, body: bytes) -> bytes:
        asked = parse_score(body)
        return score(self.desks.current().at(asked[0].as_of), asked, self._edge.clock)

    def _scores(self, bodies: list[bytes]) -> list[bytes | Exception]:
        return answers(bodies, lambda: self.desks.current().at, self._edge.clock)

    def _refresh(
        self, snapshot: Snapshot, options: Options, body: bytes, key: str | None, started: float
    ) -> bytes:
        """The answer, in this desk's turn: workers of one store plan one after the other."""
        try:
            with self._turns.take():
                return self._planned(snapshot, options, body, key, started)
        except BusyError:
            earlier = self._earlier(key, body)
            if earlier is None:
                raise
            return earlier

    def _planned(
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
        decision = self._decided(desk, snapshot, left, known.spent)
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
        self.telemetry.knew(current.events_seq, behind=bool(current.behind))
        self._trace(decision, snapshot, answer["degraded"])
        return given

    def _trace(self, decision: Decision, snapshot: Snapshot, degraded: list[str]) -> None:
        SPAN.get().stages(
            {name: ms / 1000 for name, ms in decision.timings_ms.items()},
            {
                "fendan.tickets": len(snapshot.tickets),
                "fendan.agents": len(snapshot.agents),
                "fendan.policy.version": decision.policy.version,
                "fendan.model.version": decision.model.version,
                "fendan.degraded": ",".join(degraded),
            },
        )

    def _decided(self, desk: Desk, snapshot: Snapshot, options: Options, spent: Spent) -> Decision:
        """The decision; where the desk itself breaks, that of the plainest desk there is."""
        try:
            with self.last_moment.planning(desk) as seen:
                return dispatch.refresh(seen, snapshot, options, self._edge.clock, spent)
        except Exception as error:  # noqa: BLE001 - a plain plan is worth more than none
            plain = plainest(desk, error)
            found = dispatch.refresh(plain, snapshot, options, self._edge.clock, spent)
            return replace(found, degraded=(*found.degraded, "history"))

    def _earlier(self, key: str | None, body: bytes) -> bytes | None:
        if key is None:
            return None
        try:
            return self.log.answered(key, body)
        except KeyReusedError:
            raise
        except StoreError as error:
            warn("idempotency key not looked up", error)
            return None

    def _logged(self, entry: Entry, request: Future[bytes], key: str | None) -> bytes | None:
        """The answer to give once the decision is durable; None if it cannot be made so."""
        try:
            given = self.log.append(replace(entry, packed=request.result()), key)
        except KeyReusedError:
            raise
        except Exception as error:  # noqa: BLE001 - a plan is worth more than its record
            warn("decision not logged", error)
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
