"""What is told at a desk that is watched, and how it is judged."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.foretold import Watch, Watched, judged, watch
from experiments.simulator import FIELD_DESK, LiveDesk
from experiments.simulator.params import DAY_S, HOUR_S
from experiments.simulator.run import SAMPLE_SEED
from serving.models.live import Told
from tests.builders import created, log, resolved, us
from tests.model.tiny_bundle import tiny_bundle

FORTNIGHT = replace(FIELD_DESK, days=14, customers=replace(FIELD_DESK.customers, count=600))
A_DAY = Watch(days=1, every_minutes=240)


def desk(**changed):
    return LiveDesk(SAMPLE_SEED, params=FORTNIGHT, begin=7 * DAY_S + 10 * HOUR_S, **changed)


def test_a_model_that_looks_on_changes_nothing_and_tells_every_ticket_once():
    watched, other = desk(keep_matrix=True), desk(keep_matrix=True)
    found = watch(watched, watched.history, tiny_bundle()[0], replace(A_DAY, obeyed=False), seed=0)
    pd.testing.assert_frame_equal(
        found.log.iloc[len(watched.history) :].reset_index(drop=True), other.step(1440)
    )
    assert len(set(found.said.ticket_id)) == found.said.ticket_id.size > 0
    assert (found.said.at_us >= found.begun_us).all()


def test_under_the_plan_new_tickets_are_told_when_they_are_given_to_somebody():
    watched = desk()
    days: list[int] = []
    found = watch(watched, watched.history, tiny_bundle()[0], A_DAY, 0, days.append)
    fresh = found.log.iloc[len(watched.history) :]
    given = set(fresh.loc[fresh["type"] == "ticket.assigned", "ticket_id"])
    assert given
    assert given <= set(found.said.ticket_id)
    assert days == [1]


def test_what_was_told_before_the_promise_passed_is_judged_and_the_share_of_late_is_the_desks():
    events = log(
        created(-1, "old", due_at=3),
        created(1, "late", due_at=2),
        created(1, "kept", due_at=4),
        resolved(2, "kept"),
        created(1, "open", due_at=90),
        created(5, "end"),
    )
    said = Told(
        np.array(["old", "late", "kept", "open"], dtype=object),
        np.array([1.0, 0.7, 0.2, 0.5]),
        np.array([us(3), us(1), us(1), us(1)]),
        np.ones(4, np.int64),
    )
    found = judged(Watched(events, said, us(0)))
    assert found.y.tolist() == [1.0, 0.0]
    assert found.p.tolist() == [0.7, 0.2]
    assert found.late == pytest.approx(0.5)
