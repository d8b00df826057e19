"""The evidence that the gate judges by, gathered once: every check reads it and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog import fingerprint
from features.frame import landmark_pairs, pair_frame
from features.history import History
from features.view import PairView
from features.words import Words
from model.bundle import Bundle
from model.live import shifts
from model.risk import FORESTS, RiskModel
from model.rows import instant
from training.dataset import Dataset, known_rows
from training.folds import ripening
from training.gate.params import GateParams
from training.gate.reproduce import Trace
from training.gate.timing import Timing, timed
from training.landmarks import STAGES, Landmarks
from training.moments import Bool, Float, Int
from training.run import Trained
from training.splits import Slice
from training.stopwatch import Clock

NO_CHAMPION: Final = Words("there is no champion yet", "还没有现任模型")
OTHER_FEATURES: Final = Words(
    "the champion was made for other features and cannot be asked",
    "现任模型基于其他特征，无法比较",
)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Outcomes and the risks of the new and the old model beside them: (n,), one row a ticket."""

    y: Float
    new: Float
    old: Float

    def __len__(self) -> int:
        return int(self.y.size)

    def take(self, rows: Bool) -> Sample:
        """The rows of a mask."""
        return Sample(self.y[rows], self.new[rows], self.old[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The tickets of one category, team or stage: `kind` says of which, `name` which one."""

    kind: str
    name: str
    sample: Sample


@dataclass(frozen=True, slots=True, eq=False)
class Rivalry:
    """The new model beside the champion, on tickets created after all that either learned from."""

    sample: Sample
    segments: tuple[Segment, ...]
    timing: Timing


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """All evidence. `y` and `p` (n,) are all ripe test tickets; `rivalry` None: nobody to ask.

    `alone` says why there is none to ask. `size_bytes` are the bundle's files, `trees` those of
    all four forests.
    """

    y: Float
    p: Float
    rivalry: Rivalry | None
    alone: Words
    size_bytes: int
    trees: int
    trace: Trace
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class _Looks:
    """One row per (ticket, stage) of the test slice: landmark rows, outcomes, and the landmarks."""

    row: Int
    y: Float
    marks: Landmarks

    def take(self, some: NDArray[np.bool_]) -> _Looks:
        return _Looks(self.row[some], self.y[some], self.marks.take(some))

    def decisive(self) -> Bool:
        """Each ticket once: at its first assignment, else at its creation."""
        early = self.marks.kind <= STAGES.index("assigned")
        place = np.flatnonzero(early)
        ticket = self.marks.ticket[place]
        chosen = np.zeros(self.row.size, dtype=np.bool_)
        chosen[place[np.r_[ticket[1:] != ticket[:-1], True][: place.size]]] = True
        return chosen


def gather(
    trained: Trained,
    rivals: tuple[Bundle, ...],
    trace: Trace,
    size_bytes: int,
    limits: GateParams,
    seed: int,
    clock: Clock,
) -> Trial:
    """Ask both models about the tickets of the test slice, time them and count their trees.

    Args:
        trained: the new model and its test slice; its backtested model is the one asked.
        rivals: the champion as served and as backtested; the one that has seen less of the
            test slice stands for it. Empty: there is no champion.
        trace: what the run's record is good for.
        size_bytes: of the bundle's files.
        limits: how large a batch is timed, how often, and how small a segment may be.
        seed: of the resampling.
        clock: seconds, for the timing.
    """
    looks = _looks(trained.data, trained.test, limits.ripe_share)
    shift = shifts(trained.backtest, trained.history, looks.marks.time_us)
    new = trained.backtest.risk.timeout_risk(trained.data.x[looks.row], shift)
    able = [rival for rival in rivals if rival.info.fingerprint == fingerprint()]
    rivalry = None
    if able:
        rival = min(able, key=lambda r: (_until(r), r.events is None))
        created = trained.data.labels.created_us[looks.marks.ticket]
        unseen = created >= max(trained.test.start_us, _until(rival))
        rivalry = _rivalry(trained, rival, looks.take(unseen), new[unseen], limits, clock)
    once = looks.decisive()
    return Trial(
        y=looks.y[once],
        p=new[once],
        rivalry=rivalry,
        alone=OTHER_FEATURES if rivals else NO_CHAMPION,
        size_bytes=size_bytes,
        trees=count_trees(trained.bundle.risk),
        trace=trace,
        seed=seed,
    )


def count_trees(risk: RiskModel) -> int:
    """The trees of all forests, as their texts list them."""
    return sum(getattr(risk, name).text.count("\nTree=") for name in FORESTS)


def _until(bundle: Bundle) -> int:
    return int(instant(bundle.info.trained_until).timestamp() * 1_000_000)


def _looks(data: Dataset, test: Slice, ripe_share: float) -> _Looks:
    """The first look at each ripe ticket at each stage at which its outcome was still open."""
    ripe_us = ripening(data.labels, test.known_by_us, ripe_share)
    old = replace(test, end_us=min(test.end_us, test.known_by_us - ripe_us))
    rows = known_rows(data.labels, data.landmarks, "timeout", old, clip=None)
    marks = data.landmarks.take(rows.row)
    _, first = np.unique(marks.ticket * len(STAGES) + marks.kind, return_index=True)
    return _Looks(rows.row[first], rows.y[first], marks.take(first))


def _rivalry(
    trained: Trained, rival: Bundle, looks: _Looks, new: Float, limits: GateParams, clock: Clock
) -> Rivalry:
    labels = trained.data.labels
    ids = labels.ticket_id[looks.marks.ticket].tolist()
    pairs = landmark_pairs(trained.history, ids, looks.marks.time_us)
    x = pair_frame(trained.history, rival.encoder, pairs).values
    shift = shifts(rival, trained.history, looks.marks.time_us)
    sample = Sample(looks.y, new, rival.risk.timeout_risk(x, shift))
    once = looks.decisive()
    own = trained.data.x[looks.row]
    stages = np.array(STAGES, dtype=object)[looks.marks.kind]
    return Rivalry(
        sample.take(once),
        (
            *_segments(
                "category", labels.category[looks.marks.ticket][once], sample.take(once), limits
            ),
            *_segments("team", _teams(trained.history, pairs)[once], sample.take(once), limits),
            *_segments("stage", stages, sample, limits),
        ),
        _timing(trained.backtest.risk, own, rival.risk, x, limits, clock),
    )


def _teams(history: History, pairs: PairView) -> NDArray[np.object_]:
    """(n,) the team of each row's owner, None where nobody knows."""
    if not pairs.agents.team.size:
        return np.full(pairs.a.size, None, object)
    codes = np.where(pairs.a >= 0, pairs.agents.team[np.maximum(pairs.a, 0)], -1)
    return history.ledger.team_names.names(codes)


def _segments(
    kind: str, names: NDArray[np.object_], sample: Sample, limits: GateParams
) -> tuple[Segment, ...]:
    """A segment for each name that enough tickets have."""
    codes, known = pd.factorize(names, sort=True)
    count = np.bincount(codes[codes >= 0], minlength=len(known))
    return tuple(
        Segment(kind, str(known[code]), sample.take(codes == code))
        for code in np.flatnonzero(count >= limits.min_segment)
    )


def _timing(
    new: RiskModel, own: Float, old: RiskModel, theirs: Float, limits: GateParams, clock: Clock
) -> Timing:
    if not own.size:
        return Timing(0.0, 0.0, 0)
    place = np.resize(np.arange(len(own)), limits.batch)  # few rows are taken again and again
    mine, other = own[place], theirs[place]
    return timed(
        lambda: new.predict(mine), lambda: old.predict(other), clock, limits.repeats, limits.batch
    )
