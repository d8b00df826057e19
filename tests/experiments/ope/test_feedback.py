"""From lots and events to rounds: whose end is known, and whose is not."""

import numpy as np
import pytest

from experiments.ope.estimators import FeedbackError
from experiments.ope.feedback import Feedback, lots_in, lots_in_answer
from model.dispatch import refresh
from serving.answering import refresh_answer, to_bytes
from tests.builders import assigned, created, log, resolved
from tests.experiments.ope.lots import among, lot, tie
from tests.model.desks import FakeDesk, agent, snapshot, ticket
from tests.model.test_explore import NEW, drawing

EVENTS = log(
    created(0, "kept", due_at=10),
    assigned(1, "kept", "A"),
    resolved(5, "kept"),
    created(0, "late", due_at=10),
    assigned(1, "late", "B"),
    resolved(11, "late"),
    created(0, "open", due_at=10),
    assigned(1, "open", "C"),
    created(0, "early", due_at=99),
    resolved(2, "early"),
    created(20, "last"),
)


def test_the_reward_is_a_promise_kept_and_what_is_not_due_is_left_out():
    lots = [lot(1, name, "AB"[n % 2]) for n, name in enumerate(("kept", "late", "open", "early"))]
    found = Feedback.of(lots, EVENTS)
    assert found.ticket_id.tolist() == ["kept", "late", "open"]
    assert found.reward.tolist() == [1.0, 0.0, 0.0]
    assert found.pscore.tolist() == [0.5, 0.5, 0.5]
    assert found.agent[found.taken].tolist() == ["A", "B", "A"]
    assert found.undecided == 1


def test_a_ticket_that_went_to_somebody_else_counts_all_the_same():
    found = Feedback.of([lot(1, "kept", "A"), lot(1, "open", "A")], EVENTS)
    assert len(found) == 2
    assert found.carried_out == 0.5


def test_of_a_ticket_drawn_for_twice_the_first_lot_counts():
    found = Feedback.of([lot(1.5, "kept", "B"), lot(1, "kept", "A")], EVENTS)
    assert found.agent[found.taken].tolist() == ["A"]


def test_near_ties_of_any_number_stand_one_after_the_other():
    three = among(tie("C"), tie("A", 0.01), tie("B", 0.02))
    found = Feedback.of([lot(1, "late", "B"), lot(1, "kept", "B", three)], EVENTS)
    assert found.ties.starts.tolist() == [0, 3, 5]  # by time, then id
    assert found.agent.tolist() == ["C", "A", "B", "A", "B"]
    assert found.taken.tolist() == [2, 4]
    assert found.pscore.tolist() == pytest.approx([1 / 3, 1 / 2])


@pytest.mark.parametrize("lots", [[], [lot(1, "early", "A")], [lot(1, "never heard of", "A")]])
def test_a_log_that_tells_of_no_end_is_refused(lots):
    with pytest.raises(FeedbackError, match=r"explore\.share"):
        Feedback.of(lots, EVENTS)


def test_the_decision_log_tells_the_same_lots_as_the_decision():
    desk = FakeDesk(drawing(), risk={("x", name): 0.3 for name in "ABC"})
    new = snapshot([ticket("x", **NEW), ticket("y", agent_id="A")], [agent(n) for n in "ABC"])
    decision = refresh(desk, new)
    (told,) = lots_in(decision)
    (read,) = lots_in_answer(to_bytes(refresh_answer(decision, "r1", 1.0)))
    assert (read.ticket_id, read.as_of_us, read.agent_id) == ("x", told.as_of_us, told.agent_id)
    assert read.explored.planned_agent_id == told.explored.planned_agent_id
    assert read.explored.propensity == pytest.approx(told.explored.propensity, abs=1e-6)
    names = [[each.agent_id for each in lot.explored.near_ties] for lot in (told, read)]
    assert names[0] == names[1]
    assert np.array([each.timeout for each in read.explored.near_ties]) == pytest.approx(0.3)
