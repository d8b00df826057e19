"""Requests scored together get what each gets alone."""

from datetime import UTC
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import SnapshotError
from features.snapshot import Snapshot
from model import dispatch
from model.desk import ServedDesk
from model.dispatch import Options
from model.policy_reader import default
from model.together import MOST_TICKETS, scores
from tests.builders import at, random_log
from tests.model.desks import FakeDesk, agent, ticket
from tests.model.grown_bundle import grown_bundle

AGENTS = tuple(agent(f"A{i}", skills=None if i else ("logistics",)) for i in range(4))
PATIENT = Options(deadline_ms=60_000)


@cache
def served() -> ServedDesk:
    return ServedDesk.of(grown_bundle(random_log(3)), default())


NOW = at(100)


def asking(*tickets, as_of=NOW, agents=AGENTS, complete=False):
    return Snapshot(as_of, tuple(tickets), agents, complete=complete)


def one_by_one(desk, asked):
    return [dispatch.score(desk, *one) for one in asked]


tickets = st.builds(
    ticket,
    name=st.sampled_from(["T1", "T2", "T003", "new", "newer"]),
    category=st.sampled_from(["logistics", "invoice", "never heard of"]),
    created_at=st.sampled_from([at(20), at(60), at(101)]),  # the last one lies ahead
    due_at=st.sampled_from([None, at(99), at(130)]),
    agent_id=st.sampled_from([None, "A1", "a stranger"]),
    contacts_72h=st.sampled_from([None, 0, 4]),
    text=st.sampled_from([None, "手机充电时起火", "where is my parcel, call 13800138000"]),
    attributes=st.dictionaries(
        st.sampled_from(["size", "brand"]), st.sampled_from([3, 2.5, "3", "big", True]), max_size=2
    ),
    customer_level=st.sampled_from([None, "gold", "unheard of"]),
)
requests = st.tuples(
    st.builds(
        Snapshot,
        as_of=st.sampled_from([at(100), NOW.astimezone(UTC), at(107)]),
        tickets=st.lists(tickets, min_size=1, max_size=3).map(tuple),
        agents=st.sampled_from([AGENTS, AGENTS[::-1], AGENTS[:2], ()]),
        complete=st.sampled_from([False, False, True]),
    ),
    st.builds(
        Options, top_k=st.sampled_from([3, 50]), explain=st.booleans(), deadline_ms=st.just(60_000)
    ),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(requests, min_size=1, max_size=6))
def test_the_sheet_of_a_request_is_the_same_alone_and_among_others(asked):
    assert scores(served(), asked) == one_by_one(served(), asked)


def counted(monkeypatch):
    """How many tickets each look at a desk is about, from now on."""
    looks, score = [], dispatch.score

    def counting(desk, snapshot, *more):
        looks.append(len(snapshot.tickets))
        return score(desk, snapshot, *more)

    monkeypatch.setattr(dispatch, "score", counting)
    return looks


def test_one_look_serves_all_requests_about_the_same_desk(monkeypatch):
    asked = [(asking(ticket(name)), PATIENT) for name in ("x", "y", "z")]
    alone, looks = one_by_one(FakeDesk(), asked), counted(monkeypatch)
    assert scores(FakeDesk(), asked) == alone
    assert looks == [3]


@pytest.mark.parametrize(
    "other",
    [
        (asking(ticket("x")), PATIENT),  # the same ticket, told again
        (asking(ticket("y"), as_of=at(101)), PATIENT),
        (asking(ticket("y"), as_of=NOW.astimezone(UTC)), PATIENT),
        (asking(ticket("y"), agents=AGENTS[:2]), PATIENT),
        (asking(ticket("y"), complete=True), PATIENT),
        (asking(ticket("y"), agents=tuple(agent(f"B{i}") for i in range(99))), PATIENT),
        (asking(ticket("y", attributes={"size": "big"})), PATIENT),
        (asking(ticket("y")), Options(deadline_ms=60_000, explain=False)),
        (asking(ticket("y")), Options(deadline_ms=900)),
    ],
)
def test_what_might_weigh_on_another_request_is_kept_apart(monkeypatch, other):
    asked = [(asking(ticket("x", attributes={"size": 3})), PATIENT), other]
    alone, looks = one_by_one(FakeDesk(), asked), counted(monkeypatch)
    assert scores(FakeDesk(), asked) == alone
    assert looks == [1, 1]


def test_no_look_grows_beyond_what_others_can_wait_for(monkeypatch):
    looks = counted(monkeypatch)
    half = MOST_TICKETS // 2
    asked = [(asking(*(ticket(f"{i} {j}") for j in range(half))), PATIENT) for i in range(3)]
    scores(FakeDesk(), asked)
    assert sorted(looks) == [half, MOST_TICKETS]


def test_each_request_is_told_its_own_faults():
    asked = [
        (asking(ticket("good"), ticket("early", due_at=at(1), created_at=at(2))), PATIENT),
        (asking(ticket("fine")), PATIENT),
    ]
    first, second = scores(FakeDesk(), asked)
    assert [r.pointer for r in first.rejected] == ["/tickets/1/due_at"]
    assert (second.rejected, [t.ticket_id for t in second.tickets]) == ((), ["fine"])


def test_a_moment_without_a_zone_is_refused_as_it_is_alone():
    with pytest.raises(SnapshotError, match="zone"):
        scores(FakeDesk(), [(asking(ticket("x"), as_of=at(100).replace(tzinfo=None)), PATIENT)])
