"""Bodies of events that wait together are written together, and each is told its own outcome."""

import json
import threading
from datetime import UTC, datetime

import anyio
import numpy as np
import pytest

from features.errors import StoreError
from serving import waiting
from serving.events.intake import Intake
from serving.problems import Problem
from serving.telemetry import Telemetry

NOW = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)


class SlowLog:
    """Keeps ids; its first writing waits until it is let go."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.written: list[list[str]] = []
        self.let_go, self.begun = threading.Event(), threading.Event()
        self.failure = failure

    def append(self, events, _received_at):
        self.begun.set()
        assert self.let_go.wait(20)
        known = {name for some in self.written for name in some}
        self.written.append(events["event_id"].tolist())
        if self.failure and len(self.written) > 1:
            raise self.failure
        return np.array([name not in known for name in events["event_id"]], bool)


def body(*event_ids: str) -> bytes:
    row = {"time": "2026-03-02T10:00:00+08:00", "type": "ticket.closed", "ticket_id": "T"}
    return json.dumps([{"event_id": each, **row} for each in event_ids]).encode()


def told(log: SlowLog, first: bytes, *others: bytes) -> list:
    """What each body was told: the first is being written while the others come one by one."""
    outcomes: list = [None] * (1 + len(others))

    async def take(intake: Intake, place: int, sent: bytes) -> None:
        try:
            outcomes[place] = await intake.take(sent, "rows")
        except (StoreError, Problem) as failure:
            outcomes[place] = failure

    async def crowd() -> None:
        intake = Intake(log, lambda: NOW, Telemetry())
        async with anyio.create_task_group() as group:
            group.start_soon(take, intake, 0, first)
            await anyio.to_thread.run_sync(log.begun.wait)
            for place, sent in enumerate(others, 1):
                group.start_soon(take, intake, place, sent)
                while outcomes[place] is None and len(intake._waiting) < place:
                    await anyio.sleep(0.001)
            log.let_go.set()

    anyio.run(crowd)
    return outcomes


def test_those_who_wait_share_the_next_writing():
    log = SlowLog()
    first, *others = told(log, body("a"), body("b"), body("a", "c"), body("c", "d"))
    assert log.written == [["a"], ["b", "a", "c", "d"]]
    assert (first.accepted, first.duplicates) == (1, 0)
    assert [(each.accepted, each.duplicates) for each in others] == [(1, 0), (1, 1), (1, 1)]


def test_when_the_writing_fails_all_who_shared_it_are_told():
    failure = StoreError("the store does not answer", where="here")
    first, *others = told(SlowLog(failure), body("a"), body("b"), body("c"))
    assert first.accepted == 1
    assert others == [failure, failure]


def test_a_body_without_a_usable_event_waits_for_no_store():
    log = SlowLog()
    log.begun.set()
    log.let_go.set()
    (only,) = told(log, b'[{"event_id": "a"}]')
    assert (only.accepted, [each.code for each in only.refused]) == (0, ["missing_type"])


def test_more_than_may_wait_are_sent_away(monkeypatch):
    monkeypatch.setattr("serving.events.intake.EVENTS", 2)
    _, kept, refused = told(SlowLog(), body("a"), body("b"), body("c"))
    assert kept.accepted == 1
    assert (refused.status, refused.headers) == (503, (("Retry-After", "5"),))
    assert waiting.EVENTS > 2


def test_an_event_told_by_two_is_refused_to_neither_for_the_others_fault():
    bad = b'[{"event_id": "a", "type": "ticket.closed", "ticket_id": "T"}]'
    log = SlowLog()
    _, wrong, right = told(log, body("z"), bad, body("a"))
    assert [each.code for each in wrong.refused] == ["missing_time"]
    assert (right.accepted, right.refused) == (1, ())


@pytest.mark.parametrize("index", [0, 1])
def test_a_refusal_names_the_place_in_its_own_body(index):
    rows = [{"event_id": "x", "type": "ticket.closed", "ticket_id": "T"}, json.loads(body("y"))[0]]
    sent = json.dumps(rows if index == 0 else rows[::-1]).encode()
    _, mine = told(SlowLog(), body("z"), sent)
    assert [(each.index, each.code) for each in mine.refused] == [(index, "missing_time")]
