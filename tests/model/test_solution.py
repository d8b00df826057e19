import numpy as np
import pytest

from features.history import History
from model.solution import LEFT_OUT, LONGEST_PATH, Solution, solution_of
from tests.builders import ZONE, assigned, at, closed, created, event, log, resolved, state, us


def solved(*events, hours=99.0):
    history = History.of(log(*events))
    return solution_of(history, int(history.names["ticket"].codes(["T"])[0]), us(hours), ZONE)


COURSE = (
    created(0, "T", due_at=6, text="快递丢了"),
    assigned(1, "T", "A1"),
    state(2, "T", "internal_collaboration", party="warehouse"),
    state(3, "T", "internal_collaboration", party="qc"),
    assigned(4, "T", "A2"),
    resolved(5, "T"),
)


def test_the_course_is_told_with_hands_parties_states_and_the_promise():
    found = solved(*COURSE)
    assert found == Solution(
        agent_id="A2",
        resolved_at=at(5),
        hours=5.0,
        hand_overs=1,
        reopenings=0,
        parties=("warehouse", "qc"),
        path=("unassigned", "assigned", "internal_collaboration", "closed"),
        sla_met=True,
    )
    assert found.text == (
        "solved by A2 in 5.0 h, 1 hand-over, with the warehouse and quality control, in time"
    )
    assert found.text_zh == "由 A2 解决，用时 5.0 小时，转交 1 次，协同部门：仓库、质检部门，按时"


def test_a_ticket_closed_twice_is_solved_at_the_second_time():
    again = (event(7, "ticket.reopened", ticket_id="T"), resolved(9, "T"))
    found = solved(*COURSE, *again)
    assert (found.resolved_at, found.reopenings) == (at(9), 1)
    assert "reopened" in found.text
    assert "重开 1 次" in found.text_zh
    assert solved(*COURSE, *again, hours=6).reopenings == 0


@pytest.mark.parametrize(("verdict", "words"), [(True, "in time"), (False, "late")])
def test_the_verdict_of_the_desk_is_told_once_it_is_known(verdict, words):
    judged = closed(30, "T", sla_met=verdict)
    assert solved(created(0, "T"), resolved(5, "T"), judged, hours=20).sla_met is None
    found = solved(created(0, "T"), resolved(5, "T"), judged)
    assert found.sla_met is verdict
    assert found.text == f"solved in 5.0 h, {words}"
    assert found.resolved_at == at(5)


def test_what_the_desk_noted_at_the_end_is_told_with_numbers_masked():
    noted = {"close_code": "resent", "note": "called 13800138000", "refund": 20}
    last = closed(6, "T", attributes={"close_code": "refunded"})
    found = solved(*COURSE[:-1], resolved(5, "T", attributes=noted), last)
    assert found.resolution == {
        "close_code": "refunded", "note": "called [phone]", "refund": 20.0,
    }  # fmt: skip
    before = solved(*COURSE[:-1], resolved(5, "T", attributes=noted), last, hours=5.5)
    assert before.resolution["close_code"] == "resent"


def test_what_was_said_of_the_ticket_before_it_ended_is_no_resolution():
    assert solved(created(0, "T", attributes={"store": "north"}), resolved(5, "T")).resolution == {}


def test_a_long_way_is_told_by_its_beginning_and_its_end():
    steps = [state(1 + i, "T", ("in_progress", "paused")[i % 2]) for i in range(20)]
    path = solved(created(0, "T"), *steps, resolved(30, "T")).path
    assert len(path) == LONGEST_PATH + 1
    assert path[0] == "unassigned"
    assert path[LONGEST_PATH // 2] == LEFT_OUT
    assert path[-2:] == ("paused", "closed")
    assert np.count_nonzero(np.array(path) == LEFT_OUT) == 1
