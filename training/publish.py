"""From a training run to the registry: log everything, register, compare, set the aliases."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd

from features.picture import moment_of
from features.replay import snapshot_at
from model.bundle import Bundle
from model.registry import CHALLENGER, CHAMPION, NAME, Registry
from model.rows import frame_of
from model.runs import ModelVersion, RunRecord
from training.config import TrainConfig
from training.gate import Verdict, judge
from training.plots import draw
from training.report import TrainReport
from training.run import Trained

EXAMPLES = 3
"""Tickets shown in the model's input example."""


def publish(trained: Trained, config: TrainConfig, registry: Registry) -> TrainReport:
    """Register the model; it becomes challenger, and champion if the gate passes or none is there.

    The run keeps settings, figures, pictures, the report and the backtested model.

    Raises:
        ModelError: the registry cannot be reached or written.
    """
    champion = registry.aliased(CHAMPION)
    verdict = judge(trained, _rivals(registry, champion), config.seed)
    with tempfile.TemporaryDirectory() as place:
        version = registry.publish(trained.bundle, _record(trained, config, verdict, Path(place)))
    aliases = [CHALLENGER, CHAMPION] if verdict.passed else [CHALLENGER]
    for alias in aliases:
        registry.set_alias(alias, version.version)
    return replace(
        trained.report,
        version=version.version,
        run_id=version.run_id,
        aliases=tuple(aliases),
        gate=f"gate: {verdict.words}",
    )


def _rivals(registry: Registry, champion: ModelVersion | None) -> tuple[Bundle, ...]:
    """The champion as served and as backtested, as far as they can be read."""
    if champion is None:
        return ()
    served = registry.load(f"models:/{NAME}/{champion.version}").bundle
    backtest = registry.backtest(champion)
    return (served,) if backtest is None else (served, backtest)


def _record(trained: Trained, config: TrainConfig, verdict: Verdict, folder: Path) -> RunRecord:
    report = trained.report
    pictures = draw(report.evaluation, trained.backtest.risk, folder)
    texts = {
        "report.txt": report.text() + f"gate: {verdict.words}\n",
        "config.json": orjson.dumps(asdict(config), option=orjson.OPT_INDENT_2).decode(),
        "importance.json": orjson.dumps(
            dict(report.importance), option=orjson.OPT_INDENT_2
        ).decode(),
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
    }
    return RunRecord(
        params=params,
        metrics=report.metrics(),
        tags={
            "data_fingerprint": facts.data_fingerprint,
            "feature_fingerprint": trained.bundle.info.fingerprint,
            "tested_from": facts.tested_from,
            "until": facts.until,
            "gate": verdict.words,
        },
        files=(*pictures, *(folder / name for name in texts)),
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
