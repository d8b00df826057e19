from dataclasses import replace

import numpy as np
import pytest

from features.frame import pair_frame
from features.history import History
from features.picture import micros_of
from features.replay import snapshot_at
from features.snapshot import Agent, Snapshot, Ticket
from features.view import PairView
from model import dispatch, policy_reader
from model.desk import ServedDesk
from model.risk import CERTAIN
from tests.builders import at, random_log
from tests.model.grown_bundle import grown_bundle

EVENTS = random_log(7, tickets=60)


@pytest.fixture(scope="module")
def desk():
    return ServedDesk.of(grown_bundle(EVENTS), policy_reader.default())


@pytest.fixture(scope="module")
def snapshot(desk):
    return snapshot_at(desk.history, at(60))


def past_due(snapshot):
    return [t.due_at is not None and t.due_at <= snapshot.as_of for t in snapshot.tickets]


def test_risk_depends_on_the_agent_who_would_take_the_ticket(desk, snapshot):
    assessor = desk.assess(snapshot)
    n, open_promise = len(snapshot.agents), past_due(snapshot).index(False)
    risk = assessor.pairs(np.full(n, open_promise), np.arange(n)).timeout
    assert len(set(risk.tolist())) > 1


def test_leaving_a_ticket_with_its_owner_is_the_pair_of_both(desk, snapshot):
    assessor = desk.assess(snapshot)
    owned = np.flatnonzero(assessor.owner >= 0)
    kept = assessor.pairs(owned, assessor.owner[owned])
    assert kept.timeout.tolist() == assessor.as_is().timeout[owned].tolist()


def test_a_promise_that_has_passed_is_broken(desk, snapshot):
    assessor = desk.assess(snapshot)
    past = np.array(past_due(snapshot))
    assert past.any()
    assert (assessor.as_is().timeout[past] == CERTAIN).all()


def test_an_owner_whom_the_snapshot_does_not_list_still_counts(desk, snapshot):
    alone = replace(snapshot, agents=())
    assessor = desk.assess(alone)
    assert assessor.as_is().timeout.shape == (len(snapshot.tickets),)
    assert assessor.dimensions().load.size == 0
    assert (assessor.owner >= 0).any()


def test_reasons_name_terms_in_both_languages(desk, snapshot):
    rows = np.arange(3)
    for reasons in desk.assess(snapshot).reasons(rows, np.full(3, -1), 2):
        assert 0 < len(reasons) <= 2
        for reason in reasons:
            assert reason.text
            assert reason.text_zh


def test_a_newcomer_s_rate_is_said_to_be_a_prior(desk, snapshot):
    rookie = Agent("rookie", "available")
    assessor = desk.assess(replace(snapshot, agents=(*snapshot.agents, rookie)))
    row = len(snapshot.agents)
    (reasons,) = assessor.reasons(np.array([0]), np.array([row]), 99)
    said = {reason.term: reason for reason in reasons}
    told = said["agent_late_rate"]
    assert told.text.endswith("(no verdicts in 90 days: the desk's rate)")
    assert told.text_zh.endswith("（近 90 天无记录，取全台均值）")


def test_the_same_request_gets_the_same_answer(desk, snapshot):
    endless = dispatch.Options(deadline_ms=float("inf"))
    first = dispatch.refresh(desk, snapshot, endless)
    assert first == dispatch.refresh(desk, snapshot, endless)
    assert first.degraded == ()
    placed = [a.ticket_id for a in (*first.assignments, *first.unassigned)]
    assert sorted(placed) == sorted(t.ticket_id for t in snapshot.tickets)


def test_newer_events_reach_the_desk(desk):
    newer = random_log(8, tickets=5)
    newer["event_id"] = "n" + newer["event_id"].astype(str)
    newer["ticket_id"] = "N" + newer["ticket_id"].astype(str).where(newer["ticket_id"].notna())
    both = ServedDesk.of(desk.bundle, desk.policy, newer)
    assert len(both.history.events) == len(desk.history.events) + len(newer)


def test_a_warmed_desk_answers_as_before(desk, snapshot):
    endless = dispatch.Options(deadline_ms=float("inf"))
    warm = desk.warm(threads=2)
    assert dispatch.refresh(warm, snapshot, endless) == dispatch.refresh(desk, snapshot, endless)


def test_a_desk_without_history_still_answers():
    bundle = replace(grown_bundle(EVENTS), events=History.empty().events)
    desk = ServedDesk.of(bundle, policy_reader.default())
    ticket = Ticket("T1", "logistics", at(0), "unassigned")
    decision = dispatch.refresh(desk, Snapshot(at(1), (ticket,), (Agent("A", "available"),)))
    assert [a.agent_id for a in decision.assignments] == ["A"]
    assert micros_of(decision.as_of) == micros_of(at(1))


def test_hours_gained_never_raise_the_risk_and_do_not_mend_a_broken_promise(desk, snapshot):
    assessor = desk.assess(snapshot)
    kept, rows = assessor.as_is().timeout, np.arange(len(snapshot.tickets))
    soon, later = (assessor.eased(rows, np.full(rows.size, hours)) for hours in (4.0, 400.0))
    assert (later <= soon).all()
    assert (soon <= kept).all()
    assert (later < kept).any()
    past = np.array(past_due(snapshot))
    assert (later[past] == CERTAIN).all()
    assert np.array_equal(assessor.eased(rows, np.zeros(rows.size)), kept)
    assert assessor.eased(rows[:0], np.empty(0)).size == 0


def test_every_ticket_has_waits_learned_from_its_category(desk, snapshot):
    waits = desk.assess(snapshot).waits()
    assert waits.customer.shape == waits.departments.shape == (len(snapshot.tickets),)
    assert (waits.customer > 0).all()


def test_the_rows_behind_reasons_are_the_frame_s_to_the_bit(desk, snapshot):
    assessor = desk.assess(snapshot)
    t = np.repeat(np.arange(len(snapshot.tickets)), 3)
    a = np.tile(np.array([-1, 0, 1]), len(snapshot.tickets))
    who = np.where(a >= 0, a, assessor.owner[t])
    pairs = PairView(assessor.tickets, assessor.agents, t, who, who != assessor.owner[t])
    expected = pair_frame(desk.history, desk.bundle.encoder, pairs).values
    assert np.array_equal(assessor.rows(t, a), expected, equal_nan=True)


def test_a_desk_with_agents_and_no_ticket_is_answered_with_nothing(desk, snapshot):
    decision = dispatch.refresh(desk, replace(snapshot, tickets=()))
    assert len(decision.assignments) == len(decision.unassigned) == 0
    assert decision.degraded == ()
