import pytest

from tests.training.study.small_study import names_of, small_study
from training.study.exchange import BEFORE, COLLEAGUES, NEW, exchanges


@pytest.fixture(scope="module")
def study():
    return small_study()


@pytest.fixture(scope="module")
def exchange(study):
    return exchanges(study, colleagues=2)


def test_a_hand_over_is_asked_of_who_gets_the_ticket_and_who_had_it(study, exchange):
    over = exchange.handed_over
    new, before = (names_of(study, exchange.agents[over, column]) for column in (NEW, BEFORE))
    assert over.sum() > 20
    assert new == [f"A{(int(name[1:]) + 1) % 4}" for name in before]
    assert (exchange.agents[~over, BEFORE] == -1).all()


def test_colleagues_are_other_agents_and_no_one_twice(exchange):
    others = exchange.agents[:, COLLEAGUES:]
    assert (others != exchange.agents[:, [NEW]]).all()
    assert (others[:, 0] != others[:, 1]).all()


def test_the_ticket_is_seen_as_it_was_just_before_with_its_owner_as_is_and_others_as_a_change(
    study, exchange
):
    x = exchange.x.reshape(*exchange.agents.shape, -1)[exchange.handed_over]
    with_owner = x[:, :, study.data.names.index("hours_with_owner")]
    changes = x[:, :, study.data.names.index("reassignments")]
    assert with_owner[:, NEW] == pytest.approx(0.0)
    assert with_owner[:, BEFORE] == pytest.approx(2.0, abs=1e-3)
    assert (changes[:, NEW] == changes[:, BEFORE] + 1).all()


def test_tickets_are_those_of_the_test_and_undecided_at_the_moment(study, exchange):
    labels = study.data.labels
    verdict = labels.timeout(study.test.known_by_us)
    assert study.test.has(labels.created_us[exchange.ticket]).all()
    assert (verdict.known_us[exchange.ticket] > exchange.at_us).all()
    assert (verdict.value[exchange.ticket] == exchange.late).all()


def test_a_seed_draws_the_same_moments_and_colleagues_again(study):
    once, again = (exchanges(study, colleagues=2, most=30) for _ in range(2))
    assert once.agents.shape == (30, 4)
    assert (once.agents == again.agents).all()
    assert (once.ticket == again.ticket).all()
