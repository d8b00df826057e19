"""A release as the service runs it: judged by its refreshes and by what became of the tickets."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from experiments.rollout.served import watch_release
from model.release import Release
from serving.policy.watching import Refreshed, ReleaseAsk
from tests.builders import log
from tests.experiments.rollout.releases import MIDNIGHT, NEW, OLD, days

ZONE = "Asia/Shanghai"


def asked(rate_old: float, rate_new: float, run: int = 28, share: float = 0.5) -> ReleaseAsk:
    """Days of one policy each, 40 tickets at their noons, late with the chance of the policy."""
    release, rng = Release(share=share, block_hours=24, seed=7), np.random.default_rng(1)
    start = MIDNIGHT.astimezone(ZoneInfo(ZONE))
    noons = [start + timedelta(days=day, hours=13) for day in range(run)]
    new = [release.holds(noon, ZONE) for noon in noons]
    fates = {
        day: (rng.random(40) < (rate_new if new[day] else rate_old)).tolist() for day in range(run)
    }
    refreshes = [Refreshed(noon, NEW if n else OLD) for noon, n in zip(noons, new, strict=True)]
    return ReleaseAsk(
        release, OLD, NEW, start, start + timedelta(days=run + 2), days(fates, run + 2),
        tuple(refreshes),
    )  # fmt: skip


def test_a_release_that_does_harm_is_to_be_stopped_and_says_by_how_much():
    found = watch_release(asked(0.1, 0.6))
    assert found.verdict == "stop_harm"
    assert "late tickets got worse" in found.why_en
    late = found.figures[0]
    assert (late.name, late.state, late.margin) == ("late", "broken", None)
    assert late.old == pytest.approx(0.1, abs=0.05)
    assert late.new == pytest.approx(0.6, abs=0.05)
    assert 0 < late.low < late.change < late.high


def test_before_the_first_figures_it_says_how_many_days_are_left():
    found = watch_release(asked(0.3, 0.3, run=4))
    assert (found.verdict, found.blocks_old + found.blocks_new) == ("too_little", 4)
    # eight pairs of two days and three days to follow the last, less the six since it began
    assert (found.pairs_least, found.days_more) == (8, 13)
    assert "13 days more" in found.why_en
    assert "13 天" in found.why_zh


def test_a_share_far_from_a_half_takes_longer():
    usual, little = (watch_release(asked(0.3, 0.3, 4, share)) for share in (0.5, 0.1))
    assert little.days_more > 3 * usual.days_more


def test_without_events_since_it_began_it_asks_for_them():
    ask = asked(0.3, 0.3, run=4)
    none = ReleaseAsk(ask.release, OLD, NEW, ask.since, ask.now, log(), ask.refreshes)
    assert "POST /v1/events" in watch_release(none).why_en


def test_a_release_to_no_block_has_nothing_to_compare():
    found = watch_release(asked(0.3, 0.3, run=4, share=0.0))
    assert (found.days_more, found.days_needed) == (None, None)
    assert "no block of time" in found.why_en
