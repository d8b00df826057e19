import numpy as np
import pandas as pd
import pyarrow as pa

from features.pile import Pile
from tests.builders import created, log


def test_many_small_lots_become_few_and_nothing_is_lost():
    events = log(*(created(number % 5, f"T{number:03d}") for number in range(50)))
    pile = Pile.of(events.iloc[:1])
    for number in np.random.default_rng(1).permutation(np.arange(1, 50)):
        one = events.iloc[[number]].reset_index(drop=True)
        pile = pile.inserted(one, pile.places_for(one))
    whole = events.sort_values(["time", "event_id"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(pile.frame, whole)
    assert len(pile.lots) <= 4
    for lot in pile.lots:
        assert isinstance(pa.array(lot.frame["event_id"]), pa.Array)  # and not in many pieces


def test_some_rows_come_in_the_order_asked_for():
    events = log(created(0, "T0"), created(1, "T1"), created(2, "T2"))
    pile = Pile.of(events.iloc[[0, 2]].reset_index(drop=True))
    late = events.iloc[[1]].reset_index(drop=True)
    pile = pile.inserted(late, pile.places_for(late))
    found = pile.rows(np.array([2, 1]), ["ticket_id"])
    assert found["ticket_id"].tolist() == ["T2", "T1"]
    assert pile.rows(np.array([], np.int64)).empty


def test_a_repeat_is_found_and_told_whether_it_would_come_first():
    pile = Pile.of(log(created(1, "T0"), created(2, "T1")))
    again = log(created(1, "T0"), created(1, "T1"), created(9, "T9"))
    rows, sooner = pile.repeats(again)
    assert (rows.tolist(), sooner) == ([0, 1], True)
    assert pile.repeats(again.iloc[[0, 2]])[1] is False
