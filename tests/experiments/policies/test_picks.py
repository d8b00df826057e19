"""Who gets a new ticket: each rule on a desk small enough to deal out by hand."""

from experiments.policies import POLICIES
from model.dispatch import Options
from tests.model.desks import HOUR, NOW, FakeDesk, agent, snapshot, ticket

UNHURRIED = Options(deadline_ms=float("inf"))


def new(name, age=1, **known):
    return ticket(name, created_at=NOW - age * HOUR, **({"state": "unassigned"} | known))


def held(name, by, hours_ago, **known):
    return ticket(name, agent_id=by, assigned_at=NOW - hours_ago * HOUR, **known)


def goes(policy, tickets, agents, desk=None, seed=0):
    found = POLICIES[policy](desk or FakeDesk(), snapshot(tickets, agents), UNHURRIED, seed)
    return {e.ticket_id: e.agent_id for e in found.assignments if e.action == "assign"}


TRIO = [agent("A"), agent("B"), agent("C")]


def test_round_robin_goes_on_after_whoever_was_given_the_last_ticket():
    tickets = [new(f"n{at}", age=9 - at) for at in range(4)]
    from_nobody = list(goes("round_robin", tickets[:3], TRIO).values())
    assert sorted(from_nobody) == ["A", "B", "C"]
    for at, last in enumerate(from_nobody):
        found = goes("round_robin", [held("h", last, 1), *tickets], TRIO)
        turns = [from_nobody[(at + step) % 3] for step in (1, 2, 3, 4)]
        assert list(found.values()) == turns


def test_another_seed_begins_elsewhere():
    firsts = {goes("round_robin", [new("n")], TRIO, seed=seed)["n"] for seed in range(9)}
    assert firsts == {"A", "B", "C"}


def test_least_loaded_counts_tickets_by_what_an_agent_can_hold():
    people = [agent("A", capacity=2), agent("B", capacity=9)]
    assert goes("least_loaded", [held("h", "A", 1), held("i", "B", 1), new("n")], people) == {
        "n": "B"
    }
    assert goes("least_loaded", [new("n"), new("o")], people) == {"n": "A", "o": "B"}


def test_longest_idle_is_who_was_given_no_ticket_for_longest():
    tickets = [held("h", "A", 3), held("i", "B", 5, category="invoice"), held("j", "C", 1)]
    assert goes("longest_idle", [*tickets, new("n"), new("o")], TRIO) == {"n": "B", "o": "A"}
    skilled = [agent("A"), agent("B", skills=("invoice",)), agent("C")]
    assert goes("longest_idle", [*tickets, new("n")], skilled) == {"n": "A"}


def test_the_earliest_deadline_is_dealt_out_and_worked_on_first():
    tickets = [
        new("old", age=9),
        new("late", age=5, due_at=NOW + 5 * HOUR),
        new("soon", age=1, due_at=NOW + HOUR),
    ]
    one = snapshot(tickets, [agent("A", capacity=2)])
    found = POLICIES["earliest_deadline"](FakeDesk(), one, UNHURRIED, 0)
    assert found.queues == {"A": ("soon", "late")}
    assert [each.ticket_id for each in found.unassigned] == ["old"]


def test_the_matrix_gives_each_cell_to_its_region_in_turn():
    people = [agent("E1", region="east"), agent("E2", region="east"), agent("W", region="west")]
    tickets = [new(f"e{at}", age=9 - at, region="east") for at in range(3)]
    found = goes("static_matrix", [*tickets, new("w", region="west")], people)
    assert found["w"] == "W"
    assert {found["e0"], found["e1"]} == {"E1", "E2"}
    assert found["e2"] == found["e0"]
    after = goes("static_matrix", [held("h", "E1", 1, region="east"), tickets[0]], people)
    assert after == {"e0": "E2"}


def test_the_matrix_asks_everybody_where_nobody_of_the_region_may():
    people = [agent("E", region="east", capacity=0), agent("W", region="west")]
    assert goes("static_matrix", [new("e", region="east")], people) == {"e": "W"}


def test_the_fields_rule_floods_the_best_agent_until_they_are_full():
    desk = FakeDesk(skill={(name, "A"): 0.9 for name in "xyz"})
    people = [agent("A", capacity=2), agent("B")]
    tickets = [new("x", age=3), new("y", age=2), new("z", age=1)]
    assert goes("four_dimensions_greedy", tickets, people, desk) == {"x": "A", "y": "A", "z": "B"}


def test_an_overfull_owner_keeps_what_is_in_hand_then_what_is_begun_then_the_oldest():
    tickets = [
        held("old", "A", 1, created_at=NOW - 50 * HOUR),
        held("young", "A", 1, created_at=NOW - 10 * HOUR),
        held("begun", "A", 1, state="in_progress"),
        held("hand", "A", 1, state="in_progress", created_at=NOW - HOUR),
    ]
    one = snapshot(tickets, [agent("A", capacity=3, working_on="hand"), agent("B")])
    found = POLICIES["least_loaded"](FakeDesk(), one, UNHURRIED, 0)
    assert {e.ticket_id for e in found.assignments if e.agent_id == "A"} == {"hand", "begun", "old"}
    assert {e.ticket_id for e in found.assignments if e.agent_id == "B"} == {"young"}
