"""The numbers behind the study's pictures as JSON files of the run, so that others can draw them.

`calibration.json` holds, for each outcome, the figures and the reliability bins at the first
assignment, which is where the gate looks; `drift.json` the features that moved most, and each
week's mean risk beside its rate.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from model.reliability import reliability
from training.evaluate import Answers
from training.study.drift import TOP, meaning, moved, weekly
from training.study.groups import at_stage, cases, judged
from training.study.intervals import Interval, measure
from training.study.study import Study

STAGE: Final = "assigned"
Json = dict[str, Any]


def numbers(study: Study) -> dict[str, str]:
    """The files by name: `calibration.json` and `drift.json`."""
    found = judged(study)
    files: dict[str, Json] = {
        "calibration.json": {answers.task: _calibration(study, answers) for answers in found},
        "drift.json": {
            "features": [_feature(name, value) for name, value in moved(study)[:TOP]],
            "weeks": {answers.task: _weeks(study, answers) for answers in found},
        },
    }
    return {name: orjson.dumps(told).decode() for name, told in files.items()}


def _calibration(study: Study, answers: Answers) -> Json:
    found = measure(cases(answers).take(at_stage(answers, STAGE)), study.config.seed)
    cells = reliability(*answers.at(STAGE)) if found.tickets else None
    names = ("auc", "ece", "brier", "rate", "risk")
    return {
        "tickets": found.tickets,
        "figures": {name: _interval(getattr(found, name)) for name in names},
        "bins": []
        if cells is None
        else [
            {"risk": float(risk), "rate": float(rate), "tickets": float(weight)}
            for risk, rate, weight in zip(
                cells.predicted, cells.observed, cells.weight, strict=True
            )
        ],
    }


def _interval(figure: Interval) -> Json:
    """NaN becomes null: JSON has no other word for it."""
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _feature(name: str, value: float) -> Json:
    words = meaning(name)
    return {"name": name, "en": words.en, "zh": words.zh, "psi": value}


def _weeks(study: Study, answers: Answers) -> list[Json]:
    return [
        {
            "week": name,
            "tickets": week.tickets,
            "risk": week.risk.value,
            "rate": week.rate.value,
            "ece": week.ece.value,
        }
        for name, week in weekly(study, answers)
    ]
