"""One training run: event log in, evaluated and calibrated model out, registered if wanted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import pandas as pd

from features.catalog import fingerprint
from features.errors import ModelError
from features.events import canonical_order
from features.frame import Encoder, landmark_frame
from features.history import History
from features.picture import micros_of
from model.bundle import Bundle, BundleInfo
from training.config import TrainConfig, Tuned
from training.dataset import Dataset
from training.evaluate import Evaluation, evaluate
from training.labels import Labels, label
from training.landmarks import Landmarks, landmarks
from training.moments import rfc3339
from training.plots import gains
from training.recipe import Bench, Learned, Progress, ask, finish, learn
from training.report import Facts, TrainReport
from training.splits import Slice, boundary

Clock = Callable[[], float]
Tuner = Callable[[Dataset, int, TrainConfig], Tuned]
"""Better settings from the landmarks and what is known before a moment (`training.tune`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """An event log made ready: what happened, what became of it, and the backtest's landmarks.

    `encoder` and `data` are those of the backtest, whose test begins at `tested_from`.
    """

    events: pd.DataFrame
    history: History
    labels: Labels
    marks: Landmarks
    tested_from: int
    data: Dataset
    encoder: Encoder


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What a run gives: the report, the model to serve, and the backtested model.

    `bundle` knows everything up to `until`; `backtest` only what was known when its test
    tickets began, so that another model can be compared with it on tickets it never saw.
    `history` holds the events, `data` the landmarks of the backtest, tested on `test`; `config`
    are the settings used, after tuning.
    """

    report: TrainReport
    config: TrainConfig
    bundle: Bundle
    backtest: Bundle
    history: History
    data: Dataset
    test: Slice


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
    progress("history")
    events = cut(events, until)
    history = History.of(events)
    progress("labels")
    labels = label(events, _micros(until))
    _check(labels)
    marks = landmarks(events, labels, config.landmarks)
    tested_from = boundary(labels.created_us, config.split.train + config.split.calibrate)
    progress("features")
    data, encoder = _dataset(history, labels, marks, tested_from)
    return Prepared(events, history, labels, marks, tested_from, data, encoder)


def train(
    events: pd.DataFrame,
    config: TrainConfig | None = None,
    *,
    until: datetime | None = None,
    tuner: Tuner | None = None,
    progress: Progress = lambda _: None,
    clock: Clock = time.perf_counter,
) -> Trained:
    """Backtest the recipe on the last tickets by time, then apply it to everything.

    Args:
        events: an event log, typed as `features.events.conform` makes it.
        config: settings; None for the defaults.
        until: read nothing after this moment; None for the whole log.
        tuner: asked for better settings before the backtest, from what comes before its test.
        progress: told the name of each step as it begins.
        clock: seconds, for the report.

    Raises:
        ModelError: too few tickets, or none with a verdict.
        LogError: no ticket is created in the log.
    """
    config = config or TrainConfig()
    watch = _Stopwatch(clock, progress)
    made = prepare(events, config, until=until, progress=watch.start)
    labels, data, tested_from = made.labels, made.data, made.tested_from
    tuned = Tuned(config)
    if tuner is not None:
        watch.start("tuning")
        tuned = tuner(data, tested_from, config)
        config = tuned.config
    end_us = labels.end_us + 1
    watch.start("backtest")
    bench = Bench(data, made.encoder, made.history, config)
    tried = learn(bench, tested_from, progress)
    watch.start("evaluate")
    test = Slice(tested_from, end_us, end_us)
    found = evaluate(bench, tried.risk, tried.learned_from, test)
    watch.start("features")
    whole, final_encoder = _dataset(made.history, labels, made.marks, end_us)
    watch.start("final fit")
    asked = ask(bench, tried.risk, test)
    everything = replace(tried.learned_from, end_us=end_us, known_by_us=end_us)
    final = finish(
        Bench(whole, final_encoder, made.history, config), everything, tried.asked, asked
    )
    watch.stop()
    facts = _facts(made.events, labels, data, tested_from)
    report = replace(_report(facts, found, tried, watch.seconds), tuning=tuned.words)
    info = BundleInfo(fingerprint(), facts.data_fingerprint, facts.until)
    old = replace(info, trained_until=rfc3339(tested_from))
    history = made.history
    return Trained(
        report,
        config,
        Bundle(
            replace(info, metrics=report.metrics()), final.risk, final_encoder, made.history.events
        ),
        Bundle(old, tried.risk, made.encoder),
        history,
        data,
        test,
    )


def cut(events: pd.DataFrame, until: datetime | None) -> pd.DataFrame:
    """The events of `(-inf, until]`; all of them for None."""
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


def _dataset(
    history: History, labels: Labels, marks: Landmarks, until_us: int
) -> tuple[Dataset, Encoder]:
    """The frame at all landmarks, encoded by what was seen before `until_us`."""
    ids = labels.ticket_id[marks.ticket]
    before = marks.time_us < until_us
    encoder = Encoder.learn(history, ids[before].tolist(), marks.time_us[before])
    frame = landmark_frame(history, encoder, ids.tolist(), marks.time_us)
    return Dataset(labels, marks, frame.values, frame.names, frame.categorical), encoder


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
