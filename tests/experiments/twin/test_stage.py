from dataclasses import replace

import pandas as pd
import pytest

from experiments.simulator import FIELD_DESK, make_world
from experiments.simulator.params import DAY_S, HOUR_S
from experiments.simulator.run import desk_log
from experiments.twin.stage import TwinStage

MONTH = replace(FIELD_DESK, days=35)
MIDNIGHT = 30 * DAY_S


@pytest.fixture(scope="module")
def log():
    return desk_log(make_world(MONTH, 5), MIDNIGHT + 10 * HOUR_S)


@pytest.fixture(scope="module")
def stage(log):
    return TwinStage.of(log, "Asia/Shanghai")


def test_a_twin_begins_with_as_many_open_tickets_as_the_log_ended_with(log, stage):
    before = log[log["time"] < pd.Timestamp(MONTH.start) + pd.Timedelta(seconds=MIDNIGHT)]
    kinds = ["ticket.created", "ticket.resolved", "ticket.reopened"]
    last = before[before["type"].isin(kinds)].drop_duplicates("ticket_id", keep="last")
    still = (last["type"] != "ticket.resolved").sum()
    desk = stage.desk(1, 7, keep_habits=False)
    begun = desk.history[desk.history["time"] >= stage.twin.params.start]
    carried = begun[(begun["type"] == "ticket.created") & (begun["time"] == begun["time"].min())]
    assert still > 20
    assert len(carried) == still


def test_the_past_ends_before_the_twin_begins_and_shares_no_ticket_with_it(stage):
    desk = stage.desk(1, 7, keep_habits=False)
    own = desk.history.iloc[len(stage.past) :]
    assert stage.past["time"].max() < stage.twin.params.start
    assert not set(stage.past["ticket_id"].dropna()) & set(own["ticket_id"].dropna())
    assert desk.history["event_id"].is_unique


def test_people_keep_their_names_so_that_what_was_learned_of_them_holds(stage):
    told = set(stage.past["agent_id"].dropna())
    assert {
        agent.agent_id for agent in stage.desk(1, 7, keep_habits=False).snapshot().agents
    } <= told


def test_the_same_seed_draws_the_same_days(stage):
    one, other = (stage.desk(2, 7, keep_habits=True).step(600) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
