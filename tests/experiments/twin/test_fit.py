"""The default desk's own log, where the truth is known, and logs that tell less."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from experiments.simulator import FIELD_DESK, Engine, LiveDesk, desk_log, make_world
from experiments.simulator.log import LogBook
from experiments.simulator.params import DAY_S
from experiments.twin import backtest, fit
from experiments.twin.course import figures, of_log

WEEKS, ZONE, SEED = 10, "Asia/Shanghai", 5
CUT = pd.Timestamp(FIELD_DESK.start) + pd.Timedelta(weeks=8)


@pytest.fixture(scope="module")
def events():
    return desk_log(make_world(FIELD_DESK, SEED), WEEKS * 7 * DAY_S)


@pytest.fixture(scope="module")
def twin(events):
    return fit(events, ZONE, CUT)


def test_what_is_known_of_the_default_desk_is_found_again(twin):
    found = {kind.code: kind for kind in twin.params.categories}
    for kind in FIELD_DESK.categories[:2]:
        mine = found[kind.code]
        assert mine.work_hours == pytest.approx(kind.work_hours, rel=0.15)
        assert mine.customer_hours == pytest.approx(kind.customer_hours, rel=0.2)
        assert mine.customer_share == pytest.approx(kind.customer_share, abs=0.04)
        assert mine.party_share == pytest.approx(kind.party_share, abs=0.04)
    assert twin.params.outcome.reopen_share == pytest.approx(
        FIELD_DESK.outcome.reopen_share, abs=0.03
    )
    assert len(twin.staffing.profiles) == sum(team.count for team in FIELD_DESK.teams)


def test_the_future_changes_nothing_of_a_fit(events, twin):
    before = fit(events[events["time"] < CUT], ZONE, CUT)
    assert before.params == twin.params
    assert before.report() == twin.report()


def test_the_same_seed_makes_the_same_world_and_another_one_another(twin):
    one, same, other = (twin.world(seed, 14) for seed in (1, 1, 2))
    for part in ("complaints", "latent"):
        for field in fields(getattr(one, part)):
            np.testing.assert_array_equal(
                getattr(getattr(one, part), field.name), getattr(getattr(same, part), field.name)
            )
    assert len(one.complaints) != len(other.complaints)


def test_a_twin_begins_with_the_tickets_that_were_open(events, twin):
    before = figures(of_log(events, CUT), 1, first=-7 * 24.0)
    assert len(twin.carried) == before.backlog[-1]
    engine = Engine(twin.world(1, 14), twin.rule())
    engine.run(600)
    names = {p.agent_id for p in twin.staffing.profiles}
    owners = {c.ticket: twin.staffing.profiles[c.agent].agent_id for c in engine.open_cases()}
    assert set(owners) >= set(range(len(twin.carried)))
    assert set(owners.values()) <= names


def test_a_change_of_the_parameters_changes_the_means_and_keeps_the_shapes(twin):
    kinds = tuple(replace(k, customer_hours=2 * k.customer_hours) for k in twin.params.categories)
    slow = replace(twin, params=replace(twin.params, categories=kinds))
    waits = [each.world(1, 14).latent.customer_wait for each in (twin, slow)]
    held = len(twin.carried)
    assert waits[1][held:].sum() == pytest.approx(2 * waits[0][held:].sum(), rel=0.01)


def test_a_plan_from_outside_can_be_tried_on_a_twin(twin):
    world = twin.world(1, 14)
    desk = LiveDesk(world=world, rule=twin.rule(), begin=600)
    desk.step(24 * 60)
    snapshot = desk.snapshot()
    waiting = [ticket.ticket_id for ticket in snapshot.tickets if ticket.agent_id is None]
    assert waiting
    helper = snapshot.agents[0].agent_id
    assert desk.apply(dict.fromkeys(waiting, helper), {}) == len(waiting)


def test_a_played_twin_writes_a_log_that_can_be_fitted_again(twin):
    world = twin.world(1, 35)
    engine = Engine(world, twin.rule())
    engine.run(28 * DAY_S)
    again = fit(LogBook(world).write(engine.take_rows(), -1, 28 * DAY_S), ZONE)
    assert again.work.seen
    hours = [kind.work_hours for kind in (*twin.params.categories, *again.params.categories)]
    assert np.mean(hours[7:]) == pytest.approx(np.mean(hours[:7]), rel=0.3)


@pytest.mark.slow
def test_held_out_weeks_are_foretold_nearer_than_by_half(events):
    found = backtest(events, ZONE, CUT, 2, range(1, 5))
    for line in found.lines:
        assert line.twin == pytest.approx(line.real, rel=0.5), line.figure


def test_a_log_that_only_knows_creation_and_resolution_says_what_it_cannot_tell(events):
    kinds = ["ticket.created", "ticket.assigned", "ticket.resolved"]
    bare = events[events["type"].isin(kinds)].assign(attributes=None)
    twin = fit(bare, ZONE, CUT)
    status = {finding.name.en: finding.status for finding in twin.findings}
    assert not twin.work.seen
    assert status["hands-on work"] == "bound"
    assert status["people and hours at tickets"] == "bound"
    assert status["customer's patience"] == "unknown"
    assert status["pace of agent and category"] == "unknown"
    assert "无法得知" in twin.report()
    engine = Engine(twin.world(1, 7), twin.rule())
    engine.run(3 * DAY_S)
    assert not [row for row in engine.take_rows() if row.type == "ticket.contact"]
