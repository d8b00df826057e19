import numpy as np
import pytest

from tests.training.study.small_study import small_study
from training.study.exchange import exchanges
from training.study.held_out import ever_of, held_out_log_odds


@pytest.fixture(scope="module")
def study():
    return small_study()


@pytest.fixture(scope="module")
def exchange(study):
    return exchanges(study, colleagues=2)


def test_tickets_that_an_agent_ever_had_are_left_out_whoever_has_them_now(study):
    theirs = ever_of(study, study.history.names["agent"].names(np.arange(4)) == "A2")
    events = study.history.events
    had = events.loc[events["agent_id"] == "A2", "ticket_id"].unique()
    assert sorted(study.data.labels.ticket_id[theirs]) == sorted(had)


def test_a_held_out_agent_is_asked_of_a_forest_that_saw_none_of_their_tickets(study, exchange):
    z = held_out_log_odds(study, exchange)
    asked = exchange.agents >= 0
    assert (np.isnan(z) == ~asked).all()
    assert (z[asked] != exchange.log_odds(study.risk.timeout_risk)[asked]).mean() > 0.9
