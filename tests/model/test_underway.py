"""What was told is remembered while it may not have arrived."""

from dataclasses import replace

from model.dispatch import refresh
from model.policy import Moves
from model.spent import Spent, spent_on
from model.underway import Move, Underway, new_moves
from tests.model.desks import HOUR, NOW, FakeDesk, agent, plain, snapshot, ticket

MINUTE = HOUR / 60
TO_B = Move("B", "A", NOW - 5 * MINUTE)


def test_the_last_move_counts_while_the_ticket_rests():
    moves = [
        ("x", Move("B", "A", NOW - 10 * MINUTE)),
        ("x", TO_B),
        ("old", Move("B", "A", NOW - 60 * MINUTE)),
        ("now", Move("B", "A", NOW)),
    ]
    policy = replace(plain(), moves=Moves(rest_minutes=60))
    assert spent_on([], policy, NOW, moves).underway == Underway(
        {"x": replace(TO_B, earlier=("B",))}
    )


def test_a_move_told_again_is_not_a_new_one():
    policy = replace(plain(), moves=Moves(rest_minutes=60))
    shown = snapshot(
        (ticket("x", agent_id="A"), ticket("y", state="unassigned")),
        (agent("A"), agent("B"), agent("C")),
    )
    found = refresh(FakeDesk(policy), shown, spent=Spent(underway=Underway({"x": TO_B})))
    assert [name for name, _ in new_moves(found, {"x": TO_B})] == ["y"]
    assert [name for name, _ in new_moves(found, {})] == ["x", "y"]


def test_what_is_under_way_is_stored_and_read_back():
    gone = {"z": (Move(None, "A", NOW, ("C",)), Move(None, "B", NOW))}
    spent = Spent(underway=Underway({"x": TO_B}, {"y": Move(None, None, NOW)}, gone))
    assert Spent.of_json(spent.to_json()) == spent
    older = {name: told for name, told in spent.to_json().items() if name != "handed_back"}
    assert Spent.of_json(older).underway.handed_back == {}
    assert Spent.of_json({"today": {}, "last": []}) == Spent()  # as stored before
