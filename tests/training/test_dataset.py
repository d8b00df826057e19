import numpy as np
import pytest

from tests.builders import closed, created, event, log, resolved, us
from training.dataset import Dataset, known_rows, waits
from training.labels import label
from training.landmarks import LandmarkParams, landmarks
from training.splits import Slice
from training.unripe import expected_breaks, expected_lateness

NO_GRID = LandmarkParams(grid_last_days=0.0)


def rows(events, task, until, clip=5.0, guess=False):
    labels = label(events)
    marks = landmarks(events, labels, NO_GRID)
    found = known_rows(labels, marks, task, Slice(0, us(until), us(until)), clip=clip, guess=guess)
    ids = labels.ticket_id[marks.ticket[found.row]].tolist()
    return list(zip(ids, found.y.tolist(), found.w.round(3).tolist(), strict=True))


def test_only_verdicts_known_by_the_cut_are_learned():
    events = log(
        created(0, "T1"), closed(2, "T1", sla_met=True),
        created(1, "T2"), closed(20, "T2", sla_met=False),
    )  # fmt: skip
    assert [r[:2] for r in rows(events, "timeout", 10)] == [("T1", 0.0)]
    assert [r[:2] for r in rows(events, "timeout", 30)] == [("T1", 0.0), ("T2", 1.0)]


def test_moments_after_the_promise_passed_are_not_asked_about_the_timeout():
    events = log(
        created(0, "T1", due_at=2), event(3, "ticket.contact", ticket_id="T1"), resolved(9, "T1")
    )
    assert [r[:2] for r in rows(events, "timeout", 20)] == [("T1", 1.0)]
    assert len(rows(events, "eta", 20)) == 2


def test_the_k_th_look_at_a_ticket_weighs_one_k_th_and_all_weights_have_mean_1():
    events = log(
        created(0, "T1", due_at=9),
        event(1, "ticket.contact", ticket_id="T1"),
        event(2, "ticket.contact", ticket_id="T1"),
        resolved(3, "T1"),
        created(0, "T2", due_at=9),
        resolved(3, "T2"),
    )
    found = rows(events, "timeout", 20, clip=None)  # 1 + 1/2 + 1/3 + 1 = 17/6, over 4 rows 17/24
    assert [(t, w) for t, _, w in found] == [
        ("T1", round(24 / 17, 3)), ("T1", round(12 / 17, 3)), ("T1", round(8 / 17, 3)),
        ("T2", round(24 / 17, 3)),
    ]  # fmt: skip


def test_an_open_ticket_whose_promise_is_not_due_counts_in_part_as_broken():
    events = log(
        created(0, "T1", due_at=10), resolved(2, "T1"),
        created(0, "T2", due_at=10), resolved(8, "T2"),
        created(0, "T3", due_at=10), resolved(12, "T3"),
        created(10, "T4", due_at=30),
        created(10, "T5", due_at=30), resolved(12, "T5"),
    )  # fmt: skip
    labels = label(events)
    chance = expected_breaks(labels, us(20), np.ones(5, dtype=bool))
    assert np.isnan(chance[:3]).all()
    assert chance[3:].tolist() == [0.5, 0.0]  # half of its time is gone; T2 and T3 were open then
    assert [r[:2] for r in rows(events, "timeout", 20, guess=True)] == [
        ("T1", 0.0), ("T2", 0.0), ("T3", 1.0), ("T4", 1.0), ("T4", 0.0), ("T5", 0.0),
    ]  # fmt: skip
    assert {r[0] for r in rows(events, "timeout", 20)} == {"T1", "T2", "T3"}


def test_a_ticket_that_nobody_has_judged_counts_in_part_as_late_by_the_time_it_took():
    events = log(
        created(0, "T1"), closed(1, "T1", sla_met=True),
        created(0, "T2"), closed(4, "T2", sla_met=False),
        created(6, "T3"),
        created(6, "T4"), resolved(7, "T4"),
        created(0, "T5"),
    )  # fmt: skip
    labels = label(events)
    chance = expected_lateness(labels, us(8))  # T3 is open for 2 h; T5 for 8 h, as none before
    assert np.isnan(chance[[0, 1, 4]]).all()
    assert chance[2:4].tolist() == [1.0, 0.0]
    assert sorted(rows(events, "timeout", 8, clip=None, guess=True)) == [
        ("T1", 0.0, 1.0), ("T2", 1.0, 1.0), ("T3", 1.0, 1.0), ("T4", 0.0, 1.0),
    ]  # fmt: skip
    assert {r[0] for r in rows(events, "timeout", 8)} == {"T1", "T2"}


def test_a_guess_stands_twice_once_with_either_target_and_both_weigh_what_a_look_does():
    events = log(
        created(0, "T1"), closed(2, "T1", sla_met=True),
        created(0, "T2"), closed(4, "T2", sla_met=False),
        created(7, "T3"),
    )  # fmt: skip
    labels = label(events)
    part = Slice(0, us(8), us(8))
    found = known_rows(labels, landmarks(events, labels, NO_GRID), "timeout", part, guess=True)
    guessed = found.row == 2
    assert found.y[guessed].tolist() == [1.0, 0.0]
    assert found.w[guessed].sum() == pytest.approx(found.w[~guessed][0])


def test_the_hours_of_an_open_ticket_are_not_learned():
    events = log(created(0, "T1"), resolved(3, "T1"), created(0, "T2"))
    found = rows(events, "eta", 20)
    assert [(t, round(float(np.expm1(y)), 6)) for t, y, _ in found] == [("T1", 3.0)]


def test_a_wait_that_has_not_ended_is_known_as_far_as_it_went():
    events = log(
        created(0, "T1"), resolved(3, "T1"), event(9, "ticket.reopened", ticket_id="T1"),
        created(2, "T2"), event(4, "ticket.contact", ticket_id="T2"),
        created(8, "T3"),
    )  # fmt: skip
    labels = label(events)
    found = waits(labels, landmarks(events, labels, NO_GRID), Slice(0, us(8), us(8)))
    assert np.expm1(found.y).round(6).tolist() == [3, 6, 4]
    assert found.ended.tolist() == [True, False, False]  # T1 is reopened later, as nobody knew
    assert found.w.tolist() == [1, 1, 0.5]


def test_an_escalation_is_learned_at_moments_before_it_only():
    events = log(
        created(0, "T1"),
        event(4, "ticket.escalated", ticket_id="T1"),
        event(6, "ticket.contact", ticket_id="T1"),
        resolved(9, "T1"),
    )
    assert [y for _, y, _ in rows(events, "escalation", 20)] == [1.0, 0.0, 0.0]
    assert label(events).escalations.time_us.tolist() == [us(4)]


def test_some_columns_are_taken_in_the_order_they_have_and_codes_stay_codes():
    labels = label(log(created(0, "T1")))
    marks = landmarks(log(created(0, "T1")), labels, NO_GRID)
    data = Dataset(labels, marks, np.array([[1.0, 2.0, 3.0]]), ("a", "b", "c"), ("b",))
    some, rest = data.only(["c", "b"]), data.without(["b"])
    assert (some.names, some.categorical, some.x.tolist()) == (("b", "c"), ("b",), [[2.0, 3.0]])
    assert (rest.names, rest.categorical, rest.x.tolist()) == (("a", "c"), (), [[1.0, 3.0]])
