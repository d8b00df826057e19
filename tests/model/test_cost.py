"""Late binding: what may wait its turn, and when it pays."""

import pytest

from model.dispatch import refresh
from tests.model.desks import FakeDesk, agent, placed, plain, snapshot, ticket

WORK = {("old", "A"): 3.0, ("older", "B"): 2.0}
BUSY = (
    ticket("old", agent_id="A", state="in_progress"),
    ticket("older", agent_id="B", state="in_progress"),
)
PAIR = (agent("A"), agent("B"))


def told(one, people=PAIR, risk=None, slope=None, **prices):
    """The plan for one ticket beside what A is busy with for three hours, and B for two."""
    policy = plain(**({"ahead": 0.1, "pooled": 0.02, "unplaced": 5.0} | prices))
    kept = {"x": 0.2}
    desk = FakeDesk(policy, kept=kept, risk=risk or {}, slope=slope or {}, work=WORK)
    return refresh(desk, snapshot((*BUSY, one), people))


def codes(decision):
    return {each.ticket_id: (each.code, each.blocked) for each in decision.unassigned}


def test_a_ticket_that_nobody_could_begin_soon_waits_its_turn():
    assert codes(told(ticket("x"))) == {"x": ("waits_its_turn", {})}


def test_without_a_price_ahead_it_is_promised_at_once():
    assert placed(told(ticket("x"), ahead=0.0))["x"] == ("assign", "B")


def test_whether_it_waits_is_a_matter_of_prices():
    risk = {("x", "A"): 0.1, ("x", "B"): 0.25}  # A is an hour later
    assert placed(told(ticket("x"), risk=risk, ahead=0.05))["x"] == ("assign", "A")
    assert "x" in codes(told(ticket("x"), risk=risk, ahead=0.2, pooled=0.0))
    assert placed(told(ticket("x"), risk=risk, ahead=0.2, pooled=0.3))["x"] == ("assign", "B")


def test_waiting_costs_what_the_hours_until_somebody_is_free_cost():
    risk = {("x", "A"): 0.21, ("x", "B"): 0.21}
    assert "x" in codes(told(ticket("x"), risk=risk, pooled=0.0))
    dear = {("x", "A"): 0.9, ("x", "B"): 0.01}
    assert placed(told(ticket("x"), risk=dear, slope={"x": 0.3}))["x"] == ("assign", "B")


@pytest.mark.parametrize(
    "people",
    [
        (agent("A"), agent("B", skills=("invoice",))),  # A alone may take it
        (agent("A"), agent("B"), agent("C")),  # C could begin it now
    ],
)
def test_a_ticket_for_one_agent_or_for_an_idle_one_is_promised(people):
    assert not codes(told(ticket("x"), people))


@pytest.mark.parametrize("known", [{"agent_id": "A"}, {"text": "手机充电时起火了"}])
def test_an_owner_keeps_theirs_and_an_urgent_ticket_gets_a_name(known):
    assert "x" in placed(told(ticket("x", **known)))


def test_one_who_alone_may_take_it_gets_it_however_long_they_are_busy():
    desk, three = FakeDesk(plain(ahead=100.0)), [ticket(name) for name in "xyz"]
    assert len(refresh(desk, snapshot(three, [agent("A")])).assignments) == 3


def test_the_price_ahead_takes_nothing_from_an_owner_who_is_away():
    people = (agent("A"), agent("B"), agent("C", status="away"), agent("D"))
    one = ticket("x", agent_id="C", state="paused")
    for ahead in (0.0, 1.0):
        found = told(one, people, ahead=ahead, hand_over_started=0.5, unplaced=0.0)
        assert placed(found)["x"] == ("hold", "C")


def test_a_ticket_whose_owner_went_home_may_wait_its_turn():
    people = (agent("A"), agent("B"), agent("C", status="offline"))
    assert codes(told(ticket("x", agent_id="C"), people)) == {
        "x": ("waits_its_turn", {"status": 1})
    }
