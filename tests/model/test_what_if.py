"""A move thought of: it adds to one queue, leaves the other, and changes the risk in both."""

from collections import Counter

import pytest

from features.errors import SnapshotError
from model.underway import Move, Underway
from model.what_if import what_if
from tests.builders import at
from tests.model.desks import FakeDesk, agent, snapshot, ticket

NOW = at(100)
PLANNED = Underway(sent={"T3": Move("A", None, NOW)})
"""The plan sends T3 to A; T1 and T2 stay with A, T4 with B."""


class Crowded(FakeDesk):
    """The more tickets an agent has open, the likelier each of them is late: 0.1 for every one."""

    def assess(self, clean):
        held = Counter(t.agent_id for t in clean.tickets)
        risk = {t.ticket_id: held[t.agent_id] / 10 for t in clean.tickets}
        return FakeDesk(kept=risk).assess(clean)


def desk_of(**known):
    shown = [
        ticket(f"T{n}", agent_id=owner, created_at=at(60), due_at=at(100 + 12 * n),
               state="assigned" if owner else "unassigned")
        for n, owner in enumerate(("A", "A", None, "B"), 1)
    ]  # fmt: skip
    return snapshot(shown, [agent("A"), agent("B", capacity=3, **known)], NOW)


def tried(ticket_id="T3", agent_id="B", desk=None, shown=None, told=PLANNED):
    return what_if(desk or FakeDesk(), shown or desk_of(), told, ticket_id, agent_id)


def test_a_moved_ticket_leaves_the_planned_queue_and_adds_to_the_other():
    found = tried(desk=FakeDesk(kept={"T1": 0.1, "T2": 0.2, "T3": 0.3, "T4": 0.4}))
    assert found.previous_agent_id == "A"
    giving, taking = found.queues
    assert (giving.agent_id, giving.open_before, giving.open_after) == ("A", 3, 2)
    assert (taking.agent_id, taking.open_before, taking.open_after) == ("B", 1, 2)
    assert giving.expected_timeouts.before == pytest.approx(0.6)
    assert giving.expected_timeouts.after == pytest.approx(0.3)
    assert taking.expected_timeouts.after == pytest.approx(0.7)
    assert [t.ticket_id for t in taking.tickets] == ["T4"]
    assert taking.capacity == 3


def test_the_risk_of_the_others_changes_with_the_queue_they_wait_in():
    giving, taking = tried(desk=Crowded()).queues
    changes = {t.ticket_id: (t.timeout.before, t.timeout.after) for t in giving.tickets}
    assert changes == {"T1": (0.3, 0.2), "T2": (0.3, 0.2)}
    assert [(t.timeout.before, t.timeout.after) for t in taking.tickets] == [(0.1, 0.2)]
    assert giving.expected_timeouts.before == pytest.approx(0.9)
    assert taking.expected_timeouts.after == pytest.approx(0.4)


def test_nobody_gives_a_ticket_that_nobody_has():
    (taking,) = tried(told=Underway()).queues
    assert (taking.agent_id, taking.open_after) == ("B", 2)


def test_a_choice_that_stands_is_taken_as_carried_out():
    told = Underway(PLANNED.sent, {"T1": Move("B", "A", NOW)})
    giving, taking = tried(told=told).queues
    assert (giving.open_before, taking.open_before) == (2, 2)


def test_who_has_it_already_sees_no_change():
    found = tried(agent_id="A")
    (queue,) = found.queues
    assert (queue.open_before, queue.open_after) == (3, 3)
    assert found.ticket.timeout.before == found.ticket.timeout.after


def test_hard_rules_are_named_and_the_effect_is_told_all_the_same():
    found = tried(shown=desk_of(skills=("invoice",), status="away"))
    assert found.objections.lasting == ("skills",)
    assert found.objections.passing == ("status",)
    assert found.queues[1].open_after == 2


@pytest.mark.parametrize(
    ("asked", "kind"), [({"ticket_id": "T9"}, "ticket"), ({"agent_id": "Z"}, "agent")]
)
def test_what_the_last_refresh_did_not_see_cannot_be_tried(asked, kind):
    with pytest.raises(SnapshotError, match=f"no {kind}"):
        tried(**asked)
