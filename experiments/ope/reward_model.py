"""What the log teaches of rewards: the model of the direct method, and of the doubly robust one."""

from __future__ import annotations

from typing import Final

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from experiments.ope.feedback import Feedback
from experiments.ope.ties import Ties
from model.columns import Floats

FOLDS: Final = 5
_EDGE: Final = 1e-3  # risks nearer to 0 or 1 are no further away in log-odds


def modelled(feedback: Feedback, seed: int) -> Floats:
    """The chance (m,) that each near-tie would have kept the ticket's promise.

    Logistic regression on what was logged of the near-ties, learned from those that were taken.
    Cross-fitted: of a ticket it says what the other folds taught it, so that its errors and the
    ticket's luck are independent (Chernozhukov and others, 2018).
    """
    facts, ties = facts_of(feedback.ties), feedback.ties
    fold = np.zeros(len(feedback), np.int64)
    if len(feedback) >= FOLDS:
        parts = KFold(FOLDS, shuffle=True, random_state=seed).split(fold)
        for number, (_, part) in enumerate(parts):
            fold[part] = number
    found, asked = np.empty(len(facts)), np.repeat(fold, ties.sizes)
    for number in np.unique(fold).tolist():
        others = (fold != number) | (len(feedback) < FOLDS)
        taught = facts[feedback.taken[others]], feedback.reward[others]
        found[asked == number] = _learned(*taught, facts[asked == number])
    return found


def facts_of(ties: Ties) -> Floats:
    """What the model reads of each near-tie, (m, 6)."""
    risk = np.clip(ties.timeout, _EDGE, 1 - _EDGE)
    odds = np.log(risk / (1 - risk))
    facts: Floats = np.stack(
        [odds, ties.dearer, ties.skill, ties.load, ties.value, ties.urgency], axis=1
    )
    return facts


def _learned(facts: Floats, reward: Floats, asked: Floats) -> Floats:
    """The chances of `asked`; where all rewards are alike there is nothing to learn from them."""
    if np.unique(reward).size < 2:
        return np.full(len(asked), float(reward.mean()))
    model = make_pipeline(StandardScaler(), LogisticRegression())
    return np.asarray(model.fit(facts, reward).predict_proba(asked)[:, 1], np.float64)
