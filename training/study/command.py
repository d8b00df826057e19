"""`fendan evaluate`: a model is studied, the page written, and all of it kept in MLflow."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from features.catalog import fingerprint
from features.errors import FendanError
from model.bundle import Bundle
from model.registry import Registry
from model.runs import ModelVersion, StudyRecord
from training.backtest import AllSeenError, backtest, retest
from training.config import TrainConfig
from training.recipe import Progress
from training.study.headline import as_text, headlines, metrics
from training.study.sections import study_sections
from training.study.study import Study
from training.study.writing import write, write_pictures


@dataclass(frozen=True, slots=True)
class Asked:
    """Which model (an MLflow URI; None: a backtest of the recipe), and what to make of it."""

    model: str | None
    until: datetime | None
    page: Path
    full: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The headlines for a terminal, whether the model's backtest stood in, where the rest is."""

    text: str
    stood_in: bool
    page: Path
    run_id: str


def study_model(
    events: pd.DataFrame,
    asked: Asked,
    config: TrainConfig,
    registry: Registry,
    progress: Progress = lambda _: None,
) -> Told:
    """Study a model on an event log.

    A model is tested on tickets younger than all it learned from. Where the log has too few of
    them, the backtested model of the same run stands for it.

    Raises:
        ModelError: no such model, too few tickets, or the registry cannot be written.
        FendanError: the page cannot be written; a missing folder is found before the work.
    """
    if not asked.page.parent.is_dir():
        raise FendanError("no such folder", where=str(asked.page.parent), remedy="make it first")
    registry.versions()  # one that is down is said before the work, not after
    study, run_id, stood_in = _subject(events, asked, config, registry, progress)
    sections = study_sections(study, full=asked.full, progress=progress)
    progress("writing")
    page = write(study, sections, asked.page)
    with tempfile.TemporaryDirectory() as place:
        files = (page, *write_pictures(sections, Path(place)))
        run_id = registry.log_study(StudyRecord(metrics(sections), files), run_id)
    return Told(as_text(headlines(sections)), stood_in, page, run_id)


def _subject(
    events: pd.DataFrame, asked: Asked, config: TrainConfig, registry: Registry, progress: Progress
) -> tuple[Study, str, bool]:
    """The tested model, its run ("" if it came from none), and whether it is the backtested one."""
    if asked.model is None:
        return backtest(events, config, until=asked.until, progress=progress), "", False
    bundle = registry.load(asked.model, fingerprint()).bundle
    version = _version_of(bundle, registry)
    run_id = version.run_id if version else ""
    try:
        study = retest(events, bundle, config, until=asked.until, progress=progress)
    except AllSeenError:
        older = registry.backtest(version) if version else None
        if older is None:
            raise
        study = retest(events, older, config, until=asked.until, progress=progress)
        return study, run_id, True
    return study, run_id, False


def _version_of(bundle: Bundle, registry: Registry) -> ModelVersion | None:
    """The registered version that a bundle is; None for one that was read from a folder."""
    number = bundle.info.version
    if number == 0:
        return None
    return next((v for v in registry.versions() if v.version == number), None)
