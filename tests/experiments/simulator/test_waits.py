from dataclasses import replace

import numpy as np
import pytest

from experiments.simulator import FIELD_DESK, Engine, field_matrix, make_world
from experiments.simulator.params import DAY_S, HOUR_S

MONTH = replace(FIELD_DESK, days=28)
LATER = 4 * HOUR_S
"""So long after it was asked, anybody hears it when asked again."""
UNTIL = 6 * DAY_S + 10 * HOUR_S


def asked_long_ago(engine):
    """Whether a case's customer, or the one department it waits for, hears a further asking."""

    def fits(case):
        last = case.pending[0].asked if case.pending else case.asked
        return engine.now - last >= LATER and not case.unasked

    return fits


def running(params=MONTH, seed=3):
    world = make_world(params, seed)
    engine = Engine(world, field_matrix(params, world.roster.profiles))
    engine.run(UNTIL)
    return engine


def first(engine, state, fits=lambda _case: True):
    while True:
        for case in engine.open_cases():
            if case.state == state and fits(case):
                return case
        engine.run(engine.now + HOUR_S)


def back(engine, case):
    """When a case leaves its present state."""
    state = case.state
    while case.state == state and engine.now < UNTIL + 20 * DAY_S:
        engine.run(engine.now + 60)
    return engine.now


def answering(helped):
    """A world in which asking again always helps (halves the wait), or never."""
    moves = 1.0 if helped else 0.0
    keeps = (0.5, 0.5)
    return replace(
        MONTH, help=replace(FIELD_DESK.help, chase_moves=moves, nudge_moves=moves, keeps=keeps)
    )


@pytest.mark.parametrize("helped", [True, False])
def test_a_chase_shortens_what_is_left_of_the_wait_if_the_customer_is_moved(helped):
    engine = running(answering(helped))
    case = first(engine, "waiting_customer", asked_long_ago(engine))
    left = case.ends - engine.now
    assert engine.waits.chase(case, engine.now)
    assert case.ends - engine.now == pytest.approx(left / 2 if helped else left, abs=1)
    ends = case.ends
    assert ends <= back(engine, case) < ends + 60


def test_after_some_chases_the_customer_hears_no_more():
    engine = running()
    case = first(engine, "waiting_customer", asked_long_ago(engine))
    heard = [engine.waits.chase(case, engine.now + n * DAY_S) for n in range(5)]
    assert heard == [True, True, True, False, False]


def test_who_was_asked_just_now_does_not_hear_it():
    engine = running()
    case = first(engine, "waiting_customer", asked_long_ago(engine))
    case.asked = 8 * DAY_S + 9 * HOUR_S
    hours = (12.9, 13, 16.9, 17)
    heard = [engine.waits.chase(case, 8 * DAY_S + int(h * HOUR_S)) for h in hours]
    assert heard == [False, True, False, True]


@pytest.mark.parametrize(("hour", "heard"), [(21.9, True), (22, False), (31.9, False), (32, True)])
def test_nobody_hears_anything_by_night(hour, heard):
    engine = running()
    case = first(engine, "waiting_customer", asked_long_ago(engine))
    case.asked = 8 * DAY_S
    assert engine.waits.chase(case, 8 * DAY_S + int(hour * HOUR_S)) == heard


def test_nobody_is_chased_who_is_not_waited_for():
    engine = running()
    assert not engine.waits.chase(first(engine, "in_progress"), engine.now)


def test_a_nudge_brings_the_departments_answer_forward():
    engine = running(answering(helped=True))
    case = first(engine, "internal_collaboration", asked_long_ago(engine))
    asked = case.pending[0]
    left = asked.ends - engine.now
    assert engine.waits.nudge(case, asked.party, engine.now)
    assert asked.ends - engine.now == pytest.approx(left / 2, abs=1)
    ends = asked.ends
    assert ends <= back(engine, case) < ends + 60


def test_a_department_hears_so_many_nudges_a_day_and_again_the_next():
    params = replace(MONTH, help=replace(FIELD_DESK.help, nudges_per_day=1))
    engine = running(params)
    case = first(engine, "internal_collaboration", asked_long_ago(engine))
    party = case.pending[0].party
    assert engine.waits.nudge(case, party, engine.now)
    assert not engine.waits.nudge(case, party, engine.now + LATER)
    assert engine.waits.nudge(case, party, engine.now + DAY_S)


def test_departments_started_at_once_take_as_long_as_the_slowest():
    engine = running()
    case = first(engine, "internal_collaboration", lambda case: case.unasked)
    rest = [step.seconds for step in case.unasked]
    slowest = max([case.pending[0].ends, *(engine.now + int(s) for s in rest)])
    for step in list(case.unasked):
        assert engine.waits.start(case, step.party, engine.now)
    assert not case.unasked
    assert slowest <= back(engine, case) < slowest + 60
    assert all(asked.done is not None for asked in case.parties)


def test_a_desk_that_asks_departments_at_once_waits_less_for_them():
    hours = []
    for at_once in (False, True):
        engine = running(replace(MONTH, at_once=at_once))
        asked = [len(case.pending) for case in engine.open_cases()]
        assert (max(asked) > 1) == at_once
        engine.run(27 * DAY_S)
        done = [r for r in engine.rows if r.type == "ticket.resolved"]
        hours.append(np.mean([r.time - engine.world.complaints.time[r.ticket] for r in done]))
    assert hours[1] < hours[0]
