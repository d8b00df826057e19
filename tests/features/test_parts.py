"""The frame of hand-overs in parts: the same numbers as row by row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalog import BY_NAME, CATALOG
from features.frame import Encoder, pair_frame
from features.history import History
from features.parts import HandOvers, places
from features.picture import agents_of, tickets_of
from features.replay import snapshot_at
from features.snapshot import Agent
from features.view import PairView
from tests.builders import at, random_log, us


def desk(seed, hours=60, complete=True):
    history = History.of(random_log(seed, tickets=40))
    ids = list(history.names["ticket"].index)
    encoder = Encoder.learn(history, ids, np.full(len(ids), us(hours)))
    seen = snapshot_at(history, at(hours))
    agents = (*seen.agents, Agent("a newcomer", "available"))
    snapshot = type(seen)(seen.as_of, seen.tickets, agents, complete=complete)
    tickets = tickets_of(snapshot, history)
    return history, encoder, tickets, agents_of(snapshot, history, tickets)


def parts_of(history, encoder, tickets, agents):
    rows = np.arange(len(tickets))
    nobody = PairView(tickets, agents, rows, np.full_like(rows, -1), np.zeros(rows.size, bool))
    as_is = pair_frame(history, encoder, nobody).values
    return HandOvers(history, encoder, tickets, agents, as_is)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 50), st.sampled_from([20, 60, 100]), st.booleans())
def test_every_part_of_every_pair_is_what_its_row_says(seed, hours, complete):
    seen = desk(seed, hours, complete)
    history, encoder, tickets, agents = seen
    parts, n_a = parts_of(*seen), len(agents)
    t, a = np.repeat(np.arange(len(tickets)), n_a), np.tile(np.arange(n_a), len(tickets))
    pairs = PairView(tickets, agents, t, a, np.ones(t.size, bool))
    expected = pair_frame(history, encoder, pairs).values
    which, _ = parts.categories
    every = [parts.cell(c) for c in range(parts.categories[1].size)]
    cells = np.stack(every) if every else np.empty((0, n_a, len(places("cell"))))
    others = [place for place in range(expected.shape[1]) if place >= len(CATALOG)]
    own = [*places("ticket"), *others]
    for columns, found in [
        (own, parts.ticket[t][:, own]),
        (places("agent"), parts.agent[a]),
        (places("cell"), cells[which[t], a]),
        (places("pair"), parts.pair(t, a)),
        (range(expected.shape[1]), parts.rows(t, a)),
    ]:
        assert np.array_equal(found, expected[:, list(columns)], equal_nan=True)


def test_every_column_has_one_side_and_hardly_any_is_of_the_true_pair():
    sides = [places(side) for side in ("ticket", "agent", "cell", "pair")]
    assert sorted(place for side in sides for place in side) == list(range(len(CATALOG)))
    assert [CATALOG[place].name for place in places("pair")] == ["agent_ahead"]


@pytest.mark.parametrize(
    ("name", "side"),
    [("age_hours", "ticket"), ("tenure_days", "agent"), ("agent_open", "agent"),
     ("hours_with_owner", "ticket"), ("agent_category_closed", "cell")],
)  # fmt: skip
def test_what_a_feature_hangs_on_is_said_by_its_line(name, side):
    assert BY_NAME[name].side == side
