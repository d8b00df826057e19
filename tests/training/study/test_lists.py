import numpy as np
import pytest

from tests.training.study.small import small_study
from training.labels import UNKNOWN
from training.study.lists import MOST_PLACES, Lists, Quota, lists, places, work_through

# Three days. Ticket 1 comes true after the second list, 2 never does, 3 is not known yet.
DAYS = Lists(
    ticket=np.array([1, 2, 1, 2, 3]),
    day=np.array([0, 0, 1, 1, 2]),
    came_true=np.array([1, 0, 1, 0, UNKNOWN]),
    model=np.array([0.2, 0.9, 0.8, 0.3, 0.5]),
    rule=np.zeros(5),
    missed=0,
)


def test_a_ticket_in_hand_is_not_looked_at_again():
    found = work_through(DAYS, DAYS.model, Quota(1))  # 2 on the first day, then 1, then 3
    assert found.found.tolist() == [True]
    assert found.true.tolist() == [False, True]
    assert found.looked_at == 1.0


def test_a_share_of_the_tickets_is_looked_at_as_they_are_listed():
    found = work_through(DAYS, DAYS.model, Quota(0.5))  # one of two, still one, two of three
    assert found.looked_at == pytest.approx(2 / 3)
    assert found.found.tolist() == [False]


def test_who_looks_at_nothing_finds_nothing():
    found = work_through(DAYS, DAYS.model, Quota(0.0))
    assert (found.found.tolist(), found.true.size, found.looked_at) == ([False], 0, 0.0)


def test_only_open_test_tickets_are_listed_once_a_day():
    study = small_study()
    ticket, time = places(study)
    labels = study.data.labels
    assert labels.open_at(ticket, time).all()
    assert study.test.has(labels.created_us[ticket]).all()
    assert np.unique(np.stack([ticket, time]), axis=1).shape[1] == ticket.size
    assert np.unique(time % (24 * 3_600_000_000)).size == 1


def test_a_large_desk_is_looked_at_every_few_days(monkeypatch):
    whole = places(small_study())[0].size
    monkeypatch.setattr("training.study.lists.MOST_PLACES", whole // 3)
    assert 0 < places(small_study())[0].size <= whole // 2 < MOST_PLACES


def test_on_a_list_the_outcome_is_still_to_come():
    study = small_study()
    found, labels = lists(study, "timeout"), study.data.labels
    known = labels.timeout(study.test.known_by_us).known_us[found.ticket]
    assert (known // (24 * 3_600_000_000) >= found.day).all()
    late = labels.timeout(study.test.known_by_us).value == 1
    tested = int(np.sum(late & study.test.has(labels.created_us)))
    assert found.missed + np.unique(found.ticket[found.came_true == 1]).size == tested
