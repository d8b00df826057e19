"""What became of the risks that were told, on a log of five tickets."""

from dataclasses import replace

import numpy as np
import pytest

from features.history import History
from model import policy_reader
from model.decision import Version
from model.desk import ServedDesk
from serving.models.live import Told, level_of, live_of
from tests.builders import created, event, log, resolved, us
from tests.model.test_live import flat
from tests.serving.builders import FakeDesk

MODEL = Version("fendan-risk", 4)
HISTORY = History.of(
    log(
        created(0, "late", due_at=2),
        created(0, "kept", due_at=3),
        resolved(1, "kept"),
        created(0, "early", due_at=90),
        resolved(1, "early"),
        created(0, "open", due_at=90),
        created(24 * 7, "next week", due_at=24 * 7 + 3),
        resolved(24 * 7 + 1, "next week"),
    )
)


def said(*rows: tuple[str, float, float, int]) -> Told:
    """Ticket, risk, hour of telling, model version."""
    ticket, risk, hour, version = zip(*rows, strict=True)
    return Told(
        np.array(ticket, dtype=object),
        np.array(risk),
        np.array([us(each) for each in hour]),
        np.array(version),
    )


def test_a_ticket_is_judged_once_its_promise_has_passed_and_not_before():
    told = said(("late", 0.8, 1, 4), ("kept", 0.4, 1, 4), ("early", 0.1, 1, 4), ("open", 0.9, 1, 4))
    live = live_of(told, HISTORY, MODEL, us(5))
    assert (live.tickets, live.waiting) == (2, 2)
    assert (live.risk, live.rate) == (pytest.approx(0.6), 0.5)
    assert live.ece == pytest.approx((0.2 + 0.4) / 2)
    assert [(b.risk, b.rate, b.tickets) for b in live.bins] == [(0.4, 0.0, 1.0), (0.8, 1.0, 1.0)]


def test_a_ticket_that_the_history_does_not_know_waits():
    live = live_of(said(("nobody", 0.5, 1, 4)), HISTORY, MODEL, us(5))
    assert (live.tickets, live.waiting, live.weeks) == (0, 1, ())


def test_what_another_model_told_counts_in_its_week_and_not_for_this_one():
    told = said(("late", 0.8, 1, 3), ("late", 0.2, 1.5, 4), ("next week", 0.4, 24 * 7, 3))
    live = live_of(told, HISTORY, MODEL, us(24 * 8))
    assert (live.tickets, live.risk) == (1, pytest.approx(0.2))
    assert [(w.week, w.tickets, w.risk) for w in live.weeks] == [
        ("2026-03-02", 1, pytest.approx(0.8)),
        ("2026-03-09", 1, pytest.approx(0.4)),
    ]


def test_what_was_told_once_the_promise_had_passed_foretold_nothing():
    """`back` was kept, came back after its promise, and was then told as certain to be late."""
    history = History.of(
        log(
            created(0, "late", due_at=2),
            created(0, "back", due_at=3),
            resolved(1, "back"),
            event(5, "ticket.reopened", ticket_id="back"),
            created(0, "kept", due_at=3),
            resolved(1, "kept"),
        )
    )
    told = said(("late", 1.0, 2, 4), ("back", 1.0, 6, 4), ("kept", 0.4, 1, 4))
    live = live_of(told, history, MODEL, us(8))
    assert (live.tickets, live.waiting, live.risk, live.rate) == (1, 0, 0.4, 0.0)


def test_a_promise_that_was_moved_after_the_telling_counts_as_it_stood_then():
    history = History.of(
        log(
            created(0, "moved", due_at=2),
            event(4, "ticket.updated", ticket_id="moved", due_at=9),
            resolved(8, "moved"),
        )
    )
    assert live_of(said(("moved", 1.0, 3, 4)), history, MODEL, us(10)).tickets == 0
    assert live_of(said(("moved", 0.3, 5, 4)), history, MODEL, us(10)).tickets == 1


def test_without_a_history_nothing_is_judged():
    live = live_of(said(("late", 0.8, 1, 4)), History.empty(), MODEL, us(5))
    assert (live.tickets, live.waiting, live.bins) == (0, 1, ())


def test_the_level_of_the_day_is_told_where_it_follows_the_desk_and_not_where_it_is_fixed():
    """Both tickets that came before the day were late, and the model says 0.2 of every ticket."""
    events = log(
        created(0, "a", due_at=1), created(0, "b", due_at=1), created(24 * 3, "c", due_at=24 * 4)
    )
    bundle = flat(events, 0.2)
    desk = ServedDesk.of(bundle, policy_reader.default())
    fixed = ServedDesk.of(
        replace(bundle, risk=replace(bundle.risk, live=False)), policy_reader.default()
    )
    assert level_of(desk, us(0)) == 0.0
    assert level_of(desk, us(24 * 3)) > 0.1
    assert level_of(fixed, us(24 * 3)) is None
    assert level_of(FakeDesk(), us(24 * 3)) is None
