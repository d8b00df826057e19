"""A verdict on logs whose truth is known."""

import numpy as np
import pytest

from experiments.ope.feedback import Feedback
from experiments.ope.judge import judge, rounds_of
from experiments.ope.reward_model import modelled
from experiments.ope.tables import verdict_text
from experiments.ope.ties import EVALUATED, ties_of
from tests.experiments.ope.lots import among, tie


def feedback(count, seed, right=(0.4, 0.8)):
    """Tickets drawn between A and B, who keep these shares of promises; B is the more skilled."""
    random = np.random.default_rng(seed)
    pair = among(tie("A", skill=0.3, timeout=0.6), tie("B", 0.01, skill=0.7, timeout=0.2))
    ties, drawn = ties_of([pair] * count), random.integers(0, 2, count)
    names = np.array([f"T{n}" for n in range(count)], dtype=object)
    reward = (random.random(count) < np.array(right)[drawn]).astype(float)
    agents = np.array(["A", "B"] * count, dtype=object)
    taken = ties.starts[:-1] + drawn
    half = np.full(count, 0.5)
    return Feedback(names, np.zeros(count, int), ties, agents, taken, half, reward, 0, 1.0)


def test_a_better_agent_is_found_out_by_every_estimator():
    found = {each.policy: each for each in judge(feedback(2000, seed=3), seed=0).judged}
    for name, right in (("most_skilled", 0.8), ("planned", 0.4)):
        told = dict(found[name].estimates)
        assert told.pop("dm").value == pytest.approx(right, abs=0.05)  # knows no error of its model
        assert all(each.low < right < each.high for each in told.values())
    assert found["most_skilled"].gain.low > 0.1
    assert found["planned"].gain.high < -0.1


def test_the_lots_themselves_gain_nothing_and_lose_no_round():
    (random,) = (e for e in judge(feedback(300, seed=1), seed=0).judged if e.policy == "at_random")
    assert random.estimates["ips"].value == random.estimates["snips"].value
    assert random.overlap.effective == pytest.approx(300)
    assert random.overlap.warnings() == ()


def test_a_choice_that_was_never_possible_is_told():
    log = feedback(300, seed=1)
    elsewhere = judge(log, 0, {"elsewhere": lambda ties: 0.5 * EVALUATED["planned"](ties)})
    assert "50% of its choices were never possible" in verdict_text(elsewhere)


def test_the_reward_model_learns_nothing_from_the_ticket_that_it_tells_of():
    log = feedback(40, seed=5)
    told = modelled(log, seed=0).reshape(-1, 2)
    for ticket in range(3):
        turned = log.reward.copy()
        turned[ticket] = 1 - turned[ticket]
        other = Feedback(log.ticket_id, log.as_of_us, log.ties, log.agent, log.taken, log.pscore,
                         turned, 0, 1.0)  # fmt: skip
        assert modelled(other, seed=0).reshape(-1, 2)[ticket].tolist() == told[ticket].tolist()


def test_where_all_promises_were_kept_the_model_says_so():
    log = feedback(3, seed=0, right=(1.0, 1.0))
    assert modelled(log, seed=0).tolist() == [1.0] * 6


def test_what_a_policy_is_expected_to_bring_is_the_mean_over_its_chances():
    log, model = feedback(1, seed=0), np.array([0.2, 0.6])
    rounds, missing = rounds_of(log, np.array([0.25, 0.75]), model)
    assert rounds.planned.tolist() == pytest.approx([0.25 * 0.2 + 0.75 * 0.6])
    assert missing.tolist() == [0.0]


def test_the_verdict_is_told_as_a_table():
    lines = verdict_text(judge(feedback(300, seed=1), seed=0)).splitlines()
    assert lines[0].startswith("300 lots, 0 not yet decided, 100.0% carried out; on time as logged")
    assert lines[2].split()[:3] == ["policy", "ips", "snips"]
    assert [line.split()[0] for line in lines[3:]] == list(EVALUATED)
