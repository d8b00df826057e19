"""Columns are answered as their records would be, to the byte."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.picture import micros_of
from model.contrast_words import Hurdle
from model.decision import Explored, NearTie, Scores
from model.placements import CandidateLists, Etas, Placements, ScoreColumns
from model.whys import CostTerms, RunnersUp, Whys
from serving.answering import assignment
from serving.placed import moments, placed
from serving.rounding import share, shares

SHANGHAI = timezone(timedelta(hours=8))
PARIS = ZoneInfo("Europe/Paris")


def placements(n, seed):
    rng = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(rng.integers(0, 3, n))])
    m = int(starts[-1])

    def scores(size):
        return ScoreColumns(*rng.random((4, size)))

    return Placements(
        ticket_id=[f"T{i}" for i in range(n)],
        action=["assign"] * n,
        agent_id=[f"A{i}" for i in range(n)],
        previous_agent_id=[None] * n,
        score=rng.random(n),
        scores=scores(n),
        timeout=rng.random(n),
        timeout_if_kept=rng.random(n),
        escalation=rng.random(n) ** 9,
        eta=Etas(datetime(2026, 3, 28, tzinfo=SHANGHAI), *rng.integers(0, 10**13, (2, n))),
        tier=rng.integers(0, 3, n),
        alert=rng.integers(0, 4, n),
        candidates=CandidateLists(starts, ["B"] * m, rng.random(m), scores(m), rng.random(m)),
        reasons=[()] * n,
        why=whys(n, rng),
        explored=lots(n, rng),
    )


def lots(n, rng):
    """Of every second ticket, that its agent was drawn."""
    return [lot_of(f"A{i}", rng) if i % 2 else None for i in range(n)]


def lot_of(planned, rng):
    ties = [
        NearTie(
            name, float(rng.random()) / 50, *rng.random(1).tolist(), Scores(*rng.random(4)), 0.5
        )
        for name in (planned, "B", "C")
    ]
    return Explored(1 / 3, planned, tuple(ties))


def whys(n, rng):
    starts = np.concatenate([[0], np.cumsum(rng.integers(0, 4, n))])
    names, m = ("timeout", "waiting", "hand_over", "place"), int(starts[-1])
    terms = CostTerms(
        starts, rng.choice(names, m).tolist(), rng.random(m) ** 9, 3 * rng.random(m), rng.random(m)
    )
    nobody = rng.random(n) < 0.2
    return Whys(
        terms,
        RunnersUp(
            [None if alone else "B" for alone in nobody.tolist()],
            rng.random(n) - 0.3,
            rng.integers(0, len(Hurdle), n),
            rng.random((n, 2)),
            names,
            rng.normal(size=(n, len(names))),
        ),
    )


@pytest.mark.parametrize("zone", [UTC, SHANGHAI, PARIS])
@given(n=st.integers(0, 9), seed=st.integers(0, 99))
def test_columns_and_records_are_answered_with_the_same_bytes(zone, n, seed):
    them = placements(n, seed)
    by_record = [assignment(each, zone) for each in them]
    assert orjson.dumps(placed(them, zone, [[]] * n)) == orjson.dumps(by_record)


def test_why_is_left_out_where_it_was_not_asked_for():
    them = replace(placements(2, seed=1), why=None)
    by_record = [assignment(each, UTC) for each in them]
    assert orjson.dumps(placed(them, UTC, [[]] * 2)) == orjson.dumps(by_record)
    assert "why" not in by_record[0]


def test_a_lot_is_told_where_one_was_drawn_and_only_there():
    told = placed(placements(2, seed=1), UTC, [[]] * 2)
    assert "explored" not in told[0]
    assert (told[1]["explored"]["propensity"], told[1]["explored"]["planned_agent_id"]) == (
        0.333333, "A1",
    )  # fmt: skip
    assert [who["agent_id"] for who in told[1]["explored"]["near_ties"]] == ["A1", "B", "C"]
    unexplored = replace(placements(2, seed=1), explored=None)
    assert all("explored" not in each for each in placed(unexplored, UTC, [[]] * 2))


@given(st.lists(st.floats(-1e-9, 1 + 1e-9)))
def test_a_share_is_rounded_alike_alone_and_in_a_column(values):
    assert orjson.dumps(shares(np.array(values))) == orjson.dumps([share(v) for v in values])


def test_summer_time_begins_inside_a_column():
    night = datetime(2026, 3, 29, 0, 59, 59, 600_000, tzinfo=UTC)  # half a second to one: rounds
    found = moments(np.array([micros_of(night) - 1_000_000, micros_of(night)]), PARIS)
    assert found == ["2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+02:00"]
