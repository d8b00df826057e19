import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.outcome import Outcome, figures, gini, lives
from features.history import History
from features.picture import instants_of
from tests.builders import assigned, at, created, event, log


def played(events, start):
    return lives(History.of(events), int(instants_of([at(start)])[0]))


def test_only_tickets_of_the_time_played_whose_promise_fell_due_are_judged():
    found = played(
        log(
            created(0, "before", due_at=1),
            created(2, "kept", due_at=10),
            assigned(3, "kept", "A"),
            assigned(4, "kept", "B"),
            event(6, "ticket.resolved", ticket_id="kept"),
            created(3, "late", due_at=8),
            created(4, "quick", due_at=99),
            event(5, "ticket.resolved", ticket_id="quick"),
            created(20, "open", due_at=99),
        ),
        start=1,
    )
    assert found.ticket_ids.tolist() == ["kept", "late", "open", "quick"]
    assert found.judged.tolist() == [True, True, False, False]
    assert found.late.tolist() == [False, True, False, False]
    assert found.owners.tolist() == [2, 0, 0, 0]
    np.testing.assert_allclose(found.close_hours, [4, np.nan, np.nan, 1])
    np.testing.assert_allclose(found.late_hours, [0, 12, 0, 0])


def test_a_ticket_that_came_back_is_open_again():
    found = played(
        log(
            created(2, "back", due_at=9),
            event(5, "ticket.resolved", ticket_id="back"),
            event(7, "ticket.reopened", ticket_id="back"),
            created(10, "other"),
        ),
        start=1,
    )
    assert np.isnan(found.close_hours[0])
    assert found.late[0]


def test_a_promise_is_kept_that_was_kept_when_it_fell_due_whatever_comes_after():
    found = played(
        log(
            created(2, "back", due_at=9),
            event(5, "ticket.resolved", ticket_id="back"),
            event(12, "ticket.reopened", ticket_id="back"),
            event(15, "ticket.resolved", ticket_id="back"),
            created(20, "other"),
        ),
        start=1,
    )
    assert not found.late[0]
    assert found.close_hours[0] == 13


def outcome(**changed):
    values = {
        "ticket_ids": np.array(["a", "b", "c"]),
        "created_us": np.array([1, 2, 3]),
        "judged": np.array([True, True, False]),
        "late": np.array([True, False, False]),
        "late_hours": np.array([10.0, 0.0, 0.0]),
        "escalated": np.array([False, True, True]),
        "close_hours": np.array([30.0, 4.0, np.nan]),
        "owners": np.array([3, 1, 1]),
        "weight": np.array([2.0, 1.0, 1.0]),
        "busy": np.array([2.0, 4.0]),
        "at_work": np.array([8.0, 8.0]),
        "refreshes": 4,
        "seconds": 2.0,
        "deeds": {"chase_customer": 3},
    }
    return Outcome(**(values | changed))


def test_the_figures_are_those_of_the_tickets_that_were_judged():
    found = figures(outcome())
    assert (found.created, found.judged) == (3, 2)
    assert (found.late, found.escalated, found.hand_overs) == (0.5, 0.5, 1.0)
    assert found.loss == pytest.approx((2 * (1 + 0.1) + 1 * 3) / 2)
    assert (found.close_p50, found.close_p90) == (4, 4)
    assert found.gini == pytest.approx(1 / 6)
    assert found.idle == pytest.approx(1 - 6 / 16)
    assert (found.actions, found.refresh_seconds) == (1, 0.5)


def test_tickets_that_are_still_open_took_longest():
    found = figures(outcome(close_hours=np.array([np.nan, 4.0, 1.0])))
    assert found.close_p50 == 4
    assert figures(outcome(close_hours=np.full(3, np.nan))).close_p90 == np.inf


def test_nothing_played_gives_no_figure_and_no_error():
    none = np.zeros(3, bool)
    assert np.isnan(figures(outcome(judged=none)).late)


@given(st.lists(st.floats(0.01, 100), min_size=1), st.floats(0.1, 10))
def test_the_gini_lies_in_0_1_and_asks_for_no_unit(values, unit):
    one = gini(np.array(values))
    assert -1e-9 <= one < 1
    assert gini(np.array(values) * unit) == pytest.approx(one, abs=1e-9)
