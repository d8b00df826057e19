from dataclasses import replace

import pandas as pd
import pytest

from experiments.play import PlayParams, count, play, policy_of, refresh_of
from experiments.simulator import FIELD_DESK, LiveDesk
from experiments.simulator.params import DAY_S, HOUR_S
from experiments.simulator.run import SAMPLE_SEED
from features.history import History
from model.desk import ServedDesk
from tests.builders import assigned, at, created, event, log
from tests.model.desks import plain
from tests.model.tiny_bundle import tiny_bundle

FORTNIGHT = replace(FIELD_DESK, days=14, customers=replace(FIELD_DESK.customers, count=600))


def test_only_tickets_of_the_time_played_whose_promise_fell_due_are_judged():
    events = log(
        created(0, "before", due_at=1),
        created(2, "kept", due_at=10),
        assigned(3, "kept", "A"),
        assigned(4, "kept", "B"),
        event(6, "ticket.resolved", ticket_id="kept"),
        created(3, "late", due_at=8),
        created(4, "not yet due", due_at=99),
        event(5, "ticket.resolved", ticket_id="not yet due"),
        created(20, "last", due_at=99),
    )
    found = count(History.of(events), pd.Timestamp(at(1)), 0.5)
    assert (found.created, found.judged, found.late_share) == (4, 2, 0.5)
    assert found.close_hours == pytest.approx((4 + 1) / 2)
    assert found.hand_overs == 0.25


def test_a_day_is_played_with_the_desk_that_is_served():
    desk = LiveDesk(SAMPLE_SEED, params=FORTNIGHT, begin=7 * DAY_S + 10 * HOUR_S)
    served = ServedDesk.of(tiny_bundle()[0], plain())
    begun = desk.snapshot().as_of
    found = play(desk, served, PlayParams(days=1, every_minutes=240, append_hours=12))
    assert found.created > 0
    new = [ticket for ticket in desk.snapshot().tickets if ticket.created_at > begun]
    assert any(ticket.agent_id for ticket in new)  # nobody but the plan gives them to somebody


@pytest.mark.parametrize("name", ["longest_idle", "default"])
def test_a_policy_of_the_table_is_played_by_its_name(name):
    desk = LiveDesk(SAMPLE_SEED, params=FORTNIGHT, begin=7 * DAY_S + 10 * HOUR_S)
    served = ServedDesk.of(tiny_bundle()[0], policy_of(name))
    decided = refresh_of(name, 0)(served, desk.snapshot())
    assert decided.policy.name == "default"
    assert (decided.summary.plan is None) == (name != "default")  # only a plan has a bound
