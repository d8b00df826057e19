"""The board is made once a refresh, however often it is looked at."""

from serving.console.board import Board, Boards
from tests.serving.builders import ticket
from tests.serving.console.floors import logged


class Plans:
    def __init__(self) -> None:
        self.plan = None

    def latest(self):
        return self.plan


def test_before_the_first_refresh_there_is_none():
    assert Boards(Plans()).latest() is None


def test_it_is_made_once_for_a_decision_and_anew_for_the_next():
    plans = Plans()
    boards = Boards(plans)
    plans.plan = logged(ticket("T1"))
    first = boards.latest()
    assert boards.latest() is first
    plans.plan = logged(ticket("T2"))
    assert boards.latest().index.ids == ("T2",)


def test_what_nobody_has_stands_in_the_order_of_the_table():
    board = Board.of(logged(*[ticket(f"T{n}") for n in range(1, 7)]))
    assert board.unplaced == ("T2", "T4", "T6")
    assert (board.kept, board.alerts["red"], board.alerts["warn"]) == (0, 3, 3)
