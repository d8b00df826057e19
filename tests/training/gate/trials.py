"""Evidence made by hand: a trial that passes everything, to be spoilt in one place by each test."""

from dataclasses import replace

import numpy as np

from training.gate.params import GateParams
from training.gate.reproduce import Trace
from training.gate.timing import Timing
from training.gate.trial import NO_CHAMPION, Rivalry, Sample, Segment, Trial

TICKETS = 800
LIMITS = GateParams()


def outcomes(p, seed=0):
    """What becomes of tickets with these chances."""
    return (np.random.default_rng(seed).random(p.size) < p).astype(float)


def spread(tickets=TICKETS):
    """Chances from 0.05 to 0.95, well mixed."""
    return np.random.default_rng(7).permutation(np.linspace(0.05, 0.95, tickets))


def sample(tickets=TICKETS):
    """Two models that both know the chances, and never agree exactly."""
    p = spread(tickets)
    wobble = np.random.default_rng(8).normal(0.0, 0.02, (2, tickets))
    new, old = np.clip(p + wobble, 0.01, 0.99)
    return Sample(outcomes(p), new, old)


def good_trial():
    """A new model as good as the champion, as quick, small, and logged in full."""
    whole = sample()
    halves = (np.arange(TICKETS) % 2 == 0, np.arange(TICKETS) % 2 == 1)
    segments = tuple(
        Segment("category", name, whole.take(half))
        for name, half in zip(("invoice", "quality"), halves, strict=True)
    )
    return Trial(
        y=whole.y,
        p=whole.new,
        rivalry=Rivalry(whole, segments, Timing(1.0, 1.0, 100)),
        alone=NO_CHAMPION,
        size_bytes=5_000_000,
        trees=500,
        trace=Trace((), 100, 0),
        seed=1,
    )


def rivalled(trial, **changes):
    """The trial with something else in its rivalry."""
    return replace(trial, rivalry=replace(trial.rivalry, **changes))
