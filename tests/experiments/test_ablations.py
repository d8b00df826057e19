import pickle
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from experiments.ablations import ABLATIONS, ablated
from experiments.contender import contender
from experiments.play import PLAN_ALONE, PlayParams, play
from experiments.simulator import FIELD_DESK, LiveDesk
from experiments.simulator.params import DAY_S, HOUR_S
from experiments.simulator.run import SAMPLE_SEED
from model.agenda import Agenda
from model.calibration import RAW
from model.desk import ServedDesk
from model.risk import Forest, lightgbm
from model.rules import speaks
from tests.model.tiny_bundle import tiny_bundle

FORTNIGHT = replace(FIELD_DESK, days=14, customers=replace(FIELD_DESK.customers, count=600))
every_ablation = pytest.mark.parametrize("name", ABLATIONS)


@pytest.fixture(scope="module")
def at_work():
    desk = LiveDesk(SAMPLE_SEED, params=FORTNIGHT, begin=7 * DAY_S + 10 * HOUR_S)
    desk.step(24 * 60)  # a day that the history does not know
    return desk


@pytest.fixture(scope="module")
def served(at_work):
    """A desk whose model tells tickets and agents apart, if by chance."""
    plain = ServedDesk.of(tiny_bundle()[0], contender("default").policy, at_work.history)
    assessor = plain.assess(at_work.snapshot())
    x = assessor.rows(*everybody(assessor))
    y = np.random.default_rng(0).integers(0, 2, len(x))
    settings = {"objective": "binary", "min_data_in_leaf": 20, "verbosity": -1, "num_threads": 1}
    module = lightgbm()
    booster = module.train(settings, module.Dataset(x, y), 5)
    risk = replace(plain.bundle.risk, timeout=Forest(booster.model_to_string()))
    return replace(plain, bundle=replace(plain.bundle, risk=risk))


def decided(who, served, sent):
    desk = who.desk(replace(served, policy=who.policy))
    return who.decide(desk, who.seen(sent), PLAN_ALONE, 0)


def assessed(name, served, sent):
    who = ablated(name)
    return who.desk(served).assess(who.seen(sent))


def everybody(assessor):
    """Rows of all pairs."""
    n_t, n_a = len(assessor.tickets), assessor.listed
    return np.repeat(np.arange(n_t), n_a), np.tile(np.arange(n_a), n_t)


def test_every_ablation_is_told_in_both_languages():
    for name, each in ABLATIONS.items():
        assert ablated(name).name == name
        assert each.words.en.isascii()
        assert not each.words.zh.isascii()


@every_ablation
def test_an_ablation_keeps_the_hard_rules_of_what_it_is_told(name, at_work, served):
    who, sent = ablated(name), at_work.snapshot()
    found, told = decided(who, served, sent), who.seen(sent)
    tickets = {one.ticket_id: one for one in told.tickets}
    people = {one.agent_id: one for one in told.agents}
    answered = [e.ticket_id for e in (*found.assignments, *found.unassigned, *found.rejected)]
    assert sorted(answered) == sorted(tickets)
    for each in found.assignments:
        one, agent = tickets[each.ticket_id], people[each.agent_id]
        if one.agent_id != agent.agent_id:
            assert agent.status in ("available", "busy")
            assert one.category in agent.skills
            assert any(speaks(each, one.language) for each in agent.languages)
    load = Counter(each.agent_id for each in found.assignments)
    assert all(load[name] <= agent.capacity for name, agent in people.items())


@every_ablation
def test_an_ablation_differs_from_the_default(name, at_work, served):
    who, usual, sent = ablated(name), contender("default"), at_work.snapshot()
    one = decided(who, served, sent)
    other = decided(usual, served, sent)
    plain = replace(one, policy=other.policy, timings_ms={})
    assert plain != replace(other, timings_ms={}) or who.stale > usual.stale


@every_ablation
def test_an_ablation_can_be_sent_to_another_process(name):
    who = pickle.loads(pickle.dumps(ablated(name)))
    assert (who.name, who.stale) == (name, ablated(name).stale)


def test_without_learned_skill_a_team_is_as_good_as_one_person(at_work, served):
    sent = at_work.snapshot()
    usual, pooled = (d.assess(sent) for d in (served, who_desk("without_learned_skill", served)))
    skill = pooled.dimensions().skill.table
    for team in {agent.team for agent in sent.agents}:
        members = [row for row, agent in enumerate(sent.agents) if agent.team == team]
        assert np.ptp(skill[:, members], axis=1).max() < 1e-12
    assert np.ptp(usual.dimensions().skill.table, axis=1).max() > 0.01


def who_desk(name, served):
    return ablated(name).desk(served)


def test_a_doubt_outlives_what_is_learned(at_work, served):
    desk = who_desk("model_inverted", served)
    grown = desk.with_events(at_work.history[:0])
    sent = at_work.snapshot()
    timeouts = [each.assess(sent).as_is().timeout for each in (desk, grown)]
    np.testing.assert_array_equal(*timeouts)


def test_without_calibration_the_forest_is_taken_at_its_word(served):
    risk = who_desk("without_calibration", served).bundle.risk
    assert (risk.timeout_calibration, risk.escalation_calibration, risk.live) == (RAW, RAW, False)
    assert risk.timeout is served.bundle.risk.timeout


def test_without_agent_risk_every_pair_of_a_ticket_is_as_risky(at_work, served):
    assessor = assessed("without_agent_risk", served, at_work.snapshot())
    t, a = everybody(assessor)
    pairs = assessor.pairs(t, a).timeout.reshape(-1, assessor.listed)
    assert np.ptp(pairs, axis=1).max() == 0
    assert np.ptp(assessor.work_hours(t, a).reshape(pairs.shape), axis=1).max() == 0
    assert (assessor.floor(np.arange(len(pairs)))[0] <= pairs[:, 0]).all()


def test_an_inverted_model_turns_the_risks_around_but_not_what_is_late(at_work, served):
    sent = at_work.snapshot()
    right, wrong = served.assess(sent), assessed("model_inverted", served, sent)
    open_yet = np.array([t.due_at > sent.as_of for t in sent.tickets])
    said, meant = (each.as_is().timeout for each in (wrong, right))
    np.testing.assert_allclose(said[open_yet], 1 - meant[open_yet])
    np.testing.assert_array_equal(said[~open_yet], meant[~open_yet])


def test_a_shuffled_model_says_what_it_would_say_of_others(at_work, served):
    sent = at_work.snapshot()
    open_only = replace(sent, tickets=tuple(t for t in sent.tickets if t.due_at > sent.as_of))
    right, wrong = served.assess(open_only), assessed("model_shuffled", served, open_only)
    said, meant = (each.as_is().timeout for each in (wrong, right))
    np.testing.assert_array_equal(np.sort(said), np.sort(meant))
    assert (said != meant).any()


def test_the_greedy_plan_is_no_better_than_the_optimal_one(at_work, served):
    sent = at_work.snapshot()
    one = decided(ablated("without_optimal_plan"), served, sent)
    other = decided(contender("default"), served, sent)
    cost = [each.summary.plan.cost for each in (other, one)]
    assert cost[0] <= cost[1] + 1e-9


def test_without_an_order_of_work_the_oldest_comes_first(at_work, served):
    sent = at_work.snapshot()
    came = {t.ticket_id: t.created_at for t in sent.tickets}
    ready = {t.ticket_id for t in sent.tickets if t.state in ("assigned", "unassigned", "reopened")}
    found = decided(ablated("without_order_of_work"), served, sent)
    for queue in found.queues.values():
        mine = [came[name] for name in queue if name in ready]
        assert all(one <= other for one, other in pairwise(mine))


def test_without_reassignment_who_may_keep_a_ticket_keeps_it(at_work, served):
    sent = at_work.snapshot()
    found = decided(ablated("without_reassignment"), served, sent)
    assert "reassign" not in {each.action for each in found.assignments}
    assert "reassign" in {
        each.action for each in decided(contender("default"), served, sent).assignments
    }


def test_without_actions_nothing_is_told_to_anybody(at_work, served):
    sent = at_work.snapshot()
    assert not decided(ablated("without_actions"), served, sent).actions
    assert decided(contender("default"), served, sent).actions


def test_without_shift_awareness_everybody_is_there_around_the_clock(at_work):
    told = ablated("without_shift_awareness").seen(at_work.snapshot())
    day = np.full(len(told.agents), 20.0)
    begins = Agenda.of(told).begins(np.arange(len(told.agents)), day)
    assert begins.max() < 20.1


def test_what_is_late_is_one_refresh_old():
    assert ablated("one_refresh_late").stale == 1


def test_the_value_of_yesterday_comes_from_the_history(at_work, served):
    sent = at_work.snapshot()
    told = ablated("value_of_yesterday").seen(sent)
    assert {t.customer_margin_90d for t in told.tickets} == {None}
    known = served.assess(told).tickets.margin_90d
    assert (~np.isnan(known)).any()


def test_one_skill_in_five_is_mistyped_and_always_the_same(at_work):
    sent = at_work.snapshot()
    told, again = (ablated("skills_mistyped").seen(sent) for _ in range(2))
    assert told == again
    kept = [
        len(set(before.skills) & set(after.skills)) / len(before.skills)
        for before, after in zip(sent.agents, told.agents, strict=True)
    ]
    assert 0.6 < np.mean(kept) < 0.95
    words = {word for agent in sent.agents for word in agent.skills}
    assert {word for agent in told.agents for word in agent.skills} <= words


def test_changes_add_up():
    both = ablated("skills_mistyped", ablated("without_actions"))
    assert both.name == "skills_mistyped"
    assert both.policy.actions.chase_customer.per_day == 0


def test_an_ablation_is_played_like_any_contender(served):
    desk = LiveDesk(SAMPLE_SEED, params=FORTNIGHT, begin=7 * DAY_S + 10 * HOUR_S)
    params = PlayParams(days=1, every_minutes=480, append_hours=12, settle_days=0)
    assert play(desk, ablated("model_shuffled"), served, params).refreshes == 3
