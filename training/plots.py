"""Pictures of an evaluation as PNG files: reliability, ROC, precision-recall, importance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve, roc_curve

from model.reliability import reliability
from model.risk import RiskModel
from training.evaluate import ALL, Answers, Evaluation
from training.landmarks import STAGES


def draw(evaluation: Evaluation, risk: RiskModel, folder: Path) -> tuple[Path, ...]:
    """Write all pictures into the folder; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn: list[Path] = []
    for task, answers in evaluation.answers.items():
        if np.unique(answers.rows.y).size < 2:  # nothing to tell apart
            continue
        drawn.append(_save(reliability_curve(answers), folder / f"reliability_{task}.png"))
        drawn.append(_save(ranking_curves(answers), folder / f"curves_{task}.png"))
    if risk.timeout.text:
        drawn.append(_save(_importance(risk), folder / "importance_timeout.png"))
    return tuple(drawn)


def gains(risk: RiskModel) -> dict[str, float]:
    """The share of the timeout forest's gain that each feature brought, largest first."""
    if not risk.timeout.text:
        return {}
    gain = np.asarray(risk.timeout.booster.feature_importance("gain"), dtype=np.float64)
    share = gain / max(gain.sum(), 1e-12)
    return {risk.names[i]: float(share[i]) for i in np.argsort(-share, kind="stable")}


def _save(figure: Figure, path: Path) -> Path:
    figure.savefig(path, dpi=90, metadata={"Software": None})
    return path


def _axes(title: str, x: str, y: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(6, 5), layout="constrained")
    axes = figure.subplots()
    axes.set(title=title, xlabel=x, ylabel=y)
    return figure, axes


def reliability_curve(answers: Answers) -> Figure:
    """Share of positives against the mean prediction, bin by bin, with and without calibration."""
    figure, axes = _axes(f"{answers.task}: reliability", "predicted", "observed")
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for name in ("model", "uncalibrated"):
        cells = reliability(*answers.at(ALL, name))
        axes.plot(cells.predicted, cells.observed, marker="o", label=name)
    axes.legend(frameon=False)
    return figure


def ranking_curves(answers: Answers) -> Figure:
    """ROC and precision-recall curves, one for each stage that has both outcomes."""
    figure = Figure(figsize=(11, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.set(title=f"{answers.task}: ROC", xlabel="false alarms", ylabel="found")
    right.set(title=f"{answers.task}: precision and recall", xlabel="recall", ylabel="precision")
    for stage in STAGES:
        y, p, w = answers.at(stage)
        if np.unique(y).size < 2:  # no curve without both outcomes
            continue
        false, found, _ = roc_curve(y, p, sample_weight=w)
        precision, recall, _ = precision_recall_curve(y, p, sample_weight=w)
        left.plot(false, found, label=stage)
        right.plot(recall, precision, label=stage)
    left.legend(frameon=False)
    return figure


def _importance(risk: RiskModel, most: int = 25) -> Figure:
    top = list(gains(risk).items())[:most][::-1]
    figure, axes = _axes("timeout: share of gain", "share", "")
    axes.barh([name for name, _ in top], [share for _, share in top])
    axes.tick_params(axis="y", labelsize=7)
    return figure
