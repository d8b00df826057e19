from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.history import History
from features.picture import agents_of, instants_of, micros_of, moment_of, tickets_of
from features.snapshot import Agent, Party, Snapshot, Ticket, Window
from features.stream import NEVER
from features.wording import sketch
from tests.builders import assigned, at, created, event, log, us

PAST = History.of(
    log(
        created(0, "T1", customer_id="C1", due_at=20, priority="2",
                attributes={"store": "north", "items": 3}),
        event(0, "customer.margin", customer_id="C1", amount=80.0),
        event(0, "agent.status", agent_id="A1", state="available",
              attributes={"team": "G1", "capacity": 5}),
        assigned(1, "T1", "A1"),
    )
)  # fmt: skip
BARE = Ticket("T1", "logistics", at(0), "assigned", agent_id="A1")


def view(*tickets: Ticket, hours: float = 2, complete: bool = True):
    return tickets_of(Snapshot(at(hours), tickets, (), complete), PAST)


def test_what_the_caller_does_not_send_is_taken_from_the_history():
    found = view(BARE)
    assert found.margin_90d.tolist() == [80]
    assert found.contacts_72h.tolist() == [1]
    assert found.times["due"].tolist() == [us(20)]
    assert found.times["assigned_at"].tolist() == [us(1)]
    assert found.attributes["items"].values.tolist() == [3]


def test_what_the_caller_sends_wins_over_the_history():
    sent = replace(
        BARE, customer_margin_90d=-5.0, contacts_72h=7, due_at=at(30), reassignments=2,
        attributes={"items": 9, "store": "south"},
    )  # fmt: skip
    found = view(sent)
    assert found.margin_90d.tolist() == [-5]
    assert found.contacts_72h.tolist() == [7]
    assert found.times["due"].tolist() == [us(30)]
    assert found.reassignments.tolist() == [2]
    assert found.attributes["items"].values.tolist() == [9]
    store = found.attributes["store"]
    assert store.names is not None
    assert store.names.names(store.values).tolist() == ["south"]


def test_a_ticket_that_nobody_has_heard_of_gets_priors():
    found = view(Ticket("new", "never seen", at(1), "unassigned"))
    assert np.isnan(found.margin_90d).all()
    assert found.contacts_72h.tolist() == [0]
    assert found.named["category"].tolist() == [-1]
    assert found.times["state_since"].tolist() == [us(1)]


def test_signals_are_read_from_the_text_that_is_sent():
    assert view(replace(BARE, text="再不解决我就打12315投诉")).signals[0].tolist()[1]


def test_the_wording_is_that_of_the_history_and_of_the_text_that_is_sent():
    past = History.of(log(created(0, "T1", text="快递丢了")))

    def wording(ticket, text):
        snapshot = Snapshot(at(2), (replace(BARE, ticket_id=ticket, text=text),), ())
        found = tickets_of(snapshot, past).wording
        return found.sketches[found.of[0]].tolist() if found.of[0] >= 0 else None

    assert wording("T1", None) == wording("T1", "快递丢了") == sketch(["快递丢了"])[0].tolist()
    assert wording("T1", "发票") == sketch(["快递丢了发票"])[0].tolist()
    assert wording("new", "发票") == sketch(["发票"])[0].tolist()
    assert wording("new", None) is None


def test_a_complete_snapshot_is_its_own_backlog():
    found = view(BARE, Ticket("T9", "logistics", at(1), "unassigned"))
    assert found.backlog["desk_open"].tolist() == [2, 2]
    assert found.backlog["desk_unassigned"].tolist() == [1, 1]
    partial = view(BARE, Ticket("T9", "logistics", at(1), "unassigned"), complete=False)
    assert partial.backlog["desk_open"].tolist() == [1, 1]


def test_only_open_requests_to_departments_count():
    asked = (Party("qc", at(1), at(3)), Party("warehouse", at(0), at(1), at(1)))
    found = view(replace(BARE, parties=asked))
    assert found.times["party_due"].tolist() == [us(3)]
    assert view(replace(BARE, parties=())).times["party_due"].tolist() == [NEVER]


def test_a_shift_lasts_through_its_pauses_and_who_is_off_shift_has_none_left():
    today, later = (Window(at(1), at(3)), Window(at(4), at(5))), (Window(at(20), at(25)),)
    inside = Agent("A1", "available", availability=today)
    outside = Agent("A2", "available", availability=later)
    gone = Agent("A3", "offline", availability=today)
    unsaid = Agent("A4", "available")
    snapshot = Snapshot(at(2), (), (inside, outside, gone, unsaid))
    found = agents_of(snapshot, PAST, tickets_of(snapshot, PAST))
    np.testing.assert_array_equal(found.shift_left_hours, [3, np.nan, np.nan, np.nan])
    assert found.capacity[0] == 5


def test_an_agents_load_is_counted_on_a_complete_snapshot():
    parked = Ticket("T2", "logistics", at(0), "waiting_customer", agent_id="A1", due_at=at(1))
    snapshot = Snapshot(at(2), (BARE, parked), (Agent("A1", "available"), Agent("A2", "busy")))
    load = agents_of(snapshot, PAST, tickets_of(snapshot, PAST)).load
    assert {name: counts.tolist() for name, counts in load.items()} == {
        "open": [2, 0], "started": [0, 0], "parked": [1, 0], "overdue": [1, 0],
    }  # fmt: skip


def test_a_queue_that_is_sent_is_the_load_when_the_snapshot_is_partial():
    agent = Agent("A1", "available", queue=("T1", "T5", "T7"))
    snapshot = Snapshot(at(2), (BARE,), (agent,), complete=False)
    assert agents_of(snapshot, PAST, tickets_of(snapshot, PAST)).load["open"].tolist() == [3]


def test_moments_survive_the_way_through_microseconds():
    moment = at(1.25) + timedelta(microseconds=3)
    assert moment_of(micros_of(moment)) == moment


def test_since_when_is_not_taken_from_the_life_with_another_owner_or_in_another_state():
    found = view(replace(BARE, agent_id="A9", state="in_progress"))
    assert found.times["assigned_at"].tolist() == [NEVER]
    assert found.times["state_since"].tolist() == [us(0)]


@given(st.integers(0, micros_of(datetime(2199, 12, 31, tzinfo=UTC))))
def test_a_column_of_times_is_exact_to_the_microsecond(micros):
    assert instants_of([moment_of(micros), None]).tolist() == [micros, NEVER]
