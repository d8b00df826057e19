"""A model tested on the last tickets of a log, created after everything that it learned from."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from features.errors import LogError, ModelError
from features.frame import Encoder, landmark_frame
from features.history import History
from features.picture import micros_of
from model.bundle import Bundle
from training.config import TrainConfig
from training.dataset import Dataset
from training.evaluate import evaluate
from training.labels import Labels, label
from training.landmarks import Landmarks, landmarks
from training.recipe import Bench, Learned, Progress, learn
from training.splits import Slice, boundary
from training.stopwatch import Stopwatch
from training.study.study import Study

MIN_TESTED: Final = 100
"""On fewer tickets than this no model is tested."""


class AllSeenError(ModelError):
    """A model cannot be tested: it has seen (nearly) all tickets of the log."""


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """An event log read up to some moment, and what became of its tickets.

    Tickets created from `tested_from` on test the model.
    """

    events: pd.DataFrame
    history: History
    labels: Labels
    marks: Landmarks
    tested_from: int


@dataclass(frozen=True, slots=True, eq=False)
class Prepared(Log):
    """A log made ready for the backtest: its landmarks, encoded by what came before the test."""

    data: Dataset
    encoder: Encoder


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
    watch = Stopwatch(time.perf_counter, progress)
    made = prepare(events, config, until=until, progress=watch.start)
    return run_backtest(made, config, watch)[1]


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
        AllSeenError: too few tickets are younger than the model.
        ModelError: the model is for other features.
    """
    config = config or TrainConfig()
    log = read_log(events, config, until, progress)
    created, end_us = log.labels.created_us, log.labels.end_us + 1
    start = bundle.info.unseen_from_us
    fresh = int(np.sum(created >= start))
    if fresh < MIN_TESTED or fresh == created.size:
        raise AllSeenError(
            f"{fresh:,} of {created.size:,} tickets were created after the model's last lesson",
            where=f"trained until {bundle.info.trained_until}",
            remedy=f"give a log that begins before that time and has {MIN_TESTED} tickets after it",
        )
    progress("features")
    data = _framed(log, bundle.encoder)
    bundle.risk.check(data.names)
    progress("evaluate")
    past, test = Slice(int(created.min()), start, start), Slice(start, end_us, end_us)
    bench = Bench(data, bundle.encoder, log.history, config)
    found = evaluate(bench, bundle.risk, past, test)
    return Study(log.history, data, bundle.encoder, bundle.risk, past, test, found, config)


def prepare(
    events: pd.DataFrame,
    config: TrainConfig,
    *,
    until: datetime | None = None,
    progress: Progress = lambda _: None,
) -> Prepared:
    """Labels, landmarks and features of an event log, up to the backtest.

    Raises:
        ModelError: no ticket has a verdict.
        LogError: no ticket is created in the log.
    """
    log = read_log(events, config, until, progress)
    progress("features")
    data, encoder = dataset(log, log.tested_from)
    return Prepared(log.events, log.history, log.labels, log.marks, log.tested_from, data, encoder)


def read_log(
    events: pd.DataFrame, config: TrainConfig, until: datetime | None, progress: Progress
) -> Log:
    """Read the log up to `until`: labels and landmarks, and where the test begins."""
    progress("history")
    events = cut(events, until)
    history = History.of(events)
    progress("labels")
    labels = label(events, _micros(until))
    _check(labels)
    marks = landmarks(events, labels, config.landmarks)
    share = config.split.train + config.split.calibrate
    return Log(events, history, labels, marks, boundary(labels.created_us, share))


def run_backtest(made: Prepared, config: TrainConfig, watch: Stopwatch) -> tuple[Learned, Study]:
    """What the recipe learned before the test began, and how it did."""
    end_us, data = made.labels.end_us + 1, made.data
    watch.start("backtest")
    bench = Bench(data, made.encoder, made.history, config)
    tried = learn(bench, made.tested_from, watch.tell)
    watch.start("evaluate")
    test, past = Slice(made.tested_from, end_us, end_us), tried.learned_from
    found = evaluate(bench, tried.risk, past, test)
    return tried, Study(made.history, data, made.encoder, tried.risk, past, test, found, config)


def cut(events: pd.DataFrame, until: datetime | None) -> pd.DataFrame:
    """The events of `(-inf, until]`; all of them for None."""
    if until is None:
        return events
    if until.tzinfo is None:
        raise ModelError("the time to train until has no zone", remedy="add one, as in +08:00")
    seen = events[events["time"] <= pd.Timestamp(until)].reset_index(drop=True)
    if seen.empty and not events.empty:
        raise LogError(
            f"nothing happened until {until.isoformat()}",
            where="event log",
            remedy=f"it begins at {events['time'].min().isoformat()}",
        )
    return seen


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


def dataset(log: Log, until_us: int) -> tuple[Dataset, Encoder]:
    """The frame at all landmarks, encoded by what was seen before `until_us`."""
    before = log.marks.time_us < until_us
    ids = log.labels.ticket_id[log.marks.ticket[before]].tolist()
    encoder = Encoder.learn(log.history, ids, log.marks.time_us[before])
    return _framed(log, encoder), encoder


def _framed(log: Log, encoder: Encoder) -> Dataset:
    ids = log.labels.ticket_id[log.marks.ticket].tolist()
    frame = landmark_frame(log.history, encoder, ids, log.marks.time_us)
    return Dataset(log.labels, log.marks, frame.values, frame.names, frame.categorical)
