import pandas as pd

from experiments.hindsight import fates
from tests.builders import assigned, at, closed, created, event, log, resolved


def told(events, tickets, hours=5):
    found = fates(events, pd.Timestamp(at(hours)), tickets)
    return list(zip(tickets, found.following, found.closer, strict=True))


def test_the_next_agent_may_be_another_than_the_one_who_closes():
    events = log(
        created(0, "x"),
        assigned(1, "x", "A"),
        assigned(6, "x", "B"),
        assigned(7, "x", "C"),
        resolved(8, "x"),
        assigned(9, "x", "D"),  # after it was over
        closed(10, "x"),
    )
    assert told(events, ["x"]) == [("x", "B", "C")]
    assert told(events, ["x"], hours=6.5) == [("x", "C", "C")]


def test_a_ticket_that_nobody_else_is_given_stays_with_its_owner():
    events = log(created(0, "x"), assigned(1, "x", "A"), resolved(8, "x"))
    assert told(events, ["x"]) == [("x", "A", "A")]


def test_what_the_log_does_not_tell_is_none():
    events = log(
        created(0, "nobody's"),
        created(0, "open"),
        assigned(6, "open", "A"),
        created(0, "taken back"),
        assigned(1, "taken back", "A"),
        event(2, "ticket.unassigned", ticket_id="taken back", agent_id="A"),
        resolved(9, "taken back"),
    )
    assert told(events, ["open", "nobody's", "taken back", "never seen"]) == [
        ("open", "A", None),
        ("nobody's", None, None),
        ("taken back", None, None),
        ("never seen", None, None),
    ]
