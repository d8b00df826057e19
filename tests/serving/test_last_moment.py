"""One moment is known at a time: to who looks at it with the same model and history, no longer."""

from features.history import History
from model.decision import Version
from serving.last_moment import LastMoment
from tests.builders import event, log
from tests.model.desks import FakeDesk, agent, plain, snapshot, ticket

SEEN = snapshot([ticket("T1")], [agent("A3")])


def test_what_a_refresh_assessed_is_known_under_any_policy():
    last, desk = LastMoment(), FakeDesk()
    assessed = last.begin(desk).assess(SEEN)
    assert last.of(desk.with_policy(plain(hand_over=0.1))).assess(SEEN) is assessed


def test_the_next_refresh_lets_go_of_it():
    last, desk = LastMoment(), FakeDesk()
    former = last.begin(desk)
    former.assess(SEEN)
    last.begin(desk)
    assert former.moment.known is None


def test_another_history_or_model_is_another_moment():
    desk = FakeDesk()
    news = desk.with_history(
        History.of(log(event(1, "customer.margin", customer_id="C1", amount=1.0)))
    )
    for other in (news, FakeDesk(history=desk.history, model=Version("fake-risk", 2))):
        last = LastMoment()
        assessed = last.begin(desk).assess(SEEN)
        assert last.of(other).assess(SEEN) is not assessed
