"""From a training run to the registry: log everything, register, compare, set the aliases."""

from __future__ import annotations

import platform
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd

from features.picture import moment_of
from features.replay import snapshot_at
from model.bundle import Bundle, save
from model.registry import CHALLENGER, CHAMPION, NAME, Champions, Note, Registry
from model.registry.champions import PASSED, REFUSED
from model.rows import frame_of
from model.runs import ModelVersion, RunRecord, requirements
from training.config import TrainConfig
from training.gate.judge import judge
from training.gate.reproduce import forests_hash, made_from, trace
from training.gate.trial import gather
from training.gate.verdict import Verdict
from training.inputs import inputs
from training.plots import draw
from training.report import TrainReport
from training.run import Trained
from training.stopwatch import Clock
from training.study.numbers import numbers
from training.study.writing import write_page

EXAMPLES = 3
"""Tickets shown in the model's input example."""


def utc_now() -> datetime:
    """The time of the clock on the wall."""
    return datetime.now(UTC)


def publish(
    trained: Trained,
    config: TrainConfig,
    registry: Registry,
    *,
    who: str = "fendan",
    now: Callable[[], datetime] = utc_now,
    clock: Clock = time.perf_counter,
) -> TrainReport:
    """Register the model; it becomes challenger, and champion if the gate passes or none is there.

    The run keeps settings, figures, pictures, the report, the backtested model and what the
    gate found. The champion is read, beaten and replaced under the lock of the aliases, so the
    one that was judged against is the one that goes. Whoever is stopped in between leaves the
    champion as it was, or the new one whole: train again.

    Args:
        trained: the run.
        config: its settings, the gate's among them.
        registry: where it goes.
        who: stands in the line of champions.
        now: the time, for the same.
        clock: seconds, to time the model beside the champion.

    Raises:
        ModelError: the registry cannot be reached or written.
    """
    with tempfile.TemporaryDirectory() as place:
        version = registry.publish(trained.bundle, _record(trained, config, Path(place)))
    champions = Champions(registry)
    with champions.locked():
        champion = registry.aliased(CHAMPION)
        verdict = _judged(trained, config, registry, version, champion, clock)
        registry.note(version, _tags(trained, config, verdict), _texts(verdict))
        crowned = verdict.passed or champion is None
        if crowned:
            why = verdict.words if verdict.passed else f"for want of another; {verdict.words}"
            champions.crown(version.version, "train", Note(who, now(), why))
        registry.set_alias(CHALLENGER, version.version)  # last: `retrain` takes it for done
    return replace(
        trained.report,
        version=version.version,
        run_id=version.run_id,
        aliases=(CHALLENGER, CHAMPION) if crowned else (CHALLENGER,),
        gate=verdict.text(),
    )


def _judged(
    trained: Trained,
    config: TrainConfig,
    registry: Registry,
    version: ModelVersion,
    champion: ModelVersion | None,
    clock: Clock,
) -> Verdict:
    """What the gate says of the model as it was registered, beside the champion."""
    data = trained.data
    tested = trained.test.has(data.labels.created_us)[data.landmarks.ticket]
    found = trace(trained.backtest, data.x[tested], config, registry.logged(version))
    trial = gather(
        trained,
        _rivals(registry, champion),
        found,
        _size(trained.bundle),
        config.gate,
        config.seed,
        clock,
    )
    return judge(trial, config.gate, champion.version if champion else 0)


def _size(bundle: Bundle) -> int:
    """Bytes of the bundle's files."""
    with tempfile.TemporaryDirectory() as place:
        save(bundle, Path(place))
        return sum(file.stat().st_size for file in Path(place).iterdir())


def _tags(trained: Trained, config: TrainConfig, verdict: Verdict) -> dict[str, str]:
    """What is read off a version without opening its run."""
    facts, features = trained.report.facts, trained.bundle.info.fingerprint
    figures = trained.report.metrics()
    shown = {"auc": "timeout.assigned.auc", "ece": "timeout.assigned.ece"}
    return {
        "gate": PASSED if verdict.passed else REFUSED,
        "gate_words": verdict.words,
        "gate_against": str(verdict.against),
        "made_from": made_from(facts.data_fingerprint, features, facts.until, config),
        "until": facts.until,
        **{tag: f"{figures[name]:.4f}" for tag, name in shown.items() if name in figures},
        **{f"gate.{r.name}": r.finding.outcome for r in verdict.rulings},
    }


def _texts(verdict: Verdict) -> dict[str, str]:
    return {"gate.txt": verdict.text() + "\n", "gate.json": verdict.json()}


def _rivals(registry: Registry, champion: ModelVersion | None) -> tuple[Bundle, ...]:
    """The champion as served and as backtested, as far as they can be read."""
    if champion is None:
        return ()
    served = registry.load(f"models:/{NAME}/{champion.version}").bundle
    backtest = registry.backtest(champion)
    return (served,) if backtest is None else (served, backtest)


def _record(trained: Trained, config: TrainConfig, folder: Path) -> RunRecord:
    report = trained.report
    pictures = draw(report.evaluation, trained.backtest.risk, folder)
    texts = {
        "report.txt": report.text(),
        "config.json": orjson.dumps(asdict(config), option=orjson.OPT_INDENT_2).decode(),
        "importance.json": orjson.dumps(
            dict(report.importance), option=orjson.OPT_INDENT_2
        ).decode(),
        **numbers(trained.study),
        "inputs.json": inputs(trained.history, trained.bundle),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    facts = report.facts
    params = _flat(asdict(config)) | {
        "timeout_calibration": report.timeout_choice.kind,
        "escalation_calibration": report.escalation_choice.kind,
        "trees": ",".join(str(n) for n in report.trees),
        "features": facts.features,
        "landmarks": facts.landmarks,
        "tickets": facts.tickets,
        "events": facts.events,
    }
    return RunRecord(
        params=params,
        metrics=report.metrics(),
        tags={
            "data_fingerprint": facts.data_fingerprint,
            "feature_fingerprint": trained.bundle.info.fingerprint,
            "tested_from": facts.tested_from,
            "until": facts.until,
            "seed": str(config.seed),
            "libraries": ",".join(requirements()),
            "python": platform.python_version(),
            "forests": forests_hash(trained.bundle.risk),
        },
        files=(*pictures, *write_page(trained.study, folder), *(folder / name for name in texts)),
        example=_example(trained),
        backtest=trained.backtest,
    )


def _example(trained: Trained) -> pd.DataFrame:
    """A few tickets as they stood at the median first assignment of the log."""
    labels = trained.data.labels
    assigned = labels.assigned_us[labels.assigned_us <= labels.end_us]
    moment = int(np.median(assigned)) if assigned.size else int(labels.created_us.max())
    snapshot = snapshot_at(trained.history, moment_of(moment))
    return frame_of(snapshot.as_of, snapshot.tickets[:EXAMPLES])


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, str | int | float]:
    flat: dict[str, str | int | float] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
