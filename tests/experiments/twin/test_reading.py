import numpy as np
import pandas as pd
import pytest

from experiments.simulator.checks import WorldError
from experiments.twin.durations import learn
from experiments.twin.promises import estimate as promises
from experiments.twin.reading import read
from experiments.twin.waits import waited
from experiments.twin.work import concurrency
from features.stream import NEVER
from features.timeline import STATUS
from tests.builders import assigned, at, created, event, log, state

ZONE = "Asia/Shanghai"


def one_ticket(*more):
    return log(
        created(0, "T1", due_at=24),
        assigned(0.5, "T1", "A1"),
        state(1, "T1", "in_progress"),
        state(2, "T1", "waiting_customer"),
        state(7, "T1", "returned"),
        state(8, "T1", "in_progress"),
        event(9, "ticket.resolved", ticket_id="T1"),
        *more,
    )


def test_a_ticket_is_read_with_its_promise_wait_and_visits():
    found = read(one_ticket(), ZONE)
    assert found.cases.promise.tolist() == [24]
    assert waited(found, STATUS["waiting_customer"], None)[0].tolist() == [5]
    assert found.visits.hours.sum() == pytest.approx(2)


def test_what_happens_after_the_end_is_not_read():
    short = read(one_ticket(), ZONE, pd.Timestamp(at(30)))
    later = one_ticket(
        event(31, "ticket.reopened", ticket_id="T1"), created(32, "T2"), assigned(33, "T2", "A9")
    )
    again = read(later, ZONE, pd.Timestamp(at(30)))
    assert len(again.cases) == 1
    assert again.cases.back[0] == NEVER
    assert again.names("agent") == short.names("agent")
    np.testing.assert_array_equal(again.spells.hours, short.spells.hours)


def test_a_wait_that_still_runs_is_censored_at_the_end():
    events = one_ticket(
        created(10, "T2"), assigned(11, "T2", "A1"), state(12, "T2", "waiting_customer")
    )
    hours, over, had = waited(
        read(events, ZONE, pd.Timestamp(at(20))), STATUS["waiting_customer"], None
    )
    assert hours.tolist() == [5, 8]
    assert over.tolist() == [True, False]
    assert learn(hours[had], over[had]).mean > 6.5


def test_tickets_side_by_side_in_progress_are_no_hands_on_work():
    events = one_ticket(
        created(20, "T2"), created(20, "T3"), assigned(20, "T2", "A1"), assigned(20, "T3", "A1"),
        state(21, "T2", "in_progress"), state(21, "T3", "in_progress"),
        event(29, "ticket.resolved", ticket_id="T2"), event(29, "ticket.resolved", ticket_id="T3"),
    )  # fmt: skip
    assert concurrency(read(one_ticket(), ZONE)) == 1
    assert concurrency(read(events, ZONE)) == pytest.approx((2 + 2 * 8) / (2 + 8))


def test_verdicts_without_a_promise_imply_one():
    rows = []
    for number in range(50):
        took = 1 + number % 10
        rows.append(created(number, f"T{number:02d}"))
        verdict = {"ticket_id": f"T{number:02d}", "sla_met": took <= 4}
        rows.append(event(number + took, "ticket.resolved", **verdict))
    found, told = promises(read(log(*rows), ZONE))
    assert found.mean.tolist() == [4]
    assert told[0].status == "bound"


def test_a_log_in_which_nothing_was_resolved_is_refused():
    with pytest.raises(WorldError, match="resolved"):
        read(log(created(0, "T1")), ZONE)
