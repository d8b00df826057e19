from dataclasses import replace

import pytest

from features.errors import SnapshotError
from features.snapshot import Window
from model.columns import columns
from model.screen import screen
from tests.model.desks import HOUR, NOW, agent, plain, snapshot, ticket


@pytest.mark.parametrize(
    ("known", "code", "field"),
    [
        ({"due_at": NOW - 25 * HOUR}, "due_before_created", "due_at"),
        ({"created_at": NOW + HOUR}, "created_after_as_of", "created_at"),
        ({"state_since": NOW - 25 * HOUR}, "state_since_before_created", "state_since"),
        ({"state_since": NOW + HOUR}, "state_since_after_as_of", "state_since"),
        ({"assigned_at": NOW - 25 * HOUR}, "assigned_before_created", "assigned_at"),
        ({"assigned_at": NOW + HOUR}, "assigned_after_as_of", "assigned_at"),
        ({"state": "closed"}, "unknown_state", "state"),
        ({"contacts_72h": -1}, "negative_count", "contacts_72h"),
    ],
)
def test_a_senseless_ticket_is_rejected_with_its_place_and_the_rest_kept(known, code, field):
    found = screen(snapshot([ticket("good"), ticket("bad", **known)]))
    assert [t.ticket_id for t in found.snapshot.tickets] == ["good"]
    (rejected,) = found.rejected
    assert (rejected.ticket_id, rejected.code) == ("bad", code)
    assert rejected.pointer == f"/tickets/1/{field}"


def test_the_second_ticket_of_one_id_is_rejected():
    found = screen(snapshot([ticket("T"), ticket("T", category="other")]))
    assert [t.category for t in found.snapshot.tickets] == ["logistics"]
    assert [(r.code, r.pointer) for r in found.rejected] == [
        ("duplicate_ticket_id", "/tickets/1/ticket_id")
    ]


def test_a_good_ticket_after_a_bad_one_of_the_same_id_is_planned():
    found = screen(snapshot([ticket("T", due_at=NOW - 30 * HOUR), ticket("T")]))
    assert len(found.snapshot.tickets) == 1
    assert found.rejected[0].code == "due_before_created"


def test_moments_that_meet_are_no_fault():
    same = ticket("T", created_at=NOW, due_at=NOW, state_since=NOW, assigned_at=NOW)
    assert screen(snapshot([same])).rejected == ()


def test_assigned_without_an_agent_is_no_fault():
    assert screen(snapshot([ticket("T", state="assigned", agent_id=None)])).rejected == ()


def test_of_two_agents_with_one_id_the_first_counts():
    found = screen(snapshot(agents=[agent("A", capacity=1), agent("A", capacity=9)]))
    assert [a.capacity for a in found.snapshot.agents] == [1]
    assert [(f.code, f.pointer) for f in found.agent_faults] == [
        ("duplicate_agent_id", "/agents/1/agent_id")
    ]


def test_a_window_that_ends_before_it_starts_is_no_working_time():
    backwards = Window(NOW + HOUR, NOW - HOUR)
    found = screen(snapshot(agents=[agent("A", availability=(backwards,))]))
    assert found.snapshot.agents[0].availability == ()
    assert found.agent_faults[0].pointer == "/agents/0/availability/0/end"


def test_tickets_and_agents_come_out_sorted_by_id():
    found = screen(snapshot([ticket("b"), ticket("a")], [agent("z"), agent("y")]))
    assert [t.ticket_id for t in found.snapshot.tickets] == ["a", "b"]
    assert [a.agent_id for a in found.snapshot.agents] == ["y", "z"]


def test_a_rejected_ticket_still_takes_a_place_of_its_owner():
    bad = ticket("bad", agent_id="A", due_at=NOW - 30 * HOUR)
    found = screen(snapshot([bad, ticket("T")], [agent("A", queue=("bad", "elsewhere", "T"))]))
    assert columns(found.snapshot, plain(), found.refused).taken.tolist() == [2]


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(SnapshotError, match="no zone"):
        screen(replace(snapshot(), as_of=NOW.replace(tzinfo=None)))
