"""What the model would have said earlier: nothing that came later is read."""

import numpy as np
import pytest

from features.history import History
from features.stream import HOUR
from model.lookback import past_risks
from tests.builders import event, log, random_log, us
from tests.model.grown_bundle import grown_bundle

EVENTS = random_log(3)
TICKET = str(EVENTS["ticket_id"].dropna().iloc[0])


@pytest.fixture(scope="module")
def bundle():
    return grown_bundle(EVENTS)


def test_what_happens_after_a_moment_changes_nothing_of_it(bundle):
    known = History.of(EVENTS)
    moments = np.linspace(us(1), known.span[1], 25).astype(np.int64)
    before = past_risks(bundle, known, TICKET, moments)
    last = (known.span[1] - us(0)) / HOUR
    later = log(
        event(last + 1, "ticket.contact", ticket_id=TICKET, channel="phone"),
        event(last + 2, "ticket.assigned", ticket_id=TICKET, agent_id="A-new"),
        event(last + 3, "ticket.updated", ticket_id=TICKET, due_at=last + 4),
    )
    later["event_id"] = ["late-1", "late-2", "late-3"]
    after = past_risks(bundle, known.append(later), TICKET, moments)
    assert after.tolist() == before.tolist()
    assert len(set(before.tolist())) > 1  # it says something


def test_a_promise_that_is_past_is_certain_to_be_broken(bundle):
    line = History.of(log(event(0, "ticket.created", ticket_id="T1", category="x", due_at=2)))
    risks = past_risks(bundle, line, "T1", np.array([us(1), us(3)]))
    assert risks[0] < risks[1] == pytest.approx(1.0, abs=1e-5)
