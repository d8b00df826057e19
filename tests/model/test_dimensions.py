import numpy as np
import pytest

from features.history import History
from features.picture import agents_of, tickets_of
from features.snapshot import Agent, Snapshot, Ticket
from model.dimensions import UNKNOWN_VALUE, dimensions_of
from tests.builders import assigned, at, created, event, log, resolved


def lives(agent, hours):
    """Ten tickets of an agent, each promised in 2 h and resolved after `hours`."""
    found = []
    for i in range(10):
        name = f"{agent}-{i}"
        found += [
            created(i, name, due_at=i + 2),
            assigned(i, name, agent),
            resolved(i + hours, name),
        ]
    return found


PAST = History.of(
    log(
        *lives("good", 1), *lives("bad", 9),
        event(0, "customer.margin", customer_id="rich", amount=900.0),
        event(0, "customer.margin", customer_id="poor", amount=100.0),
        event(0, "customer.margin", customer_id="loss", amount=-50.0),
    )
)  # fmt: skip


def of(*tickets, agents=()):
    snapshot = Snapshot(at(30), tickets, agents)
    view = tickets_of(snapshot, PAST)
    return dimensions_of(PAST, view, agents_of(snapshot, PAST, view), default_capacity=4)


def ticket(name, **known):
    return Ticket(name, "logistics", at(29), "unassigned", **known)


def test_value_rises_with_margin_and_a_loss_is_worth_nothing():
    names = ["rich", "poor", "loss"]
    found = of(*(ticket(name, customer_id=name) for name in names)).value
    assert found[0] > found[1] > found[2] == 0


def test_a_level_stands_in_for_an_unknown_margin():
    found = of(ticket("a", customer_level="gold"), ticket("b", customer_level="?"), ticket("c"))
    assert found.value.tolist() == pytest.approx([0.75, UNKNOWN_VALUE, UNKNOWN_VALUE])


def test_urgency_rises_as_the_promise_comes_near_and_with_what_the_customer_says():
    far, near, late = (ticket(str(h), due_at=at(30 + h)) for h in (60, 3, -1))
    loud = ticket("loud", due_at=at(90), text="产品起火了，我要找媒体曝光")
    again = ticket("again", due_at=at(90), contacts_72h=3)
    found = of(far, near, late, loud, again).urgency
    assert found[0] < found[1] < found[2]
    assert min(found[3], found[4]) > found[0]
    assert ((found >= 0) & (found <= 1)).all()


def test_skill_is_learned_from_outcomes_and_a_newcomer_stands_between():
    agents = tuple(Agent(name, "available") for name in ("good", "new", "bad"))
    good, new, bad = of(ticket("t"), agents=agents).skill(np.array(0), np.arange(3))
    assert good > new > bad


def test_room_is_the_free_part_of_the_capacity():
    agents = (Agent("a", "available", capacity=2), Agent("b", "available"))
    held = [Ticket(f"h{i}", "logistics", at(29), "assigned", agent_id="a") for i in range(1)]
    assert of(*held, agents=agents).load.tolist() == [0.5, 1.0]


def test_an_empty_desk_has_no_dimensions():
    found = of()
    assert found.skill.shape == (0, 0)
    assert np.array_equal(found.value, [])
