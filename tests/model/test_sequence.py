import numpy as np

from model.columns import columns
from model.policy import Weights
from model.screen import screen
from model.sequence import priority, queues
from tests.model.desks import HOUR, NOW, agent, plain, snapshot, ticket


def _queue(tickets, index=None, owner="A", **known):
    clean = screen(snapshot(tickets, [agent("A", **known), agent("B")])).snapshot
    rows = np.full(len(tickets), 0 if owner == "A" else 1)
    stake = np.array(index or [0.5] * len(tickets), dtype=float)
    return queues(columns(clean, plain()), rows, stake)


def test_what_the_agent_works_on_comes_first_and_what_others_hold_up_last():
    tickets = [
        ticket("a", agent_id="A", state="waiting_customer"),
        ticket("b", agent_id="A"),
        ticket("c", agent_id="A", state="in_progress"),
        ticket("d", agent_id="A"),
        ticket("e", agent_id="A", state="internal_collaboration"),
    ]
    found = _queue(tickets, [0.9, 0.2, 0.1, 0.3, 0.95], working_on="b")
    assert found == {"A": ("b", "c", "d", "e", "a")}


def test_more_at_stake_goes_first():
    assert _queue([ticket("a"), ticket("b"), ticket("c")], [0.1, 0.9, 0.5]) == {
        "A": ("b", "c", "a")
    }


def test_equals_go_by_promised_time_then_age_then_id():
    tickets = [
        ticket("a"),
        ticket("b", created_at=NOW - 30 * HOUR),
        ticket("c", due_at=NOW + HOUR),
        ticket("d"),
    ]
    assert _queue(tickets) == {"A": ("c", "b", "a", "d")}


def test_a_ticket_that_changes_hands_is_in_progress_with_nobody():
    tickets = [ticket("a", agent_id="A", state="in_progress"), ticket("b", agent_id="B")]
    assert _queue(tickets, [0.1, 0.9], owner="B", working_on="a") == {"B": ("b", "a")}


def test_an_agent_without_tickets_has_no_queue():
    clean = screen(snapshot([ticket("a")], [agent("A")])).snapshot
    assert queues(columns(clean, plain()), np.array([-1]), np.array([1.0])) == {}


def test_the_stake_is_the_loss_weighed_by_urgency():
    loss, urgency = np.array([2.0, 1.0]), np.array([0.25, 1.0])
    assert priority(loss, urgency, Weights()).tolist() == [0.5, 1.0]
    assert priority(loss, urgency, Weights(urgency=0)).tolist() == [2.0, 1.0]
