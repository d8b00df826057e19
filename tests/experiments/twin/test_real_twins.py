"""Real desks: what their logs cannot say is said, and the backlog is foretold."""

import pandas as pd
import pytest

from experiments.twin import backtest
from training.logs.importing import load_log
from training.logs.mapping import load_mapping


@pytest.mark.slow
def test_boston_s_queues_are_played_as_spans_and_their_backlog_is_foretold(real_log):
    zone = "America/New_York"
    events = load_log(real_log("boston311_2011.csv.gz"), load_mapping("boston311")).events
    found = backtest(events, zone, pd.Timestamp("2011-10-03", tz=zone), 2, [1])
    assert not found.twin.work.seen
    backlog = found.lines[0]
    assert backlog.twin == pytest.approx(backlog.real, rel=0.15)
    assert backlog.twin_error < backlog.repeat_error
