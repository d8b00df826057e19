"""A gray release over HTTP: who judges it is handed in, and asked once an hour of the desk."""

import pytest

from model.policy_reader import default
from serving.desks import Making
from serving.policy.release_answers import ReleaseOut
from serving.policy.watching import Figure, ReleaseAsk, Watched
from tests.serving.builders import FakeDesk, body
from tests.serving.test_http import problem

LATE = Figure("late", "late tickets", "超时率", True, 1, None, 0.3, 0.4, 0.1, 0.02, 0.18, "broken")
HARM = Watched("stop_harm", "late tickets got worse", "超时率变差", 9, 8, 8, 8, 0, 90, (LATE,))


class Judge:
    """Finds harm, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[ReleaseAsk] = []

    def __call__(self, ask: ReleaseAsk) -> Watched:
        self.asked.append(ask)
        return HARM


@pytest.fixture
def judge():
    return Judge()


@pytest.fixture
def client(service, judge):
    return service(
        desk_factory=Making(lambda: FakeDesk(policy=default()), watch=judge)
    ).client  # fmt: skip


def release(client, share=0.5):
    tag = client.get("/v1/policy").headers["ETag"]
    document = {"name": "mine", "release": {"share": share, "seed": 3}}
    return client.put("/v1/policy", json=document, headers={"If-Match": tag})


def told(client):
    found = client.get("/v1/policy/release")
    assert found.status_code == 200
    return ReleaseOut.model_validate_json(found.content)


def refresh(client, at):
    assert client.post("/v1/refresh", json=body(as_of=f"2026-03-02T{at}:00+08:00")).is_success


def test_a_policy_for_all_times_is_no_release(client, judge):
    assert told(client) == ReleaseOut(running=False, release=None)
    assert judge.asked == []


def test_a_release_begins_with_its_first_refresh(client, judge):
    release(client)
    found = told(client)
    assert (found.running, found.release.since, found.release.watched) == (True, None, None)
    assert (found.release.new, found.release.old) == (2, 1)
    assert judge.asked == []


def test_harm_is_told_with_its_figures_and_the_advice_to_stop(client, judge):
    refresh(client, "09:05")
    release(client)
    refresh(client, "10:05")
    found = told(client).release
    assert found.since.isoformat() == "2026-03-02T10:05:00+08:00"
    assert (found.watched.verdict, found.watched.stop_advised) == ("stop_harm", True)
    assert (found.watched.figures[0].low, found.watched.why_zh) == (0.02, "超时率变差")
    (ask,) = judge.asked
    assert [each.as_of.hour for each in ask.refreshes] == [10]  # none of before the release
    assert (ask.old.version, ask.new.version, ask.release.seed) == (1, 2, 3)


def test_it_is_judged_once_an_hour_of_the_desk_and_anew_for_another_release(client, judge):
    release(client)
    for at, times in (("10:05", 1), ("10:50", 1), ("11:05", 2)):
        refresh(client, at)
        told(client)
        assert len(judge.asked) == times
    assert [each.as_of.hour for each in judge.asked[-1].refreshes] == [10, 10, 11]
    release(client, share=0.25)
    assert told(client).release.watched is None
    assert client.post("/v1/policy/rollback", json={"version": 1}).is_success
    assert not told(client).running


def test_a_service_that_was_given_no_judge_says_so(service):
    client = service(desk_factory=lambda: FakeDesk(policy=default())).client
    release(client)
    assert "what judges a release" in problem(client.get("/v1/policy/release"), 501)["detail"]
