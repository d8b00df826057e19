from dataclasses import replace

import pytest

from model.dispatch import refresh
from model.policy import Moves
from model.spent import Spent, spent_on
from model.underway import Move, Underway, new_moves
from tests.model.desks import HOUR, NOW, FakeDesk, agent, placed, plain, snapshot, ticket

MINUTE = HOUR / 60
PEOPLE = (agent("A"), agent("B"), agent("C"))
TO_B = Move("B", "A", NOW - 5 * MINUTE)


def told(underway, *tickets, people=PEOPLE, risk=None, **known):
    desk = FakeDesk(replace(plain(), moves=Moves(rest_minutes=60)), risk=risk or {}, **known)
    return refresh(desk, snapshot(tickets, people), spent=Spent(underway=underway))


def sent(move=TO_B):
    return Underway(sent={"x": move})


BACK = {("x", "A"): 0.1, ("x", "B"): 0.9, ("x", "C"): 0.1}
"""The plan would rather have it anywhere but with B."""


def test_a_ticket_still_shown_with_its_earlier_owner_is_sent_to_the_same_agent_again():
    found = told(sent(), ticket("x", agent_id="A"), risk=BACK, kept={"x": 0.9})
    assert placed(found) == {"x": ("reassign", "B")}
    assert found.assignments[0].previous_agent_id == "A"
    assert found.queues == {"B": ("x",)}


def test_without_that_memory_the_plan_moves_it_again():
    found = told(Underway(), ticket("x", agent_id="A"), risk=BACK, kept={"x": 0.9})
    assert placed(found) == {"x": ("reassign", "C")}


def test_a_first_owner_who_has_not_got_it_yet_gets_it_again():
    one = ticket("x", state="unassigned")
    found = told(sent(Move("B", None, NOW - 5 * MINUTE)), one, risk=BACK)
    assert placed(found) == {"x": ("assign", "B")}


@pytest.mark.parametrize(
    "shown",
    [
        {"agent_id": "C"},  # somebody else has it: a person dragged it there
        {"agent_id": "A", "assigned_at": NOW - MINUTE},  # it came back
        {"agent_id": "B"},  # it has arrived
    ],
)
def test_what_the_ticket_system_moved_itself_is_planned_as_it_is_shown(shown):
    risk = {("x", "A"): 0.1, ("x", "B"): 0.9, ("x", "C"): 0.9}
    found = told(sent(), ticket("x", **shown), risk=risk, kept={"x": 0.9})
    assert placed(found)["x"][1] == "A"


def test_who_works_on_it_at_this_moment_keeps_it():
    one = ticket("x", agent_id="A", state="in_progress")
    people = (agent("A", working_on="x"), agent("B"))
    assert placed(told(sent(), one, people=people)) == {"x": ("keep", "A")}


def test_an_agent_who_may_not_have_it_any_more_does_not_get_it_again():
    people = (agent("A"), agent("B", status="offline"), agent("C"))
    found = told(sent(), ticket("x", agent_id="A"), people=people, risk={("x", "C"): 0.1})
    assert placed(found) == {"x": ("reassign", "C")}


def test_a_full_agent_does_not_get_one_more_for_a_move_that_has_not_arrived():
    full = (agent("A"), agent("B", capacity=1, queue=("y",)), agent("C"))
    pinned = ticket("y", agent_id="B", pinned=True)
    found = told(sent(), ticket("x", agent_id="A"), pinned, people=full)
    assert placed(found)["y"] == ("keep", "B")
    assert placed(found)["x"][1] != "B"


def test_a_choice_is_placed_and_pinned():
    chosen = Underway(chosen={"x": Move("B", "A", NOW - HOUR)})
    for shown in ("A", "B"):  # before and after the ticket system carried it out
        found = told(chosen, ticket("x", agent_id=shown), risk=BACK, kept={"x": 0.9})
        assert placed(found)["x"][1] == "B"


def test_a_choice_for_an_agent_who_is_not_there_leaves_the_plan_free():
    chosen = Underway(chosen={"x": Move("Z", "A", NOW - HOUR)})
    assert placed(told(chosen, ticket("x", agent_id="A"), kept={"x": 0.1})) == {"x": ("keep", "A")}


def test_a_choice_of_nobody_leaves_the_ticket_with_nobody():
    chosen = Underway(chosen={"x": Move(None, "A", NOW - HOUR)})
    (left,) = told(chosen, ticket("x", agent_id="A")).unassigned
    assert (left.code, left.previous_agent_id) == ("no_eligible_agent", "A")
    assert left.blocked == {"excluded": 3}


def test_a_choice_that_the_ticket_system_overruled_holds_no_longer():
    chosen = Underway(chosen={"x": Move("B", "A", NOW - HOUR)})
    moved = ticket("x", agent_id="A", assigned_at=NOW - MINUTE)
    found = told(chosen, moved, risk=BACK, kept={"x": 0.1})
    assert placed(found) == {"x": ("keep", "A")}


def test_the_last_move_counts_while_the_ticket_rests():
    moves = [
        ("x", Move("B", "A", NOW - 10 * MINUTE)),
        ("x", TO_B),
        ("old", Move("B", "A", NOW - 60 * MINUTE)),
        ("now", Move("B", "A", NOW)),
    ]
    policy = replace(plain(), moves=Moves(rest_minutes=60))
    assert spent_on([], policy, NOW, moves).underway == sent(replace(TO_B, earlier=("B",)))


def test_an_earlier_move_that_arrives_after_a_later_one_was_told_is_no_news():
    risk = {("x", "A"): 0.1, ("x", "B"): 0.1, ("x", "C"): 0.9}
    move = Move("C", "A", NOW - 5 * MINUTE, earlier=("B",))
    late = ticket("x", agent_id="B", assigned_at=NOW - MINUTE)
    assert placed(told(sent(move), late, risk=risk, kept={"x": 0.9})) == {"x": ("reassign", "C")}


def test_a_move_told_again_is_not_a_new_one():
    found = told(sent(), ticket("x", agent_id="A"), ticket("y", state="unassigned"))
    assert [name for name, _ in new_moves(found, {"x": TO_B})] == ["y"]
    assert [name for name, _ in new_moves(found, {})] == ["x", "y"]


def test_what_is_under_way_is_stored_and_read_back():
    spent = Spent(underway=Underway({"x": TO_B}, {"y": Move(None, None, NOW)}))
    assert Spent.of_json(spent.to_json()) == spent
    assert Spent.of_json({"today": {}, "last": []}) == Spent()  # as stored before
