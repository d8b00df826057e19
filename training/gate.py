"""Whether a new model may take the champion's place, in words either way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.catalog import fingerprint
from features.frame import landmark_frame
from model.bundle import Bundle
from model.rows import instant
from training.dataset import known_rows
from training.landmarks import STAGES
from training.metrics import Difference, compare
from training.moments import Float
from training.run import Trained
from training.splits import Slice

NOISE: Final = 2.0
"""Standard errors within which a difference is noise."""

MIN_TICKETS: Final = 100
"""On fewer tickets than this nothing is compared."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the new model passes, and why."""

    passed: bool
    words: str


def judge(trained: Trained, rivals: tuple[Bundle, ...], seed: int) -> Verdict:
    """Compare the backtested model with the champion on tickets that neither has seen.

    One row a ticket, at its first assignment (else its creation): AUC and Brier score of the
    timeout must not be worse than the champion's by more than `NOISE` standard errors.

    Args:
        trained: the new model and its test slice.
        rivals: the champion as served and as backtested; the one that has seen less of the
            test slice stands for it. Empty: there is no champion.
        seed: of the bootstrap.
    """
    if not rivals:
        return Verdict(True, "no champion yet: this model becomes it")
    rivals = tuple(r for r in rivals if r.info.fingerprint == fingerprint())
    if not rivals:
        return Verdict(True, "the champion was made for other features: this model replaces it")
    rival = min(rivals, key=lambda r: (_until(r), r.events is None))
    start = max(trained.test.start_us, _until(rival))
    rows, y, new, old = _both(trained, rival, start)
    if rows < MIN_TICKETS or np.unique(y).size < 2:  # both outcomes are needed
        return Verdict(
            False,
            f"only {rows} tickets that neither model has seen, {MIN_TICKETS} are needed to "
            "compare: the champion stays",
        )
    auc, brier = compare(y, new, old, np.ones(y.size), seed)
    passed = auc.value >= -NOISE * auc.error and brier.value <= NOISE * brier.error
    words = (
        f"on {rows:,} tickets that neither has seen, against the champion: AUC {_said(auc)}, "
        f"Brier {_said(brier)}"
    )
    return Verdict(passed, f"{'not worse' if passed else 'worse'} {words}")


def _said(difference: Difference) -> str:
    return f"{difference.value:+.4f} (standard error {difference.error:.4f})"


def _until(bundle: Bundle) -> int:
    return int(instant(bundle.info.trained_until).timestamp() * 1_000_000)


def _both(trained: Trained, rival: Bundle, start: int) -> tuple[int, Float, Float, Float]:
    """Tickets compared, their outcomes, and what the new and the old model say of them."""
    data, test = trained.data, trained.test
    part = Slice(start, max(test.end_us, start + 1), test.known_by_us)
    rows = known_rows(data.labels, data.landmarks, "timeout", part, clip=None)
    marks = data.landmarks.take(rows.row)
    first = np.flatnonzero(marks.kind <= STAGES.index("assigned"))
    last = first[np.r_[marks.ticket[first][1:] != marks.ticket[first][:-1], True][: first.size]]
    chosen = rows.row[last]
    if chosen.size == 0:
        return 0, np.zeros(0), np.zeros(0), np.zeros(0)
    ids = data.labels.ticket_id[data.landmarks.ticket[chosen]].tolist()
    times = data.landmarks.time_us[chosen]
    frame = landmark_frame(trained.history, rival.encoder, ids, times)
    new = trained.backtest.risk.timeout_risk(data.x[chosen])
    old = rival.risk.timeout_risk(frame.values)
    return int(chosen.size), rows.y[last], new, old
