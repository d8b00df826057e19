"""One training run: event log in, evaluated and calibrated model out, registered if wanted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from features.catalog import fingerprint
from features.errors import ModelError
from features.events import canonical_order
from features.frame import Encoder, landmark_frame
from features.history import History
from features.picture import micros_of
from model.bundle import Bundle, BundleInfo
from model.rows import instant
from training.config import TrainConfig
from training.dataset import Dataset
from training.evaluate import Evaluation, evaluate
from training.labels import Labels, label
from training.landmarks import Landmarks, landmarks
from training.plots import gains
from training.recipe import Learned, Progress, learn
from training.report import Facts, TrainReport, rfc3339
from training.splits import Slice, boundary
from training.study.study import Study

Clock = Callable[[], float]

MIN_TESTED: Final = 100
"""On fewer tickets than this no model is tested."""

SECOND_US: Final = 1_000_000
"""Models note to the second what they learned from; a test begins a second later."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What a run gives: the report, the model to serve, and the backtested model.

    `bundle` knows everything up to `until`; `backtest` only what was known when its test
    tickets began, so that another model can be compared with it on tickets it never saw.
    `history` holds the events, `data` the landmarks of the backtest, tested on `test`;
    `study` is the backtest as a whole, to look at from all sides.
    """

    report: TrainReport
    bundle: Bundle
    backtest: Bundle
    history: History
    data: Dataset
    test: Slice
    study: Study


@dataclass(frozen=True, slots=True, eq=False)
class _Log:
    """An event log read up to some moment, and what became of its tickets.

    Tickets created from `tested_from` on test the model.
    """

    events: pd.DataFrame
    history: History
    labels: Labels
    marks: Landmarks
    tested_from: int


@dataclass(eq=False)
class _Stopwatch:
    """Seconds per step, and the words that tell how far the run is."""

    clock: Clock
    tell: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = 0.0
    _step: str = ""

    def start(self, step: str) -> None:
        self.stop()
        self._since, self._step = self.clock(), step
        self.tell(step)

    def stop(self) -> None:
        if self._step:
            spent = self.seconds.get(self._step, 0.0)
            self.seconds[self._step] = spent + self.clock() - self._since
        self._step = ""


def train(
    events: pd.DataFrame,
    config: TrainConfig | None = None,
    *,
    until: datetime | None = None,
    progress: Progress = lambda _: None,
    clock: Clock = time.perf_counter,
) -> Trained:
    """Backtest the recipe on the last tickets by time, then apply it to everything.

    Args:
        events: an event log, typed as `features.events.conform` makes it.
        config: settings; None for the defaults.
        until: read nothing after this moment; None for the whole log.
        progress: told the name of each step as it begins.
        clock: seconds, for the report.

    Raises:
        ModelError: too few tickets, or none with a verdict.
        LogError: no ticket is created in the log.
    """
    config = config or TrainConfig()
    watch = _Stopwatch(clock, progress)
    log = _read(events, config, until, watch)
    tried, study = _backtest(log, config, watch)
    end_us = study.test.end_us
    watch.start("features")
    whole, final_encoder = _dataset(log, end_us)
    watch.start("final fit")
    final = learn(whole, end_us, config, progress)
    watch.stop()
    facts = _facts(log.events, log.labels, study.data, log.tested_from)
    report = _report(facts, study.evaluation, tried, watch.seconds)
    info = BundleInfo(fingerprint(), facts.data_fingerprint, facts.until)
    old = replace(info, trained_until=rfc3339(log.tested_from))
    told = replace(info, metrics=report.metrics())
    return Trained(
        report,
        Bundle(told, final.risk, final_encoder, log.history.events),
        Bundle(old, tried.risk, study.encoder),
        log.history,
        study.data,
        study.test,
        study,
    )


def backtest(
    events: pd.DataFrame,
    config: TrainConfig | None = None,
    *,
    until: datetime | None = None,
    progress: Progress = lambda _: None,
) -> Study:
    """Only the backtest of `train`: the recipe, tested on the last tickets by time.

    Arguments and errors are those of `train`.
    """
    config = config or TrainConfig()
    watch = _Stopwatch(time.perf_counter, progress)
    return _backtest(_read(events, config, until, watch), config, watch)[1]


def retest(
    events: pd.DataFrame,
    bundle: Bundle,
    config: TrainConfig | None = None,
    *,
    until: datetime | None = None,
    progress: Progress = lambda _: None,
) -> Study:
    """A made model, tested on the tickets created after everything it learned from.

    The baselines learn from all tickets created before that.

    Raises:
        ModelError: the model is for other features, or too few tickets are younger than it.
    """
    config = config or TrainConfig()
    watch = _Stopwatch(time.perf_counter, progress)
    log = _read(events, config, until, watch)
    created, end_us = log.labels.created_us, log.labels.end_us + 1
    start = micros_of(instant(bundle.info.trained_until)) + SECOND_US
    fresh = int(np.sum(created >= start))
    if fresh < MIN_TESTED or fresh == created.size:
        raise ModelError(
            f"{fresh:,} of {created.size:,} tickets were created after the model's last lesson",
            where=f"trained until {bundle.info.trained_until}",
            remedy=f"give a log that begins before that time and has {MIN_TESTED} tickets after it",
        )
    watch.start("features")
    data = _framed(log, bundle.encoder)
    bundle.risk.check(data.names)
    watch.start("evaluate")
    past, test = Slice(int(created.min()), start, start), Slice(start, end_us, end_us)
    found = evaluate(data, bundle.risk, past, test, config)
    return Study(log.history, data, bundle.encoder, bundle.risk, past, test, found, config)


def _read(
    events: pd.DataFrame, config: TrainConfig, until: datetime | None, watch: _Stopwatch
) -> _Log:
    watch.start("history")
    events = _cut(events, until)
    history = History.of(events)
    watch.start("labels")
    labels = label(events, _micros(until))
    _check(labels)
    marks = landmarks(events, labels, config.landmarks)
    share = config.split.train + config.split.calibrate
    return _Log(events, history, labels, marks, boundary(labels.created_us, share))


def _backtest(log: _Log, config: TrainConfig, watch: _Stopwatch) -> tuple[Learned, Study]:
    end_us = log.labels.end_us + 1
    watch.start("features")
    data, encoder = _dataset(log, log.tested_from)
    watch.start("backtest")
    tried = learn(data, log.tested_from, config, watch.tell)
    watch.start("evaluate")
    test = Slice(log.tested_from, end_us, end_us)
    found = evaluate(data, tried.risk, tried.learned_from, test, config)
    study = Study(log.history, data, encoder, tried.risk, tried.learned_from, test, found, config)
    return tried, study


def _cut(events: pd.DataFrame, until: datetime | None) -> pd.DataFrame:
    if until is None:
        return events
    if until.tzinfo is None:
        raise ModelError("the time to train until has no zone", remedy="add one, as in +08:00")
    return events[events["time"] <= pd.Timestamp(until)].reset_index(drop=True)


def _micros(until: datetime | None) -> int | None:
    return None if until is None else micros_of(until)


def _check(labels: Labels) -> None:
    known = labels.timeout(labels.end_us).value >= 0
    if not known.any():
        raise ModelError(
            "no ticket has a verdict: neither due_at nor sla_met is ever given",
            where="event log",
            remedy="a model learns from kept and broken promises; check the mapping",
        )


def _dataset(log: _Log, until_us: int) -> tuple[Dataset, Encoder]:
    """The frame at all landmarks, encoded by what was seen before `until_us`."""
    before = log.marks.time_us < until_us
    ids = log.labels.ticket_id[log.marks.ticket[before]].tolist()
    encoder = Encoder.learn(log.history, ids, log.marks.time_us[before])
    return _framed(log, encoder), encoder


def _framed(log: _Log, encoder: Encoder) -> Dataset:
    ids = log.labels.ticket_id[log.marks.ticket].tolist()
    frame = landmark_frame(log.history, encoder, ids, log.marks.time_us)
    return Dataset(log.labels, log.marks, frame.values, frame.names, frame.categorical)


def data_fingerprint(events: pd.DataFrame) -> str:
    """SHA-256 of the events in canonical order: the same for any order of the rows."""
    ordered = canonical_order(events)
    hashes = pd.util.hash_pandas_object(ordered, index=False).to_numpy()
    return hashlib.sha256(np.ascontiguousarray(hashes).tobytes()).hexdigest()


def _facts(events: pd.DataFrame, labels: Labels, data: Dataset, tested_from: int) -> Facts:
    return Facts(
        events=len(events),
        tickets=len(labels),
        landmarks=len(data.landmarks),
        features=len(data.names),
        data_fingerprint=data_fingerprint(events),
        first=rfc3339(int(labels.created_us.min())),
        tested_from=rfc3339(tested_from),
        until=rfc3339(labels.end_us),
    )


def _report(
    facts: Facts, found: Evaluation, tried: Learned, seconds: Mapping[str, float]
) -> TrainReport:
    return TrainReport(
        facts=facts,
        evaluation=found,
        timeout_choice=tried.timeout_choice,
        escalation_choice=tried.escalation_choice,
        trees=tried.trees,
        importance=gains(tried.risk),
        seconds=dict(seconds),
    )
