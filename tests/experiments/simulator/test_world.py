from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.simulator import FIELD_DESK, Engine, field_matrix, make_world
from experiments.simulator.checks import WorldError
from experiments.simulator.params import DAY_S
from experiments.simulator.roster import FAR, Windows
from experiments.simulator.rules import Waiting
from experiments.simulator.staff import ShiftParams
from features.snapshot import Agent, Ticket

TWO_WEEKS = 14 * DAY_S
MONTH = replace(FIELD_DESK, days=28)


class FirstAgent:
    """A foolish rule: everything to one agent."""

    def place(self, waiting, on_rota):  # noqa: ARG002 - the seam's signature
        return ["A01" for _ in waiting]


@pytest.fixture(scope="module")
def world():
    return make_world(MONTH, 3)


def test_the_same_seed_makes_the_same_world(world):
    again = make_world(MONTH, 3)
    for part in ("complaints", "latent", "customers", "orders"):
        for field in fields(getattr(world, part)):
            one = getattr(getattr(world, part), field.name)
            np.testing.assert_array_equal(one, getattr(getattr(again, part), field.name))
    np.testing.assert_array_equal(world.roster.speed, again.roster.speed)
    assert world.roster.profiles == again.roster.profiles


def test_two_rules_meet_the_same_complaints(world):
    created = []
    for rule in (FirstAgent(), field_matrix(FIELD_DESK, world.roster.profiles)):
        engine = Engine(world, rule)
        engine.run(TWO_WEEKS)
        created.append([r[:3] for r in engine.take_rows() if r.type == "ticket.created"])
    assert created[0] == created[1]


def test_running_in_pieces_is_running_at_once(world):
    rows = []
    for stops in ([TWO_WEEKS], range(0, TWO_WEEKS + 1, 7 * 3600 // 2 * 4)):
        engine = Engine(world, field_matrix(FIELD_DESK, world.roster.profiles))
        for stop in stops:
            engine.run(stop)
        engine.run(TWO_WEEKS)
        rows.append(engine.take_rows())
    assert rows[0] == rows[1]


def test_nobody_works_outside_the_roster(world):
    engine = Engine(world, field_matrix(FIELD_DESK, world.roster.profiles))
    engine.run(TWO_WEEKS)
    begun = [r for r in engine.take_rows() if r.state == "in_progress"]
    assert len(begun) > 300
    assert all(world.roster.windows[r.agent].opens(r.time) == r.time for r in begun)


def test_nobody_works_on_two_tickets_at_once(world):
    engine = Engine(world, field_matrix(FIELD_DESK, world.roster.profiles))
    engine.run(TWO_WEEKS)
    hands: dict[int, int] = {}
    for row in engine.take_rows():
        hands = {agent: t for agent, t in hands.items() if t != row.ticket or row.contact >= 0}
        if row.state == "in_progress":
            assert row.agent not in hands
            hands[row.agent] = row.ticket


def test_a_rule_sees_nothing_latent():
    seen = {field.name for kind in (Waiting, Ticket, Agent) for field in fields(kind)}
    latent = {"work", "steps", "speed", "slips", "impatient", "signals", "party_wait", "luck"}
    assert not seen & latent


def test_engineers_meet_from_noon_to_half_past_one(world):
    for profile, windows in zip(world.roster.profiles, world.roster.windows, strict=True):
        if profile.team.name == "engineering":
            for day in range(28):
                assert not windows.between(day * DAY_S + 12 * 3600, day * DAY_S + 48_600)


def test_there_are_forty_five_agents_and_a_matrix_cell_for_everything(world):
    assert len(world.roster.profiles) == 45
    matrix = field_matrix(FIELD_DESK, world.roster.profiles)
    assert len(matrix.cells) == len(FIELD_DESK.categories) * len(FIELD_DESK.regions)


SPANS = st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=1, max_size=8)


@given(SPANS, st.integers(0, 300), st.integers(1, 200))
def test_finished_work_has_taken_exactly_its_seconds_inside_the_windows(spans, time, work):
    edges = np.cumsum([step for span in spans for step in span])
    windows = Windows.of(edges[::2], edges[1::2])
    inside = {s for a, b in zip(windows.start, windows.end, strict=True) for s in range(a, b)}
    left = [s for s in sorted(inside) if s >= time]
    expected = left[work - 1] + 1 if len(left) >= work else FAR
    assert windows.finish(time, work) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"staleness": 1.5},
        {"days": 0},
        {"regions": ()},
        {"start": FIELD_DESK.start.replace(tzinfo=None)},
        {"start": FIELD_DESK.start.replace(hour=3)},
        {"teams": FIELD_DESK.teams[:1]},
    ],
)
def test_a_world_that_cannot_exist_is_refused(change):
    with pytest.raises(WorldError):
        replace(FIELD_DESK, **change)


def test_a_shift_whose_hotline_duty_does_not_fit_is_refused():
    with pytest.raises(WorldError, match="hotline"):
        ShiftParams("short", 9, 13, (11, 12), 2)
