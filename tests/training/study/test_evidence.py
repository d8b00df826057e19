import numpy as np
import pytest

from features.words import Words
from training.study.evidence import ticket_part, weigh
from training.study.exchange import BEFORE, NEW, Exchange

NAME = Words("all", "全部")
N, K, AGENTS = 2500, 8, 60


def moments(seed, *, truth, said):
    """Tickets dealt at random among agents whose effect is `truth` and is said to be `said`."""
    rng = np.random.default_rng(seed)
    agents = rng.integers(0, AGENTS, (N, K))
    agents[:, BEFORE] = -1
    ticket = rng.normal(-0.5, 1.0, N)
    z = ticket[:, None] + said[agents]
    z[:, BEFORE] = np.nan
    odds = np.exp(ticket + truth[agents[:, NEW]])
    late = (rng.random(N) < odds / (1 + odds)) * 1.0
    return Exchange(np.arange(N), np.zeros(N, np.int64), late, agents, np.zeros((N * K, 0))), z


def found(seed, *, truth, said):
    exchange, z = moments(seed, truth=truth, said=said)
    return weigh("all", NAME, exchange, z, np.ones(N, bool), seed=1)


def skills(seed):
    return np.random.default_rng(seed).normal(0.0, 0.6, AGENTS)


def test_an_agent_who_matters_as_much_as_the_model_says_has_a_slope_of_one():
    evidence = found(1, truth=skills(5), said=skills(5))
    assert evidence.shown
    assert evidence.agent.low < 1.0 < evidence.agent.high
    assert not evidence.overstated
    assert not evidence.confounded
    assert evidence.gain.low > 0.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_agent_who_only_matters_to_the_model_is_noise(seed):
    evidence = found(seed, truth=np.zeros(AGENTS), said=skills(5))
    assert not evidence.shown
    assert evidence.agent.low < 0.0 < evidence.agent.high


def test_an_effect_that_the_model_triples_is_real_and_overstated():
    evidence = found(1, truth=skills(5), said=3.0 * skills(5))
    assert evidence.shown
    assert evidence.overstated
    assert evidence.agent.value == pytest.approx(1 / 3, abs=0.1)


def test_where_agents_stand_for_kinds_of_tickets_the_one_who_gave_it_away_tells_as_much():
    kinds = skills(5)
    exchange, z = moments(1, truth=np.zeros(AGENTS), said=kinds)
    rng = np.random.default_rng(9)
    before = rng.integers(0, AGENTS, N)
    exchange.agents[:, BEFORE] = before
    z[:, BEFORE] = np.median(z[:, 2:], axis=1) + kinds[before]
    odds = np.exp(ticket_part(z) + kinds[before])
    late = (rng.random(N) < odds / (1 + odds)) * 1.0
    confounded = Exchange(exchange.ticket, exchange.at_us, late, exchange.agents, exchange.x)
    evidence = weigh("all", NAME, confounded, z, np.ones(N, bool), seed=1)
    assert evidence.confounded
    assert not evidence.shown


def test_the_ticket_part_is_the_mean_risk_of_all_who_could_have_it_and_not_of_who_gave_it_away():
    z = np.log([[0.2 / 0.8, 0.9 / 0.1, 0.4 / 0.6, np.nan]])
    assert ticket_part(z).tolist() == pytest.approx([np.log(0.3 / 0.7)])


def test_of_few_moments_or_of_one_outcome_nothing_is_said():
    exchange, z = moments(1, truth=skills(5), said=skills(5))
    assert weigh("all", NAME, exchange, z, np.arange(N) < 40, seed=1) is None
    assert weigh("all", NAME, exchange, z, exchange.late == 1, seed=1) is None


def test_a_seed_gives_the_same_evidence_again():
    once, again = (found(1, truth=skills(5), said=skills(5)) for _ in range(2))
    assert once == again
