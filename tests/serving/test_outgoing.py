from dataclasses import replace

import orjson
import pytest

from experiments.simulator import LiveDesk
from features.history import History
from features.replay import snapshot_at
from serving.outgoing import refresh_body
from serving.schemas import parse_refresh
from tests.builders import ZONE, at, random_log


def sent_and_read(snapshot):
    return parse_refresh(orjson.dumps(refresh_body(snapshot)))[0]


@pytest.mark.parametrize("hours", [20, 60, 110])
def test_a_snapshot_of_the_history_survives_the_way_through_a_request(hours):
    snapshot = snapshot_at(History.of(random_log(11)), at(hours), zone=ZONE)
    read = sent_and_read(snapshot)
    assert read.as_of == snapshot.as_of
    assert read.tickets == snapshot.tickets
    assert [agent.agent_id for agent in read.agents] == [a.agent_id for a in snapshot.agents]
    assert read.complete


def test_a_live_desk_survives_it_too():
    snapshot = LiveDesk().snapshot()
    assert sent_and_read(snapshot).tickets == snapshot.tickets


def test_what_nobody_knows_is_left_out():
    snapshot = snapshot_at(History.of(random_log(11)), at(60))
    bare = replace(snapshot, tickets=(replace(snapshot.tickets[0], priority=None),))
    assert "priority" not in refresh_body(bare)["tickets"][0]
