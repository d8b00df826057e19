from datetime import timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import SnapshotError
from features.frame import Encoder, landmark_frame, pair_frame
from features.history import History
from features.picture import agents_of, tickets_of
from features.replay import snapshot_at
from features.snapshot import Snapshot
from features.view import PairView
from tests.builders import assigned, at, created, event, log, random_log, resolved, state, us


def serving_frame(history: History, encoder: Encoder, snapshot: Snapshot):
    """The frame that a service would build for each ticket with its owner."""
    tickets = tickets_of(snapshot, history)
    agents = agents_of(snapshot, history, tickets)
    place = {agent.agent_id: i for i, agent in enumerate(snapshot.agents)}
    rows = np.arange(len(snapshot.tickets))
    owners = np.array([place.get(t.agent_id or "", -1) for t in snapshot.tickets], np.int64)
    pairs = PairView(tickets, agents, rows, owners, np.zeros(rows.size, bool))
    return pair_frame(history, encoder, pairs)


@given(st.integers(0, 10_000), st.integers(5, 130))
@settings(max_examples=15)
def test_training_and_serving_build_the_same_frame_to_the_bit(seed, hours):
    history = History.of(random_log(seed))
    everyone = list(history.names["ticket"].index)
    encoder = Encoder.learn(history, everyone * 2, np.full(2 * len(everyone), us(150)))
    snapshot = snapshot_at(history, at(hours))
    ids = [ticket.ticket_id for ticket in snapshot.tickets]
    trained = landmark_frame(history, encoder, ids, np.full(len(ids), us(hours)))
    served = serving_frame(history, encoder, snapshot)
    differing = [
        name
        for place, name in enumerate(trained.names)
        if not np.array_equal(trained.values[:, place], served.values[:, place], equal_nan=True)
    ]
    assert differing == []


def test_the_snapshot_holds_the_open_tickets_and_who_has_them():
    history = History.of(
        log(
            created(0, "T1", customer_id="C1", due_at=9, attributes={"customer_level": "gold"}),
            created(0, "T2"), resolved(1, "T2"), created(5, "T3"),
            assigned(1, "T1", "A1"),
            state(2, "T1", "internal_collaboration", party="qc", due_at=4),
        )
    )  # fmt: skip
    snapshot = snapshot_at(history, at(3), zone=timezone(timedelta(hours=8)))
    (ticket,) = snapshot.tickets
    assert (ticket.ticket_id, ticket.agent_id, ticket.state) == (
        "T1",
        "A1",
        "internal_collaboration",
    )
    assert (ticket.due_at, ticket.customer_level) == (at(9), "gold")
    assert ticket.parties is not None
    assert (ticket.parties[0].party, ticket.parties[0].due_at) == ("qc", at(4))
    assert [agent.agent_id for agent in snapshot.agents] == ["A1"]
    assert str(snapshot.as_of.utcoffset()) == "8:00:00"


def test_an_agent_is_listed_as_the_desk_last_described_it():
    said = {"team": "G1", "tier": 2, "capacity": 6, "skills": "logistics,quality",
            "languages": "zh,en", "shift_end": at(8).isoformat()}  # fmt: skip
    history = History.of(
        log(
            event(0, "agent.status", agent_id="A1", state="available", attributes=said),
            event(1, "agent.status", agent_id="A1", state="busy"),
        )
    )
    (agent,) = snapshot_at(history, at(2)).agents
    assert (agent.status, agent.team, agent.tier, agent.capacity) == ("busy", "G1", 2, 6)
    assert (agent.skills, agent.languages) == (("logistics", "quality"), ("zh", "en"))
    assert agent.availability is not None
    assert agent.availability[0].end == at(8)


def test_skills_may_be_sent_as_a_list():
    said = {"skills": ["logistics", "quality"], "tier": 1}
    history = History.of(
        log(
            event(0, "agent.status", agent_id="A1", state="available", attributes=said),
            event(0, "agent.status", agent_id="A2", state="available", attributes={"tier": 2}),
        )
    )
    agents = {agent.agent_id: agent for agent in snapshot_at(history, at(2)).agents}
    assert agents["A1"].skills == ("logistics", "quality")
    assert agents["A2"].skills is None


def test_an_unstated_capacity_is_the_most_the_agent_ever_held():
    history = History.of(
        log(
            created(0, "T1"), created(0, "T2"), assigned(0, "T1", "A1"), assigned(1, "T2", "A1"),
            resolved(2, "T1"), created(3, "T3"), assigned(3, "T3", "A2"),
        )
    )  # fmt: skip
    assert {a.agent_id: a.capacity for a in snapshot_at(history, at(4)).agents} == {
        "A1": 2,
        "A2": 1,
    }


def test_a_moment_before_the_log_is_refused_in_words():
    with pytest.raises(SnapshotError, match="begins after"):
        snapshot_at(History.of(log(created(5, "T1"))), at(1))
    with pytest.raises(SnapshotError, match="the log is empty"):
        snapshot_at(History.empty(), at(1))
