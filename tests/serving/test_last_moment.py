"""One moment is known at a time: to who looks at it with the same model and history, no longer."""

import pytest

from features.history import History
from model.decision import Version
from serving.last_moment import LastMoment
from tests.builders import event, log
from tests.model.desks import FakeDesk, agent, plain, snapshot, ticket

SEEN = snapshot([ticket("T1")], [agent("A3")])


def planned(last, desk):
    """What a refresh has assessed."""
    with last.planning(desk) as seen:
        return seen, seen.assess(SEEN)


def test_what_a_refresh_assessed_is_known_under_any_policy():
    last, desk = LastMoment(), FakeDesk()
    _, assessed = planned(last, desk)
    assert last.of(desk.with_policy(plain(hand_over=0.1))).assess(SEEN) is assessed


def test_while_a_refresh_plans_nobody_else_asks_what_it_asks():
    last, desk = LastMoment(), FakeDesk()
    with last.planning(desk) as seen:
        assessed = seen.assess(SEEN)
        assert last.of(desk).assess(SEEN) is not assessed
        assert seen.assess(SEEN) is assessed
    assert last.of(desk).assess(SEEN) is assessed


def test_of_a_plan_that_failed_nothing_is_kept():
    last, desk = LastMoment(), FakeDesk()
    assessed = []

    def fail():
        with last.planning(desk) as seen:
            assessed.append(seen.assess(SEEN))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert last.of(desk).assess(SEEN) is not assessed[0]


def test_the_next_refresh_lets_go_of_it_before_it_begins():
    last, desk = LastMoment(), FakeDesk()
    former, _ = planned(last, desk)
    with last.planning(desk):
        assert former.moment.known is None


def test_another_history_or_model_is_another_moment():
    desk = FakeDesk()
    news = desk.with_history(
        History.of(log(event(1, "customer.margin", customer_id="C1", amount=1.0)))
    )
    for other in (news, FakeDesk(history=desk.history, model=Version("fake-risk", 2))):
        last = LastMoment()
        _, assessed = planned(last, desk)
        assert last.of(other).assess(SEEN) is not assessed
