"""One training run: event log in, evaluated and calibrated model out, registered if wanted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from features.catalog import fingerprint
from features.events import canonical_order
from features.history import History
from model.bundle import Bundle, BundleInfo
from training.alerts import alert_table
from training.backtest import Prepared, dataset, prepare, run_backtest
from training.config import TrainConfig, Tuned
from training.dataset import Dataset
from training.evaluate import Evaluation
from training.moments import rfc3339
from training.plots import gains
from training.recipe import Bench, Learned, Progress, ask, finish
from training.report import Facts, TrainReport
from training.splits import Slice
from training.stopwatch import Clock, Stopwatch
from training.study.study import Study

Tuner = Callable[[Dataset, int, TrainConfig], Tuned]
"""Better settings from the landmarks and what is known before a moment (`training.tune`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What a run gives: the report, the model to serve, and the backtested model.

    `bundle` knows everything up to `until`; `backtest` only what was known when its test
    tickets began, so that another model can be compared with it on tickets it never saw.
    `history` holds the events, `data` the landmarks of the backtest, tested on `test`;
    `study` is the backtest as a whole, to look at from all sides; `config` are the settings
    used, after tuning.
    """

    report: TrainReport
    config: TrainConfig
    bundle: Bundle
    backtest: Bundle
    history: History
    data: Dataset
    test: Slice
    study: Study


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
    watch = Stopwatch(clock, progress)
    made = prepare(events, config, until=until, progress=watch.start)
    tuned = Tuned(config)
    if tuner is not None:
        watch.start("tuning")
        tuned = tuner(made.data, made.tested_from, config)
        config = tuned.config
    tried, study = run_backtest(made, config, watch)
    alerts = alert_table(study, config.timezone)
    end_us = study.test.end_us
    watch.start("features")
    whole, final_encoder = dataset(made, end_us)
    watch.start("final fit")
    asked = ask(study.bench, tried.risk, study.test)
    everything = replace(tried.learned_from, end_us=end_us, known_by_us=end_us)
    bench = Bench(whole, final_encoder, made.history, config)
    final = finish(bench, everything, (*tried.asked, asked))
    watch.stop()
    facts = _facts(made)
    report = _report(facts, study.evaluation, tried, final, watch.seconds)
    report = replace(report, tuning=tuned.words)
    info = BundleInfo(fingerprint(), facts.data_fingerprint, facts.until)
    old = replace(info, trained_until=rfc3339(made.tested_from))
    told = replace(info, metrics=report.metrics())
    return Trained(
        report,
        config,
        Bundle(told, final.risk, final_encoder, made.history.events, alerts),
        Bundle(old, tried.risk, study.encoder),
        made.history,
        study.data,
        study.test,
        study,
    )


def data_fingerprint(events: pd.DataFrame) -> str:
    """SHA-256 of the events in canonical order: the same for any order of the rows."""
    ordered = canonical_order(events)
    hashes = pd.util.hash_pandas_object(ordered, index=False).to_numpy()
    return hashlib.sha256(np.ascontiguousarray(hashes).tobytes()).hexdigest()


def _facts(made: Prepared) -> Facts:
    labels, data = made.labels, made.data
    return Facts(
        events=len(made.events),
        tickets=len(labels),
        landmarks=len(data.landmarks),
        features=len(data.names),
        data_fingerprint=data_fingerprint(made.events),
        first=rfc3339(int(labels.created_us.min())),
        tested_from=rfc3339(made.tested_from),
        until=rfc3339(labels.end_us),
    )


def _report(
    facts: Facts, found: Evaluation, tried: Learned, final: Learned, seconds: Mapping[str, float]
) -> TrainReport:
    return TrainReport(
        facts=facts,
        evaluation=found,
        timeout_choice=tried.timeout_choice,
        escalation_choice=tried.escalation_choice,
        calibrated=(final.timeout_choice.kind, final.escalation_choice.kind),
        trees=tried.trees,
        importance=gains(tried.risk),
        seconds=dict(seconds),
    )
