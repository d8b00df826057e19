from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from model import dispatch
from model.decision import Candidate, Eta, Scores
from model.placements import CandidateLists, Etas, ScoreColumns, actions_of, starts_of
from tests.model.desks import FakeDesk, agent, plain, snapshot, ticket

AT = datetime(2026, 3, 2, tzinfo=UTC)


def columns(n):
    return np.linspace(0.1, 0.9, n)


def scores(n):
    return ScoreColumns(columns(n), columns(n), columns(n), columns(n))


def test_a_record_is_made_when_it_is_read():
    etas = Etas(AT, np.array([0, 1_000_000]), np.array([5, 2_000_000]))
    later = Eta(AT + timedelta(seconds=1), AT + timedelta(seconds=2))
    assert etas[1] == etas[-1] == later
    assert etas[1:] == (later,)
    assert [each.p50 for each in etas] == [AT, later.p50]
    with pytest.raises(IndexError):
        etas[2]


def test_columns_equal_any_sequence_of_the_same_records():
    some = scores(3)
    assert some == tuple(some)
    assert some != tuple(some)[:2]
    assert some != (Scores(0, 0, 0, 0),) * 3
    assert some != "abc"
    assert some != 3


def test_each_ticket_has_its_own_candidates_and_some_have_none():
    lists = CandidateLists(
        np.array([0, 2, 2, 3]), ["a", "b", "c"], columns(3), scores(3), columns(3)
    )
    assert [[c.agent_id for c in each] for each in lists] == [["a", "b"], [], ["c"]]
    assert lists[2] == (Candidate("c", 0.9, Scores(0.9, 0.9, 0.9, 0.9), 0.9),)


def test_groups_that_hold_nothing_begin_where_the_next_one_does():
    assert starts_of(np.array([], np.int64), np.array([4, 7])).tolist() == [0, 0, 0]
    assert starts_of(np.array([], np.int64), np.array([], np.int64)).tolist() == [0]


def test_what_is_done_with_the_tickets_is_told_of_columns_and_of_records_alike():
    desk = FakeDesk(policy=plain(), kept={"T1": 0.2, "T2": 0.9})
    tickets = [ticket("T1", agent_id="A1"), ticket("T2", state="unassigned")]
    made = dispatch.refresh(desk, snapshot(tickets, [agent("A1"), agent("A2")])).assignments
    assert list(actions_of(made)) == actions_of(tuple(made)) == ["keep", "assign"]
