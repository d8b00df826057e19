"""On the real logs: what training saw of a moment is what serving sees of it, bit by bit."""

from datetime import datetime

import numpy as np
import orjson
import pytest

from features.frame import Encoder, landmark_frame, pair_frame
from features.history import History
from features.picture import agents_of, micros_of, tickets_of
from features.replay import snapshot_at
from features.view import PairView
from serving.outgoing import refresh_body
from serving.schemas import parse_refresh
from training.logs.importing import load_log
from training.logs.mapping import load_mapping

MOMENTS = {
    "uci_incident": ["2016-03-10T15:20:00-03:00", "2016-04-12T10:00:00-03:00"],
    "boston311": ["2011-08-15T11:00:00-04:00"],
    "zh_messages": ["2019-04-01T10:00:00+08:00", "2019-09-10T10:00:00+08:00"],
}
LOGS = {
    "uci_incident": "uci_incident_log.csv.gz",
    "boston311": "boston311_2011.csv.gz",
    "zh_messages": "zh_messages_with_replies.csv.gz",
}
OPEN = {"uci_incident": 500, "boston311": 500, "zh_messages": 20}


@pytest.fixture(scope="module", params=sorted(LOGS))
def desk(request, real_log):
    mapping = load_mapping(request.param)
    events = load_log(real_log(LOGS[request.param]), mapping).events
    said = events[events["text"].notna()].drop_duplicates("ticket_id").set_index("ticket_id")
    return request.param, History.of(events), said["text"]


def test_training_and_serving_see_the_same_moment_of_a_real_desk(desk):
    name, history, texts = desk
    everyone = list(history.names["ticket"].index)
    for text in MOMENTS[name]:
        moment = datetime.fromisoformat(text)
        learned = Encoder.learn(history, everyone, np.full(len(everyone), micros_of(moment)))
        encoder = Encoder.from_json(orjson.loads(orjson.dumps(learned.to_json())))
        assert bool(encoder.axes.names) == bool(texts.size)
        sent = orjson.dumps(refresh_body(snapshot_at(history, moment)))
        snapshot = parse_refresh(sent)[0]
        ids = [ticket.ticket_id for ticket in snapshot.tickets]
        assert len(ids) > OPEN[name]
        trained = landmark_frame(history, encoder, ids, np.full(len(ids), micros_of(moment)))
        assert differing(trained, served(history, encoder, snapshot)) == []
        spoken = refresh_body(snapshot_at(history, moment, texts=texts))
        snapshot = parse_refresh(orjson.dumps(spoken))[0]
        assert differing(trained, served(history, encoder, snapshot)) == []


def served(history, encoder, snapshot):
    tickets = tickets_of(snapshot, history)
    agents = agents_of(snapshot, history, tickets)
    place = {agent.agent_id: row for row, agent in enumerate(snapshot.agents)}
    owner = np.array([place.get(ticket.agent_id, -1) for ticket in snapshot.tickets])
    rows = np.arange(owner.size)
    pairs = PairView(tickets, agents, rows, owner, np.zeros(owner.size, bool))
    return pair_frame(history, encoder, pairs)


def differing(one, other):
    return [
        name
        for place, name in enumerate(one.names)
        if not np.array_equal(one.values[:, place], other.values[:, place], equal_nan=True)
    ]
