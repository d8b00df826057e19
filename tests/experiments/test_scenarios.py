from collections import Counter
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from experiments.contender import Contender, contender
from experiments.play import PLAN_ALONE
from experiments.scenarios import SCENARIOS, as_it_comes
from experiments.simulator import FIELD_DESK, make_world
from experiments.simulator.params import DAY_S, HOUR_S
from experiments.simulator.run import SAMPLE_SEED
from model.desk import ServedDesk
from tests.model.tiny_bundle import tiny_bundle

MONTH = replace(FIELD_DESK, days=28, customers=replace(FIELD_DESK.customers, count=600))
BEGIN = 7 * DAY_S + 10 * HOUR_S
FIRST_DAY = 8


def earlier(name):
    """The scenario on a smaller world, so many days sooner."""
    whole = SCENARIOS[name]
    if whole.world is not as_it_comes:
        whole = replace(whole, world=partial(whole.world, first_day=FIRST_DAY))
    return replace(whole, begin_s=min(BEGIN, whole.begin_s))


def begun(name):
    return earlier(name).desk(SAMPLE_SEED, params=MONTH)


def told_in(name, at_work):
    """What a contender knows and is sent at the begin of a scenario."""
    who = SCENARIOS[name].contender(contender("default"))
    served = ServedDesk.of(tiny_bundle()[0], who.policy, at_work.history)
    return who, who.desk(served), who.seen(at_work.snapshot())


def arrivals(name):
    """Complaints of each day and category under a scenario's world."""
    params = earlier(name).world(MONTH)
    seen = make_world(params, SAMPLE_SEED).complaints
    codes = [kind.code for kind in params.categories]
    return Counter(
        (int(day), codes[kind]) for day, kind in zip(seen.time // DAY_S, seen.category, strict=True)
    )


def mean_of(counts, days, kind):
    return np.mean([counts[day, kind] for day in days])


def test_every_scenario_is_told_in_both_languages():
    for each in SCENARIOS.values():
        assert each.words.en.isascii()
        assert not each.words.zh.isascii()


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_befalls_a_desk_befalls_it_while_a_fortnight_is_played(name):
    scenario = SCENARIOS[name]
    usual, changed = FIELD_DESK, scenario.world(FIELD_DESK)
    new = {*changed.absences, *changed.arrivals.surges} - {*usual.arrivals.surges}
    start = scenario.begin_s / DAY_S
    assert all(start <= each.first_day < each.first_day + each.days <= start + 14 for each in new)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_desk_can_be_decided_for_in_every_scenario(name):
    at_work = begun(name)
    at_work.step(180)
    who, desk, sent = told_in(name, at_work)
    decision = who.decide(desk, sent, PLAN_ALONE, 0)
    told = {e.ticket_id for e in (*decision.assignments, *decision.unassigned, *decision.rejected)}
    assert told == {ticket.ticket_id for ticket in sent.tickets}


def test_a_storm_brings_half_as_many_again_for_four_days_while_it_is_played():
    usual, storm = arrivals("usual"), arrivals("storm")
    more = mean_of(storm, range(11, 15), "logistics") - mean_of(usual, range(11, 15), "logistics")
    assert 18 < more < 32  # half of 50
    for days in (range(11), range(15, 28)):
        gap = mean_of(storm, days, "logistics") - mean_of(usual, days, "logistics")
        assert abs(gap) < 5  # what comes anyway stays what it was


def test_a_third_of_the_people_stay_away_and_the_others_do_not():
    params = earlier("absence_of_a_third").world(MONTH)
    usual = make_world(MONTH, SAMPLE_SEED).roster.windows
    ill = make_world(params, SAMPLE_SEED).roster.windows
    start, end = 11 * DAY_S, 16 * DAY_S

    def hours(windows):
        return np.array([each.total(end) - each.total(start) for each in windows]) / HOUR_S

    lost = hours(ill) == 0
    assert lost.sum() >= len(usual) // 3 - 4
    np.testing.assert_array_equal(hours(ill)[~lost], hours(usual)[~lost])
    assert hours(ill).sum() < 0.8 * hours(usual).sum()


def test_a_new_category_is_seen_by_nobody_before_it_comes():
    counts = arrivals("new_category")
    assert not any(counts[day, "privacy"] for day in range(12))
    assert 4 < mean_of(counts, range(12, 21), "privacy") < 12
    at_work = begun("new_category")
    assert "privacy" not in set(at_work.history["category"].dropna())
    able = [a for a in at_work.snapshot().agents if "privacy" in a.skills]
    assert {agent.team for agent in able} == {"frontline", "duty"}


def test_a_cold_start_knows_nothing_and_nobody():
    at_work = begun("cold_start")
    _, desk, sent = told_in("cold_start", at_work)
    assert (sent.tickets, desk.history.events.empty) == ((), True)
    assert desk.bundle.encoder.categories["agent"] == ()
    assert desk.bundle.encoder.names == tiny_bundle()[0].encoder.names


def test_a_spiteful_load_is_as_dear_to_everybody():
    at_work = begun("spiteful_load")
    _, desk, sent = told_in("spiteful_load", at_work)
    claims = {(t.customer_level, t.customer_margin_90d, t.priority) for t in sent.tickets}
    assert len(claims) == 1
    value = desk.assess(sent).dimensions().value
    assert np.ptp(value) < 1e-9


def test_without_the_model_a_desk_goes_on_and_says_so():
    who, desk, sent = told_in("model_down", begun("model_down"))
    decision = who.decide(desk, sent, PLAN_ALONE, 0)
    assert "risk_model" in decision.degraded
    assert len(decision.assignments) > 0


def test_a_scenario_adds_to_what_a_contender_is_told_already():
    half_blind = Contender(
        "half blind",
        contender("default").decide,
        contender("default").policy,
        seen=lambda sent: replace(sent, tickets=sent.tickets[:3]),
    )
    who = SCENARIOS["spiteful_load"].contender(half_blind)
    sent = who.seen(begun("usual").snapshot())
    assert [ticket.priority for ticket in sent.tickets] == ["1"] * 3
