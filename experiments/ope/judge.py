"""Every evaluation policy by every estimator: the verdict of a log, with what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.ope.estimators import ESTIMATORS, Estimate, Rounds, dr, estimate, gain, on_policy
from experiments.ope.feedback import Feedback
from experiments.ope.overlap import Overlap
from experiments.ope.reward_model import modelled
from experiments.ope.ties import EVALUATED, EvaluationPolicy, at_random
from model.columns import Floats


@dataclass(frozen=True, slots=True)
class Judged:
    """What a policy would have brought: on-time share by estimator, and the gain over the lots.

    `gain` is doubly robust, paired with what was logged.
    """

    policy: str
    estimates: Mapping[str, Estimate]
    gain: Estimate
    overlap: Overlap


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a log says: of what was logged, and of each evaluation policy."""

    rounds: int
    undecided: int
    carried_out: float
    logged: Estimate
    judged: tuple[Judged, ...]


def judge(
    feedback: Feedback, seed: int, policies: Mapping[str, EvaluationPolicy] = EVALUATED
) -> Verdict:
    """Judge policies by a log; the seed parts it into folds for the reward model."""
    model = modelled(feedback, seed)
    as_logged, _ = rounds_of(feedback, at_random(feedback.ties), model)
    judged = []
    for name, policy in policies.items():
        rounds, missing = rounds_of(feedback, policy(feedback.ties), model)
        told = {way: estimate(rounds, estimator) for way, estimator in ESTIMATORS.items()}
        judged.append(Judged(name, told, gain(rounds, dr), Overlap.of(rounds, missing)))
    return Verdict(
        rounds=len(feedback),
        undecided=feedback.undecided,
        carried_out=feedback.carried_out,
        logged=estimate(as_logged, on_policy),
        judged=tuple(judged),
    )


def rounds_of(feedback: Feedback, chance: Floats, model: Floats) -> tuple[Rounds, Floats]:
    """The rounds as a policy meets them that takes each near-tie with a chance (m,).

    `model` (m,) says what each would have brought. Beside them the chance (n,) with which the
    policy would have taken somebody who was no near-tie.
    """
    ties, taken = feedback.ties, feedback.taken
    rounds = Rounds(
        reward=feedback.reward,
        pscore=feedback.pscore,
        chance=chance[taken],
        modelled=model[taken],
        planned=ties.total(chance * model),
        unit=np.arange(len(feedback)),  # one round a ticket
    )
    return rounds, 1.0 - ties.total(chance)
