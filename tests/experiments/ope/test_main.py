"""From the store of the decision log and a file of events to a verdict, as one types it."""

from datetime import UTC, datetime, timedelta

import pytest

from experiments.ope.__main__ import main
from features.snapshot import Snapshot
from model.decision import Version
from model.dispatch import refresh
from serving.answering import refresh_answer, to_bytes
from serving.decisions.log import DecisionLog, Entry
from serving.store import Store
from tests.builders import MONDAY, created, log, resolved
from tests.model.desks import FakeDesk, agent, ticket
from tests.model.test_explore import NEW, drawing

TICKETS = [f"T{n}" for n in range(12)]


@pytest.fixture
def url(tmp_path):
    """A store with a decision for each ticket, one every ten minutes."""
    found = f"sqlite:///{tmp_path / 'fendan.db'}"
    kept = DecisionLog(Store.open(found))
    desk = FakeDesk(drawing(), risk={(name, a): 0.3 for name in TICKETS for a in "AB"})
    for number, name in enumerate(TICKETS):
        now = MONDAY + timedelta(minutes=10 * number)
        decision = refresh(desk, Snapshot(now, (ticket(name, **NEW),), (agent("A"), agent("B"))))
        answer = to_bytes(refresh_answer(decision, f"r{number}", 1.0))
        version = Version("default", 1)
        kept.append(
            Entry(
                f"r{number}", now.astimezone(UTC), version, version, {}, b'{"tickets":[]}', answer
            )
        )
    kept.close()
    return found


@pytest.fixture
def events(tmp_path):
    rows = [
        row
        for number, name in enumerate(TICKETS)
        for row in (created(-1, name, due_at=10), resolved(5 if number % 2 else 11, name))
    ]
    path = tmp_path / "events.parquet"
    log(*rows).to_parquet(path)
    return path


def test_the_decision_log_is_judged(url, events, capsys):
    main(["judge", str(events), "--store", url, "--from", MONDAY.isoformat()])
    said = capsys.readouterr().out
    assert said.startswith("12 lots, 0 not yet decided, 0.0% carried out; on time as logged 0.500")
    assert "only 12 effective rounds of 12 · 12 轮中有效样本仅 12" in said


def test_only_what_was_decided_in_the_span_is_judged(url, events, capsys):
    until = (MONDAY + timedelta(minutes=50)).isoformat()
    main(["judge", str(events), "--store", url, "--from", MONDAY.isoformat(), "--until", until])
    assert capsys.readouterr().out.startswith("5 lots")


def test_decisions_are_read_in_the_order_in_which_they_were_kept(url):
    kept, start = DecisionLog(Store.open(url)), datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    found = [each.refresh_id for each in kept.between(start, start + timedelta(minutes=30))]
    assert found == ["r3", "r4", "r5"]
    assert len(list(kept.between(start))) == 9
